"""What the assistant is shown of a long text: a piece of it that it can read in no time."""

from hypothesis import given
from hypothesis import strategies as st

from livechat.excerpt import HEAD, LIMIT, TAIL, excerpt

LONG = st.text("abc de.?!\n", min_size=LIMIT + 1, max_size=1_500)


@given(st.text(max_size=LIMIT))
def test_a_text_that_fits_is_shown_as_it_is(text: str) -> None:
    assert excerpt(text) == text


@given(LONG | st.text(min_size=LIMIT + 1, max_size=800))
def test_a_long_text_is_cut_to_the_limit(text: str) -> None:
    assert len(excerpt(text)) <= LIMIT


@given(LONG)
def test_what_is_shown_is_the_beginning_and_the_end(text: str) -> None:
    shown = excerpt(text)
    cuts = [place for place, character in enumerate(shown) if character == " "]
    assert any(
        text[:HEAD].startswith(shown[:cut]) and text[-TAIL:].endswith(shown[cut + 1 :])
        for cut in cuts
    )


def test_it_is_cut_between_sentences() -> None:
    greeting, filling = "Bonjour à vous.", "Je vous écris au sujet de ma facture. " * 30
    question = "Comment modifier mon adresse ?"
    shown = excerpt(f"{greeting} {filling}{question}")
    assert shown.startswith(f"{greeting} Je vous écris")
    assert shown.endswith(question)
    between = shown.removeprefix(greeting).removesuffix(question).strip()
    assert set(between.split(". ")) == {
        "Je vous écris au sujet de ma facture",
        "Je vous écris au sujet de ma facture.",
    }


def test_a_text_without_sentences_is_cut_where_it_must_be() -> None:
    assert excerpt("a" * 600 + "b" * 600) == "a" * HEAD + " " + "b" * (TAIL - 1)
