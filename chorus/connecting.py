"""Which host site this installation talks to: the real one by its settings, else the demo, else
none.
"""

import httpx2

from chorus.accounts import Accounts, NoAccounts
from chorus.demo_accounts import DemoAccounts
from chorus.demo_links import DemoLinks
from chorus.demo_portal import DemoPortal
from chorus.piste import PistePortal
from chorus.piste_calls import Piste, access_of
from chorus.portal import Portal, UnconnectedPortal
from kit.settings import Settings


def portal_of(settings: Settings, http: httpx2.AsyncClient) -> Portal:
    """Raises ValueError when the settings of PISTE are not complete."""
    if settings.piste_client_id:
        return PistePortal(Piste(access_of(settings), http))
    return DemoPortal(settings.var) if settings.demo else UnconnectedPortal()


def accounts_of(portal: Portal, settings: Settings) -> Accounts:
    """Of the same host site."""
    if isinstance(portal, DemoPortal):
        return DemoAccounts(portal, demo_links(settings))
    return NoAccounts()


def demo_links(settings: Settings) -> DemoLinks:
    return DemoLinks(settings.secrets.token_key.encode())
