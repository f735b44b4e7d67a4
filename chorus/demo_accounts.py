"""Accounts of the demo host site: mails that say they are of a demonstration.

Written to the connection address of an account, about its own state only; to an address without an
account, or that is no mailbox, nothing is written.
"""

from chorus.account_models import AccountRequestKind
from chorus.accounts import Letter
from chorus.demo_links import LASTS, DemoLinks
from chorus.demo_portal import AccountState, DemoPortal
from kit.clock import now
from kit.mail import write
from kit.site import site_url

ACTIVATION = "chorus/mails/account_activation"
ALREADY_ACTIVE = "chorus/mails/account_already_active"
PASSWORD_RESET = "chorus/mails/account_password_reset"
LOCKED = "chorus/mails/account_locked"

MINUTES = int(LASTS.total_seconds() // 60)


class DemoAccounts:
    offered = True

    def __init__(self, portal: DemoPortal, links: DemoLinks) -> None:
        self._portal, self._links = portal, links

    async def resend_activation(self, address: str) -> Letter | None:
        address = address.lower()  # as the account has it
        match await self._portal.account_state(address):
            case AccountState.NOT_ACTIVATED:
                return self._with_link(ACTIVATION, address, AccountRequestKind.ACTIVATION)
            case AccountState.ACTIVE | AccountState.LOCKED:
                return _plain(ALREADY_ACTIVE, address)
        return None

    async def send_password_reset(self, address: str) -> Letter | None:
        address = address.lower()
        match await self._portal.account_state(address):
            case AccountState.ACTIVE:
                return self._with_link(PASSWORD_RESET, address, AccountRequestKind.PASSWORD_RESET)
            case AccountState.LOCKED:
                return _plain(LOCKED, address)
            case AccountState.NOT_ACTIVATED:  # there is no password yet
                return self._with_link(ACTIVATION, address, AccountRequestKind.ACTIVATION)
        return None

    def _with_link(self, folder: str, address: str, kind: AccountRequestKind) -> Letter:
        expires_at = now() + LASTS
        url = site_url() + self._links.path(kind, expires_at)
        mail = write(folder, address, url=url, minutes=MINUTES)
        return Letter(mail, _kind(folder), expires_at)


def _plain(folder: str, address: str) -> Letter:
    return Letter(write(folder, address), _kind(folder))


def _kind(folder: str) -> str:
    return f"demo_{folder.rpartition('/')[2]}"
