"""The built page: files under /assets, and index.html for every address that the page itself routes."""

from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from netwright.language import say
from netwright.server import pages
from netwright.server.problems import problem_response

router = APIRouter(include_in_schema=False)

_IMMUTABLE = "public, max-age=31536000, immutable"


@router.get("/{path:path}")
async def read_page(request: Request, path: str) -> Response:
    """A file of the build, packed where the build packed it and the browser takes it so, else ``index.html``; unknown names
    under /api and /assets are 404."""
    file = pages.find_file(path)
    if file is not None:
        caching = _IMMUTABLE if path.startswith("assets/") else "no-cache"
        return _send(file, request, caching)
    if path.startswith(("api/", "assets/")) or path in {"api", "assets"}:
        return problem_response("not_found", say("There is nothing at this address."))
    if not (pages.FOLDER / "index.html").is_file():
        return HTMLResponse(pages.not_built_page(), 503)
    return FileResponse(pages.FOLDER / "index.html", headers={"cache-control": "no-cache"})


def _send(file: Path, request: Request, caching: str) -> Response:
    packed = file.with_name(f"{file.name}.gz")
    if not packed.is_file():
        return FileResponse(file, headers={"cache-control": caching})
    headers = {"cache-control": caching, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(file, headers=headers)
    media_type = guess_type(file.name)[0]
    return FileResponse(packed, headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
