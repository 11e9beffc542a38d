"""Queue, leases and ends: which run gets a worker, which worker still lives, which must be helped to stop.

Time is the event loop's monotonic clock throughout: a wall clock that is moved changes nothing.
"""

import asyncio
import logging
import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from netwright.executors.base import Executor, ExecutorError
from netwright.language import said_by, say
from netwright.services.files import write_whole
from netwright.services.hub import Hub
from netwright.services.ingest import IngestService, hash_token
from netwright.services.resume import find_resumable
from netwright.services.run_views import to_summary
from netwright.store.checkpoints import list_checkpoints
from netwright.store.commands import list_commands
from netwright.store.queue import read_slots
from netwright.store.run_moves import Moved, fail_start, lose_attempt, set_handle, start_attempt
from netwright.store.runs import LivingAttempt, get_run, list_living, list_queued, taken_slots
from netwright.store.store import Store
from netwright.training.events import COMMANDS
from netwright.training.spec import AttemptSpec

log = logging.getLogger(__name__)

END_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.  A worker says something four times a second."""

    tick: float = 0.5
    silence: float = 3.0
    """A worker that was silent this long and whose process is gone is lost."""
    long_silence: float = 20.0
    """A worker that was silent this long but whose process lives is read from its spool: the network may be at fault."""
    without_handle: float = 60.0
    """A worker that the server did not live to get a handle of is given this long to speak."""
    before_terminate: float = 30.0
    """A worker that was told to stop and has not is sent SIGTERM after this long."""
    before_kill: float = 90.0


class Scheduler:
    """Runs as one task.  :meth:`wake` makes it look at once."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        executor: Executor,
        runs_folder: Path,
        server_file: Path,
        *,
        slots_per_device: int = 1,
        timing: Timing | None = None,
        end_seconds: float | None = None,
    ) -> None:
        self._store, self._hub, self._executor = store, hub, executor
        self._runs_folder, self._server_file = runs_folder, server_file
        self._slots_per_device = slots_per_device
        """Where nobody has chosen a number for the device."""
        self._timing = timing or Timing()
        self._end_seconds = end_seconds
        """How long :meth:`close` waits for workers that end with the server; None: they go on."""
        self.ingest = IngestService(store, hub, runs_folder, self._heard_from)
        self._heard: dict[tuple[str, int], float] = {}
        self._stopping: dict[tuple[str, int], float] = {}
        self._cancelled: dict[tuple[str, int], int] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Gets the executor ready, and takes up the workers that are alive from before."""
        await asyncio.to_thread(self._executor.start)
        self._task = asyncio.create_task(self._work(), name="scheduler")

    async def close(self) -> None:
        """Ends the task; workers go on, or save and end where they would not outlive the server."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._end_seconds is not None:
            await self._end_workers(self._end_seconds)
        await asyncio.to_thread(self._executor.close)

    def wake(self) -> None:
        """Something changed: a run was queued, or a slot is free."""
        self._wake.set()

    def publish(self, moved: Moved) -> None:
        """Tells browsers of a move that the server made."""
        self._hub.publish(moved.record.row.id, moved.events)
        self._hub.publish_summary(to_summary(moved.record))
        self.wake()

    def _heard_from(self, run_id: str, attempt: int) -> None:
        self._heard[run_id, attempt] = asyncio.get_running_loop().time()

    async def _work(self) -> None:
        while True:
            try:
                await self.tick()
            except Exception:
                # A fault with one run must not end the care for all others; it shows in the log at every tick.
                log.exception("The scheduler met a fault.")
            try:
                async with asyncio.timeout(self._timing.tick):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def tick(self) -> None:
        """One look at everything."""
        living = await self._store.read(list_living)
        self._forget_ended({(each.run_id, each.attempt) for each in living})
        for attempt in living:
            await self._care(attempt)
        await self._start_queued()

    def _forget_ended(self, living: set[tuple[str, int]]) -> None:
        for table in (self._heard, self._stopping, self._cancelled):
            for key in table.keys() - living:
                del table[key]

    # --- attempts that should be alive --------------------------------------------------------------------------------

    async def _care(self, attempt: LivingAttempt) -> None:
        now = asyncio.get_running_loop().time()
        key = (attempt.run_id, attempt.attempt)
        # One that this server has not heard of yet (it was just started, or began under an earlier server) has a full lease.
        silence = now - self._heard.setdefault(key, now)
        if attempt.is_stopping:
            await self._help_to_stop(attempt, now - self._stopping.setdefault(key, now))
        if silence < self._timing.silence:
            return
        if attempt.handle is None:
            is_gone = silence >= self._timing.without_handle
        else:
            is_gone = await asyncio.to_thread(self._executor.poll, attempt.handle) == "gone"
        if is_gone:
            await self._lose(attempt)
        # A silent one that lives may be unable to reach us; what it wrote down is a sign of life as well.
        elif silence >= self._timing.long_silence and await self.ingest.take_spool(attempt.run_id, attempt.attempt):
            self._heard_from(*key)

    async def _lose(self, attempt: LivingAttempt, *, was_told: bool = False) -> None:
        """The process is gone: takes what it has left behind, which may hold its proper end."""
        await self.ingest.take_spool(attempt.run_id, attempt.attempt)
        moved = await self._store.write(
            lambda session: lose_attempt(session, attempt.run_id, attempt.attempt, was_told=was_told)
        )
        if moved is not None:
            if not was_told:
                log.warning("Run %s: the worker of attempt %d is gone.", attempt.run_id, attempt.attempt)
            self.publish(moved)

    async def _end_workers(self, seconds: float) -> None:
        """Tells every worker to save and end, and queues its run again once it has: the next server goes on with it.

        One that is not gone after ``seconds`` is left: the next server finds it lost, and goes on from an older checkpoint.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        living = await self._store.read(list_living)
        for handle in [each.handle for each in living if each.handle is not None]:
            await asyncio.to_thread(self._executor.cancel, handle)
        while living:
            # One without a handle is just being started, and cannot be told: it has nothing to save.
            gone = [
                each
                for each in living
                if each.handle is None or await asyncio.to_thread(self._executor.poll, each.handle) == "gone"
            ]
            for attempt in gone:
                await self._lose(attempt, was_told=True)
            living = [each for each in living if each not in gone]
            if asyncio.get_running_loop().time() >= deadline:
                break
            await asyncio.sleep(END_POLL_SECONDS)
        for attempt in living:
            log.warning(
                "Run %s: its worker did not end within %g s; it goes on from its last checkpoint.",
                attempt.run_id,
                seconds,
            )

    async def _help_to_stop(self, attempt: LivingAttempt, waited: float) -> None:
        """SIGTERM, then SIGKILL, for a worker that does not stop by itself."""
        key = (attempt.run_id, attempt.attempt)
        level = (waited >= self._timing.before_terminate) + (waited >= self._timing.before_kill)
        if attempt.handle is not None and level > self._cancelled.get(key, 0):
            self._cancelled[key] = level
            handle, force = attempt.handle, level == 2
            await asyncio.to_thread(lambda: self._executor.cancel(handle, force=force))

    # --- runs that wait -------------------------------------------------------------------------------------------------

    async def _start_queued(self) -> None:
        taken = Counter(await self._store.read(taken_slots))
        slots = await self._store.read(read_slots)
        for run_id, slot in await self._store.read(list_queued):
            if taken[slot] < slots.get(slot, self._slots_per_device) and await self._start(run_id):
                taken[slot] += 1

    async def _start(self, run_id: str) -> bool:
        """Starts the next attempt of a queued run; False where nothing came of it."""
        folder = self._runs_folder / run_id
        resume_from = await self.find_checkpoint(run_id)
        token = secrets.token_urlsafe(32)
        attempt = await self._store.write(
            lambda session: start_attempt(session, run_id, hash_token(token), resume_from)
        )
        if attempt is None:
            return False
        self._heard_from(run_id, attempt)
        waiting = await self._store.read(lambda session: [each.payload for each in list_commands(session, run_id)])
        spec = AttemptSpec(
            run=run_id,
            attempt=attempt,
            token=token,
            server_file=str(self._server_file),
            resume_from=resume_from,
            commands=COMMANDS.validate_json(f"[{','.join(waiting)}]"),
        )
        try:
            handle = await asyncio.to_thread(self._submit, folder, spec)
        except (ExecutorError, OSError) as error:
            message = say("No worker could be started: {why}", why=said_by(error))
            failed = await self._store.write(lambda session: fail_start(session, run_id, attempt, message))
            if failed is not None:
                self.publish(failed)
            return False
        await self._store.write(lambda session: set_handle(session, run_id, attempt, handle))
        record = await self._store.read(lambda session: get_run(session, run_id))
        if record is not None:
            self._hub.publish_summary(to_summary(record))
        return True

    def _submit(self, folder: Path, spec: AttemptSpec) -> str:
        (folder / "attempts").mkdir(parents=True, exist_ok=True)
        write_whole(folder / "attempts" / f"{spec.attempt}.json", spec.model_dump_json(), mode=0o600)
        return self._executor.submit(folder, spec.attempt)

    async def find_checkpoint(self, run_id: str) -> str | None:
        """The checkpoint that a new attempt would go on from; None where it would begin anew."""
        rows = await self._store.read(lambda session: list_checkpoints(session, run_id))
        return await asyncio.to_thread(find_resumable, self._runs_folder / run_id, rows)
