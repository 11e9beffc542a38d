"""Sweeps of the learning rate by a warm worker: ordered, looked at while they go on, called off."""

import asyncio
import contextlib
import logging
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from netwright.executors.base import Executor, ExecutorError
from netwright.graph.document import Document
from netwright.language import STORED, said_by, say
from netwright.services.datasets import DatasetService
from netwright.services.errors import not_found
from netwright.services.files import write_whole
from netwright.services.rate_finder_models import RateFinderRead
from netwright.services.training import source_of_runnable
from netwright.services.weights import WeightsService, WeightsSource, keep_copy
from netwright.store.tables import new_id
from netwright.training.config import TrainingConfig
from netwright.training.rate_finder import RATE_FINDER, RESULT_NAME, RateFinding
from netwright.training.spec import RunSpec

log = logging.getLogger(__name__)

MAX_SECONDS = 600.0
POLL_SECONDS = 0.1
MAX_KEPT = 16
"""Sweeps that are over are forgotten when newer ones come."""


@dataclass
class Sweep:
    """One order.  What it has found so far is read from its worker's file."""

    id: str
    state: Literal["waiting", "running", "over"] = "waiting"
    found: RateFinding = field(default_factory=RateFinding)
    task: "asyncio.Task[None] | None" = None


class RateFinderService:
    """One sweep at a time; it leaves no run behind, and its weights are gone with its worker."""

    def __init__(self, executor: Executor, datasets: DatasetService, weights: WeightsService, folder: Path) -> None:
        self._executor, self._folder = executor, folder
        self._datasets, self._weights = datasets, weights
        self._turn = asyncio.Lock()
        self._sweeps: dict[str, Sweep] = {}

    async def start(self) -> None:
        """Removes what a killed server left behind."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def close(self) -> None:
        """Calls all off, and waits until their workers are told."""
        for sweep in list(self._sweeps.values()):
            await self._call_off(sweep)

    async def begin(self, document: Document, training: TrainingConfig) -> RateFinderRead:
        """Orders a sweep of the run that would begin.

        Raises:
            ServiceError: ``invalid_run``, it could not begin; as :meth:`WeightsService.prepare` for the weights it begins with.
        """
        source = await source_of_runnable(document, training, self._datasets, self._weights)
        # Unlike memory and speed, a good learning rate depends on the weights that the run begins with.
        weights = await self._weights.prepare(training)
        spec = RunSpec(
            run=new_id(),
            document=document,
            training=training,
            source=source,
            versions={},
            created=time.time(),
            initial_weights=None if weights is None else weights[1],
        )
        sweep = Sweep(spec.run)
        over = [each for each in self._sweeps.values() if each.state == "over"]
        for old in over[: max(len(over) - MAX_KEPT + 1, 0)]:
            del self._sweeps[old.id]
        self._sweeps[sweep.id] = sweep
        sweep.task = asyncio.create_task(self._work(sweep, spec, None if weights is None else weights[0]))
        return _to_read(sweep)

    def read(self, id_: str) -> RateFinderRead:
        """How far it is.

        Raises:
            ServiceError: ``not_found``.
        """
        return _to_read(self._find(id_))

    async def cancel(self, id_: str) -> None:
        """Ends its worker and forgets it; harmless where it is over.

        Raises:
            ServiceError: ``not_found``.
        """
        sweep = self._find(id_)
        await self._call_off(sweep)
        self._sweeps.pop(id_, None)

    def _find(self, id_: str) -> Sweep:
        sweep = self._sweeps.get(id_)
        if sweep is None:
            raise not_found("sweep of the learning rate")
        return sweep

    async def _call_off(self, sweep: Sweep) -> None:
        if sweep.task is not None:
            sweep.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sweep.task

    async def _work(self, sweep: Sweep, spec: RunSpec, weights: WeightsSource | None) -> None:
        folder = self._folder / spec.run
        try:
            async with self._turn:
                sweep.state = "running"
                await asyncio.to_thread(_prepare, folder, spec, weights)
                handle = await asyncio.to_thread(self._executor.submit, folder, RATE_FINDER)
                await self._follow(sweep, folder, handle)
        except (ExecutorError, OSError) as error:
            self._fail(sweep, say("No worker could be started: {why}", why=said_by(error)))
        except Exception:
            log.exception("A sweep of the learning rate failed:")
            self._fail(sweep, say("The sweep ended with an error; the server's log says why."))
        finally:
            sweep.state = "over"
            # Not in a thread: a cancelled task must not wait.
            shutil.rmtree(folder, ignore_errors=True)

    async def _follow(self, sweep: Sweep, folder: Path, handle: str) -> None:
        end = time.monotonic() + MAX_SECONDS
        try:
            while time.monotonic() < end:
                is_alive = await asyncio.to_thread(self._executor.poll, handle) == "alive"
                # Looked at after the process: one that has just ended has written by now.
                found = await asyncio.to_thread(_read, folder)
                if found is not None:
                    sweep.found = found
                if sweep.found.end is not None:
                    return
                if not is_alive:
                    self._fail(
                        sweep,
                        say(
                            "The worker was ended by the system during the sweep. Memory is the commonest reason: halve the "
                            "batch size, or make the network narrower."
                        ),
                    )
                    return
                await asyncio.sleep(POLL_SECONDS)
        finally:
            # Not in a thread: it only sends a signal, and a cancelled task must not wait.
            self._executor.cancel(handle, force=True)
        self._fail(
            sweep,
            say(
                "The sweep took longer than {minutes} minutes and was ended. Try a smaller batch, or a faster device.",
                minutes=int(MAX_SECONDS / 60),
            ),
        )

    def _fail(self, sweep: Sweep, sentence: str) -> None:
        sweep.found = sweep.found.model_copy(update={"sentence": sentence})


def _prepare(folder: Path, spec: RunSpec, weights: WeightsSource | None) -> None:
    folder.mkdir(parents=True)
    if weights is not None:
        keep_copy(weights, folder)
    write_whole(folder / "spec.json", spec.model_dump_json(context=STORED))


def _read(folder: Path) -> RateFinding | None:
    try:
        return RateFinding.model_validate_json((folder / RESULT_NAME).read_bytes())
    except FileNotFoundError:
        return None


def _to_read(sweep: Sweep) -> RateFinderRead:
    return RateFinderRead(**dict(sweep.found), id=sweep.id, state=sweep.state)
