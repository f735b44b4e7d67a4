"""The pages that users open: the chat, the ways to reach us, the script that puts the icon on a
host page, the demo.

The demo host site stands in for the real one: it signs its users in by a click, so it is served
only where the setting `demo` is on, and says on the page that it is a demonstration.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from chorus import demo
from chorus.demo_accounts import MINUTES
from chorus.demo_links import PATH as DEMO_ACCOUNT
from chorus.demo_links import DemoLinks
from kit.database import Reading
from kit.errors import NotFound
from kit.limits import Limited
from kit.organisation import organisation
from kit.templating import pages
from kit.typography import with_fixed_spaces
from livechat import reception, words
from staff.pages import REFERRER
from web.api import count

WIDGET = Path(__file__).parent / "static" / "widget.js"
WIDGET_AGE_S = 300  # how long a browser may keep the script before it asks again

router = APIRouter(include_in_schema=False)
demo_router = APIRouter(include_in_schema=False)  # included before `router`: its `/` comes first


class DemoUser(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = Field(min_length=1, max_length=60)


@router.get("/", name="home")
async def go_to_chat() -> RedirectResponse:
    """Without the demo there is no home page of ours: the chat is."""
    return RedirectResponse("/chat", status_code=307)


@router.get("/chat", name="chat")
async def show_chat(request: Request, embed: bool = False) -> HTMLResponse:
    return pages.TemplateResponse(request, "web/chat.html", {"embedded": embed})


@router.get("/contact", name="contact")
async def show_contact(request: Request, session: Reading) -> HTMLResponse:
    """The three ways to reach the support. To open it does nothing: only a click there asks."""
    context = {
        "reception": await reception.look(session),
        "moment": words.moment,
        "with_fixed_spaces": with_fixed_spaces,
    }
    return pages.TemplateResponse(request, "web/contact.html", context)


@router.get("/widget.js", name="widget")
async def send_widget(request: Request) -> Response:
    script = widget_script()
    headers = {
        "ETag": f'"{hashlib.sha256(script.encode()).hexdigest()[:20]}"',
        "Cache-Control": f"public, max-age={WIDGET_AGE_S}",
        "Cross-Origin-Resource-Policy": "cross-origin",  # host pages are other sites
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)


@cache
def widget_script() -> str:
    """The script with its French words in front, in a scope of its own."""
    words = json.dumps(labels("widget"), ensure_ascii=False)
    logic = WIDGET.read_text("utf-8")
    return f'(() => {{\n"use strict";\nconst WIDGET_WORDS = {words};\n{logic}}})();\n'


def labels(name: str) -> dict[str, str]:
    """The words of that name in web/labels.html."""
    template = pages.env.get_template("web/labels.html")
    module: Any = template.make_module({"organisation": organisation()})
    found: dict[str, str] = getattr(module, name)
    return found


@demo_router.get("/", name="demo")
async def show_demo(request: Request) -> HTMLResponse:
    """A page that sends no referrer would post the token of « mes tickets » without its origin."""
    context = {"users": demo.USERS, "made_up": request.app.state.portal.is_demo}
    return pages.TemplateResponse(request, "web/demo.html", context, headers=REFERRER)


@demo_router.post("/demo/identity", name="demo_identity")
async def give_demo_identity(request: Request, body: DemoUser) -> dict[str, str]:
    """A token for a demo user, as the real host site would give one to whoever is signed in."""
    return {"token": demo.mint(body.user, request.app.state.settings)}


@demo_router.get(DEMO_ACCOUNT + "/{token}", name="demo_account")
async def show_demo_account(request: Request, token: str) -> HTMLResponse:
    """Where a link in a mail of the demo leads. It changes nothing."""
    await count(request, Limited.LINK)
    links: DemoLinks = request.app.state.demo_links
    try:
        kind, status = str(links.read(token)), 200
    except NotFound:
        kind, status = "", 404
    context = {"kind": kind, "minutes": MINUTES}
    headers = REFERRER | {"X-Robots-Tag": "noindex, nofollow"}
    return pages.TemplateResponse(request, "web/demo_account.html", context, status, headers)
