"""A filter is one value, whether it stands in an address or is saved."""

import json
from datetime import date
from urllib.parse import parse_qsl
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from ticketing.filters import (
    ME,
    NOBODY,
    QUEUES,
    YEARS,
    Due,
    Filters,
    Sort,
    from_dict,
    from_pairs,
    says_something,
)
from ticketing.lifecycle import Status
from ticketing.models import Priority, Route

DAYS = st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))
FILTERS = st.builds(
    Filters,
    text=st.text(max_size=60).map(lambda text: " ".join(text.replace("\0", "").split())),
    statuses=st.frozensets(st.sampled_from([each for each in Status if each != Status.DRAFT])),
    route=st.none() | st.sampled_from(Route),
    category=st.sampled_from(["", "autre", "raccordement/piste"]),
    assignee=st.sampled_from(["", ME, NOBODY, str(uuid4())]),
    priority=st.none() | st.sampled_from(Priority),
    tag=st.sampled_from(["", "paie", "à suivre"]),
    due=st.none() | st.sampled_from(Due),
    callback=st.booleans(),
    recently_closed=st.booleans(),
    since=st.none() | DAYS,
    until=st.none() | DAYS,
    sort=st.sampled_from(Sort),
)


@given(FILTERS)
def test_an_address_gives_the_filter_back(filters: Filters) -> None:
    assert from_pairs(parse_qsl(filters.to_query())) == filters


@given(FILTERS)
def test_a_saved_filter_comes_back(filters: Filters) -> None:
    assert from_dict(json.loads(json.dumps(filters.to_dict()))) == filters


@given(st.lists(st.tuples(st.sampled_from([*"abc", "etat", "suivi", "du", "priorite", "tri", "q",
    "categorie", "destinataire", "echeance"]), st.text(max_size=200))))  # fmt: skip
def test_no_address_is_refused(pairs: list[tuple[str, str]]) -> None:
    filters = from_pairs(pairs)
    assert Status.DRAFT not in filters.statuses
    assert from_pairs(parse_qsl(filters.to_query())) == filters


def test_no_address_reaches_drafts() -> None:
    assert from_pairs([("etat", "draft")]) == Filters()


def test_an_address_without_a_filter_asks_for_nothing() -> None:
    assert not says_something(["page", "lignes", "fait", "lot"])
    assert all(says_something(name for name, _ in parse_qsl(q.to_query())) for q in QUEUES.values())


def test_searching_and_sorting_stay_in_the_same_queue() -> None:
    late = QUEUES["late"]
    assert Filters(due=Due.LATE, text="facture", sort=Sort.NUMBER).is_same_queue(late)
    assert not Filters(due=Due.TODAY).is_same_queue(late)
    assert Filters(text="facture").narrows is False
