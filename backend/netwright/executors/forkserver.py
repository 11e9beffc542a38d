"""``python -m netwright.executors.forkserver SOCKET``: a process with torch loaded that forks workers.

Protocol, over a Unix socket that only the owner may open: one JSON object a line, ``{"folder": "...", "attempt": 1}``, is
answered by ``{"handle": "..."}``.  One worker is always forked beforehand and warmed up; a request wakes it through a pipe
and a new one takes its place.  Standard input is held open by the server: when it ends, so does this process, while workers
that train go on.

Nothing here may touch CUDA or start a thread before a fork: neither survives it.
"""

import gc
import json
import logging
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from netwright.executors.processes import ProcessHandle

LOG = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 65536


@dataclass
class IdleWorker:
    """A warm worker that waits; writing its order into ``pipe`` starts it, closing ``pipe`` ends it."""

    pid: int
    pipe: int


def main() -> int:
    """Serves until standard input ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    listener = _listen(Path(sys.argv[1]))
    _preload()
    # What is loaded by now is shared with all workers; the collector must not write into it (copy on write).
    gc.freeze()
    idle = _fork_idle(listener)
    LOG.info("ready, process %d", os.getpid())
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [], 0.5)
        if sys.stdin in readable and not os.read(sys.stdin.fileno(), 1):
            os.close(idle.pipe)  # the idle worker reads the end and goes; busy ones belong to their own sessions
            return 0
        if _reap(idle.pid):
            os.close(idle.pipe)
            idle = _fork_idle(listener)
        if listener in readable:
            connection, _ = listener.accept()
            with connection:
                order = connection.makefile("rb").readline(MAX_REQUEST_BYTES)
                if not order.endswith(b"\n"):
                    continue  # the server went away in the middle of a line
                json.loads(order)  # a worker must never be woken with half an order
                os.write(idle.pipe, order)
                os.close(idle.pipe)
                handle = ProcessHandle.of(idle.pid)
                connection.sendall(json.dumps({"handle": str(handle)}).encode() + b"\n")
            idle = _fork_idle(listener)


def _listen(path: Path) -> socket.socket:
    """The server connects at once and waits while torch is still loading."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(old_mask)
    listener.listen(64)
    return listener


def _preload() -> None:

    import netwright.training.jobs
    import netwright.training.loop
    import netwright.worker.entry  # noqa: F401


def _reap(idle_pid: int) -> bool:
    """Takes leave of children that have ended; True if the idle worker is one of them."""
    is_idle_gone = False
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return is_idle_gone
        if pid == 0:
            return is_idle_gone
        is_idle_gone = is_idle_gone or pid == idle_pid


def _fork_idle(listener: socket.socket) -> IdleWorker:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(reader)
        return IdleWorker(pid, writer)
    # From here on this is the worker; whatever happens, it must not run on into the server's loop.
    status = 1
    try:
        os.setsid()  # a session and a group of its own: it outlives the server, and a kill of its group ends it alone
        listener.close()
        os.close(writer)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = _wait_and_work(reader)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait_and_work(reader: int) -> int:
    from netwright.worker.entry import run_attempt

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _warm_up()
    with os.fdopen(reader, "rb") as orders:
        order = orders.readline()
    if not order:
        return 0
    wanted = json.loads(order)
    folder = Path(wanted["folder"])
    redirect_output(folder)
    return run_attempt(folder, int(wanted["attempt"]))


def redirect_output(folder: Path) -> None:
    """What this process prints goes to the run's ``log.txt`` from now on."""
    log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _warm_up() -> None:
    """One small training step on the CPU: thread pools, autograd's engine and the fused kernels are then there."""
    import torch

    layer = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 2))
    optimizer = torch.optim.AdamW(layer.parameters(), fused=True)
    torch.nn.functional.cross_entropy(layer(torch.ones(4, 1, 8, 8)), torch.zeros(4, dtype=torch.int64)).backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
    optimizer.step()


if __name__ == "__main__":
    sys.exit(main())
