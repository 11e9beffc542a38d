"""Services over a real store and a fake executor, inside one event loop a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from backend.services.fakes import FakeExecutor
from netwright.services.scheduler import Timing
from netwright.services.services import Services
from netwright.settings import Settings

PATIENT = Timing(tick=3600.0)
"""The scheduler looks only when the test says so, or when it is woken."""

Open = Callable[..., "AsyncServices"]


class AsyncServices:
    """``async with``: services that run."""

    def __init__(self, settings: Settings, executor: FakeExecutor, timing: Timing) -> None:
        self._manager = _run(settings, executor, timing)

    async def __aenter__(self) -> Services:
        return await self._manager.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self._manager.__aexit__(None, None, None)


@asynccontextmanager
async def _run(settings: Settings, executor: FakeExecutor, timing: Timing) -> AsyncIterator[Services]:
    services = Services(settings, executor, timing)
    await services.start()
    try:
        yield services
    finally:
        await services.close()


@pytest.fixture
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture
def open_services(tmp_path: Path, executor: FakeExecutor) -> Open:
    """Opens services over the same folder, as often as the test restarts its server."""

    def open_again(timing: Timing = PATIENT, **settings: Any) -> AsyncServices:
        return AsyncServices(Settings(home=tmp_path, **settings), executor, timing)

    return open_again


async def until(condition: Callable[[], Awaitable[bool]] | Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for ``condition``; fails loudly when it does not come."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)
