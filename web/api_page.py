"""The page that documents the API for developers, made from its own OpenAPI description.

The usual pages of FastAPI load their scripts from elsewhere, which our policy forbids.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kit.templating import pages

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Call:
    """One call of the API, as the page shows it."""

    method: str
    path: str
    summary: str
    body: str | None  # name of the schema of its body
    answers: dict[str, str]  # status: name of the schema, or what it means


@router.get("/docs", name="api_page")
async def show_api(request: Request) -> HTMLResponse:
    description = request.app.openapi()
    context = {
        "calls": calls(description),
        "schemas": description["components"]["schemas"],
    }
    return pages.TemplateResponse(request, "web/api.html", context)


def calls(description: dict[str, Any]) -> list[Call]:
    return [
        Call(
            method=method.upper(),
            path=path,
            summary=operation.get("description", operation["summary"]),
            body=schema_of(operation.get("requestBody", {})),
            answers={
                status: schema_of(answer) or answer["description"]
                for status, answer in operation["responses"].items()
            },
        )
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]


def schema_of(part: dict[str, Any]) -> str | None:
    """The name of the schema of a body or an answer."""
    for content in part.get("content", {}).values():
        reference = content.get("schema", {}).get("$ref", "")
        if reference:
            return str(reference.rsplit("/", 1)[-1])
    return None
