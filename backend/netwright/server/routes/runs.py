"""Runs: start, steer, watch."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.services.control_models import RunSet
from netwright.services.run_models import (
    CheckpointRead,
    CrossValidationStarted,
    EventList,
    MetricsRead,
    RunCreate,
    RunCreated,
    RunRead,
    RunSettings,
    RunSummary,
    RunUpdate,
)

router = APIRouter(prefix="/api/runs", route_class=ModelRoute, tags=["runs"])

Cursor = Annotated[int, Query(ge=0, le=2**53)]


@router.post("", response_model=RunCreated, status_code=201)
async def create_run(body: RunCreate, services: ServicesDep) -> Response:
    return answer(await services.runs.create(body), 201)


@router.post("/cross-validation", response_model=CrossValidationStarted, status_code=201)
async def cross_validate(body: RunCreate, services: ServicesDep) -> Response:
    """A run for each of ``training.data.split.folds``, as a group."""
    return answer(await services.runs.cross_validate(body), 201)


@router.get("", response_model=list[RunSummary])
async def list_runs(services: ServicesDep, network_id: str | None = None) -> Response:
    return answer_list(await services.runs.list_all(network_id), RunSummary)


@router.get("/settings", response_model=list[RunSettings])
async def list_run_settings(services: ServicesDep) -> Response:
    """What each run was started with: for a table that shows and filters by it."""
    return answer_list(await services.runs.list_settings(), RunSettings)


@router.get(
    "/curves",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_curves(
    services: ServicesDep,
    run: Annotated[list[str], Query(min_length=1, max_length=1000)],
    name: Annotated[str, Query(max_length=1000)],
    max_points: Annotated[int, Query(ge=10, le=100_000)] = 400,
) -> Response:
    """One metric of many runs, packed as columns of float64; runs without it are left out."""
    return Response(await services.runs.curves(run, name, max_points), media_type="application/octet-stream")


@router.get("/{id}", response_model=RunRead)
async def read_run(id: str, services: ServicesDep) -> Response:  # noqa: A002  the name in the URL
    return answer(await services.runs.read(id))


@router.patch("/{id}", response_model=RunRead)
async def update_run(id: str, body: RunUpdate, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.update(id, body))


@router.delete("/{id}", status_code=204)
async def delete_run(id: str, services: ServicesDep) -> Response:  # noqa: A002
    await services.runs.delete(id)
    return Response(status_code=204)


@router.post("/{id}/stop", response_model=RunRead)
async def stop_run(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.stop(id))


@router.post("/{id}/pause", response_model=RunRead)
async def pause_run(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.pause(id))


@router.post("/{id}/resume", response_model=RunRead)
async def resume_run(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.resume(id))


@router.post("/{id}/checkpoint", response_model=RunRead)
async def save_checkpoint(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.checkpoint(id))


@router.post("/{id}/set", response_model=RunRead)
async def set_values(id: str, body: RunSet, services: ServicesDep) -> Response:  # noqa: A002
    return answer(await services.runs.set_values(id, body))


@router.get("/{id}/metrics", response_model=MetricsRead)
async def read_metrics(
    id: str,  # noqa: A002
    services: ServicesDep,
    names: Annotated[str | None, Query(description="Names, separated by commas; all where it is left out.")] = None,
    max_points: Annotated[int, Query(ge=10, le=1_000_000)] = 2000,
) -> Response:
    wanted = None if names is None else [name for name in names.split(",") if name]
    return answer(await services.runs.metrics(id, wanted, max_points))


@router.get("/{id}/events", response_model=EventList)
async def read_events(
    id: str,  # noqa: A002
    services: ServicesDep,
    after: Cursor = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    types: Annotated[str | None, Query(description="Types, separated by commas; all where it is left out.")] = None,
) -> Response:
    wanted = None if types is None else types.split(",")
    return answer(await services.runs.events(id, after, limit, wanted))


@router.get("/{id}/source", response_class=Response, responses={200: {"content": {"text/x-python": {}}}})
async def read_source(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return Response(await services.runs.source(id), media_type="text/x-python")


@router.get("/{id}/log", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def read_log(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return Response(await services.runs.log(id), media_type="text/plain")


@router.get("/{id}/checkpoints", response_model=list[CheckpointRead])
async def list_checkpoints(id: str, services: ServicesDep) -> Response:  # noqa: A002
    return answer_list(await services.checkpoints.list_all(id), CheckpointRead)
