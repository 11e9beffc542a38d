"""Saved networks and their revisions."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.network_models import (
    DeletedNetwork,
    LinkCreate,
    LinkRead,
    NetworkCreate,
    NetworkRead,
    NetworkSummary,
    NetworkUpdate,
    RevisionRead,
    RevisionUpdate,
)
from netwright.services.times import TimesRead, TimesRequest

router = APIRouter(prefix="/api/networks", route_class=ModelRoute, tags=["networks"])


@router.get("", response_model=list[NetworkSummary])
async def list_networks(services: ServicesDep) -> Response:
    return answer_list(await services.networks.list_all(), NetworkSummary)


@router.post("", response_model=NetworkRead, status_code=201)
async def create_network(body: NetworkCreate, services: ServicesDep) -> Response:
    return answer(await services.networks.create(body.document), 201)


@router.get("/deleted", response_model=list[DeletedNetwork])
async def list_deleted_networks(services: ServicesDep) -> Response:
    """The trash: what ``POST /{id}/restore`` brings back."""
    return answer_list(await services.networks.list_deleted(), DeletedNetwork)


@router.post("/example", response_model=NetworkRead)
async def give_example(services: ServicesDep) -> Response:
    """The example network of a first visit, made again where it was deleted; idempotent."""
    return answer(await services.networks.example())


@router.get("/{id}", response_model=NetworkRead)
async def read_network(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    return answer(await services.networks.read(id))


@router.put("/{id}", response_model=NetworkRead)
async def save_network(id: str, body: NetworkUpdate, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.networks.save(id, body.document, body.revision))


@router.delete("/{id}", status_code=204)
async def delete_network(id: str, services: ServicesDep) -> Response:  # noqa: A002
    await services.networks.delete(id)
    return Response(status_code=204)


@router.post("/{id}/restore", response_model=NetworkRead)
async def restore_network(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.networks.restore(id))


@router.post("/{id}/link", response_model=LinkRead)
async def link_network(id: str, body: LinkCreate, services: ServicesDep) -> Response:  # noqa: A002
    """Keeps a revision as it is and says where it is shown read-only; idempotent for a revision."""
    return answer(await services.networks.link(id, body.revision))


@router.post("/{id}/times", response_model=TimesRead)
async def find_times(id: str, body: TimesRequest, services: ServicesDep) -> Response:  # noqa: A002
    """How long each node takes, as a run of this network measured it; of layers that are still as they were then."""
    return answer(await services.times.find(id, body.document))


@router.get("/{id}/revisions", response_model=list[RevisionRead])
async def list_revisions(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer_list(await services.networks.revisions(id), RevisionRead)


@router.get("/{id}/revisions/{revision}", response_model=NetworkRead)
async def read_revision(
    id: str,  # noqa: A002
    revision: Annotated[int, Path(ge=1, le=2**53)],
    services: ServicesDep,
) -> Response:
    return answer(await services.networks.read(id, revision))


@router.patch("/{id}/revisions/{revision}", status_code=204)
async def label_revision(
    id: str,  # noqa: A002
    revision: Annotated[int, Path(ge=1, le=2**53)],
    body: RevisionUpdate,
    services: ServicesDep,
) -> Response:
    await services.networks.label_revision(id, revision, body.label)
    return Response(status_code=204)
