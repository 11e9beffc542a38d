"""``python -m netwright.executors.forkserver SOCKET``: a process with torch loaded that forks workers.

Protocol, over a Unix socket that only the owner may open: one JSON object a line, ``{"folder": "...", "attempt": 1}``, is
answered by ``{"handle": "..."}``.  One worker is always forked beforehand and warmed up; a request wakes it through a pipe
and a new one takes its place.  Standard input is held open by the server: when it ends, so does this process, while workers
that train go on.

Nothing here may touch CUDA or start a thread before a fork: neither survives it.
"""

import gc
import itertools
import json
import logging
import os
import select
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from netwright.data.base import SourceSpec
from netwright.executors.processes import ProcessHandle
from netwright.graph.document import Block, Document, Edge, Node
from netwright.training.config import TrainingConfig
from netwright.training.spec import RunSpec

LOG = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 65536
REFORK_SECONDS = 1.0
"""The next idle worker is forked this long after an order, so that its warm-up does not slow the first steps of the run."""

_CHAIN = [
    Node(id="image", type="Input", params={"shape": [1, 8, 8]}),
    Node(id="conv", type="Conv2d", params={"out_channels": 4, "kernel_size": 3}),
    Node(id="act", type="ReLU"),
    Node(id="pool", type="MaxPool2d", params={"kernel_size": 2}),
    Node(id="flat", type="Flatten"),
    Node(id="head", type="Linear", params={"out_features": 10}),
    Node(id="scores", type="Output"),
]
WARM_UP_NETWORK = Document(
    network=Block(
        nodes=_CHAIN,
        edges=[Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(_CHAIN)],
    )
)


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
    LOG.info("ready, process %d", os.getpid())
    server = ForkServer(listener)
    while server.serve_once():
        pass
    return 0


class ForkServer:
    """Hands orders to the idle worker, and forks the next one when the machine has had a moment for the last."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self._idle: IdleWorker | None = None
        self._next_fork = 0.0

    def serve_once(self) -> bool:
        """Waits for something to do and does it; False when the server that started this is gone."""
        readable, _, _ = select.select([self.listener, sys.stdin], [], [], 0.25)
        if sys.stdin in readable and not os.read(sys.stdin.fileno(), 1):
            if self._idle is not None:
                os.close(self._idle.pipe)  # it reads the end and goes; busy ones are in sessions of their own
            return False
        self._reap()
        if self.listener in readable:
            connection, _ = self.listener.accept()
            with connection:
                self._answer(connection)
        elif self._idle is None and time.monotonic() >= self._next_fork:
            self._idle = self._fork()
        return True

    def _answer(self, connection: socket.socket) -> None:
        order = connection.makefile("rb").readline(MAX_REQUEST_BYTES)
        if not order.endswith(b"\n"):
            return  # the server went away in the middle of a line
        json.loads(order)  # a worker must never be woken with half an order
        worker = self._idle or self._fork()
        self._idle, self._next_fork = None, time.monotonic() + REFORK_SECONDS
        os.write(worker.pipe, order)
        os.close(worker.pipe)
        connection.sendall(json.dumps({"handle": str(ProcessHandle.of(worker.pid))}).encode() + b"\n")

    def _reap(self) -> None:
        """Takes leave of children that have ended."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self._idle is not None and pid == self._idle.pid:
                LOG.warning("The idle worker %d ended by itself.", pid)
                os.close(self._idle.pipe)
                self._idle = None

    def _fork(self) -> IdleWorker:
        reader, writer = os.pipe()
        # Held back in the child until `run_attempt` has a handler: a stop sent at once must not kill it without a word.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            os.close(reader)
            return IdleWorker(pid, writer)
        # From here on this is the worker; whatever happens, it must not run on into the server's loop.
        status = 1
        try:
            os.setsid()  # a session and a group of its own: it outlives the server, and a kill of its group ends it alone
            self.listener.close()
            os.close(writer)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            status = _wait_and_work(reader)
        except Exception:
            LOG.exception("The worker ended with an error:")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


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
    """Loads all that a run needs, and prepares a small one: what is done here once, no worker has to do again.

    One thread, no backward pass and no CUDA: none of these would survive a fork.
    """
    import torch._dynamo

    import netwright.training.loop
    import netwright.worker.entry  # noqa: F401
    from netwright.training.jobs import build_job
    from netwright.training.setup import set_up

    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    spec = RunSpec(
        run="warm-up",
        document=WARM_UP_NETWORK,
        training=TrainingConfig(device="cpu"),
        source=SourceSpec(type="digits"),
        versions={},
        created=0.0,
    )
    with tempfile.TemporaryDirectory() as folder:
        set_up(build_job(spec, Path(folder)))
    torch.set_num_threads(num_threads)


def _wait_and_work(reader: int) -> int:
    from netwright.worker.entry import run_order

    _warm_up()
    with os.fdopen(reader, "rb") as orders:
        order = orders.readline()
    if not order:
        return 0
    wanted = json.loads(order)
    folder = Path(wanted["folder"])
    redirect_output(folder)
    return run_order(folder, int(wanted["attempt"]))


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
