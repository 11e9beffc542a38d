"""Checkpoints as files to take home."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from netwright.server.dependencies import ServicesDep

router = APIRouter(prefix="/api/checkpoints", tags=["checkpoints"])

FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/{id}/download", response_class=Response, responses=FILE)
async def download_checkpoint(id: str, services: ServicesDep, format: str = "safetensors") -> Response:  # noqa: A002
    """The file, in parts where ``Range`` asks for them."""
    download = await services.checkpoints.download(id, format)
    clean_up = BackgroundTask(download.path.unlink, missing_ok=True) if download.is_temporary else None
    return FileResponse(
        download.path,
        media_type=download.media_type,
        headers={"content-disposition": to_disposition(download.name)},
        background=clean_up,
    )


def to_disposition(name: str) -> str:
    """``attachment`` with ``name`` in both forms of RFC 6266: plain ASCII for old clients, UTF-8 (RFC 5987) for all others."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
