"""Runs: created, listed, steered; their metrics, events, source, log."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from netwright import __version__
from netwright.graph.document import Document
from netwright.language import STORED, current_language, listed, said_by, say
from netwright.services.branches import Begin
from netwright.services.control_models import RunSet
from netwright.services.datasets import DatasetService
from netwright.services.errors import ServiceError, not_found
from netwright.services.exports import ExportService
from netwright.services.files import remove_folder, write_whole
from netwright.services.fold_weights import give_each_fold_its_own
from netwright.services.hub import Hub
from netwright.services.metrics import pack_curves, read_metrics
from netwright.services.networks import NetworkService, to_saved
from netwright.services.run_models import (
    CrossValidationStarted,
    EventList,
    MetricsRead,
    RunCreate,
    RunCreated,
    RunRead,
    RunSettings,
    RunSummary,
    RunUpdate,
)
from netwright.services.run_rows import (
    Planned,
    insert_begun,
    insert_folds,
    insert_with_networks,
    new_row,
    rows_of_folds,
    tag_of_folds,
)
from netwright.services.run_views import to_read, to_summary
from netwright.services.scheduler import Scheduler
from netwright.services.training import check_all
from netwright.services.weights import WeightsService, keep_copy
from netwright.services.workspace_pack import IMPORTED_SOURCE
from netwright.store.events import list_events
from netwright.store.overviews import keep_overviews
from netwright.store.run_moves import (
    Moved,
    NotChangeableError,
    NotResumableError,
    pause_run,
    resume_run,
    save_run,
    set_values,
    stop_run,
)
from netwright.store.runs import (
    RunRecord,
    delete_run,
    get_run,
    list_runs,
    list_settings,
    update_run,
)
from netwright.store.store import Session, Store
from netwright.store.tables import new_id
from netwright.training.config import TrainingConfig
from netwright.training.events import EVENT_TYPES, EVENTS, SetCommand
from netwright.training.spec import Origin, RunSpec
from netwright.training.states import FINAL, EndReason, RunState

log = logging.getLogger(__name__)

SUMMARY_SECONDS = 0.25
IDLE_SECONDS = 15.0
MAX_LOG_BYTES = 4 * 2**20
MAX_LIST_BYTES = 32 * 2**20
"""Most events of one answer: the server holds them while it makes it."""


class RunService:
    """One user intent a method.  All raise :class:`ServiceError` with ``not_found`` where there is no such run."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        scheduler: Scheduler,
        networks: NetworkService,
        datasets: DatasetService,
        exports: ExportService,
        weights: WeightsService,
        runs_folder: Path,
    ) -> None:
        self._store, self._hub, self._scheduler = store, hub, scheduler
        self._networks, self._datasets = networks, datasets
        self._exports, self._weights = exports, weights
        self._folder = runs_folder

    # --- create, read, change ----------------------------------------------------------------------------------------

    async def create(
        self,
        body: RunCreate,
        *,
        origin: Origin | None = None,
        begin: Begin | None = None,
        network_id: str | None = None,
    ) -> RunCreated:
        """Checks everything, fixes it in a run spec, and queues the run.  A branched one has an ``origin``, is counted to the
        network ``network_id``, and ``begin`` gives it what it goes on with.

        Raises:
            ServiceError: ``invalid_run`` with all problems of document, data and training config together;
                ``invalid_request``, neither document nor network.
        """
        planned = await self._plan(await self._document_of(body), body.training, origin)
        spec = planned.spec
        await asyncio.to_thread(self._write_spec, planned)
        row = new_row(spec, planned.report, name=body.name, network_id=body.network_id or network_id)
        if begin is not None:
            try:
                await asyncio.to_thread(begin.copy_files, self._folder / spec.run)
            except BaseException:
                await asyncio.to_thread(remove_folder, self._folder / spec.run)
                raise
        record = await self._store.write(lambda session: insert_begun(session, row, begin))
        self._hub.publish_summary(to_summary(record))
        self._scheduler.wake()
        return RunCreated(id=spec.run, state=RunState(record.row.state))

    async def create_group(self, documents: Sequence[Document], training: TrainingConfig, tag: str) -> list[str]:
        """Saves each document as a network and queues a run of it, tagged: all are there afterwards, or none is.

        Raises:
            ServiceError: ``invalid_run``, one of them cannot be trained.
        """
        planned = [await self._plan(document, training, None) for document in documents]
        rows = [new_row(each.spec, each.report, tags=(tag,)) for each in planned]
        saved = [to_saved(document) for document in documents]
        return await self._begin_all(planned, lambda session: insert_with_networks(session, rows, saved))

    async def cross_validate(self, body: RunCreate) -> CrossValidationStarted:
        """Queues a run for each of the ``folds`` of the split, which holds that fold out; all of them or none.  They carry a
        tag that no other run has.  Class weights that balance the fold which the split names are those of each fold.

        Raises:
            ServiceError: as :meth:`create`; ``invalid_request``, the split has no folds.
        """
        document, data = await self._document_of(body), body.training.data
        if data.split.folds is None:
            raise ServiceError(
                "invalid_request", say("Say in data.split.folds how many folds the data is to be cut into.")
            )
        # As it stands: this says what is wrong, and where the data is.
        first = await self._plan(document, body.training, None)
        trainings = await asyncio.to_thread(
            give_each_fold_its_own, first.spec.source, body.training, range(1, data.split.folds + 1)
        )
        planned = [await self._plan(document, training, None) for training in trainings]
        rows = rows_of_folds(planned, body.name, body.network_id)
        tag = tag_of_folds(rows)
        runs = await self._begin_all(planned, lambda session: insert_folds(session, rows, tag))
        return CrossValidationStarted(tag=json.loads(rows[0].tags)[0], runs=runs)

    async def _begin_all(self, planned: Sequence[Planned], insert: Callable[[Session], list[RunRecord]]) -> list[str]:
        """Writes the runs' folders and, by ``insert``, their rows: all are there afterwards, or none is."""
        try:
            for each in planned:
                await asyncio.to_thread(self._write_spec, each)
            records = await self._store.write(insert)
        except Exception:
            for each in planned:
                await asyncio.to_thread(remove_folder, self._folder / each.spec.run)
            raise
        for record in records:
            self._hub.publish_summary(to_summary(record))
        self._scheduler.wake()
        return [each.spec.run for each in planned]

    async def _plan(self, document: Document, training: TrainingConfig, origin: Origin | None) -> Planned:
        """A run that could begin, of which nothing is written yet.

        Raises:
            ServiceError: ``invalid_run``.
        """
        checked = await check_all(document, training, self._datasets, self._weights)
        errors = checked.errors
        if errors or checked.source is None:
            raise ServiceError(
                "invalid_run",
                say(
                    "This run has 1 problem: {first}" if len(errors) == 1 else "This run has {count} problems: {first}",
                    count=len(errors),
                    first=errors[0].message,
                ),
                checked.problems,
            )
        weights = await self._weights.prepare(training)
        spec = RunSpec(
            run=new_id(),
            document=document,
            training=training,
            source=checked.source,
            versions={"netwright": __version__, "torch": version("torch")},
            created=time.time(),
            initial_weights=None if weights is None else weights[1],
            origin=origin,
        )
        return Planned(spec, checked.report, None if weights is None else weights[0])

    async def _document_of(self, body: RunCreate) -> Document:
        if body.document is not None:
            return body.document
        if body.network_id is None:
            raise ServiceError("invalid_request", say("Send a document or a network_id."))
        return (await self._networks.read(body.network_id)).document

    def _write_spec(self, planned: Planned) -> None:
        spec, weights = planned.spec, planned.weights
        folder = self._folder / spec.run
        try:
            (folder / "attempts").mkdir(parents=True)
            (folder / "checkpoints").mkdir()
            if weights is not None:
                keep_copy(weights, folder)
            write_whole(folder / "spec.json", spec.model_dump_json(context=STORED))
        except OSError:
            remove_folder(folder)
            raise

    async def list_all(self, network_id: str | None = None) -> list[RunSummary]:
        records = await self._store.read(lambda session: list_runs(session, network_id))
        return [to_summary(record) for record in records]

    async def list_settings(self) -> list[RunSettings]:
        """What each run was started with."""
        found = await self._store.read(list_settings)
        return await asyncio.to_thread(
            lambda: [RunSettings(id=id_, training=json.loads(text or "{}")) for id_, text in found]
        )

    async def read(self, run_id: str) -> RunRead:
        return to_read(await self._record(run_id))

    async def _record(self, run_id: str) -> RunRecord:
        record = await self._store.read(lambda session: get_run(session, run_id))
        if record is None:
            raise not_found("run")
        return record

    async def update(self, run_id: str, body: RunUpdate) -> RunRead:
        """Changes what a person may say about a run."""
        tags = None if body.tags is None else json.dumps(body.tags)
        record = await self._store.write(
            lambda session: update_run(
                session, run_id, name=body.name, notes=body.notes, tags=tags, is_archived=body.is_archived
            )
        )
        if record is None:
            raise not_found("run")
        self._hub.publish_summary(to_summary(record))
        return await self.read(run_id)

    async def delete(self, run_id: str) -> None:
        """Removes a run that is over, with its checkpoints.

        Raises:
            ServiceError: ``run_is_active``.
        """
        record = await self._record(run_id)
        state = await self._store.write(lambda session: delete_run(session, run_id))
        if state is None:
            raise not_found("run")
        if state not in FINAL:
            raise ServiceError(
                "run_is_active", say("This run is {state}. Stop it first, then delete it.", state=say(state))
            )
        # Else every table that opens later would get its row once more: of those that changed lately.
        self._hub.publish_summary(to_summary(record).model_copy(update={"is_deleted": True}))
        await asyncio.to_thread(remove_folder, self._folder / run_id)
        await asyncio.to_thread(self._exports.forget, run_id)

    # --- steer ---------------------------------------------------------------------------------------------------------

    async def stop(self, run_id: str) -> RunRead:
        return await self._move(run_id, await self._store.write(lambda session: stop_run(session, run_id)))

    async def pause(self, run_id: str) -> RunRead:
        return await self._move(run_id, await self._store.write(lambda session: pause_run(session, run_id)))

    async def resume(self, run_id: str) -> RunRead:
        """Raises ServiceError ``run_cannot_resume`` for a run that has completed."""
        try:
            moved = await self._store.write(lambda session: resume_run(session, run_id))
        except NotResumableError as error:
            raise ServiceError(
                "run_cannot_resume",
                say("This run has completed: nothing is left to train. Give it more epochs, or start a new one."),
            ) from error
        return await self._move(run_id, moved)

    async def checkpoint(self, run_id: str) -> RunRead:
        """Asks for a checkpoint at the next step border."""
        return await self._move(run_id, await self._store.write(lambda session: save_run(session, run_id)))

    async def set_values(self, run_id: str, body: RunSet) -> RunRead:
        """Changes the learning rate or the number of epochs; more epochs extend a run that has completed.

        Raises:
            ServiceError: ``run_cannot_change``, it is over or past that epoch; ``run_cannot_resume``, it has completed and no
                checkpoint is left to go on from.
        """
        record = await self._record(run_id)
        if record.row.state == RunState.COMPLETED and await self._scheduler.find_checkpoint(run_id) is None:
            raise ServiceError(
                "run_cannot_resume",
                say("No checkpoint of this run is left, so it cannot be trained further. Start a new one."),
            )
        wishes = [SetCommand(name="lr", value=body.lr)] if body.lr is not None else []
        wishes += [SetCommand(name="epochs", value=body.epochs)] if body.epochs is not None else []
        if not wishes:
            raise ServiceError("invalid_request", say("Send a new value for lr or epochs."))
        try:
            moved = await self._store.write(lambda session: set_values(session, run_id, wishes))
        except NotChangeableError as error:
            raise ServiceError("run_cannot_change", said_by(error)) from error
        return await self._move(run_id, moved)

    async def _move(self, run_id: str, moved: Moved | None) -> RunRead:
        if moved is None:
            raise not_found("run")
        self._scheduler.publish(moved)
        return await self.read(run_id)

    # --- what it has to show -------------------------------------------------------------------------------------------

    async def metrics(self, run_id: str, names: list[str] | None, max_points: int) -> MetricsRead:
        """Columns of the metrics ``names`` (None: all), thinned to ``max_points`` each."""

        found = await self._store.read(lambda session: read_metrics(session, run_id, names, max_points))
        if found is None:
            raise not_found("run")
        return found

    async def curves(self, run_ids: Sequence[str], name: str, max_points: int) -> bytes:
        """The metric ``name`` of each of the runs that are there and have it: see ``metrics.pack_curves``."""
        chosen = list(dict.fromkeys(run_ids))
        packed, made = await self._store.read(lambda session: pack_curves(session, chosen, name, max_points))
        if made:
            await self._store.write(lambda session: keep_overviews(session, made), durability="NORMAL")
        return packed

    async def events(self, run_id: str, after: int, limit: int, types: list[str] | None = None) -> EventList:
        """At most ``limit`` events after the cursor ``after`` and at most ``MAX_LIST_BYTES`` of them, only of ``types`` where
        they are named.

        Raises:
            ServiceError: ``invalid_request``, there is no such type.
        """
        unknown = [name for name in types or [] if name not in EVENT_TYPES]
        if unknown:
            raise ServiceError(
                "invalid_request",
                say(
                    "There are no events of type {type}. There are: {known}.",
                    type=repr(unknown[0][:100]),
                    known=listed(EVENT_TYPES),
                ),
            )
        newest = (await self._record(run_id)).row.cursor
        stored, is_cut = await self._store.read(
            lambda session: list_events(session, run_id, after, limit, MAX_LIST_BYTES, types)
        )
        events = EVENTS.validate_json(f"[{','.join(event.payload for event in stored)}]")
        cursor = stored[-1].cursor if stored else after
        # A page that is not cut has looked at everything up to the newest event, whether that was of these types or not.
        return EventList(events=events, cursor=cursor if is_cut else max(cursor, newest))

    async def live_events(self, run_id: str, after: int) -> AsyncGenerator[str, None]:
        """JSON arrays of events: first those after the cursor ``after``, then live ones."""
        record = await self._record(run_id)
        return self._hub.events(
            run_id, min(after, record.row.cursor), idle_seconds=IDLE_SECONDS, language=current_language()
        )

    def live_summaries(self) -> AsyncGenerator[str, None]:
        """JSON arrays of the summaries of runs that changed."""
        return self._hub.summaries(
            every_seconds=SUMMARY_SECONDS, idle_seconds=IDLE_SECONDS, language=current_language()
        )

    async def source(self, run_id: str) -> str:
        """The run's Python module.

        Raises:
            ServiceError: ``not_ready``, the worker has not written it yet.
        """
        record = await self._record(run_id)
        folder = self._folder / run_id
        text = await asyncio.to_thread(_read_text, folder / "model.py")
        if text is None:
            text = await asyncio.to_thread(_read_text, folder / IMPORTED_SOURCE)
        if text is None and record.row.reason == EndReason.IMPORTED:
            raise ServiceError("not_ready", say("This run was imported: its curves are here, its network is not."))
        if text is None:
            raise ServiceError(
                "not_ready",
                say(
                    "This run is {state}. Its code is written when training begins, for preprocessing is fitted "
                    "to the data then.",
                    state=say(record.row.state),
                ),
            )
        return text

    async def log(self, run_id: str) -> str:
        """What the worker printed: the end of it, where it is long."""
        await self._record(run_id)
        return await asyncio.to_thread(_read_text, self._folder / run_id / "log.txt", MAX_LOG_BYTES) or ""


def _read_text(path: Path, last_bytes: int | None = None) -> str | None:
    try:
        with path.open("rb") as file:
            if last_bytes is not None:
                file.seek(max(0, path.stat().st_size - last_bytes))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
