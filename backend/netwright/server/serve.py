"""Listening: the socket is bound first, so that a port in use is a sentence and the printed URL is true."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from netwright.server.app import create_app
from netwright.server.token import load_token
from netwright.settings import Settings
from netwright.store.engine import DatabaseUnusableError
from netwright.store.store import Store


class CannotServeError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serves until it is told to stop; ``announce`` gets the URL that signs a browser in.

    Raises:
        CannotServeError: the port is taken, the host is not this machine's or no token was chosen for it, the data folder
            cannot be written or another server uses it, or the database is of a newer version or cannot be opened.
    """
    with listen(settings) as listener, hold_home(settings.home):
        _prepare_database(settings)
        url = url_of(settings, listener)
        try:
            write_server_file(settings.server_file, url)
            token = load_token(settings)
        except OSError as error:
            place = "" if error.filename is None else f" ({error.filename})"
            raise CannotServeError(
                f"The data folder {settings.home} cannot be used: {error.strerror}{place}. Mend that, or set NETWRIGHT_HOME."
            ) from error
        server = uvicorn.Server(configure(create_app(settings)))
        announce(f"{url}/?token={token}")
        with suppress(KeyboardInterrupt):  # it has ended in good order by then
            server.run(sockets=[listener])


@contextmanager
def hold_home(home: Path) -> Iterator[None]:
    """Keeps a second server away from the data folder: each would start workers for the same runs.

    Raises:
        CannotServeError: the folder cannot be written, or a server uses it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "server.lock").open("a")
    except OSError as error:
        raise CannotServeError(
            f"The data folder {home} cannot be written: {error.strerror}. Set NETWRIGHT_HOME."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotServeError(
                f"Another Netwright uses the data folder {home}. Use that one, stop it, or set NETWRIGHT_HOME to another."
            ) from error
        yield


def _prepare_database(settings: Settings) -> None:
    """Opens the database once, so that what stands against it is a sentence and not a trace."""
    try:
        Store(settings.url_of_database).close()
    except DatabaseUnusableError as error:
        raise CannotServeError(str(error)) from error


def configure(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves ``app``."""
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # costs 4 to 11 times the CPU at many sockets
        ws_max_size=64 * 1024,
        http="httptools",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )


def listen(settings: Settings) -> socket.socket:
    """A bound, listening socket.

    Raises:
        CannotServeError: as :func:`serve`.
    """
    if not settings.is_loopback and not settings.token:
        raise CannotServeError(
            f"HOST={settings.host} lets other machines in, so a token must be chosen: set NETWRIGHT_TOKEN to a long random "
            "text, or use HOST=127.0.0.1."
        )
    try:
        info = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(info[0], info[1])
    except OSError as error:
        raise CannotServeError(f"HOST={settings.host} is no address of this machine: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(info[4])
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServeError(
                f"Port {settings.port} is in use, perhaps by another Netwright. Stop that one, or choose another port: "
                f"PORT={settings.port + 1}."
            ) from error
        raise CannotServeError(f"Cannot listen at {settings.host} port {settings.port}: {error.strerror}.") from error
    return listener


def url_of(settings: Settings, listener: socket.socket) -> str:
    """Where a browser on this machine finds the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{listener.getsockname()[1]}"


def write_server_file(path: Path, url: str) -> None:
    """Says where the server is, in one step, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(json.dumps({"url": url}), encoding="utf-8")
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
