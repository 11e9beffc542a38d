"""The queue of runs."""

from fastapi import APIRouter, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.services.control_models import QueueMove, QueueRead, QueueSlots

router = APIRouter(prefix="/api/queue", route_class=ModelRoute, tags=["queue"])


@router.get("", response_model=QueueRead)
async def read_queue(services: ServicesDep) -> Response:
    return answer(await services.queue.read())


@router.put("/slots", response_model=QueueRead)
async def set_slots(body: QueueSlots, services: ServicesDep) -> Response:
    return answer(await services.queue.set_slots(body))


@router.post("/{id}", response_model=QueueRead)
async def move_in_queue(id: str, body: QueueMove, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.queue.move(id, body))
