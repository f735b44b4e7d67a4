"""What the application is made of that talks to the host site: invoices, and links to accounts."""

import httpx2
from starlette.datastructures import State

from chorus.account_requests import AccountRequests
from chorus.connecting import accounts_of, demo_links, portal_of
from chorus.invoices import Invoices
from kit.database import Database
from kit.settings import Settings
from knowledge.invoice_statuses import invoice_statuses


def furnish(
    state: State, settings: Settings, database: Database, outside: httpx2.AsyncClient
) -> None:
    """Raises ValueError when the settings of PISTE, or the file of the statuses, cannot be used."""
    invoice_statuses()  # read now: a mistake in it stops the start, rather than an answer
    state.portal = portal_of(settings, outside)
    state.invoices = Invoices(state.portal)
    state.accounts = accounts_of(state.portal, settings)
    state.account_requests = AccountRequests(database, state.accounts)
    state.demo_links = demo_links(settings)
