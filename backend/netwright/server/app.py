"""The server: routes, errors, the gate around them, and the services behind them."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Lifespan

from netwright import __version__
from netwright.data.base import DataError
from netwright.executors.base import Executor
from netwright.executors.local import LocalExecutor
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.server.dependencies import PROBLEM_RESPONSES
from netwright.server.faults import FaultsToProblems
from netwright.server.openapi import add_problems
from netwright.server.problems import DISK_FULL, ApiError, problem_response, to_problems
from netwright.server.routes import (
    architectures,
    blocks,
    checkpoints,
    curves,
    datasets,
    docs,
    documents,
    experiments,
    exports,
    health,
    imports,
    networks,
    page,
    queue,
    runs,
    sockets,
    training,
    trials,
    uploads,
    weights,
    worker,
    workspace,
)
from netwright.server.security import Gate
from netwright.server.token import load_token
from netwright.services.documents import warm_up
from netwright.services.errors import ServiceError
from netwright.services.scheduler import Timing
from netwright.services.services import Services
from netwright.settings import LOOPBACK_HOSTS, Settings
from netwright.store.writer import StoreBlockedError, StoreClosedError

log = logging.getLogger(__name__)

ROUTERS = (
    health.router,
    documents.router,
    architectures.router,
    experiments.router,
    networks.router,
    blocks.router,
    datasets.router,
    uploads.router,
    imports.router,
    weights.router,
    training.router,
    sockets.router,  # before the runs: "live" is no run's id
    runs.router,
    queue.router,
    checkpoints.router,
    trials.router,
    exports.router,
    workspace.router,
    curves.router,
    worker.router,
    docs.router,
)


class Netwright(FastAPI):
    """FastAPI inside our gate: nothing is reached without passing it."""

    gate_settings: tuple[str, frozenset[str]]

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = add_problems(super().openapi())
        return self.openapi_schema

    def build_middleware_stack(self) -> Any:
        token, hosts = self.gate_settings
        return Gate(super().build_middleware_stack(), token=token, hosts=hosts)


def create_app(settings: Settings, *, executor: Executor | None = None, timing: Timing | None = None) -> FastAPI:
    """The server as an ASGI application.  Opens the database (and migrates it) when it starts, closes it when it stops.

    Imports no torch: where ``settings.is_warming``, a thread does once the server is up.  ``executor`` starts the workers (by
    default processes of this machine), ``timing`` says after how long a silent one is looked after.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = Services(settings, executor or LocalExecutor(settings.home), timing)
        app.state.services = services
        await services.start()
        if settings.is_warming:
            threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
        try:
            yield
        finally:
            await services.close()

    app = describe_app(lifespan)
    app.gate_settings = (load_token(settings), LOOPBACK_HOSTS | {settings.host.lower(), *settings.allowed_hosts})
    return app


def describe_app(lifespan: Lifespan[FastAPI] | None = None) -> Netwright:
    """The routes without anything behind them: enough for OpenAPI."""
    app = Netwright(
        title="Netwright",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=lambda route: route.name,
    )
    # First: the other routes would be compared with each file's name before it.
    app.add_route("/assets/{name:path}", page.read_asset, include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(page.router)
    _add_error_handlers(app)
    app.add_middleware(FaultsToProblems)
    return app


def _warm_up() -> None:
    """Loads what the first check needs, behind the first page."""
    try:
        warm_up()
    except ImportError:
        log.exception("PyTorch cannot be imported; networks cannot be checked or trained.")


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(ApiError)
    async def on_api_error(_request: Request, error: ApiError) -> Response:
        return problem_response(
            error.code, error.detail, problems=error.problems, headers=error.headers, status=error.status
        )

    @app.exception_handler(ServiceError)
    async def on_service_error(_request: Request, error: ServiceError) -> Response:
        return problem_response(error.code, error.message, problems=error.problems)

    @app.exception_handler(StoreClosedError)
    async def on_closed(_request: Request, _error: StoreClosedError) -> Response:
        return problem_response(
            "shutting_down", say("The server is shutting down. Training goes on; try again in a moment.")
        )

    @app.exception_handler(StoreBlockedError)
    async def on_blocked(_request: Request, error: StoreBlockedError) -> Response:
        if error.is_full:
            return problem_response("disk_full", DISK_FULL)
        return problem_response(
            "database_blocked",
            say(
                "The database cannot be used: {reason}. Nothing was changed. Close the program that holds it, or look at its "
                "disk and folder, and try again.",
                reason=error.reason,
            ),
        )

    @app.exception_handler(DataError)
    async def on_data_error(_request: Request, error: DataError) -> Response:
        problem = Problem(code=error.code, field=error.column, message=error.message)
        return problem_response("bad_data", error.message, problems=[problem])

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, error: RequestValidationError) -> Response:
        return problem_response(
            "invalid_request",
            say("Some parts of the request do not fit; see problems."),
            problems=to_problems(list(error.errors())),
        )

    @app.exception_handler(HTTPException)
    async def on_http(_request: Request, error: HTTPException) -> Response:
        code, detail = {
            404: ("not_found", say("There is nothing at this address.")),
            405: ("method_not_allowed", say("This address does not take this method.")),
        }.get(error.status_code, ("invalid_request", say("{it}", it=f"{error.detail}.")))
        return problem_response(code, detail, headers=error.headers, status=error.status_code)
