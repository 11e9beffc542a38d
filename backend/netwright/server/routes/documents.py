"""What can be said of a document without saving it: layers, check, code."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from netwright.compiler.report import CheckReport, CheckRequest
from netwright.language import current_language
from netwright.server.bodies import ModelRoute
from netwright.server.responses import JSON, answer, answer_list
from netwright.services import documents
from netwright.services.catalogue import list_layers
from netwright.services.catalogue_models import CodeRead, CodeRequest, LayerRead

router = APIRouter(route_class=ModelRoute, tags=["documents"])


@router.get("/api/layers", response_model=list[LayerRead])
async def read_layers() -> Response:
    """The catalogue: every layer type with its ports, its form and its documentation in the language of the request."""
    return answer_list(list_layers(current_language()), LayerRead)


@router.post("/api/check", response_model=CheckReport)
async def check_document(body: CheckRequest) -> Response:
    """Shapes and costs of every node, and what is wrong, with fixes."""
    report = await run_in_threadpool(documents.check_document_json, body.document, body.batch_size)
    return Response(report, media_type=JSON)


@router.post("/api/code", response_model=CodeRead)
async def write_code(body: CodeRequest) -> Response:
    """The network as one Python module."""
    return answer(CodeRead(source=await run_in_threadpool(documents.write_code, body.document)))
