"""Workers as processes of this machine, forked from a process that has torch loaded."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Literal

import psutil

from netwright.executors.base import Executor, ExecutorError
from netwright.executors.processes import ProcessHandle
from netwright.language import say
from netwright.training.threads import SHORT_SPIN

LOG = logging.getLogger(__name__)

CONNECT_SECONDS = 60.0
"""How long a submission waits for a fork server that is still loading torch."""


class LocalExecutor(Executor):
    """One process group per run; a fork server makes the start quick, a plain process is the fallback.

    ``home`` is the data folder; workers get it as ``NETWRIGHT_HOME``.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    @property
    def _environment(self) -> dict[str, str]:
        # is_available() must ask NVML: the CUDA runtime, once touched, does not survive a fork.
        environment = os.environ | {"NETWRIGHT_HOME": str(self.home), "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
        environment.setdefault(*SHORT_SPIN)
        return environment

    def start(self) -> None:
        """Starts the fork server, which loads torch on its own."""
        with self._lock:
            self._start_server()

    def _start_server(self) -> None:
        self._stop_server()
        self.home.mkdir(parents=True, exist_ok=True)
        # Not in the data folder: a Unix socket's path may have 107 bytes at most.
        self._folder = Path(tempfile.mkdtemp(prefix="netwright-"))
        with (self.home / "forkserver.log").open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
                [sys.executable, "-m", "netwright.executors.forkserver", str(self._folder / "socket")],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl+C in the server's terminal is not meant for it
            )

    def submit(self, run_folder: Path, attempt: int) -> str:
        """See :meth:`Executor.submit`.

        Raises:
            ExecutorError: neither way worked.
        """
        folder = run_folder.absolute()
        with self._lock:
            try:
                return self._submit_to_server(folder, attempt)
            except (OSError, ValueError) as error:
                LOG.warning(
                    "The fork server does not answer (%s); attempt %d starts in a plain process.", error, attempt
                )
                self._start_server()  # for the next run
                return self._submit_plain(folder, attempt)

    def _submit_to_server(self, folder: Path, attempt: int) -> str:
        if self._server is None or self._server.poll() is not None or self._folder is None:
            raise ConnectionError("it does not run")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(CONNECT_SECONDS)
            self._connect(connection, self._folder / "socket")
            connection.sendall(json.dumps({"folder": str(folder), "attempt": attempt}).encode() + b"\n")
            answer = connection.makefile("rb").readline()
        if not answer:
            raise ConnectionError("it closed the connection")
        handle = ProcessHandle.from_text(json.loads(answer)["handle"])
        return str(handle)

    def _connect(self, connection: socket.socket, path: Path) -> None:
        """Connects; a server that was started a moment ago has no socket yet."""
        assert self._server is not None
        for _ in range(int(CONNECT_SECONDS / 0.02)):
            try:
                connection.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                if self._server.poll() is not None:
                    raise ConnectionError(f"it ended with status {self._server.returncode}") from None
                threading.Event().wait(0.02)
            else:
                return
        raise TimeoutError(f"no socket after {CONNECT_SECONDS:.0f} s")

    def _submit_plain(self, folder: Path, attempt: int) -> str:
        arguments = ["--spec", str(folder / "spec.json"), "--attempt", str(attempt)]
        # A child inherits what this thread holds back: a SIGTERM sent at once waits until the worker can handle it.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            with (folder / "log.txt").open("ab") as log:
                process = subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
                    [sys.executable, "-m", "netwright.worker", *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self._environment,
                    start_new_session=True,
                )
        except OSError as error:
            raise ExecutorError(say("No worker could be started: {why}", why=error)) from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._children.append(process)
        try:
            return str(ProcessHandle.of(process.pid))
        except psutil.NoSuchProcess as error:
            raise ExecutorError(say("The worker ended at once, see {file}.", file=folder / "log.txt")) from error

    def poll(self, handle: str) -> Literal["alive", "gone"]:
        """Whether the very process behind ``handle`` lives, also across restarts of this server and of the machine."""
        is_alive = ProcessHandle.from_text(handle).is_alive()
        self._reap()  # afterwards: one that has just ended is then taken leave of
        return "alive" if is_alive else "gone"

    def _reap(self) -> None:
        with self._lock:
            self._children = [child for child in self._children if child.poll() is None]

    def cancel(self, handle: str, *, force: bool = False) -> None:
        """SIGTERM (the worker saves and ends) or SIGKILL to the worker's group."""
        ProcessHandle.from_text(handle).signal_group(signal.SIGKILL if force else signal.SIGTERM)

    def close(self) -> None:
        """Ends the fork server and its idle worker; workers that train go on."""
        with self._lock:
            self._stop_server()

    def _stop_server(self) -> None:
        if self._server is not None:
            assert self._server.stdin is not None
            self._server.stdin.close()  # the end of its standard input is its sign to go
            try:
                self._server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
