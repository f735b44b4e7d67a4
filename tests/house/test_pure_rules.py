"""Rules are tables: they can be read, and tested to the last case, without any framework."""

import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, imported, name_of

# Some are not written yet: the rule holds from their first day.
NAMES = (
    "chorus/breaker.py",
    "chorus/invoice_numbers.py",
    "chorus/training_rules.py",
    "kit/calendar.py",
    "kit/clock.py",
    "kit/errors.py",
    "kit/reminders.py",
    "kit/spans.py",
    "livechat/conversation.py",
    "livechat/queue.py",
    "livechat/slots.py",
    "ticketing/lifecycle.py",
)
RULES = [ROOT / name for name in NAMES if (ROOT / name).exists()]
BESIDE = {"kit.calendar", "kit.errors", "kit.spans"}  # pure themselves


@pytest.mark.parametrize("path", RULES, ids=name_of)
def test_rules_import_no_framework(path: Path) -> None:
    foreign = {
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name.startswith(f"{module}.") for module in BESIDE)
    }
    assert foreign == set()
