"""The web application: what it is made of, put together in one place."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from actions.base import Sources
from actions.door import executor
from actions.door import router as actions_door
from chorus import demo
from chorus.identity import FixedKeys, Identity, Keys, Verifier, keys_from
from chorus.training_demo import DemoTrainings
from chorus.training_mails import paper_of
from chorus.training_rounds import TrainingRounds
from kit.database import Database
from kit.files import FileStore
from kit.finishing import all_ended, repeat, stop
from kit.limits import Limits
from kit.mail import sender
from kit.mail_door import MailDoor
from kit.outbox import Outbox
from kit.settings import Settings
from knowledge.library import Context, Library, library
from knowledge.routes import router as help_pages
from livechat.access import Doorkeeper
from livechat.agenda_keeper import AgendaKeeper
from livechat.appointment_links import Links
from livechat.assistant import Assistant, RasaAssistant
from livechat.attachments import Attachments
from livechat.boards import Boards
from livechat.booking import Booking
from livechat.calling import Calling
from livechat.desk import Desk
from livechat.errands import Errands
from livechat.exchange import Exchange
from livechat.hub import Hub
from livechat.presence import Presences
from livechat.proposing import Proposing
from livechat.protocol import Choice
from livechat.retention import Retention
from livechat.rounds import Rounds
from livechat.transcripts import Transcripts
from livechat.turns import Turns
from livechat.typists import Typists
from livechat.watcher import Watcher
from staff.access import LoginNeeded, go_to_login
from staff.revocations import Revocations
from staff.routes import router as staff_pages
from ticketing.addressing import Addressing
from ticketing.bulk import Bulk
from ticketing.confirming import Confirming
from ticketing.dossier import Dossiers
from ticketing.drafts import Drafts
from ticketing.due_times import DueTimes
from ticketing.enclosures import Enclosures
from ticketing.export import Export
from ticketing.following import Following
from ticketing.link_requests import LinkRequests
from ticketing.looks import Looks
from ticketing.merging import Merging
from ticketing.own import OwnTickets
from ticketing.queues import Queues
from ticketing.receiving import Receiver
from ticketing.rounds import TicketRounds
from ticketing.saved_queues import SavedQueues
from ticketing.triage import Triage
from ticketing.writing import Writing
from web import (
    api,
    api_page,
    appointment_pages,
    appointments,
    console,
    files,
    host_site,
    own_form_pages,
    own_session,
    own_ticket_pages,
    pages,
    problems,
    proof,
    routing_pages,
    socket,
    ticket_bulk_pages,
    ticket_desk_pages,
    ticket_pages,
    ticket_reply_pages,
    tracking_pages,
    training_desk_pages,
    training_pages,
    triage_pages,
    unmasking_pages,
)
from web.guard import Guard
from web.health import Health
from web.rounds import rounds_of

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
ROUND_S = 3.0  # what runs again and again may end for so long when we stop
DRAIN_S = 8.0  # the turns in flight may end for so long when we stop
GOODBYE_S = 2.0  # and whoever listens has so long to be told


def create_app(settings: Settings | None = None, assistant: Assistant | None = None) -> FastAPI:
    """The application. `assistant` is Rasa at the address of the settings unless one is given."""
    settings = settings or Settings()
    app = FastAPI(title="ClaudIA", docs_url=None, redoc_url=None, lifespan=_life)
    app.state.settings = settings
    app.state.assistant = assistant
    app.state.action_key = settings.action_key
    problems.install(app)
    app.add_exception_handler(LoginNeeded, go_to_login)
    app.add_exception_handler(own_session.SessionNeeded, own_session.ask_for_session)
    app.add_middleware(Guard, origins=settings.origins, public_url=settings.public_url)
    front = [pages.demo_router, pages.router] if settings.demo else [pages.router]
    for router in (
        *front,
        help_pages,
        staff_pages,
        api.router,
        files.router,
        api_page.router,
        appointments.router,
        appointment_pages.router,
        console.router,
        appointments.staff_router,
        files.staff_router,
        own_session.router,
        own_form_pages.router,
        own_ticket_pages.router,
        proof.router,
        routing_pages.router,
        socket.router,
        triage_pages.router,  # before the page of a ticket, whose number it would be
        ticket_bulk_pages.router,
        ticket_desk_pages.router,
        ticket_reply_pages.router,
        ticket_pages.router,
        tracking_pages.router,
        training_desk_pages.router,
        training_pages.router,
        unmasking_pages.router,
        actions_door,
    ):
        app.include_router(router)
    unwell: dict[int | str, dict[str, Any]] = {503: problems.DOCUMENTED[503]}
    app.add_api_route("/healthz", healthz, responses=unwell, tags=["health"])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


async def healthz(request: Request) -> JSONResponse:
    """Whether the model is loaded and warm and the database answers; why not, if not."""
    health: Health = request.app.state.health
    reason = await health.problem()
    if reason is None:
        return JSONResponse({"status": "ok"})
    return problems.problem(503, reason, retry_after=2)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        rasa = await stack.enter_async_context(_client(settings.rasa_url, settings.turn_timeout_s))
        outside = await stack.enter_async_context(httpx2.AsyncClient())
        _furnish(app, settings, database, rasa, outside)
        await app.state.mail_door.start()
        stopping = asyncio.Event()
        repeated = [
            asyncio.create_task(repeat(work, every_s, stopping))
            for work, every_s in rounds_of(app.state)
        ]
        yield
        stopping.set()
        await app.state.mail_door.stop()
        await stop(repeated, within_s=ROUND_S)
        await app.state.watcher.close()
        await app.state.turns.stop()
        await all_ended()


def _furnish(
    app: FastAPI,
    settings: Settings,
    database: Database,
    rasa: httpx2.AsyncClient,
    outside: httpx2.AsyncClient,
) -> None:
    state = app.state
    token_key = settings.secrets.token_key.encode()
    shelf = library()
    assistant = state.assistant or RasaAssistant(rasa)
    state.database = database
    state.library = shelf
    state.hub = Hub()
    state.revocations = Revocations()
    paper = state.training_paper = paper_of(settings)
    state.turns = Turns(database, state.hub, assistant, Errands(paper), settings.turn_timeout_s)
    state.doorkeeper = Doorkeeper(token_key)
    state.limits = Limits(on=settings.rate_limits == "on", redis_url=settings.redis_url)
    state.exchange = Exchange(
        database,
        state.hub,
        state.turns,
        state.doorkeeper,
        lambda identity: proposals(shelf, identity),
        token_key,
    )
    state.desk = Desk(database, state.hub, token_key)
    state.boards = Boards(database)
    state.files = FileStore(settings.var / "files")
    state.attachments = Attachments(database, state.hub, state.desk, state.files, token_key)
    keeper = AgendaKeeper(database, state.hub, Links(token_key), sender(settings).addr_spec)
    state.booking = Booking(keeper, token_key)
    state.calling = Calling(keeper)
    state.proposing = Proposing(keeper, state.desk, token_key)
    state.transcripts = Transcripts(database, state.hub, token_key)
    state.presences = Presences(database, state.hub)
    state.rounds = Rounds(database, state.hub)
    state.watcher = Watcher(database, state.hub)
    state.typists = Typists(database, state.hub)
    state.verifier = Verifier(
        _keys(settings, outside), settings.identity_issuer, settings.identity_audience
    )
    host_site.furnish(state, settings, database, outside)
    state.retention = Retention(database, settings)
    state.outbox = Outbox(database, settings)
    state.training_rounds = TrainingRounds(database, paper)
    state.demo_trainings = DemoTrainings(database)
    state.ticket_rounds = TicketRounds(database)
    state.due_times = DueTimes(database)
    state.link_requests = LinkRequests(database)
    state.mail_door = MailDoor(settings, Receiver(database, state.files).receive)
    state.following = Following(database, state.files)
    state.writing = Writing(database, state.files, settings.secrets.proof_key.encode())
    state.confirming = Confirming(database, state.files)
    state.enclosures = Enclosures(database, state.files)
    state.drafts = Drafts(database, state.files)
    state.own_tickets = OwnTickets(database)
    state.addressing = Addressing(database)
    state.triage = Triage(database)
    state.dossiers = Dossiers(database, state.files)
    state.merging = Merging(database, state.files)
    state.looks = Looks(database)
    state.bulk = Bulk(database)
    state.queues = Queues(database)
    state.saved_queues = SavedQueues(database)
    state.export = Export(database)
    state.executor = executor(Sources(database, shelf, state.invoices, state.accounts))
    state.health = Health(database, assistant, rasa)


def _client(url: str, timeout_s: float) -> httpx2.AsyncClient:
    # Longer than a turn may take: it is the turn that decides when it is too late.
    return httpx2.AsyncClient(base_url=url, timeout=timeout_s * 12, trust_env=False)


def _keys(settings: Settings, http: httpx2.AsyncClient) -> Keys:
    if settings.identity_keys:
        return keys_from(settings.identity_keys, http)
    if not settings.demo:
        return FixedKeys({"keys": []})
    return FixedKeys(demo.jwks(settings.secrets))


def proposals(shelf: Library, identity: Identity | None) -> list[Choice]:
    """The questions that the greeting proposes to this person."""
    kind = identity.structures[0].kind if identity and identity.structures else None
    context = Context(
        connected=identity is not None, role=identity.role if identity else None, kind=kind
    )
    return [
        Choice(id="", label=section.title, answer=section.id) for section in shelf.welcome(context)
    ]


async def drain(app: FastAPI) -> None:
    """Before we stop: the turns in flight may end and be heard, then all are told to come back."""
    with suppress(AttributeError):  # stopped before it had started
        await app.state.turns.drain(DRAIN_S)
        app.state.hub.go_away(delay_s=2.0)
        with suppress(TimeoutError):
            await asyncio.wait_for(app.state.hub.all_left(), GOODBYE_S)
