"""A real server for tests: uvicorn in a thread, on a free port."""

import re
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn
from netwright.executors.base import Executor
from netwright.server.app import create_app
from netwright.server.problems import ERRORS, MEDIA_TYPE
from netwright.server.serve import configure, listen, url_of, write_server_file
from netwright.services.scheduler import Timing
from netwright.services.services import Services
from netwright.settings import Settings

TOKEN = "token-of-the-tests"  # noqa: S105  a test's own


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """``response`` is a problem document (RFC 9457) of ``status`` and ``code``; gives it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "problems"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/docs/errors#{code}"
    assert code in ERRORS
    assert body["title"]
    assert body["detail"].endswith((".", "?"))
    for sentence in [body["detail"], *(problem["message"] for problem in body["problems"])]:
        assert not re.search(r"\{\w+\}", sentence), f"a place of the sentence was left open: {sentence}"
    return body


class RealServer(AbstractContextManager["RealServer"]):
    """``with``: a server that listens.  ``client`` is signed in by Bearer, ``stranger`` is not."""

    def __init__(self, home: Path, executor: Executor, *, timing: Timing | None = None, **settings: Any) -> None:
        self.settings = Settings(home=home, token=TOKEN, port=0, is_warming=False, **settings)
        self.app = create_app(self.settings, executor=executor, timing=timing)
        self._server = uvicorn.Server(configure(self.app))
        self._listener = listen(self.settings)
        self.url = url_of(self.settings, self._listener)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self.client = httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)
        self.stranger = httpx.Client(base_url=self.url, timeout=60)

    def __enter__(self) -> Self:
        write_server_file(self.settings.server_file, self.url)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.stranger.close()
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    def bytes_waiting(self) -> int:
        """What the server holds for readers that do not take it, of all its connections together."""
        return sum(each.transport.get_write_buffer_size() for each in list(self._server.server_state.connections))

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1)
