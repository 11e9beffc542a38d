"""Sets of data.  Files come as raw bytes and are streamed to disk, never held."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.beginning import begin_network
from netwright.services.dataset_models import DatasetPreview, DatasetRead, DatasetUpdate
from netwright.services.network_models import NetworkRead
from netwright.services.steps_models import StepsRead, StepsRequest

router = APIRouter(prefix="/api/datasets", route_class=ModelRoute, tags=["datasets"])

RAW_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _bytes(request: Request) -> AsyncIterator[bytes]:
    return request.stream()


@router.get("", response_model=list[DatasetRead])
async def list_datasets(services: ServicesDep) -> Response:
    return answer_list(await services.datasets.list_all(), DatasetRead)


@router.post("", response_model=DatasetRead, status_code=201, openapi_extra=RAW_BODY)
async def upload_dataset(
    request: Request,
    services: ServicesDep,
    filename: Annotated[str, Query(min_length=1, max_length=1000)],
    title: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """A table as text or a ZIP of pictures in class folders; ``filename`` is only a title, what it is the bytes tell."""
    return answer(await services.datasets.create(_bytes(request), filename, title), 201)


@router.get("/{id}", response_model=DatasetRead)
async def read_dataset(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    return answer(await services.datasets.read(id))


@router.patch("/{id}", response_model=DatasetRead)
async def update_dataset(id: str, body: DatasetUpdate, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.datasets.update(id, body))


@router.delete("/{id}", status_code=204)
async def delete_dataset(id: str, services: ServicesDep) -> Response:  # noqa: A002
    await services.datasets.delete(id)
    return Response(status_code=204)


@router.get("/{id}/preview", response_model=DatasetPreview)
async def preview_dataset(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.datasets.preview(id))


@router.post("/{id}/network", response_model=NetworkRead, status_code=201)
async def begin_with_dataset(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    """Makes a network that suits the set: a ready-made one with its input, output and training settings fitted to it."""
    return answer(await begin_network(id, services.datasets, services.networks), 201)


@router.post("/{id}/steps", response_model=StepsRead)
async def preview_steps(id: str, body: StepsRequest, services: ServicesDep) -> Response:  # noqa: A002
    """Checks preprocessing and augmentation, and shows some training samples before and after."""
    return answer(await services.steps.preview(id, body))


@router.post("/{id}/download", response_model=DatasetRead, status_code=202)
async def download_dataset(id: str, services: ServicesDep) -> Response:  # noqa: A002
    """Starts the download of a built-in set; its progress is read with ``GET``."""
    return answer(await services.datasets.download(id), 202)


@router.put("/{id}/files/{filename}", response_model=DatasetRead, openapi_extra=RAW_BODY)
async def import_file(id: str, filename: str, request: Request, services: ServicesDep) -> Response:  # noqa: A002
    """One of a built-in set's own files, checked by its SHA-256."""
    return answer(await services.datasets.import_file(id, filename, _bytes(request)))
