"""Sets of data: the built-in ones, and those that people upload, describe anew, look into and delete."""

import asyncio
import json
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from netwright.data.base import DataError, Progress, SourceSpec, data_folder
from netwright.data.facts import Facts
from netwright.data.registry import get_source, open_source
from netwright.data.sniff import sniff_upload
from netwright.graph.problems import Problem
from netwright.language import STORED, listed, say
from netwright.services.dataset_models import DatasetPreview, DatasetRead, DatasetUpdate
from netwright.services.datasets_built_in import BuiltIns
from netwright.services.datasets_files import (
    MAX_UPLOAD_BYTES,
    clean_filename,
    remove_folder,
    save_stream,
    write_upload_note,
)
from netwright.services.datasets_jobs import Job, JobCancelledError
from netwright.services.datasets_read import State, read_facts, read_preview, to_problem
from netwright.services.errors import ServiceError, not_found
from netwright.store import datasets as queries
from netwright.store.runs import is_dataset_used
from netwright.store.store import Store
from netwright.store.tables import DatasetRow, new_id

PATIENCE_SECONDS = 3.0
"""How long a request waits for a set to be prepared.  What is refused in this time is refused in the answer; what takes longer
goes on behind it, with its progress in the set."""
NUM_PREVIEWS = 16


@dataclass(slots=True)
class _Preparation:
    """``is_answered``: the request that began it has had its answer, so that a failure is written down, not raised."""

    is_new: bool
    is_answered: bool
    job: Job = field(default_factory=Job)
    task: "asyncio.Task[None] | None" = None


