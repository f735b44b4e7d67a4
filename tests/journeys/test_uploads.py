"""Files on their way: announced, dropped anywhere, and lost neither by a cut nor by a reload."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire
from tests.journeys.console import Console
from tests.journeys.demo import Demo
from tests.journeys.service import Service
from tests.journeys.test_accessibility import expect_clean
from tests.kit.test_file_kinds import PDF

pytestmark = pytest.mark.usefixtures("open_throughout", "nobody_left_over")

UPLOADS = "**/files"
RESTART_MS = 60_000
LISTEN = """announcer => {
    window.spoken = [];
    const note = ({ addedNodes }) => window.spoken.push(...[...addedNodes].map(n => n.textContent));
    new MutationObserver(changes => changes.forEach(note)).observe(announcer, { childList: true });
}"""
KEPT = """async side => {
    const { restore } = await import('/static/chat/unsent.js');
    return (await restore(side, () => true)).length;
}"""
NO_ROOM = """() => {
    IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
}"""


@pytest.fixture
def claire(chat: Chat, hire: Hire) -> Console:
    """The advisor who answers the user of the chat: each may write to the other."""
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    return claire


@pytest.fixture
def queued(chat: Chat) -> Chat:
    """A user who waits: files are taken already."""
    chat.ask_for_a_person()
    return chat


def line_of(side: Chat | Console, name: str) -> Locator:
    """What stands for that file, on its way or stored."""
    return side.messages.filter(has_text=name)


def expect_stored_once(side: Chat | Console, name: str, within_ms: float | None = None) -> None:
    """The event may come before the answer: for that instant both lines stand there."""
    stored = line_of(side, name).and_(side.page.locator("[data-seq]"))
    expect(stored).to_have_count(1, timeout=within_ms)
    expect(line_of(side, name)).to_have_count(1)


def choose(side: Chat | Console, *names: str, content: bytes = PDF) -> None:
    side.page.locator("#file").set_input_files(
        [FilePayload(name=name, mimeType="", buffer=content) for name in names]
    )


def act(side: Chat | Console, name: str, label: str) -> Locator:
    return line_of(side, name).get_by_role("button", name=f"{label} {name}", exact=True)


def expect_unsent(side: Chat | Console, name: str) -> None:
    expect(line_of(side, name)).to_contain_text("Non envoyé")
    expect(act(side, name, "Réessayer")).to_be_visible()


def cut_uploads(page: Page) -> None:
    """The rest of the service stays in reach."""
    page.route(UPLOADS, lambda route: route.abort())


def kept(page: Page, side: str) -> int:
    """How many files this browser keeps."""
    found: int = page.evaluate(KEPT, side)
    return found


def listen(page: Page) -> Callable[[str], list[str]]:
    """What is said aloud from now on that has that word in it."""
    page.locator("#announcer").evaluate(LISTEN)
    spoken = "window.spoken.map(text => text.replaceAll('\\u00a0', ' '))"
    return lambda word: [text for text in page.evaluate(spoken) if word in text]


def drop(file: Path, on: Locator, page: Page) -> None:
    """As by the mouse, from a window of the system."""
    box = on.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


# Said aloud --------------------------------------------------------------------------------------


def test_the_beginning_and_the_end_of_an_upload_are_announced_once(
    chat: Chat, claire: Console, errors: list[str]
) -> None:
    spoken, heard = listen(chat.page), listen(claire.page)
    chat.attach("devis.pdf", PDF)
    expect_stored_once(chat, "devis.pdf")
    expect_stored_once(claire, "devis.pdf")
    claire.attach("guide.pdf", PDF)
    expect_stored_once(chat, "guide.pdf")
    assert spoken("devis.pdf") == ["Envoi de « devis.pdf »…", "« devis.pdf » est envoyé."]
    assert heard("guide.pdf") == ["Envoi de « guide.pdf »…", "« guide.pdf » est envoyé."]
    assert len(spoken("guide.pdf")) == len(heard("devis.pdf")) == 1  # as a message that came
    for side in (chat, claire):
        choose(side, "virus.exe", "malware.exe", content=b"MZ\x00\x01")
        alert = side.page.get_by_role("alert").filter(visible=True)
        expect(alert).to_have_text(re.compile(r"«\svirus.exe\s» .* PDF.*«\smalware.exe\s» .* PDF"))
        expect(line_of(side, ".exe")).to_have_count(0)
    assert spoken("virus") == heard("virus") == ["Envoi de « virus.exe »…"]  # the alert said why
    errors.clear()  # the browser notes the refusals as well


# Dropped -----------------------------------------------------------------------------------------


def test_a_file_dropped_anywhere_in_the_chat_is_sent_or_ignored(chat: Chat, tmp_path: Path) -> None:
    address = chat.page.url
    for name in ("ignoré.txt", "déposé.txt"):
        (tmp_path / name).write_text("bonjour", encoding="utf-8")
    drop(tmp_path / "ignoré.txt", chat.place.get_by_role("heading", level=1), chat.page)
    chat.ask_for_a_person()  # before, nobody reads files
    chat.place.get_by_role("button", name="Nouvelle conversation").click()
    drop(
        tmp_path / "ignoré.txt", chat.place.locator("#confirm"), chat.page
    )  # a dialog is before it
    chat.page.keyboard.press("Escape")
    drop(tmp_path / "déposé.txt", chat.place.get_by_role("heading", level=1), chat.page)
    expect_stored_once(chat, "déposé.txt")
    expect(line_of(chat, "ignoré.txt")).to_have_count(0)
    assert chat.page.url == address


def test_a_file_dropped_on_the_panel_of_a_host_page_is_sent(demo: Demo, tmp_path: Path) -> None:
    chat = demo.open_chat()
    chat.ask_for_a_person()
    file = tmp_path / "déposé.txt"
    file.write_text("bonjour", encoding="utf-8")
    drop(file, chat.answered_by, demo.page)
    expect_stored_once(chat, "déposé.txt")
    assert [frame.url for frame in demo.page.frames if frame.url.startswith("file:")] == []


def test_a_file_dropped_anywhere_in_the_console_goes_to_the_open_chat_alone(
    chat: Chat, hire: Hire, tmp_path: Path
) -> None:
    claire = hire("Claire")
    address = claire.page.url
    for name in ("ignoré.txt", "déposé.txt"):
        (tmp_path / name).write_text("bonjour", encoding="utf-8")
    drop(tmp_path / "ignoré.txt", claire.title, claire.page)  # nothing is open
    chat.ask_for_a_person()
    claire.accept_offer()
    claire.page.get_by_role("radio", name="Note interne", exact=True).check()
    drop(tmp_path / "ignoré.txt", claire.title, claire.page)
    claire.page.get_by_role("radio", name="Message", exact=True).check()
    drop(tmp_path / "déposé.txt", claire.title, claire.page)
    expect_stored_once(claire, "déposé.txt")
    expect_stored_once(chat, "déposé.txt")
    expect(line_of(claire, "ignoré.txt")).to_have_count(0)
    assert claire.page.url == address


# Not lost ----------------------------------------------------------------------------------------


def test_what_could_not_leave_says_so_and_goes_when_the_connection_is_back(
    queued: Chat, errors: list[str]
) -> None:
    spoken = listen(queued.page)
    queued.page.context.set_offline(True)
    queued.attach("devis.pdf", PDF)
    expect_unsent(queued, "devis.pdf")
    assert len(spoken("pas encore envoyé")) == 1
    for _ in range(4):  # more often than anybody has patience for
        with queued.page.expect_event("requestfailed", lambda sent: sent.url.endswith("/files")):
            act(queued, "devis.pdf", "Réessayer").click()
    expect_unsent(queued, "devis.pdf")
    for scheme in ("light", "dark"):
        queued.page.emulate_media(color_scheme=scheme)
        expect_clean(queued.page)
    queued.page.context.set_offline(False)
    expect_stored_once(queued, "devis.pdf")
    expect(queued.place.get_by_role("button", name="Réessayer")).to_have_count(0)
    assert len(spoken("est envoyé")) == 1
    assert kept(queued.page, "chat") == 0
    errors.clear()  # the browser's own lines about the cut


def test_the_death_of_the_web_loses_no_file(
    queued: Chat, service: Service, errors: list[str]
) -> None:
    service.kill_web()
    queued.attach("devis.pdf", PDF)
    service.wait_until_ready()
    expect_stored_once(queued, "devis.pdf", RESTART_MS)
    errors.clear()


def test_what_a_reload_cut_off_is_sent_after_it_by_both_sides(
    chat: Chat, claire: Console, errors: list[str]
) -> None:
    for side, file in ((chat, "devis.pdf"), (claire, "guide.pdf")):
        cut_uploads(side.page)
        choose(side, file)
        expect_unsent(side, file)
        expect_clean(side.page)
        side.page.unroute(UPLOADS)
        side.page.reload()
        for each in (chat, claire):
            expect_stored_once(each, file)
    assert kept(chat.page, "chat") == kept(claire.page, "agents") == 0
    errors.clear()


def test_what_the_server_took_without_being_able_to_say_so_is_there_once(
    chat: Chat, claire: Console, errors: list[str]
) -> None:
    def lose_answer(route: Route) -> None:
        assert route.fetch().status == 201
        route.abort()

    for side, file in ((chat, "devis.pdf"), (claire, "guide.pdf")):
        side.page.route(UPLOADS, lose_answer)
        choose(side, file)
        expect(side.page.get_by_role("button", name=f"Réessayer {file}")).to_be_visible()
        side.page.unroute(UPLOADS)
        with side.page.expect_response(UPLOADS) as again:
            side.page.reload()
        assert again.value.status == 201
        expect(side.page.locator("[data-client-id]")).to_have_count(0)
        for each in (chat, claire):
            expect_stored_once(each, file)
    errors.clear()


def test_what_is_taken_away_in_one_tab_leaves_by_none(
    queued: Chat, service: Service, errors: list[str]
) -> None:
    context = queued.page.context
    context.route(UPLOADS, lambda route: route.abort())
    queued.attach("devis.pdf", PDF)
    expect_unsent(queued, "devis.pdf")
    other = Chat.open(context.new_page(), service.address)
    expect_unsent(other, "devis.pdf")
    act(queued, "devis.pdf", "Retirer").click()
    expect(queued.text).to_be_focused()
    for tab in (queued, other):
        expect(line_of(tab, "devis.pdf")).to_have_count(0)
    context.unroute(UPLOADS)
    queued.page.reload()
    expect(queued.messages.last).to_be_visible()  # the conversation is here again
    queued.attach("autre.pdf", PDF)
    for tab in (queued, other):
        expect_stored_once(tab, "autre.pdf")
        expect(line_of(tab, "devis.pdf")).to_have_count(0)
    errors.clear()


def test_a_browser_without_room_says_so_and_asks_before_the_page_goes(
    queued: Chat, errors: list[str]
) -> None:
    queued.page.evaluate(NO_ROOM)
    cut_uploads(queued.page)
    queued.attach("devis.pdf", PDF)
    expect(line_of(queued, "devis.pdf")).to_contain_text("ne rechargez pas la page")
    asked: list[str] = []

    def go_all_the_same(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    queued.page.once("dialog", go_all_the_same)
    queued.page.reload()
    assert asked == ["beforeunload"]
    expect(line_of(queued, "devis.pdf")).to_have_count(0)
    errors.clear()


def test_no_unsent_file_is_left_in_another_conversation_or_after_the_work(
    chat: Chat, claire: Console, service: Service, errors: list[str]
) -> None:
    for side in (chat, claire):
        cut_uploads(side.page)
        choose(side, "devis.pdf")
        expect_unsent(side, "devis.pdf")
    assert kept(chat.page, "chat") == kept(claire.page, "agents") == 1
    claire.log_out()
    assert kept(claire.page, "agents") == 0
    claire.page.close()
    chat.wait_for_queue()  # what is asked next is not overtaken by it
    chat.place.get_by_role("button", name="Nouvelle conversation").click()
    chat.place.locator("#confirm [data-yes]").click()
    expect(chat.messages).to_have_count(1)
    assert kept(chat.page, "chat") == 0
    errors.clear()


def test_no_unsent_file_is_left_when_the_user_signs_out(demo: Demo, errors: list[str]) -> None:
    demo.sign_in("Camille")
    chat = demo.open_chat()
    chat.ask_for_a_person()
    cut_uploads(demo.page)
    chat.attach("devis.pdf", PDF)
    expect_unsent(chat, "devis.pdf")
    frame = demo.page.frames[1]
    assert frame.evaluate(KEPT, "chat") == 1
    demo.sign_out()
    expect(line_of(chat, "devis.pdf")).to_have_count(0)
    assert frame.evaluate(KEPT, "chat") == 0
    errors.clear()
