"""Files to take home that are made first: ordered, looked after, fetched."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer, answer_list
from netwright.server.routes.checkpoints import FILE, send
from netwright.services.catalogue_models import CodeRequest
from netwright.services.export_models import ExportOption, ExportRead, ExportRequest
from netwright.services.exports import to_read
from netwright.services.network_exports import list_network_formats, prepare_network

router = APIRouter(prefix="/api/exports", route_class=ModelRoute, tags=["exports"])


@router.post("/formats", response_model=list[ExportOption])
async def list_formats_of_network(body: CodeRequest) -> Response:
    """What an untrained network can leave in."""
    return answer_list(await run_in_threadpool(list_network_formats, body.document), ExportOption)


@router.post("", response_model=ExportRead, status_code=202)
async def export_network(body: ExportRequest, services: ServicesDep) -> Response:
    """Starts to make the file; ``GET`` its ``key`` until it is ``ready``."""
    return answer(to_read(await prepare_network(services.exports, services.datasets, services.weights, body)), 202)


@router.get("/{key}", response_model=ExportRead)
async def read_export(key: str, services: ServicesDep) -> Response:
    return answer(to_read(services.exports.get(key)))


@router.get("/{key}/download", response_class=Response, responses=FILE)
async def download_export(key: str, request: Request, services: ServicesDep) -> Response:
    """The file, once it is made."""
    return send(await services.exports.finish(services.exports.get(key)), request)
