"""Where workers deliver.  They bring the token of their attempt, which is good for nothing else."""

from fastapi import APIRouter, Request, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.training.events import EventBatch, EventReply

router = APIRouter(prefix="/api/worker", route_class=ModelRoute, tags=["worker"])


@router.post("/runs/{id}/events", response_model=EventReply)
async def take_events(id: str, body: EventBatch, request: Request, services: ServicesDep) -> Response:  # noqa: A002
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    return answer(await services.scheduler.ingest.take_batch(id, token, body))
