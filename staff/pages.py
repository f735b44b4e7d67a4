"""What every page of the team has in common: who is logged in, what went well, what is wrong."""

from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.templating import pages
from staff.mistakes import Mistaken
from staff.models import StaffMember
from staff.revocations import Revocations
from staff.words import MISTAKES, NOTICES, ROLES, VARIABLES

# Not `no-referrer`, which makes browsers send forms with `Origin: null`, as another site's would
# be. The path of an invitation stays with us all the same.
REFERRER = {"Referrer-Policy": "strict-origin"}

Text = Annotated[str, Form()]  # a field of a form


def show(
    request: Request,
    template: str,
    member: StaffMember | None,
    mistake: Mistaken | None = None,
    /,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A page; with a mistake, it says at the top and at the field what to change."""
    error = None
    if mistake:
        status, error = mistake.status, {"field": mistake.field, "text": MISTAKES[mistake.mistake]}
    notice = NOTICES.get(request.query_params.get("fait", "")) if mistake is None else None
    said = {"member": member, "error": error, "notice": notice}
    words = {"roles": ROLES, "variables": VARIABLES}
    context = {**said, **words, **context}
    return pages.TemplateResponse(request, template, context, status, headers=REFERRER)


def done(path: str, notice: str = "") -> RedirectResponse:
    """To a page, after something was done: loading it again does nothing twice."""
    return RedirectResponse(f"{path}?fait={notice}" if notice else path, status_code=303)


def revocations_of(request: Request) -> Revocations:
    found: Any = request.app.state.revocations
    assert isinstance(found, Revocations)
    return found
