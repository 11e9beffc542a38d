"""What the training form asks before a run."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.services import training
from netwright.services.catalogue_models import (
    Curve,
    CurveRequest,
    SuggestRequest,
    TrainingChecked,
    TrainingOptions,
    TrainingRequest,
    TrainingSuggestion,
)
from netwright.services.preflight_models import PreflightRead, PreflightRequest
from netwright.services.rate_finder_models import RateFinderRead, RateFinderRequest

router = APIRouter(prefix="/api/training", route_class=ModelRoute, tags=["training"])


@router.get("/options", response_model=TrainingOptions)
async def read_options() -> Response:
    return answer(await training.read_options())


@router.post("/suggest", response_model=TrainingSuggestion)
async def suggest_training(body: SuggestRequest, services: ServicesDep) -> Response:
    return answer(await training.make_suggestion(body.document, body.source, services.datasets))


@router.post("/check", response_model=TrainingChecked)
async def check_training(body: TrainingRequest, services: ServicesDep) -> Response:
    """All that a start would say of the settings, while a person still chooses them."""
    checked = await training.check_all(body.document, body.training, services.datasets, services.weights)
    return answer(TrainingChecked(problems=checked.of_settings))


@router.post("/curve", response_model=Curve)
async def compute_curve(body: CurveRequest) -> Response:
    return answer(await run_in_threadpool(training.compute_curve, body))


@router.post("/preflight", response_model=PreflightRead)
async def look_before_run(body: PreflightRequest, services: ServicesDep) -> Response:
    """A few real steps by a warm worker: memory, speed, the largest batch that fits, or why the run will not work."""
    return answer(await services.preflight.look(body.document, body.training))


@router.post("/rates", status_code=202, response_model=RateFinderRead)
async def find_rates(body: RateFinderRequest, services: ServicesDep) -> Response:
    """Orders a sweep of the learning rate over the real data, network, loss and optimizer; it leaves no run behind."""
    return answer(await services.rate_finder.begin(body.document, body.training), 202)


@router.get("/rates/{id}", response_model=RateFinderRead)
async def read_rates(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(services.rate_finder.read(id))


@router.delete("/rates/{id}", status_code=204)
async def cancel_rates(id: str, services: ServicesDep) -> Response:  # noqa: A002
    """Calls a sweep off, or forgets one that is over."""
    await services.rate_finder.cancel(id)
    return Response(status_code=204)
