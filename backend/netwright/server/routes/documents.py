"""What can be said of a document without saving it: layers, check, code."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from netwright.compiler.report import CheckReport
from netwright.server.bodies import ModelRoute
from netwright.server.responses import answer, answer_list
from netwright.services.models import CheckRequest, CodeRead, CodeRequest, LayerRead

router = APIRouter(route_class=ModelRoute, tags=["documents"])


@router.get("/api/layers", response_model=list[LayerRead])
async def list_layers() -> Response:
    from netwright.services.catalogue import list_layers as layers

    return answer_list(layers(), LayerRead)


@router.post("/api/check", response_model=CheckReport)
async def check_document(body: CheckRequest) -> Response:
    def work() -> CheckReport:
        from netwright.compiler.check import check

        return check(body.document, body.batch_size)

    return answer(await run_in_threadpool(work))


@router.post("/api/code", response_model=CodeRead)
async def write_code(body: CodeRequest) -> Response:
    def work() -> CodeRead:
        from netwright.compiler.source import to_source

        return CodeRead(source=to_source(body.document))

    return answer(await run_in_threadpool(work))
