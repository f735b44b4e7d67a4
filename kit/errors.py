"""Refusals: what the rules forbid, and the HTTP status that says so.

Raised by the domain, turned into HTTP answers in one place. A refusal never repeats what the user
typed: its text may reach a log.
"""

from typing import ClassVar


class Refusal(Exception):
    """Something the user asked for that the rules forbid. Not a bug: never logged as one.

    `code`: names the reason where programs must tell one from another; stable, in English.
    """

    status: ClassVar[int] = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class Unauthorised(Refusal):
    """No token, or one that does not hold."""

    status = 401


class Forbidden(Refusal):
    """Known who asks, and it is not theirs to do."""

    status = 403


class NotFound(Refusal):
    """Foreign or absent: the same refusal, so that nobody learns which."""

    status = 404


class Conflict(Refusal):
    status = 409


class TooLarge(Refusal):
    status = 413


class Invalid(Refusal):
    status = 422


class Later(Refusal):
    """Refused for now; the same request may pass in `retry_after` seconds (whole, at least 1)."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = max(1, round(retry_after + 0.499))


class TooMany(Later):
    status = 429


class Unavailable(Later):
    status = 503
