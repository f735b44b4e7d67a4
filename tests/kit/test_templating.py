"""Pages keep to French typography, whatever spaces their authors typed."""

from kit.templating import templates


def test_the_spaces_of_french_typography_never_break() -> None:
    page = templates().env.from_string(
        '<p>Quoi ? <b>Lui</b> : {{ "« Oui » ; non" if here else name }}</p>'
    )
    assert page.render(here=True) == ("<p>Quoi\xa0? <b>Lui</b>\xa0: «\xa0Oui\xa0»\xa0; non</p>")
    assert page.render(here=False, name="a : b").endswith(": a : b</p>")  # as they typed it
