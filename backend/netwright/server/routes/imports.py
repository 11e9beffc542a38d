"""Files of networks and weights.  They come as raw bytes and are streamed to disk, never held."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from netwright.server.bodies import ModelRoute
from netwright.server.dependencies import ServicesDep
from netwright.server.responses import answer
from netwright.server.routes.datasets import RAW_BODY
from netwright.services.weight_models import ImportRead

router = APIRouter(prefix="/api/imports", route_class=ModelRoute, tags=["imports"])


@router.post("", response_model=ImportRead, status_code=201, openapi_extra=RAW_BODY)
async def create_import(
    request: Request,
    services: ServicesDep,
    filename: Annotated[str, Query(min_length=1, max_length=1000)],
) -> Response:
    """ONNX or a PyTorch program (a network with its weights), safetensors or a state_dict (weights); the bytes tell which."""
    return answer(await services.imports.create(request.stream(), filename, request.is_disconnected), 201)
