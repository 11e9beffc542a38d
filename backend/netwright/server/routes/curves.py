"""Curves of runs as files of others: TensorBoard's event files out; those and CSV in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.server.routes.checkpoints import FILE, to_disposition
from netwright.server.routes.datasets import RAW_BODY
from netwright.services.curves import CurvesImported

router = APIRouter(prefix="/api/curves", route_class=ModelRoute, tags=["curves"])


@router.get("/tensorboard", response_class=Response, responses=FILE)
async def export_event_files(
    services: ServicesDep, run: Annotated[list[str], Query(min_length=1, max_length=1000)]
) -> Response:
    """A ZIP with a folder for each of the runs that are named, in each an event file of TensorBoard."""
    pieces = await services.curves.to_event_files(run)
    return StreamingResponse(
        pieces, media_type="application/zip", headers={"content-disposition": to_disposition("tensorboard.zip")}
    )


@router.post("", response_model=CurvesImported, status_code=201, openapi_extra=RAW_BODY)
async def import_curves(
    request: Request,
    services: ServicesDep,
    filename: Annotated[str, Query(min_length=1, max_length=1000)],
) -> Response:
    """Runs, marked as imported, from an event file of TensorBoard, a ZIP of folders of them, or a CSV of curves."""
    return answer(await services.curves.take_in(request.stream(), filename, request.is_disconnected), 201)
