"""organisation.yml is read strictly: what is wrong stops the start, with a sentence."""

from pathlib import Path

import pytest

from kit.organisation import OrganisationError, organisation
from kit.settings import ROOT

SOURCE = (ROOT / "organisation.yml").read_text(encoding="utf-8")


def test_the_file_of_this_repository_is_complete() -> None:
    assert organisation().name
    assert [bool(day) for day in organisation().hours.days] == [True] * 5 + [False] * 2


def test_another_organisation_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    path.write_text(SOURCE.replace('name: "Chorus Pro"', 'name: "Autre service"'), "utf-8")
    assert organisation(path).name == "Autre service"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("assistant:", "asistant:"), "assistant"),
        (("Europe/Paris", "Europe/Lutece"), "timezone"),
        (('from: "08:30"', 'from: "8 heures"'), "hours.monday"),
        (("route: metier", "route: mairie"), "route"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    path = tmp_path / "organisation.yml"
    path.write_text(SOURCE.replace(*change), "utf-8")
    with pytest.raises(OrganisationError, match=named):
        organisation(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OrganisationError, match=r"absent\.yml"):
        organisation(tmp_path / "absent.yml")
