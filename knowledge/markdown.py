"""From the small Markdown of the answers to HTML: paragraphs, lists and bare addresses only.

What is not one of these stays text: an answer can never bring markup of its own into a page.
"""

from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True})
_parser.enable(["list", "linkify", "newline"])
if _parser.linkify is not None:  # only addresses that begin with http:// or https://
    _parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


def html_of(text: str) -> Markup:
    """Safe HTML of an answer's text."""
    return Markup(_parser.render(text))
