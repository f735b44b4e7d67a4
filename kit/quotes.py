"""What somebody wrote in a mail, without the mail that they answer and without their signature.

Losing somebody's words is worse than keeping too many: only what a mail program puts there is cut,
answers between and below quoted lines stay, and nothing is ever cut down to nothing. Line by line,
so that it takes linear time on whatever is sent.

The library made for it, mail-parser-reply 1.36, leaves five of the French quotations in
tests/kit/test_quotes.py, and drops an answer that stands below what it quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit import words

LONGEST_LINE = 400  # of what may introduce a quotation
LONGEST_SIGNATURE = 8  # lines, below a mark that may as well be a line drawn by hand
_INTRODUCTION = 3  # lines over which a name and an address may break it
_HEADER = 8  # lines in which a quoted header stands

_WROTE_BEGINS = re.compile(rf"[\s*_]{{0,9}}(?:{words.QUOTATION_BEGINS})\s", re.IGNORECASE)
_WROTE_ENDS = re.compile(
    rf"(?:^|[\s>,*_])(?:{words.QUOTATION_ENDS})[\s*_]*:[\s*_]*$", re.IGNORECASE
)
# An address, or a time and a comma: « … a écrit : » after neither may be somebody's own words.
_BY_A_PROGRAM = re.compile(r"@|(?<!\d)\d{1,2} ?[:h] ?\d\d(?:[:\s][^,]{0,20})?,", re.IGNORECASE)
_SEPARATOR = re.compile(
    rf"\W{{0,3}}[-‐–—_]{{2,}}\s*(?:{words.QUOTED_MAIL})\s*[-‐–—_]{{2,}}\W{{0,3}}$", re.IGNORECASE
)
_DRAWN = re.compile(r"\s*_{10,}\s*$")
_FIELD = re.compile(r"[\s*]*(\w+)[\s*]*:")
_SENT_FROM = re.compile(rf"\W{{0,3}}(?:{words.SENT_FROM})\b.{{0,60}}$", re.IGNORECASE)


@dataclass(frozen=True)
class Cut:
    """What was written, and whether something was left out of it."""

    text: str
    shortened: bool


def cut(text: str) -> Cut:
    """The text without quotations and without signatures."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    kept = (line for each in _between_quotations(whole.split("\n")) for line in _unsigned(each))
    written = "\n".join(kept).strip()
    return Cut(written, shortened=written != whole) if written else Cut(whole, shortened=False)


def _between_quotations(lines: list[str]) -> Iterator[list[str]]:
    place, stretch = 0, list[str]()
    while place < len(lines):
        end = _end_of_quotation(lines, place)
        if end is None:
            stretch.append(lines[place])
            place += 1
        else:
            yield stretch
            place, stretch = end, []
    yield stretch


def _end_of_quotation(lines: list[str], place: int) -> int | None:
    """The line below the quotation that begins at this one; None: none begins."""
    line = lines[place]
    if _is_quoted(line):
        return place + 1
    if len(line) > LONGEST_LINE:
        return None
    if _SEPARATOR.match(line) or _is_header(lines, place):
        return len(lines)
    if introduced := _introduction(lines, place):
        return _below_introduction(lines, place, introduced)
    return None


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _introduction(lines: list[str], place: int) -> str:
    """« Le …, X a écrit : », whose lines may have been broken, joined by line feeds; or nothing."""
    taken = list[str]()
    for line in lines[place : place + _INTRODUCTION]:
        if not line.strip() or _is_quoted(line) or len(line) > LONGEST_LINE:
            break
        taken.append(line)
        if not _WROTE_BEGINS.match(taken[0]):
            break
        if _WROTE_ENDS.search(line):
            return "\n".join(taken)
    return ""


def _below_introduction(lines: list[str], place: int, introduction: str) -> int | None:
    """Where marked lines follow, they are looked at one by one: answers may stand between them."""
    below = place + introduction.count("\n") + 1
    following = next((line for line in lines[below : below + 3] if line.strip()), "")
    if _is_quoted(following):
        return below
    return len(lines) if _BY_A_PROGRAM.search(introduction) else None


def _is_header(lines: list[str], place: int) -> bool:
    """« De : … Envoyé : … À : … Objet : … », with or without a line drawn above it.

    Without one, people write such lines too, of a letter that they received: only a program says
    when it was sent, to whom, or from which address.
    """
    drawn = bool(_DRAWN.match(lines[place]))
    block = [line for line in lines[place : place + _HEADER] if line.strip()]
    names = [_field(line) for line in block][drawn:]
    return (
        bool(names)
        and names[0] in words.QUOTED_SENDER
        and any(name in words.QUOTED_SUBJECT for name in names)
        and any(name in words.QUOTED_FIELDS for name in names)
        and (drawn or "@" in block[0] or not words.QUOTED_BY_PROGRAMS.isdisjoint(names))
    )


def _field(line: str) -> str:
    found = _FIELD.match(line[:LONGEST_LINE])
    return found[1].casefold() if found else ""


def _unsigned(lines: list[str]) -> Iterator[str]:
    """Without the signature, and without what a telephone adds."""
    for place, line in enumerate(lines):
        if line == "-- " or (line.strip() == "--" and _is_short(lines[place + 1 :])):
            return
        if not (len(line) <= LONGEST_LINE and _SENT_FROM.match(line)):
            yield line


def _is_short(lines: list[str]) -> bool:
    return sum(bool(line.strip()) for line in lines) <= LONGEST_SIGNATURE
