"""A person without a mouse: goes where they want by Tab, whatever stands in between."""

import pytest
from playwright.sync_api import Locator, Page

MOST = 80  # stops on the way


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Presses `key` ("Tab" or "Shift+Tab") until `wanted` has the focus."""
    for _ in range(MOST):
        if wanted.evaluate("node => node === node.ownerDocument.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"The keyboard does not reach {wanted}.")
