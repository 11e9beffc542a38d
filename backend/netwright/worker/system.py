"""What a worker says about itself every second: that it lives, and what it uses."""

import logging
import sys
import threading
import time

import psutil
import pynvml

from netwright.training.reporting import Progress
from netwright.worker.emitter import Emitter

LOG = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0


class Heartbeat:
    """A thread that emits ``heartbeat`` and ``system`` events from the hello on, whatever the training thread does."""

    def __init__(self, emit: Emitter, progress: Progress, batch_size: int) -> None:
        self._emit, self._progress, self._batch_size = emit, progress, batch_size
        self._process = psutil.Process()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._process.cpu_percent()  # the first call only starts the measurement
        self._thread.start()

    def _work(self) -> None:
        last_step, last_time = 0, time.monotonic()
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            if not self._emit.has_said_hello:
                last_step, last_time = self._progress.step, time.monotonic()
                continue
            step, now = self._progress.step, time.monotonic()
            self._emit("heartbeat", step=step, epoch=self._progress.shown_epoch)
            values = {
                "samples_per_second": max(step - last_step, 0) * self._batch_size / (now - last_time),
                "cpu_percent": self._process.cpu_percent(),
                "rss_bytes": float(self._process.memory_info().rss),
                **gpu_use(),
            }
            self._emit("system", values=values)
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
