"""The one file that holds a workspace.  It is made while it is sent, and streamed to disk when it comes."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.server.routes.checkpoints import FILE, to_disposition
from netwright.server.routes.datasets import RAW_BODY
from netwright.services.workspace_models import WorkspaceImported, WorkspaceSize
from netwright.services.workspace_pack import Choice

router = APIRouter(prefix="/api/workspace", route_class=ModelRoute, tags=["workspace"])

Networks = Annotated[list[str] | None, Query(max_length=1000)]


@router.get("", response_model=WorkspaceSize)
async def measure_workspace(services: ServicesDep, network: Networks = None) -> Response:
    """What an export would hold: of everything, or of the networks that are named."""
    return answer(await services.workspace.measure(network))


@router.get("/export", response_class=Response, responses=FILE)
async def export_workspace(
    services: ServicesDep,
    network: Networks = None,
    checkpoints: bool = True,
    data: bool = True,
) -> Response:
    """Networks with their versions, the block library, runs with events and curves, files of weights; on wish the
    checkpoints and the uploads."""
    chosen = None if network is None else tuple(network)
    pieces = await services.workspace.export(Choice(chosen, has_checkpoints=checkpoints, has_data=data))
    name = f"netwright-{time.strftime('%Y-%m-%d')}.netwright.zip"
    return StreamingResponse(
        pieces, media_type="application/zip", headers={"content-disposition": to_disposition(name)}
    )


@router.post("/import", response_model=WorkspaceImported, status_code=201, openapi_extra=RAW_BODY)
async def import_workspace(
    request: Request,
    services: ServicesDep,
    filename: Annotated[str, Query(min_length=1, max_length=1000)],
) -> Response:
    """Adds all of a file to what is here.  What has an id that is taken comes as a copy."""
    return answer(await services.workspace.take_in(request.stream(), filename), 201)
