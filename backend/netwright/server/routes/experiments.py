"""The experiments of the gallery."""

from fastapi import APIRouter, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.experiments import ExperimentRead, ExperimentStarted, list_experiments

router = APIRouter(prefix="/api/experiments", route_class=ModelRoute, tags=["experiments"])


@router.get("", response_model=list[ExperimentRead])
async def read_experiments() -> Response:
    """Every experiment: a card each."""
    return answer_list(list_experiments(), ExperimentRead)


@router.post("/{id}/start", response_model=ExperimentStarted, status_code=201)
async def start_experiment(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    """Makes its networks and puts a run of each on the queue, tagged as a group."""
    return answer(await services.experiments.start(id), 201)
