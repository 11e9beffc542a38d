"""Trying a checkpoint out: what it answers, and how well it does.  docs/runs.md says how a program asks."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.server.routes.checkpoints import to_disposition
from netwright.server.routes.datasets import RAW_BODY
from netwright.services.evaluation_models import EvaluationRead, SamplesRead
from netwright.services.trial_models import PredictRead, PredictRequest, TrialDrawing, TrialRead

router = APIRouter(prefix="/api/checkpoints", route_class=ModelRoute, tags=["trials"])

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
Label = Annotated[int | None, Query(ge=0, le=1_000_000)]


@router.get("/{id}/trial", response_model=TrialRead)
async def describe_trial(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    """What the checkpoint takes and what it answers with."""
    return answer(await services.trials.describe(id))


@router.get("/{id}/trial/drawing", response_model=TrialDrawing)
async def draw_trial(
    id: str,  # noqa: A002
    services: ServicesDep,
    sample: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Of a run on graphs: a vertex of its data with its surroundings, or a graph."""
    return answer(await services.trials.draw(id, sample))


@router.post("/{id}/predict", response_model=PredictRead)
async def predict(id: str, body: PredictRequest, services: ServicesDep) -> Response:  # noqa: A002
    """Answers to pictures, rows, texts, series or graphs."""
    return answer(await services.trials.predict(id, body))


@router.post("/{id}/predict-file", response_class=Response, responses=CSV, openapi_extra=RAW_BODY)
async def predict_file(
    id: str,  # noqa: A002
    request: Request,
    services: ServicesDep,
    filename: Annotated[str, Query(min_length=1, max_length=1000)],
) -> Response:
    """A CSV file back with the answers behind its columns."""
    content = await services.trials.predict_file(id, request.stream(), filename)
    name = f"{filename.rpartition('.')[0] or filename}-predictions.csv"
    return Response(content, media_type="text/csv", headers={"content-disposition": to_disposition(name)})


@router.get("/{id}/evaluation", response_model=EvaluationRead)
async def evaluate_checkpoint(id: str, services: ServicesDep) -> Response:  # noqa: A002
    """The checkpoint on the held-out part of its run's data."""
    return answer(await services.trials.evaluate(id))


@router.get("/{id}/evaluation/samples", response_model=SamplesRead)
async def list_evaluated_samples(
    id: str,  # noqa: A002
    services: ServicesDep,
    order: Literal["worst", "uncertain"] = "worst",
    target: Label = None,
    predicted: Label = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
) -> Response:
    """Held-out samples: those of a cell of the confusion matrix, the worst or the most uncertain first."""
    found = await services.trials.samples(
        id, order=order, target=target, predicted=predicted, offset=offset, limit=limit
    )
    return answer(found)
