"""Checkpoints as files to take home."""

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from netwright.language import say
from netwright.server.dependencies import ServicesDep
from netwright.server.problems import ApiError

router = APIRouter(prefix="/api/checkpoints", tags=["checkpoints"])

_RANGE = re.compile(r"bytes=\s*(\d{1,18}-\d{0,18}|-\d{1,18})(\s*,\s*(\d{1,18}-\d{0,18}|-\d{1,18})){0,9}\s*", re.ASCII)

FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/{id}/download", response_class=Response, responses=FILE)
async def download_checkpoint(
    id: str,  # noqa: A002
    request: Request,
    services: ServicesDep,
    format: str = "safetensors",  # noqa: A002
) -> Response:
    """The file, in parts where ``Range`` asks for them."""
    download = await services.checkpoints.download(id, format)
    check_range(request.headers.get("range"), download.path.stat().st_size)
    clean_up = BackgroundTask(download.path.unlink, missing_ok=True) if download.is_temporary else None
    return FileResponse(
        download.path,
        media_type="application/octet-stream",
        headers={"content-disposition": to_disposition(download.name)},
        background=clean_up,
    )


def check_range(text: str | None, size: int) -> None:
    """Refuses a ``Range`` that the framework would answer in plain text.

    Raises:
        ApiError: it is malformed, or none of it lies in a file of ``size`` bytes.
    """
    if text is None:
        return
    if not _RANGE.fullmatch(text):
        raise ApiError(
            "invalid_request", say("This is no range of bytes: {range}.", range=repr(text[:100])), status=400
        )
    starts = [part.strip().partition("-")[0] for part in text.partition("=")[2].split(",")]
    if all(start and int(start) >= size for start in starts):
        headers = {"content-range": f"bytes */{size}"}
        raise ApiError("range_not_satisfiable", say("The file has {size} bytes.", size=size), headers=headers)


def to_disposition(name: str) -> str:
    """``attachment`` with ``name`` in both forms of RFC 6266: plain ASCII for old clients, UTF-8 (RFC 5987) for all others."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
