"""No fact of the source texts is lost: every sentence leads to an answer, or says why not."""

from typing import Any

import pytest
import yaml

from knowledge.library import FOLDER, library
from tests.knowledge.sources import seed_text

TRACE: list[dict[str, Any]] = yaml.safe_load((FOLDER / "trace.yml").read_text(encoding="utf-8"))
BULLETS = str.maketrans("", "", "•")


def without_blanks(text: str) -> str:
    return "".join(text.translate(BULLETS).split())


@pytest.mark.parametrize("entry", TRACE, ids=range(len(TRACE)))
def test_a_sentence_leads_to_sections_or_says_why_not(entry: dict[str, Any]) -> None:
    assert set(entry) <= {"seed", "sentence", "sections", "why"}
    assert set(entry["sections"]) <= set(library().sections)
    assert bool(entry["sections"]) is not bool(entry.get("why"))
    assert (FOLDER / "articles" / f"{entry['seed']}.md").is_file()


def test_every_article_of_the_seeds_is_traced() -> None:
    files = {path.stem for path in (FOLDER / "articles").glob("*.md")}
    assert {entry["seed"] for entry in TRACE} == files


def test_every_section_of_these_articles_carries_a_sentence() -> None:
    traced = {section_id for entry in TRACE for section_id in entry["sections"]}
    sections = library().sections.values()
    from_seeds = {s.id for s in sections if (FOLDER / "articles" / f"{s.file}.md").is_file()}
    assert from_seeds <= traced


def test_the_sentences_are_the_whole_of_the_source_texts() -> None:
    seeds = seed_text()
    assert "".join(without_blanks(entry["sentence"]) for entry in TRACE) == without_blanks(seeds)
