"""A topic has one name everywhere: what users say, what happens next, what is looked up."""

from tests.house.tree import ROOT

# Modules of actions/ that serve every topic, and parts of one.
SHARED = {
    "__init__",
    "account_links",
    "addresses",
    "answer",
    "base",
    "door",
    "forms",
    "session",
    "typed",
    "words",
}
PARTS = {
    "invoice_questions",
    "ticket_questions",
    "ticket_reading",
    "training_choice",
    "training_questions",
}


def topics(folder: str, suffix: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(f"*{suffix}")}


def test_what_happens_next_follows_something_users_say() -> None:
    assert topics("data/stories", ".yml") <= topics("data/nlu", ".yml")


def test_something_happens_next_whatever_users_say() -> None:
    assert topics("data/nlu", ".yml") <= topics("data/stories", ".yml")


def test_actions_serve_a_topic() -> None:
    assert topics("actions", ".py") - SHARED - PARTS <= topics("data/stories", ".yml")
