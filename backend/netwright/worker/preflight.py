"""A look before a run: some real steps of it, which tell memory, speed and the largest batch that fits."""

import logging
import statistics
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from netwright.language import say
from netwright.training.preflight import READY_NAME, RESULT_NAME, Preflight
from netwright.training.spec import RunSpec
from netwright.worker.looks import sentence_of, write_answer

if TYPE_CHECKING:
    from netwright.training.parts import Setup

LOG = logging.getLogger(__name__)

MIN_STEPS, MAX_STEPS = 3, 50
STEPS_SECONDS = 0.8
"""Steps are made for about this long, three at least."""
BUDGET_SECONDS = 3.5
"""What comes after the first step is left out where it would take longer than this, once the data is there."""
HEADROOM = 0.9
"""The share of the free memory that a batch may take: the rest is for what two batches did not show."""


def run_preflight(folder: Path) -> int:
    """Looks at the run in ``folder`` and writes what it found; gives the process's exit status."""
    spec = RunSpec.model_validate_json((folder / "spec.json").read_bytes())
    began = time.monotonic()
    try:
        found = look(spec, folder, began)
    except Exception as error:
        LOG.exception("The look ends with an error:")
        found = Preflight(batch_size=spec.training.data.batch_size, sentence=sentence_of(error, spec))
    found = found.model_copy(update={"seconds": time.monotonic() - began})
    write_answer(folder / RESULT_NAME, found)
    return 0


def look(spec: RunSpec, folder: Path, began: float) -> Preflight:
    """Prepares the run as it would be, and makes some steps.

    Raises:
        DataError, ValueError: the run cannot be set up.
    """
    from netwright.training.jobs import build_job
    from netwright.training.memory import is_out_of_memory
    from netwright.training.out_of_memory import describe, find_batch_that_fits, find_place
    from netwright.training.setup import set_up

    run = set_up(build_job(spec, folder))
    size = spec.training.data.batch_size
    found = Preflight(batch_size=size, device=str(run.device), prepare_seconds=time.monotonic() - began)
    (folder / READY_NAME).touch()
    deadline = time.monotonic() + BUDGET_SECONDS
    memory = Memory(run)
    try:
        seconds, num_steps = time_steps(run, deadline)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        place = find_place(run.network, error)
        traceback.clear_frames(error.__traceback__)
        fits = find_batch_that_fits(run, min(size, len(run.sampler.batches)), place.asked_bytes)
        return found.model_copy(
            update={
                "sentence": describe(place, 1, size, fits),
                "node": place.node,
                "largest_batch": fits,
                "is_tried": True,
            }
        )
    peak = memory.peak()
    real_size = min(size, len(run.sampler.batches))
    is_short = num_steps < MIN_STEPS
    epoch_seconds = seconds * run.sampler.num_batches + (0.0 if is_short else time_validation(run))
    found = found.model_copy(
        update={
            "num_steps": num_steps,
            "samples_per_second": real_size / seconds,
            "epoch_seconds": epoch_seconds,
            "run_seconds": epoch_seconds * run.epochs,
            "peak_bytes": peak,
            "free_bytes": memory.free(),
            "note": describe_short(seconds, num_steps) if is_short else None,
        }
    )
    left = deadline - time.monotonic()
    return found.model_copy(update=find_largest(run, memory, peak, seconds, left))


def describe_short(seconds: float, num_steps: int) -> str:
    """What is said where there was no time for three steps."""
    return say(
        "A step takes {seconds} s, so that only {count} could be tried: the figures are rough, without the validation.",
        seconds=f"{seconds:.1f}",
        count=num_steps,
    )


def time_steps(run: "Setup", deadline: float) -> tuple[float, int]:
    """Seconds of a step (the median), and how many were timed.  The first one, which sets up, is not, unless there is no time
    for another one before ``deadline`` (of ``time.monotonic``)."""
    from netwright.training.out_of_memory import step

    batches = run.sampler.epoch(1)
    began = time.perf_counter()
    step(run, *next(batches))
    _wait(run)
    first = time.perf_counter() - began
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < MAX_STEPS and (len(times) < MIN_STEPS or time.perf_counter() - began < STEPS_SECONDS):
        if time.monotonic() + (times[-1] if times else first) > deadline:
            break
        batch = next(batches, None)
        if batch is None:
            batches = run.sampler.epoch(1)
            continue
        before = time.perf_counter()
        step(run, *batch)
        _wait(run)
        times.append(time.perf_counter() - before)
    return (statistics.median(times), len(times)) if times else (first, 1)


def time_validation(run: "Setup") -> float:
    """Seconds that the validation part takes, from one batch of it."""
    import torch

    run.network.eval()
    try:
        with torch.inference_mode():
            for inputs, targets in run.validation.in_order(2 * run.config.data.batch_size):
                before = time.perf_counter()
                run.compute_loss(run.forward(inputs), targets)
                _wait(run)
                return (time.perf_counter() - before) * len(run.validation) / max(len(targets), 1)
    finally:
        run.start_training_mode()
    return 0.0


def _wait(run: "Setup") -> None:
    import torch

    if run.device.type == "cuda":
        torch.cuda.synchronize(run.device)


def find_largest(run: "Setup", memory: "Memory", peak: int, seconds: float, left: float) -> dict[str, object]:
    """The largest batch that fits, a power of two, from the memory of this batch and of a smaller or larger one.

    Nothing where a batch is a whole graph, or where there is no time for a second size.
    """
    from netwright.training.graph_batches import GraphInputs
    from netwright.training.out_of_memory import release, step, take_part

    inputs, targets = run.sampler.batch(1, 0)
    all_samples = len(run.sampler.batches)
    size = len(targets)
    if isinstance(inputs, GraphInputs):
        return {}
    larger = min(4 * size, all_samples)
    other = larger if larger > size and seconds * larger / size * 2 < left else size // 2
    if other < 1 or seconds * max(other / size, 1.0) > left:
        return {}
    release(run)
    memory.reset()
    if other > size:
        import torch

        order = torch.arange(other, device=run.sampler.batches.index_device)
        step(run, *run.sampler.batches.pick(order))
    else:
        step(run, *take_part(inputs, targets, other))
    _wait(run)
    at_least = inputs[0].numel() * inputs.element_size() * 2  # what a sample surely takes, with its gradient
    per_sample = max((memory.peak() - peak) / (other - size), at_least)
    fits = int(size + memory.free() * HEADROOM / per_sample)
    if fits >= all_samples:
        return {"largest_batch": all_samples, "is_tried": other == all_samples}
    power = 1 << max(fits.bit_length() - 1, 0)
    return {"largest_batch": max(power, size), "is_tried": max(power, size) == size}


class Memory:
    """What this process holds at most, on the device where it trains."""

    def __init__(self, run: "Setup") -> None:
        self._device = run.device
        self.reset()

    def reset(self) -> None:
        """The peak is counted from now on."""
        import torch

        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
        else:
            try:
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            except OSError as error:  # not Linux: the peak is that of the whole life
                LOG.info("The peak of the memory cannot be reset: %s", error)

    def peak(self) -> int:
        import torch

        if self._device.type == "cuda":
            return int(torch.cuda.max_memory_reserved(self._device))
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            import psutil

            return int(psutil.Process().memory_info().rss)
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])

    def free(self) -> int:
        """What may still be taken beside what is held."""
        from netwright.training.batches import free_bytes

        return free_bytes(self._device)