class DatasetService:
    """One user intent a method.  All raise :class:`ServiceError` with ``not_found`` where there is no such set, and
    :class:`DataError` where the data is at fault."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._uploads = data_folder(home) / "uploads"
        self._built_ins = BuiltIns(data_folder(home))
        self._preparations: dict[str, _Preparation] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._previews: OrderedDict[str, DatasetPreview] = OrderedDict()

    async def start(self) -> None:
        """Clears what a broken upload left, and takes up again what was being prepared when the server stopped."""
        rows = await self._store.read(queries.list_datasets)
        known = {row.id for row in rows}
        await asyncio.to_thread(self._sweep, known)
        for row in rows:
            if _description(row).state == "preparing":
                self._prepare(row.id, _spec(row), is_new=True, is_answered=True)

    async def close(self) -> None:
        await self._built_ins.close()
        await asyncio.gather(*map(_call_off, self._preparations.values()))

    async def list_all(self) -> list[DatasetRead]:
        """The built-in ones in their own order, then the uploaded ones, newest first."""
        rows = await self._store.read(queries.list_datasets)
        return [*map(self._built_ins.summary, self._built_ins.ids), *map(self._read_row, rows)]

    async def read(self, dataset_id: str) -> DatasetRead:
        if dataset_id in self._built_ins.ids:
            return await asyncio.to_thread(self._built_ins.describe, dataset_id)
        return self._read_row(await self._row(dataset_id))

    async def create(self, stream: AsyncIterator[bytes], filename: str, title: str | None) -> DatasetRead:
        """Takes an upload: a table as text, or a ZIP of pictures in class folders; which, its bytes tell.

        Raises:
            DataError: it cannot be used; then nothing of it is kept.
        """
        filename = clean_filename(filename)

        async def save(path: Path) -> None:
            await save_stream(stream, path, MAX_UPLOAD_BYTES, filename)

        return await self._create(save, filename, title)

    async def take_file(self, path: Path, filename: str) -> DatasetRead:
        """As :meth:`create`, of a file in the data folder, which is moved.

        Raises:
            DataError: it cannot be used; then nothing of it is kept.
        """

        async def move(target: Path) -> None:
            await asyncio.to_thread(_move, path, target)

        return await self._create(move, clean_filename(filename), None)

    async def _create(self, put: Callable[[Path], Awaitable[None]], filename: str, title: str | None) -> DatasetRead:
        """``put`` brings the file to its place."""
        dataset_id = new_id()
        folder = self._uploads / dataset_id
        try:
            await put(folder / "original")
            type_name = await asyncio.to_thread(sniff_upload, folder / "original", filename)
            await asyncio.to_thread(write_upload_note, folder, filename)
            spec = SourceSpec(type=type_name, path=str(folder))
            title = title or Path(filename).stem or filename
            await self._insert(dataset_id, spec, title)
        except BaseException:
            await asyncio.to_thread(remove_folder, folder)
            raise
        await self._wait(self._prepare(dataset_id, spec, is_new=True))
        return await self.read(dataset_id)

    async def update(self, dataset_id: str, update: DatasetUpdate) -> DatasetRead:
        """Corrects title or options.

        Raises:
            DataError: the options do not fit this data; then nothing is changed.
        """
        if dataset_id in self._built_ins.ids:
            raise ServiceError("invalid_request", say("A built-in set cannot be changed. Upload a copy to change it."))
        async with self._locks[dataset_id]:
            row = await self._row(dataset_id)
            if dataset_id in self._preparations:
                raise ServiceError(
                    "not_ready", say("{title} is still being prepared. Change it when it is ready.", title=row.title)
                )
            if update.title is not None:
                title = update.title
                await self._store.write(lambda session: queries.update_dataset(session, dataset_id, title=title))
            if update.options is not None or update.type is not None:
                spec = _changed(_spec(row), update)
                await self._wait(self._prepare(dataset_id, spec, is_new=False))
        return await self.read(dataset_id)

    async def delete(self, dataset_id: str) -> None:
        """Removes the set and its files.

        Raises:
            ServiceError: ``in_use``, a run that has not ended trains on it.
        """
        if dataset_id in self._built_ins.ids:
            raise ServiceError("invalid_request", say("A built-in set cannot be deleted."))
        async with self._locks[dataset_id]:
            row = await self._row(dataset_id)
            if await self._store.read(lambda session: is_dataset_used(session, dataset_id)):
                raise ServiceError(
                    "in_use",
                    say(
                        "A run that has not ended trains on {title}. Wait for its end, or stop it first.",
                        title=row.title,
                    ),
                )
            if preparation := self._preparations.get(dataset_id):
                await _call_off(preparation)
            await self._store.write(lambda session: queries.delete_dataset(session, dataset_id))
            await asyncio.to_thread(remove_folder, self._uploads / dataset_id)
        self._locks.pop(dataset_id, None)

    async def preview(self, dataset_id: str) -> DatasetPreview:
        """What the page shows of the set.

        Raises:
            ServiceError: ``not_ready``.
        """
        spec = await self.resolve_source(dataset_id)
        key = spec.model_dump_json()
        if key not in self._previews:
            self._previews[key] = await asyncio.to_thread(_build_preview, spec)
        self._previews.move_to_end(key)
        while len(self._previews) > NUM_PREVIEWS:
            self._previews.popitem(last=False)
        return self._previews[key]

    async def download(self, dataset_id: str) -> DatasetRead:
        """Starts the download of a built-in; :meth:`read` tells how far it is."""
        if dataset_id not in self._built_ins.ids:
            await self._row(dataset_id)
            raise ServiceError("invalid_request", say("Only built-in sets can be downloaded; this one was uploaded."))
        self._built_ins.start_download(dataset_id)
        return self._built_ins.summary(dataset_id)

    async def import_file(self, dataset_id: str, filename: str, stream: AsyncIterator[bytes]) -> DatasetRead:
        """Takes one of a built-in's own files; ready as soon as the last of them is there."""
        if dataset_id not in self._built_ins.ids:
            await self._row(dataset_id)
            raise ServiceError(
                "invalid_request", say("Only built-in sets take files one by one; this one was uploaded.")
            )
        await self._built_ins.import_file(dataset_id, filename, stream)
        return self._built_ins.summary(dataset_id)

    async def resolve_source(self, dataset_id: str) -> SourceSpec:
        """What a run spec holds of the set.

        Raises:
            ServiceError: ``not_found``, or ``not_ready`` with what to do.
        """
        if dataset_id in self._built_ins.ids:
            self._built_ins.check_ready(dataset_id)
            return self._built_ins.spec(dataset_id)
        row = await self._row(dataset_id)
        described = self._read_row(row)
        if described.state != "ready":
            why = (
                described.problem.message
                if described.problem
                else say("It is still being prepared. Wait until it is ready.")
            )
            raise ServiceError("not_ready", say("{title} cannot be used yet. {why}", title=row.title, why=why))
        return _spec(row)

    def folder_of(self, dataset_id: str) -> Path:
        """Where the files of an upload lie."""
        return self._uploads / dataset_id

    def built_in_spec(self, dataset_id: str) -> SourceSpec:
        return self._built_ins.spec(dataset_id)

    async def take_up(self, dataset_ids: list[str]) -> None:
        """Prepares uploads whose files and rows have come by themselves."""
        for dataset_id in dataset_ids:
            self._prepare(dataset_id, _spec(await self._row(dataset_id)), is_new=True, is_answered=True)

    # --- what is behind ----------------------------------------------------------------------------------------------

    def _sweep(self, known: set[str]) -> None:
        for folder in self._uploads.iterdir() if self._uploads.is_dir() else ():
            if folder.name not in known:
                remove_folder(folder)
        self._built_ins.sweep()

    async def _row(self, dataset_id: str) -> DatasetRow:
        row = await self._store.read(lambda session: queries.get_dataset(session, dataset_id))
        if row is None:
            raise not_found("dataset")
        return row

    def _read_row(self, row: DatasetRow) -> DatasetRead:
        described = _description(row).model_copy(update={"title": row.title, "created": row.created})
        if preparation := self._preparations.get(row.id):
            return described.model_copy(
                update={"state": "preparing", "progress": preparation.job.fraction, "problem": None}
            )
        return described

    async def _insert(self, dataset_id: str, spec: SourceSpec, title: str) -> None:
        description = describe_unprepared(dataset_id, spec)
        await self._store.write(
            lambda session: queries.insert_dataset(
                session,
                dataset_id,
                type_name=spec.type,
                title=title,
                folder=str(spec.path),
                options=json.dumps(spec.options),
                description=description,
            )
        )

    def _prepare(self, dataset_id: str, spec: SourceSpec, *, is_new: bool, is_answered: bool = False) -> _Preparation:
        """Prepares and describes the set behind the request that asked for it."""
        preparation = _Preparation(is_new=is_new, is_answered=is_answered)
        self._preparations[dataset_id] = preparation
        work = self._run(dataset_id, spec, preparation)
        preparation.task = asyncio.create_task(work, name=f"prepare-{dataset_id}")
        return preparation

    async def _wait(self, preparation: _Preparation) -> None:
        """Until the set is prepared or patience has ended; raises what was wrong with it."""
        assert preparation.task is not None
        try:
            await asyncio.wait({preparation.task}, timeout=PATIENCE_SECONDS)
        finally:
            preparation.is_answered = not preparation.task.done()
        if preparation.task.done():
            await preparation.task

    async def _run(self, dataset_id: str, spec: SourceSpec, preparation: _Preparation) -> None:
        try:
            facts = await preparation.job.run(partial(_prepare_files, spec))
        except JobCancelledError:
            return
        except DataError as error:
            if preparation.is_answered:
                await self._save(spec, _describe(dataset_id, spec, None, "failed", to_problem(error)))
                return
            if preparation.is_new:
                await self._store.write(lambda session: queries.delete_dataset(session, dataset_id))
                await asyncio.to_thread(remove_folder, self._uploads / dataset_id)
            raise
        else:
            await self._save(spec, _describe(dataset_id, spec, facts, "ready"))
        finally:
            self._preparations.pop(dataset_id, None)

    async def _save(self, spec: SourceSpec, described: DatasetRead) -> None:
        options, description = json.dumps(spec.options), described.model_dump_json(context=STORED)
        await self._store.write(
            lambda session: queries.update_dataset(
                session, described.id, type_name=spec.type, options=options, description=description
            )
        )


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    path.replace(target)


