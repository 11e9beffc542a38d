"""``python tests/e2e/nursery.py SOCKET``: a process with Netwright loaded that forks servers for the browser's tests.

A server and its fork server load PyTorch for ten seconds of processor time, and nearly every browser test has a server of its
own with an empty data folder.  A forked one is the same server with the same code at once; the tests of starting, killing and
of the whole loop take the command itself (``conftest.py``).

Protocol, over a Unix socket: one JSON object a line, ``{"home": "...", "environment": {...}}``, is answered by
``{"process": 123}``.  What the server prints goes to ``server.out`` and ``server.log`` in its home.  The end of standard input
ends this process, not the servers.
"""

import gc
import json
import logging
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from unittest import mock

from netwright.training.threads import spin_briefly

spin_briefly()  # before PyTorch is loaded

import netwright.server.serve  # noqa: E402, F401
from netwright import cli  # noqa: E402
from netwright.executors import forkserver  # noqa: E402
from netwright.executors.local import LocalExecutor  # noqa: E402
from netwright.services.documents import warm_up  # noqa: E402

LOG = logging.getLogger(__name__)


class ForkedProcess:
    """What :class:`LocalExecutor` asks of the process of its fork server, for one that was forked."""

    def __init__(self, pid: int, stdin: int) -> None:
        self.pid = pid
        self.stdin = os.fdopen(stdin, "wb")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class WarmExecutor(LocalExecutor):
    """Its first fork server is there already; one that has to replace it is started as ever."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._folder = Path(tempfile.mkdtemp(prefix="netwright-"))
        os.environ.update(self._environment)  # for the fork server; the server itself has no use for it
        self._first: ForkedProcess | None = fork_fork_server(home, self._folder / "socket")

    def _start_server(self) -> None:
        if self._first is None:
            super()._start_server()
        else:
            self._server, self._first = self._first, None  # type: ignore[assignment]  # as much of Popen as is used


def fork_fork_server(home: Path, address: Path) -> ForkedProcess:
    """Forks from this process, which has no thread yet, what ``python -m netwright.executors.forkserver`` would be."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writer)
        os.dup2(reader, 0)
        become(home / "forkserver.log", home / "forkserver.log", ["forkserver", str(address)])
        finish(forkserver.main)
    os.close(reader)
    return ForkedProcess(pid, writer)


def fork_server(home: Path, environment: dict[str, str]) -> int:
    """Forks what ``netwright serve`` would be; its process id."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(environment)
        become(home / "server.out", home / "server.log", ["netwright", "serve"])
        executor = WarmExecutor(home)
        mock.patch("netwright.server.app.LocalExecutor", return_value=executor).start()  # the one place that makes it
        finish(cli.main)
    return pid


def become(out: Path, err: Path, arguments: list[str]) -> None:
    """A session of its own, output to files, the arguments of the command."""
    os.setsid()
    for file, number in ((out, 1), (err, 2)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = arguments


def finish(command: Callable[[], object]) -> NoReturn:
    """Runs ``command`` and ends as a process of its own would; whatever happens, it does not go on as the nursery."""
    status = 1
    try:
        code = command()
        status = code if isinstance(code, int) else 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        LOG.exception("It ended with an error:")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(sys.argv[1])
    listener.listen()
    forkserver._preload()
    warm_up()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever asked for a server looks after it
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        connection, _ = listener.accept()
        with connection:
            order = json.loads(connection.makefile("rb").readline())
            process = fork_server(Path(order["home"]), order["environment"])
            connection.sendall(json.dumps({"process": process}).encode() + b"\n")


if __name__ == "__main__":
    main()
