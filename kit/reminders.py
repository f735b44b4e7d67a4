"""When somebody is reminded of what they were promised. A pure rule."""

from datetime import UTC, datetime, timedelta


def reminder_at(start: datetime, at: datetime) -> datetime | None:
    """When to remind of something that was promised at `at`: a day before, else an hour before.

    None when it is so near that the confirmation is reminder enough.
    """
    ahead = start.astimezone(UTC) - at
    if ahead > timedelta(days=1):
        return start - timedelta(days=1)
    return start - timedelta(hours=1) if ahead >= timedelta(minutes=90) else None
