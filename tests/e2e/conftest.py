"""A real server process and a real Chromium."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from leftovers import end_leftovers
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

START_SECONDS = 60.0
PATIENCE_MS = 60_000
"""How long a page is waited for.  A fresh server's first check loads PyTorch, and no test asserts how long anything takes."""
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=PATIENCE_MS)


class Nursery:
    """Forks servers from a process that has everything loaded (``nursery.py``)."""

    def __init__(self, folder: Path) -> None:
        self._address = folder / "socket"
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("nursery.py"), self._address], stdin=subprocess.PIPE
        )

    def fork(self, home: Path, environment: dict[str, str]) -> psutil.Process:
        """The process of a new server."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    connection.connect(str(self._address))
                    break
                except (FileNotFoundError, ConnectionRefusedError):
                    assert self._process.poll() is None, "the nursery has ended"
                    assert time.monotonic() < deadline, "the nursery does not answer"
                    time.sleep(0.05)
            connection.sendall(json.dumps({"home": str(home), "environment": environment}).encode() + b"\n")
            return psutil.Process(json.loads(connection.makefile("rb").readline())["process"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@dataclass
class Server:
    """`netwright serve` on a free port, with a data folder of its own."""

    home: Path
    has_example: bool = False
    """Whether the example network of a first visit is there."""
    nursery: Nursery | None = None
    """Where it is forked; without one it is the command, started as a person starts it."""
    port: int = 0
    url: str = ""
    process: psutil.Process | None = None
    offspring: list[psutil.Process] = field(default_factory=list)
    """What the servers started that are stopped by now: workers, which are there to outlive them."""

    def start(self) -> None:
        """Starts it and waits until it answers; ``url`` is the one that it prints, token and all."""
        environment = {
            **os.environ,
            "NETWRIGHT_HOME": str(self.home),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "NETWRIGHT_EXAMPLE": "1" if self.has_example else "0",
        }
        environment.pop("NETWRIGHT_TOKEN", None)
        (self.home / "server.out").write_text("")
        if self.nursery is None:
            with (self.home / "server.out").open("a") as out, (self.home / "server.log").open("a") as log:
                command = [str(Path(sys.executable).with_name("netwright")), "serve"]
                self.process = psutil.Popen(command, env=environment, stdout=out, stderr=log, start_new_session=True)
        else:
            self.process = self.nursery.fork(self.home, environment)
        self.url = self._printed_url()
        self.port = int(re.search(r":(\d+)/", self.url).group(1))  # type: ignore[union-attr]  # the pattern has a port
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/api/health", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server does not answer")

    def _printed_url(self) -> str:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.is_running():
            found = re.search(r"http://\S+\?token=\S+", (self.home / "server.out").read_text())
            if found:
                return found.group(0)
            time.sleep(0.02)
        pytest.fail(f"the server ended without a URL: {(self.home / 'server.log').read_text()[-2000:]}")

    @property
    def token(self) -> str:
        return self.url.split("token=")[1]

    def client(self) -> httpx.Client:
        """An HTTP client that is signed in."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )

    def kill(self) -> None:
        """kill -9: nothing is said, nothing is saved."""
        assert self.process is not None
        self._note_offspring()
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> None:
        if self.process is None or not self.process.is_running():
            return
        self._note_offspring()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except psutil.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=20)

    def end(self) -> None:
        """Stops it, and the workers that are there to outlive it: they would train, and look for it, beside the next tests."""
        self.stop()
        end_leftovers(self.home, self.offspring)

    def _note_offspring(self) -> None:
        """Before they are orphans, whom nothing names."""
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            self.offspring += self.process.children(recursive=True)


@contextmanager
def serving(home: Path, *, has_example: bool = False, nursery: Nursery | None = None) -> Iterator[Server]:
    """A server with the empty data folder ``home``, which is made; with the example network of a first visit, or empty."""
    home.mkdir()
    running = Server(home, has_example, nursery)
    try:
        running.start()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Servers that start at once."""
    forking = Nursery(tmp_path_factory.mktemp("nursery"))
    yield forking
    forking.close()


@pytest.fixture
def server(tmp_path: Path, nursery: Nursery) -> Iterator[Server]:
    """A server with an empty data folder."""
    with serving(tmp_path / "home", nursery=nursery) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from browser import find  # type: ignore[import-not-found]  # scripts/browser.py

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile; an uncaught error in the page fails the test."""
    fresh = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    fresh.set_default_timeout(PATIENCE_MS)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Iterator[Page]:
    """A page that is signed in by the printed URL."""
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(server.url)
    yield opened
    assert not errors, errors
