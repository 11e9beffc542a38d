"""A look before a run, by a warm worker: memory, speed, and the largest batch that fits."""

import asyncio
import logging
import shutil
import time
from pathlib import Path

from netwright.executors.base import Executor, ExecutorError
from netwright.graph.document import Document
from netwright.language import STORED, said_by, say
from netwright.services.datasets import DatasetService
from netwright.services.devices import slot_of
from netwright.services.errors import ServiceError
from netwright.services.files import write_whole
from netwright.services.preflight_models import PreflightRead
from netwright.services.training import source_of_runnable
from netwright.services.weights import WeightsService
from netwright.store.runs import taken_slots
from netwright.store.store import Store
from netwright.store.tables import new_id
from netwright.training.config import TrainingConfig
from netwright.training.preflight import PREFLIGHT, READY_NAME, RESULT_NAME, Preflight
from netwright.training.spec import RunSpec

log = logging.getLogger(__name__)

MAX_READ_SECONDS = 30.0
"""For a worker that starts and reads the data."""
MAX_SECONDS = 5.0
"""For the steps themselves."""
POLL_SECONDS = 0.03


class PreflightService:
    """One look at a time: two would measure each other."""

    def __init__(
        self, store: Store, executor: Executor, datasets: DatasetService, weights: WeightsService, folder: Path
    ) -> None:
        self._store, self._executor = store, executor
        self._datasets, self._weights, self._folder = datasets, weights, folder
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Removes what a killed server left behind."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def look(self, document: Document, training: TrainingConfig) -> PreflightRead:
        """Some real steps of the run that would begin.

        Raises:
            ServiceError: ``invalid_run``, it could not begin; ``not_ready``, no worker can look now.
        """
        source = await source_of_runnable(document, training, self._datasets, self._weights)
        # The weights that it begins with cost neither time nor memory: random ones tell the same.  Compiling would take longer
        # than the look.
        spec = RunSpec(
            run=new_id(),
            document=document,
            training=training.model_copy(update={"initial_weights": None, "compile": False}),
            source=source,
            versions={},
            created=time.time(),
        )
        is_busy = slot_of(training.device) in await self._store.read(taken_slots)
        async with self._lock:
            found = await self._run(spec)
        if training.compile and found.sentence is None and found.note is None:
            note = say(
                "Measured without torch.compile, which takes its time at the start and makes steps faster after it."
            )
            found = found.model_copy(update={"note": note})
        elif training.cuda_graphs != "off" and found.device.startswith("cuda") and found.note is None:
            note = say(
                "Measured without CUDA graphs, which make the steps of a small network faster and hold the memory of one more "
                "step."
            )
            found = found.model_copy(update={"note": note})
        return PreflightRead(**dict(found), is_busy=is_busy)

    async def _run(self, spec: RunSpec) -> Preflight:
        folder = self._folder / spec.run
        await asyncio.to_thread(_prepare, folder, spec)
        try:
            handle = await asyncio.to_thread(self._executor.submit, folder, PREFLIGHT)
            return await self._wait(folder, handle, spec.training.data.batch_size)
        except (ExecutorError, OSError) as error:
            raise ServiceError("not_ready", say("No worker could be started: {why}", why=said_by(error))) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _wait(self, folder: Path, handle: str, batch_size: int) -> Preflight:
        end, is_ready = time.monotonic() + MAX_READ_SECONDS, False
        try:
            while time.monotonic() < end:
                if not is_ready and (folder / READY_NAME).exists():
                    end, is_ready = time.monotonic() + MAX_SECONDS, True
                is_alive = await asyncio.to_thread(self._executor.poll, handle) == "alive"
                # Looked at after the process: one that has just ended has written by now.
                found = await asyncio.to_thread(_read, folder)
                if found is not None:
                    return found
                if not is_alive:
                    return Preflight(
                        batch_size=batch_size,
                        sentence=say(
                            "The worker was ended by the system while it tried some steps. Memory is the commonest "
                            "reason: halve the batch size, or make the network narrower."
                        ),
                    )
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await asyncio.to_thread(lambda: self._executor.cancel(handle, force=True))
        return Preflight(
            batch_size=batch_size,
            sentence=say(
                "The first step alone took longer than {seconds} seconds, so nothing can be said. The run may still work, "
                "slowly: try a smaller batch.",
                seconds=int(MAX_SECONDS),
            )
            if is_ready
            else say(
                "Reading the data took longer than {seconds} seconds, so no step was tried. The run itself waits for it.",
                seconds=int(MAX_READ_SECONDS),
            ),
        )


def _prepare(folder: Path, spec: RunSpec) -> None:
    folder.mkdir(parents=True)
    write_whole(folder / "spec.json", spec.model_dump_json(context=STORED))


def _read(folder: Path) -> Preflight | None:
    try:
        return Preflight.model_validate_json((folder / RESULT_NAME).read_bytes())
    except FileNotFoundError:
        return None
