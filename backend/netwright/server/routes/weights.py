"""Files of weights, and how weights fit a network."""

from fastapi import APIRouter, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.weight_models import WeightsCompare, WeightsCompared, WeightsRead

router = APIRouter(prefix="/api/weights", route_class=ModelRoute, tags=["weights"])


@router.get("", response_model=list[WeightsRead])
async def list_weights(services: ServicesDep) -> Response:
    return answer_list(await services.weights.list_all(), WeightsRead)


@router.post("/compare", response_model=WeightsCompared)
async def compare_weights(body: WeightsCompare, services: ServicesDep) -> Response:
    """What a checkpoint or a file of weights would do in a network, node by node."""
    return answer(await services.weights.compare(body.document, body.source, body.match))


@router.get("/{id}", response_model=WeightsRead)
async def read_weights(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    return answer(await services.weights.read(id))


@router.delete("/{id}", status_code=204)
async def delete_weights(id: str, services: ServicesDep) -> Response:  # noqa: A002
    await services.weights.delete(id)
    return Response(status_code=204)
