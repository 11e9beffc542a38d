"""The gallery of ready-made networks."""

from fastapi import APIRouter, Response

from netwright.server.bodies import ModelRoute
from netwright.server.responses import answer, answer_list
from netwright.services.architecture_models import ArchitectureRead, ArchitectureSummary, FollowersRead
from netwright.services.architectures import list_architectures, read_architecture, read_followers

router = APIRouter(prefix="/api/architectures", route_class=ModelRoute, tags=["architectures"])


@router.get("", response_model=list[ArchitectureSummary])
async def read_architectures() -> Response:
    """Every ready-made network: a card each."""
    return answer_list(list_architectures(), ArchitectureSummary)


@router.get("/followers", response_model=FollowersRead)
async def read_what_follows_what() -> Response:
    """For each layer type, in how many ready-made networks each other type comes next: what the editor suggests from."""
    return answer(read_followers())


@router.get("/{id}", response_model=ArchitectureRead)
async def read_architecture_document(id: str) -> Response:  # noqa: A002  the name in the URL
    """One ready-made network: its document, what to look at, and what its training preset needs."""
    return answer(read_architecture(id))
