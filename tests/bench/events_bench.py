"""What telling about a step costs the training thread: keeping its loss, and its share of the report every 50 ms."""

# ruff: noqa: E402  (the environment is set before torch is imported)

import statistics
import tempfile
import time
from pathlib import Path

from netwright.training.threads import spin_briefly

spin_briefly()  # for all loops alike: with neighbours on the cores, the default makes every figure noise

import torch
from netwright.training.metrics import Accuracy
from netwright.training.reporting import Progress, StepLog
from netwright.worker.emitter import Emitter
from netwright.worker.spool import SpoolWriter

STEPS = 20_000
ROUNDS = 7


def per_step(emit: object, *, with_accuracy: bool) -> float:
    """Microseconds a step, reports included, beside the emitter's thread."""
    assert callable(emit)
    log = StepLog([Accuracy] if with_accuracy else [], "cpu", STEPS)
    outputs, targets = torch.randn(128, 10), torch.randint(0, 10, (128,))
    began = time.perf_counter()
    for step in range(1, STEPS + 1):
        log.keep(outputs, targets)
        if log.add(0.5):
            log.flush(step, 1, 0.001, emit)
    return (time.perf_counter() - began) / STEPS * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        emitter = Emitter(SpoolWriter(Path(folder) / "spool.jsonl"), "bench", 1, Progress())
        losses = [per_step(emitter, with_accuracy=False) for _ in range(ROUNDS)]
        both = [per_step(emitter, with_accuracy=True) for _ in range(ROUNDS)]
        emitter.close()
        size = (Path(folder) / "spool.jsonl").stat().st_size / (2 * ROUNDS * STEPS)
    print(f"loss of each step to the spool         {statistics.median(losses):6.2f} us a step (wanted: 3 or less)")
    print(f"and running accuracy (128 x 10 scores) {statistics.median(both):6.2f} us a step")
    print(f"spool                                  {size:6.1f} bytes a step")


if __name__ == "__main__":
    main()
