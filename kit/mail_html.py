"""What a reader of an HTML mail sees, as plain lines, without what its program marked as quoted.

Markup is only gone over once, never built into a tree: the standard library's parser takes minutes
on 100 kB of « <a », and a parser that follows the HTML standard may make a tree without measure.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

LONGEST = 500_000  # characters; what a mail program adds stands below the answer
DEEPEST = 500
_LONGEST_TAG = 4_000  # in which `>` may stand between quotation marks

_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"}
)
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "area", "base", "col", "wbr"})
_NO_MARKUP = frozenset({"script", "style", "title"})  # nothing in them is a tag, nor is it seen
# How mail programs mark what they quote: an element, or a place from which all is quoted.
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra")
_QUOTES_TO_THE_END = re.compile(
    r"divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|reference-message|zwchr"
)

_TAG = re.compile(r"""</?[a-z][^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>""", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-z][\w:-]{0,30})", re.IGNORECASE)
_MARKED = re.compile(r"[a-z/!?]", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s"'](class|id|type|src)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")  # not the no-break ones


@dataclass(frozen=True)
class Seen:
    """`quoted_pictures`: the Content-IDs of pictures that only the quoted part shows."""

    text: str
    shortened: bool
    quoted_pictures: frozenset[str] = frozenset()


def text_of(html: str) -> Seen:
    """Where nothing is left without the quotations, they are kept."""
    reader = _Reader(leave_out=True)
    reader.read(html)
    if text := reader.text:
        return Seen(text, reader.shortened, frozenset(reader.quoted - reader.shown))
    whole = _Reader(leave_out=False)
    whole.read(html)
    return Seen(whole.text, shortened=False)


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """Text and tags (True), in their order; comments are left out."""
    place, last_tag_end, last_comment_end = 0, html.rfind(">"), html.rfind("-->")
    while (start := html.find("<", place)) >= 0:
        yield html[place:start], False
        if not _MARKED.match(html, start + 1) or start > last_tag_end:
            yield "<", False
            place = start + 1
        elif html.startswith("<!--", start):
            place = start + 4
            if place <= last_comment_end:
                place = html.find("-->", place) + 3
        else:
            tag = _TAG.match(html, start, start + _LONGEST_TAG)
            end = tag.end() if tag else html.find(">", start) + 1
            yield html[start:end], True
            place = _past_what_has_no_markup(html, start, end)
    yield html[place:], False


def _past_what_has_no_markup(html: str, start: int, end: int) -> int:
    name = _NAME.match(html, start)
    if name is None or name[1] or name[2].lower() not in _NO_MARKUP:
        return end
    closing = re.compile(rf"</{name[2]}\b", re.IGNORECASE).search(html, end)
    return closing.start() if closing else len(html)


class _Reader:
    def __init__(self, *, leave_out: bool) -> None:
        self.shortened = False
        self.shown: set[str] = set()
        self.quoted: set[str] = set()
        self._leave_out = leave_out
        self._written: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tags, and whether what is in them is quoted
        self._names = Counter[str]()  # of those, so that no closing tag is looked for in vain
        self._depth = 0  # how many of those are quoted
        self._ended = False

    @property
    def text(self) -> str:
        lines = (line.strip(" \t") for line in "".join(self._written).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def read(self, html: str) -> None:
        for piece, is_tag in _pieces(html[:LONGEST]):
            if is_tag:
                self._tag(piece)
            elif piece and self._is_seen:
                self._written.append(_BLANKS.sub(" ", unescape(piece)))

    @property
    def _is_seen(self) -> bool:
        return not self._ended and not self._depth

    def _tag(self, tag: str) -> None:
        found = _NAME.match(tag)
        if found is None:
            return  # a declaration
        name = found[2].lower()
        if found[1]:
            self._close(name)
        else:
            self._begin(name, _attributes(tag))

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        quoted = self._leave_out and self._is_quoted(name, attributes)
        self.shortened |= quoted
        self._break(name)
        source = attributes.get("src", "")
        if name == "img" and source.lower().startswith("cid:"):
            (self.shown if self._is_seen else self.quoted).add(unquote(source[4:]))
        if name not in _VOID and len(self._open) < DEEPEST:
            self._open.append((name, quoted))
            self._names[name] += 1
            self._depth += quoted

    def _is_quoted(self, name: str, attributes: dict[str, str]) -> bool:
        marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        self._ended = self._ended or bool(_QUOTES_TO_THE_END.search(marks))
        cited = name == "blockquote" and attributes.get("type", "").lower() == "cite"
        return self._ended or cited or bool(_QUOTES.search(marks))

    def _close(self, name: str) -> None:
        while self._names[name]:
            last, quoted = self._open.pop()
            self._names[last] -= 1
            self._depth -= quoted
            if last == name:
                break
        self._break(name)

    def _break(self, name: str) -> None:
        """A block stands on lines of its own; paragraphs have an empty one between them."""
        if not self._is_seen:
            return
        if name in _CELLS:
            self._written.append(" ")
        elif name == "br" or (name in _BLOCKS and not "".join(self._written[-1:]).endswith("\n")):
            self._written.append("\n")
        if name == "p":
            self._written.append("\n")


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(tag, 0, _LONGEST_TAG)
    return {each[1].lower(): unescape(each[2] or each[3] or each[4] or "") for each in found}
