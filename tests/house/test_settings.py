"""What an operator can set is what docs/operations.md says, setting by setting."""

import re

from kit.settings import Settings
from tests.house.tree import ROOT

DOCUMENT = ROOT / "docs" / "operations.md"
ROW = re.compile(r"^\| `(CLAUDIA_[A-Z_]+)` \|", re.MULTILINE)


def documented() -> list[str]:
    return ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    fields = {f"CLAUDIA_{name.upper()}" for name in Settings.model_fields}
    assert set(documented()) == fields


def test_no_setting_is_documented_twice() -> None:
    assert len(documented()) == len(set(documented()))
