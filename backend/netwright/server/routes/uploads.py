"""Uploads of data: what may come, and large files in parts, so that one that broke off can go on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from netwright.data.registry import upload_suffixes
from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.server.routes.datasets import RAW_BODY
from netwright.services.dataset_models import DatasetRead
from netwright.services.datasets_files import MAX_UPLOAD_BYTES
from netwright.services.upload_models import UploadBegin, UploadFinish, UploadRead, UploadRules

router = APIRouter(prefix="/api/uploads", route_class=ModelRoute, tags=["uploads"])


@router.get("/rules", response_model=UploadRules)
async def read_upload_rules() -> Response:
    """Which files can be uploaded as data."""
    return answer(UploadRules(suffixes=list(upload_suffixes()), max_bytes=MAX_UPLOAD_BYTES))


@router.get("", response_model=list[UploadRead])
async def list_uploads(services: ServicesDep) -> Response:
    """Uploads that broke off and can go on."""
    return answer_list(await services.uploads.list_all(), UploadRead)


@router.post("", response_model=UploadRead, status_code=201)
async def begin_upload(body: UploadBegin, services: ServicesDep) -> Response:
    """A new upload, or the one of the same file (name, size, last change) that broke off, with its offset."""
    return answer(await services.uploads.begin(body), 201)


@router.patch("/{id}", response_model=UploadRead, openapi_extra=RAW_BODY)
async def append_to_upload(
    id: str,  # noqa: A002  the name in the URL
    request: Request,
    services: ServicesDep,
    offset: Annotated[int, Query(ge=0)],
) -> Response:
    """The next part as raw bytes; it must begin at the upload's offset."""
    return answer(await services.uploads.append(id, offset, request.stream()))


@router.post("/{id}/finish", response_model=DatasetRead, status_code=201)
async def finish_upload(id: str, body: UploadFinish, services: ServicesDep) -> Response:  # noqa: A002
    """Makes a set of data of the whole file, if its CRC-32 is right."""
    return answer(await services.uploads.finish(id, body.crc32), 201)


@router.delete("/{id}", status_code=204)
async def discard_upload(id: str, services: ServicesDep) -> Response:  # noqa: A002
    await services.uploads.discard(id)
    return Response(status_code=204)
