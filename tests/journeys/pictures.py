"""Pictures of the documentation, taken by journeys.

Set CLAUDIA_PICTURES=1 to take them again; otherwise a test run leaves the tree as it is.
"""

import os
from pathlib import Path

from playwright.sync_api import Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take_picture(page: Page, name: str, otherwise: Path) -> None:
    """`otherwise`: the folder that takes it when the documentation is to stay as it is."""
    folder = IMAGES if os.environ.get("CLAUDIA_PICTURES") else otherwise
    folder.mkdir(parents=True, exist_ok=True)
    page.mouse.move(0, 0)
    page.screenshot(path=folder / name)
    assert (folder / name).stat().st_size > 10_000