async def _call_off(preparation: _Preparation) -> None:
    """Ends a preparation at its next report of progress."""
    preparation.job.cancel()
    if preparation.task is not None:
        await asyncio.wait({preparation.task})


def describe_unprepared(dataset_id: str, spec: SourceSpec) -> str:
    """The description of a set whose files are there and will be prepared."""
    return _describe(dataset_id, spec, None, "preparing").model_dump_json(context=STORED)


def _describe(
    dataset_id: str, spec: SourceSpec, facts: Facts | None, state: State, problem: Problem | None = None
) -> DatasetRead:
    """What is kept of a set; its title and time of creation are the row's own."""
    return read_facts(
        get_source(spec.type),
        facts,
        dataset_id=dataset_id,
        title="",
        state=state,
        problem=problem,
        options=spec.options,
    )


def _prepare_files(spec: SourceSpec, progress: Progress) -> Facts:
    source = open_source(spec)
    source.prepare_files(progress)
    return source.describe()


def _build_preview(spec: SourceSpec) -> DatasetPreview:
    from netwright.data.preview import build_preview

    return read_preview(build_preview(open_source(spec)))


def _changed(spec: SourceSpec, update: DatasetUpdate) -> SourceSpec:
    """
    Raises:
        DataError: the file cannot be read as the type that is asked for.
    """
    if update.type is None or update.type == spec.type:
        return spec.model_copy(update={"options": update.options or {}})
    possible = get_source(spec.type).read_as
    if update.type not in possible:
        raise DataError(
            say("This upload cannot be read as {type}; possible: {known}.", type=update.type, known=listed(possible)),
            code="bad_option",
            column="type",
        )
    # What was chosen for one way of reading means nothing to another.
    return spec.model_copy(update={"type": update.type, "options": update.options or {}})


def _description(row: DatasetRow) -> DatasetRead:
    return DatasetRead.model_validate_json(row.description)


def _spec(row: DatasetRow) -> SourceSpec:
    return SourceSpec(type=row.type, path=row.folder, options=json.loads(row.options))
