"""The links in the mails of the demo host site: signed, and void an hour later.

They open a page that changes nothing: it tells what the real portal would show.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from chorus.account_models import AccountRequestKind
from kit.clock import now
from kit.errors import NotFound
from kit.secret_links import Pass, SecretLinks

PATH = "/demo/compte"
LASTS = timedelta(minutes=60)  # as the activation link of the real portal
NO_SUCH = "There is no such link."  # invented and expired alike
KINDS = (AccountRequestKind.ACTIVATION, AccountRequestKind.PASSWORD_RESET)


class DemoLinks:
    def __init__(self, secret: bytes) -> None:
        self._signing = SecretLinks(secret, b"demo account", NO_SUCH)

    def path(self, kind: AccountRequestKind, expires_at: datetime) -> str:
        """Of the page, without the address of our site. Its generation is when it ends."""
        named = Pass(KINDS.index(kind), uuid4(), int(expires_at.timestamp()))
        return f"{PATH}/{self._signing.sign(named)}"

    def read(self, token: str) -> AccountRequestKind:
        """What the link is for. Raises NotFound when it is not ours, or too old."""
        named = self._signing.read(token)
        if now() >= datetime.fromtimestamp(named.generation, UTC):
            raise NotFound(NO_SUCH)
        return KINDS[named.kind]
