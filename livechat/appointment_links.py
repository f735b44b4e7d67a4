"""The secret links of appointments: whoever holds one may see, move and cancel that one, no other.

A link of a proposal lets its reader choose; one of an appointment changes it, until a later
generation voids it (kit/secret_links.py).
"""

from kit.secret_links import Pass, SecretLinks
from livechat.appointment_models import Appointment, Proposal

PATH = "/rendez-vous"
NO_SUCH = "There is no such appointment."  # invented, foreign, void and old alike
APPOINTMENT, PROPOSAL = 1, 2


class Links:
    def __init__(self, secret: bytes) -> None:
        self._links = SecretLinks(secret, b"appointment", NO_SUCH)

    def to(self, named: Appointment | Proposal) -> str:
        """The path of the page, without the address of our site."""
        return f"{PATH}/{self.token(named)}"

    def token(self, named: Appointment | Proposal) -> str:
        if isinstance(named, Appointment):
            return self._links.sign(Pass(APPOINTMENT, named.id, named.generation))
        return self._links.sign(Pass(PROPOSAL, named.id, 0))

    def read(self, token: str) -> Pass:
        """Raises NotFound when we did not make this token."""
        return self._links.read(token)
