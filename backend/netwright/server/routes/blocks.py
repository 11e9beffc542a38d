"""The block library: blocks that are kept with the workspace, for use in any network."""

from fastapi import APIRouter, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.block_models import (
    LibraryBlockCreate,
    LibraryBlockRead,
    LibraryBlockSummary,
    LibraryBlockUpdate,
)

router = APIRouter(prefix="/api/blocks", route_class=ModelRoute, tags=["blocks"])


@router.get("", response_model=list[LibraryBlockSummary])
async def list_blocks(services: ServicesDep) -> Response:
    return answer_list(await services.blocks.list_all(), LibraryBlockSummary)


@router.post("", response_model=LibraryBlockRead, status_code=201)
async def create_block(body: LibraryBlockCreate, services: ServicesDep) -> Response:
    return answer(await services.blocks.create(body), 201)


@router.get("/{id}", response_model=LibraryBlockRead)
async def read_block(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    return answer(await services.blocks.read(id))


@router.patch("/{id}", response_model=LibraryBlockRead)
async def update_block(id: str, body: LibraryBlockUpdate, services: ServicesDep) -> Response:  # noqa: A002
    """Another name, another description or another definition; what is left out stays."""
    return answer(await services.blocks.update(id, body))


@router.delete("/{id}", status_code=204)
async def delete_block(id: str, services: ServicesDep) -> Response:  # noqa: A002
    """Networks that use the block keep their own copy of it."""
    await services.blocks.delete(id)
    return Response(status_code=204)


@router.post("/{id}/restore", response_model=LibraryBlockRead)
async def restore_block(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.blocks.restore(id))
