"""What is told to an address of a person's own, and that a deaf one disturbs nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from backend.server.helpers import RealServer
from backend.server.test_runs import Player, digits
from backend.services.fakes import FakeExecutor
from netwright.services import webhook
from netwright.settings import Settings, SettingsError

WAIT_SECONDS = 30


class Listener:
    """An address that keeps what it is sent; ``faults`` are answered first."""

    def __init__(self) -> None:
        self.bodies: Queue[dict[str, Any]] = Queue()
        self.faults: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = listener.faults.pop(0) if listener.faults else 204
                if status == 204:
                    listener.bodies.put(json.loads(body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def test_webhook_is_told_of_alerts_and_of_the_end_once_each_even_where_it_fails_at_first(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "PAUSES", (0.0, 0.0))
    listener.faults = [500, 503]
    executor = FakeExecutor()
    with RealServer(tmp_path, executor, webhook=listener.url) as server:
        body = {"document": digits(), "training": {"device": "cpu"}, "name": "told"}
        run = server.client.post("/api/runs", json=body).json()["id"]
        while f"{run}-1" not in executor.submitted:
            server.client.get("/api/health")
        player = Player(server, run)
        hello = player.worker.hello()
        alert = player.worker.event("alert", level="warning", code="stalled", message="No step has ended.")
        player.send(hello, alert)
        told = listener.bodies.get(timeout=WAIT_SECONDS)
        assert (told["event"], told["run"]["id"], told["run"]["name"]) == ("run.alert", run, "told")
        assert told["alert"] == {"level": "warning", "code": "stalled", "message": "No step has ended.", "node": None}
        player.end()
        told = listener.bodies.get(timeout=WAIT_SECONDS)
        assert (told["event"], told["run"]["state"], told["run"]["reason"]) == ("run.ended", "completed", "finished")
        # A run that has ended is no news when it is renamed.
        server.client.patch(f"/api/runs/{run}", json={"name": "renamed"}).raise_for_status()
    assert listener.bodies.empty()


@pytest.mark.parametrize("url", ["ftp://here", "example.org/told", "https://"])
def test_webhook_when_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="NETWRIGHT_WEBHOOK must be an address"):
        Settings.from_environment({"NETWRIGHT_WEBHOOK": url})
    assert Settings.from_environment({}).webhook == ""
