"""Parts of a day on the wall clock: from 8:30 to 12:00, from 14:00 to midnight.

Pure rules. A span holds its first instant and not its last; spans are joined and cut so that those
of one day are in order and never overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, order=True)
class Span:
    """[opens, closes) of one day. `closes` at 00:00 is the midnight that ends the day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes and not self.ends_at_midnight:
            raise ValueError("A span closes after it opens, on the same day.")

    @property
    def ends_at_midnight(self) -> bool:
        return self.closes == time.min

    @property
    def end(self) -> time:
        """`closes`, comparable: the last moment of the day stands for its midnight."""
        return time.max if self.ends_at_midnight else self.closes

    def holds(self, clock: time) -> bool:
        return self.opens <= clock and (self.ends_at_midnight or clock < self.closes)


WHOLE_DAY = Span(time.min, time.min)


def united(spans: Iterable[Span]) -> list[Span]:
    """The same open time in order, with spans that touch or overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.opens <= joined[-1].end:
            before = joined.pop()
            joined.append(Span(before.opens, max(before, span, key=lambda s: s.end).closes))
        else:
            joined.append(span)
    return joined


def without(spans: Iterable[Span], hole: Span) -> list[Span]:
    """What is left of `spans` outside `hole`."""
    kept: list[Span] = []
    for span in spans:
        if span.opens < hole.opens:
            kept.append(Span(span.opens, hole.opens if hole.opens < span.end else span.closes))
        if hole.end < span.end:
            kept.append(Span(max(span.opens, hole.closes), span.closes))
    return kept
