"""When a service fails again and again it is left alone for a while: nobody waits for nothing.

Pure: whoever asks says what time it is, in seconds of any clock that only goes forward. Closed, all
pass. After some failures in a row it opens, and none pass until its pause is over; then one may try
(half-open), whose success closes it and whose failure opens it again. A try whose result is never
told counts for nothing: after a while another one may.
"""

from dataclasses import dataclass
from enum import StrEnum

FAILURES = 5  # in a row, until it opens
PAUSE_S = 30.0
TRIAL_S = 10.0  # well over the time that one call may take


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass
class Breaker:
    failures: int = 0
    barred_until: float = float("-inf")  # since it failed
    resting_until: float = float("-inf")  # since the service itself asked for it: no failure

    def state(self, at: float) -> State:
        if self.failures < FAILURES:
            return State.CLOSED
        return State.OPEN if at < self.barred_until else State.HALF_OPEN

    def admits(self, at: float) -> bool:
        """Whether a call may be made now. Whoever is admitted while it is half open is the one."""
        if self.wait_s(at):
            return False
        if self.state(at) is State.HALF_OPEN:
            self.barred_until = at + TRIAL_S
        return True

    def succeeded(self) -> None:
        self.failures, self.barred_until = 0, float("-inf")

    def failed(self, at: float) -> None:
        self.failures += 1
        if self.failures >= FAILURES:
            self.barred_until = at + PAUSE_S

    def rest(self, until: float) -> None:
        self.resting_until = max(self.resting_until, until)

    def wait_s(self, at: float) -> float:
        """In how many seconds a call may be admitted."""
        return max(0.0, self.barred_until - at, self.resting_until - at)
