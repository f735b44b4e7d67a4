"""The help pages, and the two pages that the law asks for. They work without JavaScript.

Nothing here depends on who reads: pages may be cached, linked to and printed.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kit.errors import NotFound
from kit.settings import Settings
from kit.templating import pages
from knowledge.library import library
from knowledge.pages import article_view, articles_by_title, result, section_url
from knowledge.search import search
from knowledge.words import RETENTION, date_words

QUERY_LENGTH = 200  # what is typed beyond is not looked for

router = APIRouter(tags=["help"], include_in_schema=False)


@router.get("/aide", name="help")
async def show_help(request: Request, q: Annotated[str, Query()] = "") -> HTMLResponse:
    """The list of articles, or what was found for `q`."""
    query = q.strip()[:QUERY_LENGTH]
    context = {
        "query": query,
        "results": [result(answer_id) for answer_id in search(query)] if query else [],
        "articles": articles_by_title(),
        "section_url": section_url,
        "date_words": date_words,
    }
    return pages.TemplateResponse(request, "knowledge/help.html", context)


@router.get("/aide/section/{article}/{section}", name="help_section")
async def go_to_section(article: str, section: str) -> Response:
    """A lasting address for each answer, whatever page shows it."""
    answer_id = f"{article}/{section}"
    found = library().sections.get(answer_id)
    if found:
        return RedirectResponse(section_url(found), status_code=303)
    raise NotFound("There is no such answer.")


@router.get("/aide/{file}", name="help_article")
async def show_article(request: Request, file: str) -> HTMLResponse:
    context = {"article": article_view(file)}
    return pages.TemplateResponse(request, "knowledge/article.html", context)


@router.get("/confidentialite", name="privacy")
async def show_privacy(request: Request) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    context = {"retention": retention(settings)}
    return pages.TemplateResponse(request, "knowledge/privacy.html", context)


@router.get("/accessibilite", name="accessibility")
async def show_accessibility(request: Request) -> HTMLResponse:
    return pages.TemplateResponse(request, "knowledge/accessibility.html")


def retention(settings: Settings) -> list[tuple[str, int]]:
    """What is kept and for how many days, as the settings say."""
    return [(label, getattr(settings, name)) for name, label in RETENTION.items()]
