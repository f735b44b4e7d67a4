"""What must never be kept: passwords, payment cards, social security numbers and IBANs.

Pure rules, applied to what a user types before it is stored. A SIRET (14 digits) is never taken for
a card. Each rule looks at a bounded piece of text from each starting point, so that the time grows
with the length of the text and no faster.
"""

from dataclasses import dataclass

from kit.secrecy import Finding, Kind
from kit.secret_numbers import find_numbers
from kit.secret_words import find_passwords
from kit.words import MASKS


@dataclass(frozen=True)
class Masked:
    """The text without its secrets, and what kinds were found (each once, in order)."""

    text: str
    kinds: tuple[Kind, ...]


def mask(text: str) -> Masked:
    """Replace each secret by its name in brackets: « [numéro de carte masqué] »."""
    findings = _apart([*find_numbers(text), *find_passwords(text)])
    pieces, at = [], 0
    for finding in findings:
        pieces += [text[at : finding.start], f"[{MASKS[finding.kind]}]"]
        at = finding.end
    kinds = tuple(dict.fromkeys(finding.kind for finding in findings))
    return Masked("".join([*pieces, text[at:]]), kinds)


def _apart(findings: list[Finding]) -> list[Finding]:
    """In order; findings that overlap become one, named after the first and longest."""
    apart: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if apart and finding.start < apart[-1].end:
            first = apart.pop()
            apart.append(Finding(first.start, max(first.end, finding.end), first.kind))
        else:
            apart.append(finding)
    return apart
