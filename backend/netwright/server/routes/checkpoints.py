"""Checkpoints as files to take home."""

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from netwright.language import say
from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.problems import ApiError
from netwright.server.responses import answer, answer_list
from netwright.services.control_models import RunBranch
from netwright.services.export_models import ExportOption, ExportRead
from netwright.services.exports import Download, to_read
from netwright.services.run_models import RunCreated

router = APIRouter(prefix="/api/checkpoints", route_class=ModelRoute, tags=["checkpoints"])

_RANGE = re.compile(r"bytes=\s*(\d{1,18}-\d{0,18}|-\d{1,18})(\s*,\s*(\d{1,18}-\d{0,18}|-\d{1,18})){0,9}\s*", re.ASCII)

FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/{id}/exports", response_model=list[ExportOption])
async def list_formats_of_checkpoint(id: str, services: ServicesDep) -> Response:  # noqa: A002
    """Every format that the checkpoint can leave in, or why not."""
    return answer_list(await services.checkpoints.list_formats(id), ExportOption)


@router.post("/{id}/exports", response_model=ExportRead, status_code=202)
async def export_checkpoint(id: str, format: str, services: ServicesDep) -> Response:  # noqa: A002
    """Starts to make the file; ``GET /api/exports/{key}`` says how far it is."""
    return answer(to_read(await services.checkpoints.prepare(id, format)), 202)


@router.post("/{id}/branch", response_model=RunCreated, status_code=201)
async def branch_from_checkpoint(id: str, body: RunBranch, services: ServicesDep) -> Response:  # noqa: A002
    """A new run that begins with everything of the checkpoint, or with its weights only."""
    return answer(await services.branches.branch(id, body), 201)


@router.get("/{id}/download", response_class=Response, responses=FILE)
async def download_checkpoint(
    id: str,  # noqa: A002
    request: Request,
    services: ServicesDep,
    format: str = "safetensors",  # noqa: A002
) -> Response:
    """The file, made first where that is needed; in parts where ``Range`` asks for them."""
    return send(await services.checkpoints.download(id, format), request)


def send(download: Download, request: Request) -> Response:
    """The file as an attachment.

    Raises:
        ApiError: the ``Range`` is malformed, or none of it lies in the file.
    """
    check_range(request.headers.get("range"), download.path.stat().st_size)
    return FileResponse(
        download.path,
        media_type=download.media_type,
        headers={"content-disposition": to_disposition(download.name)},
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
