"""A sweep of the learning rate over the real run: its data, network, loss and optimizer.  Its weights are thrown away."""

import itertools
import logging
import math
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from netwright.language import say
from netwright.training.rate_finder import (
    FIRST_RATE,
    LAST_RATE,
    LEAST_STEPS,
    MIN_POINTS,
    NUM_STEPS,
    RESULT_NAME,
    Divergence,
    RateFinding,
    rate_of,
    smooth,
    suggest,
)
from netwright.training.spec import RunSpec
from netwright.worker.looks import sentence_of, write_answer

if TYPE_CHECKING:
    from torch import Tensor

    from netwright.training.batches import Inputs
    from netwright.training.parts import Setup

LOG = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
"""A sweep is made of fewer steps where it would take longer."""
REPORT_SECONDS = 0.3
MIN_SAMPLES = 8
MANY_PASSES = 20

Report = Callable[[RateFinding], None]


def run_rate_finder(folder: Path) -> int:
    """Sweeps the run in ``folder`` and writes what it finds, while it goes on and at its end; gives the exit status."""
    spec = RunSpec.model_validate_json((folder / "spec.json").read_bytes())

    def report(found: RateFinding) -> None:
        write_answer(folder / RESULT_NAME, found)

    try:
        found = find_rates(spec, folder, report)
    except Exception as error:
        LOG.exception("The sweep ends with an error:")
        found = RateFinding(sentence=sentence_of(error, spec))
    report(found.model_copy(update={"end": found.end or "all"}))
    return 0


def find_rates(spec: RunSpec, folder: Path, report: Report) -> RateFinding:
    """Prepares the run as it would be, and sweeps its learning rate.

    Raises:
        DataError, ValueError: the run cannot be set up.
    """
    from netwright.training.jobs import build_job
    from netwright.training.memory import is_out_of_memory
    from netwright.training.out_of_memory import describe, find_batch_that_fits, find_place
    from netwright.training.setup import set_up
    from netwright.worker.initial import load_initial

    job = build_job(spec, folder)
    if spec.initial_weights is not None:
        load_initial(job.network, spec, spec.initial_weights, folder)
    # Each loss is read anyway, so the guard that never waits for a GPU is of no use.
    run = set_up(job, guard_on_device=False)
    if len(run.sampler.batches) < MIN_SAMPLES:
        return RateFinding(
            sentence=say(
                "The training part has {count:,} samples. A sweep needs {least} or more to say anything: hold out less, or "
                "add data.",
                count=len(run.sampler.batches),
                least=MIN_SAMPLES,
            )
        )
    try:
        return conclude(sweep(run, report), run)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        place = find_place(run.network, error)
        traceback.clear_frames(error.__traceback__)  # they hold the tensors of the broken step
        size = run.config.data.batch_size
        fits = find_batch_that_fits(run, min(size, len(run.sampler.batches)), place.asked_bytes)
        return RateFinding(sentence=describe(place, 1, size, fits))


def sweep(run: "Setup", report: Report) -> RateFinding:
    """Steps with rising learning rates, until all are tried or the loss has diverged."""
    losses = updates(run)
    next(losses)
    # The first step sets things up; the second one tells how long one takes.  At the lowest rate they change next to nothing.
    set_rate(run, FIRST_RATE)
    next(losses)
    began = time.monotonic()
    value = next(losses)
    num_steps = min(NUM_STEPS, max(LEAST_STEPS, int(SWEEP_SECONDS / max(time.monotonic() - began, 1e-6))))
    found = RateFinding(num_steps=num_steps)
    if not math.isfinite(value):
        return found.model_copy(update={"end": "not_finite"})
    divergence = Divergence()
    reported = time.monotonic()
    for step in range(num_steps):
        rate = rate_of(step, num_steps)
        set_rate(run, rate)
        value = next(losses)
        if not math.isfinite(value):
            found.end = "not_finite"
            break
        found.rates.append(rate)
        found.losses.append(value)
        if divergence.is_over(value):
            found.end = "diverged"
            break
        if time.monotonic() - reported > REPORT_SECONDS:
            found.smoothed = smooth(found.losses, num_steps, divergence.limit)
            report(found)
            reported = time.monotonic()
    found.smoothed = smooth(found.losses, num_steps, divergence.limit)
    found.end = found.end or "all"
    return found


def conclude(found: RateFinding, run: "Setup") -> RateFinding:
    """With what is suggested, or why nothing is."""
    if len(found.losses) < MIN_POINTS:
        sentence = say(
            "The loss is not finite after {count} steps, at a learning rate of {rate} already. Look for values in the data "
            "that are not finite or very large (Normalize helps), or for a layer that makes them.",
            count=len(found.losses),
            rate=f"{found.rates[-1] if found.rates else FIRST_RATE:.0e}",
        )
        return found.model_copy(update={"sentence": sentence})
    passes = (len(found.losses) * run.sampler.accumulate_steps) / run.sampler.num_batches
    note = (
        say(
            "The training part is so small that the sweep went through it {count} times: this is how fast it is learnt by "
            "heart. Take the smaller suggestion.",
            count=int(passes),
        )
        if passes > MANY_PASSES
        else None
    )
    suggested = suggest(found.rates, found.losses, found.smoothed)
    if suggested is None:
        sentence = say(
            "The loss does not fall at any learning rate from {first} to {last} by more than batches differ. Try a larger "
            "batch, or look whether the loss and the network's output fit the data.",
            first=f"{FIRST_RATE:g}",
            last=f"{LAST_RATE:g}",
        )
        return found.model_copy(update={"sentence": sentence, "note": note})
    return found.model_copy(update={"steepest": suggested[0], "tenth": suggested[1], "note": note})


def set_rate(run: "Setup", rate: float) -> None:
    """For the next step, in each group of weights by its own factor."""
    for group, factor in zip(run.optimizer.param_groups, run.lr_factors, strict=True):
        group["lr"] = rate * factor


def updates(run: "Setup") -> Iterator[float]:
    """The loss of each update's batches (their mean), before the step; the step is made when the next one is asked for, with
    the learning rate of then."""
    held: list[float] = []
    for batch, inputs, targets in batches_without_end(run):
        loss = run.compute_loss(run.forward(inputs), targets)
        minimised = run.backward(loss, batch)
        held.append(loss.item())
        if not run.sampler.is_update_border(batch + 1):
            continue
        yield sum(held) / len(held)
        held.clear()
        run.update(inputs, targets, minimised)


def batches_without_end(run: "Setup") -> "Iterator[tuple[int, Inputs, Tensor]]":
    """Epoch after epoch; each batch with its number in the epoch."""
    for epoch in itertools.count(1):
        for batch, (inputs, targets) in enumerate(run.sampler.epoch(epoch)):
            yield batch, inputs, targets
