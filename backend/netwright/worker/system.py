"""What a worker says about itself every second: that it lives, and what it uses."""

import logging
import sys
import threading
import time

import psutil
import pynvml

from netwright.language import Sentence, say
from netwright.training.reporting import Progress
from netwright.worker.emitter import Emitter

LOG = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
STALLED_SECONDS = 60.0
STALLED_TIMES = 20
"""So many times as long as a step takes as a rule."""


class StallWatch:
    """Says when training makes no step for much longer than a step takes; once, until it goes on.

    Only what trains is held to it: a validation, a checkpoint and a pause make no step either, and the first step of an attempt
    may have to compile the network.
    """

    def __init__(self) -> None:
        self._is_watching = self._is_stalled = False
        self._step, self._since = 0, 0.0
        self._steps, self._seconds = 0, 0.0

    @property
    def usual_seconds(self) -> float:
        """What a step took until now, on average."""
        return self._seconds / max(self._steps, 1)

    def look(self, step: int, now: float, *, is_training: bool) -> float | None:
        """The seconds since the last step, at the look that finds the run stalled; None at any other.  ``now`` is a clock that
        only goes forward, in seconds."""
        if not is_training:
            self._is_watching = False
            return None
        if not self._is_watching or step != self._step:
            if self._is_watching:
                self._steps += max(step - self._step, 0)
                self._seconds += now - self._since
            self._is_watching, self._is_stalled = True, False
            self._step, self._since = step, now
            return None
        waited = now - self._since
        if self._is_stalled or not self._steps or waited < max(STALLED_SECONDS, self.usual_seconds * STALLED_TIMES):
            return None
        self._is_stalled = True
        return waited


def describe_stall(waited: float, usual: float) -> Sentence:
    """One paragraph: what, and what to do."""
    return say(
        "No step has ended for {waited} s; one takes {usual} as a rule. The disk, the memory or another program on the "
        "device may hold it up. If it does not go on, stop the run and start it again from its last checkpoint.",
        waited=round(waited),
        usual=f"{usual:.2g} s" if usual >= 1 else f"{usual * 1000:.2g} ms",
    )


class Heartbeat:
    """A thread that emits ``heartbeat`` and ``system`` events from the hello on, whatever the training thread does."""

    def __init__(self, emit: Emitter, progress: Progress) -> None:
        self._emit, self._progress = emit, progress
        self._process = psutil.Process()
        self.is_training = False
        """Steps are expected: no validation, no pause."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._process.cpu_percent()  # the first call only starts the measurement
        self._thread.start()

    def _work(self) -> None:
        last_step, last_time = 0, time.monotonic()
        stall = StallWatch()
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            if not self._emit.has_said_hello:
                last_step, last_time = self._progress.step, time.monotonic()
                continue
            step, now = self._progress.step, time.monotonic()
            self._emit("heartbeat", step=step, epoch=self._progress.shown_epoch)
            values = {
                "samples_per_second": max(step - last_step, 0) * self._progress.samples_per_step / (now - last_time),
                "cpu_percent": self._process.cpu_percent(),
                "rss_bytes": float(self._process.memory_info().rss),
                **gpu_use(),
            }
            self._emit("system", values=values)
            waited = stall.look(step, now, is_training=self.is_training)
            if waited is not None:
                message = describe_stall(waited, stall.usual_seconds)
                LOG.warning("%s", message)
                self._emit("alert", level="warning", code="stalled", message=message, values={"seconds": waited})
            last_step, last_time = step, now

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()


def gpu_use() -> dict[str, float]:
    """``gpu_memory_bytes`` of this process and ``gpu_percent`` of the device; empty where no GPU is used."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return {}
    use = {"gpu_memory_bytes": float(torch.cuda.memory_reserved())}
    try:
        use["gpu_percent"] = float(torch.cuda.utilization())
    except (pynvml.NVMLError, RuntimeError) as error:  # a driver without this figure: the other one stands
        LOG.debug("NVML gives no utilization: %s", error)
    return use
