"""A server that takes events as the real one does, and fails as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from netwright.training.spec import AttemptSpec, ServerAddress


class FakeServer:
    """Keeps events by ``seq``.  ``faults`` are worked off one a request: a status, or ``drop`` for a cut connection."""

    def __init__(self, server_file: Path) -> None:
        self.server_file = server_file
        self.events: dict[int, dict[str, Any]] = {}
        self.num_received = 0
        self.num_requests = 0
        self.faults: list[int | str] = []
        self.commands: list[dict[str, Any]] = []
        self.on_events: Callable[[list[dict[str, Any]]], None] = lambda _: None
        self._http: ThreadingHTTPServer | None = None

    @property
    def seq(self) -> int:
        """The last of those without a gap."""
        seq = 0
        while seq + 1 in self.events:
            seq += 1
        return seq

    def start(self) -> None:
        """Listens at a new port and says so in the server's file."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                fake.num_requests += 1
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fault = fake.faults.pop(0) if fake.faults else None
                if fault == "drop":
                    self.close_connection = True
                    return
                if fault is None and self.headers["Authorization"] != "Bearer secret":
                    fault = 401
                status = fault if isinstance(fault, int) else 200
                if status == 200:
                    fake.num_received += len(body["events"])
                    fake.events |= {event["seq"]: event for event in body["events"]}
                    fake.on_events(body["events"])
                answer = json.dumps({"seq": fake.seq, "commands": fake.commands}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        address = ServerAddress(url=f"http://127.0.0.1:{self._http.server_address[1]}")
        self.server_file.write_text(address.model_dump_json(), encoding="utf-8")

    def stop(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    fake = FakeServer(tmp_path / "server.json")
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def attempt(server: FakeServer) -> AttemptSpec:
    return AttemptSpec(run="r1", attempt=1, token="secret", server_file=str(server.server_file))  # noqa: S106  (of a fake server)
