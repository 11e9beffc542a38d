"""Whether the server is there: the one route that anybody may ask."""

from fastapi import APIRouter, Response

from netwright import __version__
from netwright.server.responses import answer
from netwright.services.models import Health

router = APIRouter(tags=["health"])


@router.get("/api/health", response_model=Health)
async def read_health() -> Response:
    return answer(Health(version=__version__))
