"""Plain pages about the interface itself: what routes there are, what each error code means."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from netwright.server.pages import plain_page
from netwright.server.problems import ERRORS

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def read_docs(request: Request) -> HTMLResponse:
    """Every route with what it does; the full description is ``/openapi.json``."""
    rows = [
        f"<code>{method.upper()} {escape(path)}</code><br>{escape(_describe(operation))}"
        for path, operations in request.app.openapi()["paths"].items()
        for method, operation in operations.items()
    ]
    whole = '<a href="/openapi.json">The whole description</a> for machines.'
    errors = '<a href="/docs/errors">What the codes of errors mean</a>.'
    return HTMLResponse(plain_page("The HTTP interface", whole, errors, *rows))


@router.get("/docs/errors")
async def read_errors() -> HTMLResponse:
    """What the ``code`` of a problem document means; each has an anchor."""
    rows = [
        f'<b id="{escape(code)}">{escape(code)}</b> ({kind.status}): {escape(kind.title)}.'
        for code, kind in ERRORS.items()
    ]
    return HTMLResponse(plain_page("Codes of errors", *rows))


def _describe(operation: dict[str, Any]) -> str:
    text: str = operation.get("description") or operation["summary"]
    return text
