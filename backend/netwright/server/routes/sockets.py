"""Live sockets: the events of a run, and the table of runs.  The gate has checked Host, Origin and token before."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from netwright.server.dependencies import ServicesDep
from netwright.services.errors import ServiceError

router = APIRouter()

CLOSE_NOT_FOUND = 4404


@router.websocket("/api/runs/live")
async def watch_runs(socket: WebSocket, services: ServicesDep) -> None:
    await socket.accept()
    await _pump(socket, services.runs.live_summaries())


@router.websocket("/api/runs/{id}/events")
async def watch_run(
    socket: WebSocket,
    services: ServicesDep,
    id: str,  # noqa: A002
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> None:
    try:
        events = await services.runs.live_events(id, after)
    except ServiceError:
        # Accepted first: a browser sees the code of a close, but not why it was not let in.
        await socket.accept()
        await socket.close(CLOSE_NOT_FOUND, "There is no such run.")
        return
    await socket.accept()
    await _pump(socket, events)


async def _pump(socket: WebSocket, texts: AsyncGenerator[str, None]) -> None:
    """Sends ``texts`` until the other side goes.  A slow one is waited for here and nowhere else."""
    sending = asyncio.create_task(_send(socket, texts))
    leaving = asyncio.create_task(_wait_for_leave(socket))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send(socket: WebSocket, texts: AsyncGenerator[str, None]) -> None:
    async with aclosing(texts) as stream:
        async for text in stream:
            await socket.send_text(text)


async def _wait_for_leave(socket: WebSocket) -> None:
    """Whatever the browser says is of no meaning; that it goes is."""
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
