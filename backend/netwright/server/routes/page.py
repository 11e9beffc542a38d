"""The built page: files under /assets, and index.html for every address that the page itself routes."""

from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from netwright.language import say
from netwright.server import pages
from netwright.server.problems import problem_response

router = APIRouter(include_in_schema=False)

_IMMUTABLE = "public, max-age=31536000, immutable"


async def read_asset(request: Request) -> Response:
    """A file of the build under ``/assets``, from memory: a first visit asks for a hundred.

    What lies there bears the hash of what it holds in its name, so what was read once stays true.
    """
    path = request.url.path.removeprefix("/")
    file = pages.find_file(path)
    if file is None:
        return _nothing_there()
    packed = _bytes_of(file.with_name(f"{file.name}.gz"))
    headers = {"cache-control": _IMMUTABLE}
    if packed is not None:
        headers["vary"] = "accept-encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "content-encoding": "gzip"}, media_type=_type_of(file))
    return Response(_bytes_of(file), headers=headers, media_type=_type_of(file))


@router.get("/{path:path}")
async def read_page(path: str) -> Response:
    """A file beside ``index.html``, else that; unknown names under /api are 404."""
    file = pages.find_file(path)
    if file is not None:
        return FileResponse(file, headers={"cache-control": "no-cache"})
    if path.startswith("api/") or path in {"api", "assets"}:
        return _nothing_there()
    if not (pages.FOLDER / "index.html").is_file():
        return HTMLResponse(pages.not_built_page(), 503)
    return FileResponse(pages.FOLDER / "index.html", headers={"cache-control": "no-cache"})


def _nothing_there() -> Response:
    return problem_response("not_found", say("There is nothing at this address."))


def _bytes_of(file: Path) -> bytes | None:
    try:
        return _read(file)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1024)
def _read(file: Path) -> bytes:
    """Read on the event loop: the largest takes a millisecond, once.  What is missing is looked for again."""
    return file.read_bytes()


def _type_of(file: Path) -> str:
    return guess_type(file.name)[0] or "application/octet-stream"
