"""The picture at the top of README: the chat as it is, taken by a journey.

Set CLAUDIA_PICTURES=1 to take it again; otherwise a test run leaves the tree as it is.
"""

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.demo import Demo

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "chat.png"


def test_readme_shows_the_chat_as_it_is(demo: Demo, tmp_path: Path) -> None:
    demo.page.set_viewport_size({"width": 1280, "height": 960})
    chat = demo.open_chat()
    answer = chat.ask("jai saisi ma facture hier et la mairie a rien recu")
    expect(answer.get_by_role("button", name="Utile", exact=True)).to_be_attached()
    demo.page.mouse.move(0, 0)
    wanted = PICTURE if os.environ.get("CLAUDIA_PICTURES") else tmp_path / PICTURE.name
    wanted.parent.mkdir(parents=True, exist_ok=True)
    demo.page.screenshot(path=wanted)
    assert wanted.stat().st_size > 10_000
