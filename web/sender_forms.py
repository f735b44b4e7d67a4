"""Forms of senders with files, as the public pages and the pages of a session receive them.

A form that is refused is shown again with all that it held: its texts, and the files that were
taken in already.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from kit.errors import Invalid, Refusal
from kit.file_kinds import LIMIT
from kit.templating import pages
from staff.pages import REFERRER
from ticketing.enclosures import AT_MOST

FIELD_LIMIT = 256 * 1024  # bytes of one field: ours are refused with a word to their writer first
HEADERS = REFERRER | {"X-Robots-Tag": "noindex, nofollow"}

type Moved = dict[str, Any]
type TakeIn = Callable[[str, bytes], Awaitable[Moved]]


@dataclass
class Files:
    """Those that were taken in, and those that were not: their names and why."""

    taken: list[Moved] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        return [UUID(each["id"]) for each in self.taken]


@asynccontextmanager
async def posted(request: Request) -> AsyncIterator[FormData]:
    """The form; what it holds of files is gone afterwards. Raises Invalid, TooLarge."""
    try:
        async with request.form(
            max_files=4 * AT_MOST, max_fields=40, max_part_size=FIELD_LIMIT
        ) as form:
            yield form
    except HTTPException:
        raise Invalid("A form is expected.", code="form_invalid") from None


def text_of(form: FormData, name: str) -> str:
    """As it was typed, with line ends of one character."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\0", "") if isinstance(value, str) else ""


def id_of(form: FormData, name: str) -> UUID:
    """A new one, when there is none or somebody wrote it themselves."""
    with suppress(ValueError):
        return UUID(text_of(form, name))
    return uuid4()


def ids_of(form: FormData, name: str) -> list[UUID]:
    found = []
    for value in form.getlist(name)[:AT_MOST]:
        with suppress(ValueError):
            found.append(UUID(str(value)))
    return found


async def take_in(form: FormData, kept: Collection[Moved], take: TakeIn) -> Files:
    """The files that were chosen, one after the other, after those that wait already."""
    found = Files(list(kept))
    for file in form.getlist("files"):
        if not isinstance(file, UploadFile) or not file.filename:
            continue  # browsers send an empty one where nothing was chosen
        if len(found.taken) >= AT_MOST:
            found.refused.append((file.filename, "too_many_files"))
        elif file.size is not None and file.size > LIMIT:
            found.refused.append((file.filename, "file_too_large"))
        else:
            try:
                found.taken.append(await take(file.filename, await file.read()))
            except Refusal as refusal:
                found.refused.append((file.filename, refusal.code or "refused"))
    return found


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page that no search engine keeps, and whose forms say where they come from."""
    return pages.TemplateResponse(request, template, context, status, headers=HEADERS)
