"""Every address that users may read stands in the sources: none is invented."""

import re
from urllib.parse import urlsplit

from kit.settings import ROOT
from knowledge.library import FOLDER
from tests.knowledge.sources import seed_text, shared_folder

URL = re.compile(r"""https?://[^\s"'»<>]+""")
ALLOWED = {
    line
    for line in (FOLDER / "allowed_urls.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}
CONTENT = [
    *FOLDER.glob("*/*.md"),
    *(FOLDER / name for name in ("invoice_statuses.yml", "redirections.yml", "welcome.yml")),
    *ROOT.glob("*/templates/**/*.html"),
    ROOT / "organisation.yml",
]


def test_no_address_is_shown_that_is_not_allowed() -> None:
    for path in CONTENT:
        found = {url.rstrip(".,;:)") for url in URL.findall(path.read_text(encoding="utf-8"))}
        assert found <= ALLOWED, path.name


def test_every_allowed_address_stands_in_the_sources() -> None:
    sources = seed_text() + (shared_folder() / "domain.md").read_text(encoding="utf-8")
    for url in ALLOWED:
        parts = urlsplit(url)
        rest = url.removeprefix(f"{parts.scheme}://{parts.netloc}").strip("/")
        assert url in sources or (rest and rest in sources), url
