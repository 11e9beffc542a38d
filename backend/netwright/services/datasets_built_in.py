"""The built-in sets: what is there of them, downloads, imports of their own files."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from netwright.data.base import DataError, Source, SourceSpec
from netwright.data.download import download, missing_files, put_in_place
from netwright.data.facts import Facts
from netwright.data.registry import SOURCES
from netwright.language import say
from netwright.services.dataset_models import DatasetRead
from netwright.services.datasets_files import save_stream
from netwright.services.datasets_jobs import Job, JobCancelledError
from netwright.services.datasets_read import State, read_facts, to_problem
from netwright.services.errors import ServiceError
from netwright.store.tables import new_id


class BuiltIns:
    """State of the built-in sets under ``folder``, one folder for each that has files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: dict[str, tuple[Job, asyncio.Task[None]]] = {}
        self._failures: dict[str, DataError] = {}
        self._facts: dict[str, Facts] = {}

    @property
    def ids(self) -> list[str]:
        return [source.type for source in SOURCES.values() if source.is_built_in]

    def spec(self, dataset_id: str) -> SourceSpec:
        source = SOURCES[dataset_id]
        return SourceSpec(type=dataset_id, path=str(self._folder_of(source)) if source.files else None)

    def summary(self, dataset_id: str) -> DatasetRead:
        """What is written in the class and where its files stand; opens none of them."""
        return self._read(dataset_id, SOURCES[dataset_id].facts)

    def describe(self, dataset_id: str) -> DatasetRead:
        """With the columns' figures, which are read once.  Blocks."""
        if dataset_id not in self._facts and self._state(SOURCES[dataset_id]) == "ready":
            self._facts[dataset_id] = SOURCES[dataset_id](self.spec(dataset_id)).describe()
        return self._read(dataset_id, self._facts.get(dataset_id, SOURCES[dataset_id].facts))

    def check_ready(self, dataset_id: str) -> None:
        """
        Raises:
            ServiceError: ``not_ready``; the sentence says what to do.
        """
        source, state = SOURCES[dataset_id], self._state(SOURCES[dataset_id])
        if state == "downloading":
            raise ServiceError(
                "not_ready", say("{title} is still being downloaded. Wait until it is there.", title=say(source.title))
            )
        if state != "ready":
            raise ServiceError(
                "not_ready",
                say(
                    "{title} is not here yet. Download it on the Data page, or import its files: {names}.",
                    title=say(source.title),
                    names=_names(source),
                ),
            )

    def start_download(self, dataset_id: str) -> None:
        """Begins what is missing; nothing where all is there or on its way."""
        source = SOURCES[dataset_id]
        if self._state(source) in {"ready", "downloading"}:
            return
        self._failures.pop(dataset_id, None)
        job = Job()
        task = asyncio.create_task(self._download(source, job), name=f"download-{dataset_id}")
        self._jobs[dataset_id] = (job, task)

    async def import_file(self, dataset_id: str, filename: str, stream: AsyncIterator[bytes]) -> None:
        """Takes one of the set's own files.

        Raises:
            ServiceError: ``not_found``, the set has no file of this name.
            DataError: other bytes than the file's; nothing is kept of them.
        """
        source = SOURCES[dataset_id]
        title = say(source.title)
        file = next((file for file in source.files if file.name == filename), None)
        if file is None:
            said = (
                say("{title} has no file of this name; its files are {names}.", title=title, names=_names(source))
                if source.files
                else say("{title} has no file of this name; it comes with Netwright and needs none.", title=title)
            )
            raise ServiceError("not_found", said)
        folder = self._folder_of(source)
        path = folder / f"{file.name}.{new_id()}.import"
        await save_stream(stream, path, file.bytes, file.name)
        if not await asyncio.to_thread(put_in_place, path, file, folder):
            raise DataError(
                say(
                    "This is not {file} of {title}: its SHA-256 differs from {sha256}. Take the original file.",
                    file=file.name,
                    title=say(source.title),
                    sha256=file.sha256,
                ),
                code="bad_file",
                file=file.name,
            )
        if not missing_files(source.files, folder):
            self._failures.pop(dataset_id, None)

    def sweep(self) -> None:
        """Removes what imports left that a stopped server broke off.  (Broken downloads are kept: they go on.)"""
        for source in SOURCES.values():
            for path in self._folder_of(source).glob("*.import"):
                path.unlink()

    async def close(self) -> None:
        """Calls off what is being downloaded; it goes on where it stopped when asked for again."""
        for job, _ in self._jobs.values():
            job.cancel()
        await asyncio.gather(*(task for _, task in self._jobs.values()))

    async def _download(self, source: type[Source], job: Job) -> None:
        try:
            await job.run(partial(download, source.files, source.mirrors, self._folder_of(source)))
        except JobCancelledError:
            pass
        except DataError as error:
            self._failures[source.type] = error
        except OSError as error:
            self._failures[source.type] = DataError(
                say(
                    "{title} cannot be written to the data folder: {why}. Make room, or allow writing to the folder.",
                    title=say(source.title),
                    why=error.strerror or error,
                ),
                code="download_failed",
            )
        finally:
            self._jobs.pop(source.type, None)

    def _read(self, dataset_id: str, facts: Facts | None) -> DatasetRead:
        source = SOURCES[dataset_id]
        state = self._state(source)
        failure = self._failures.get(dataset_id)
        return read_facts(
            source,
            facts,
            dataset_id=dataset_id,
            title=say(source.title),
            state=state,
            progress=self._jobs[dataset_id][0].fraction if state == "downloading" else None,
            problem=to_problem(failure) if failure is not None and state == "failed" else None,
        )

    def _state(self, source: type[Source]) -> State:
        if source.type in self._jobs:
            return "downloading"
        if not missing_files(source.files, self._folder_of(source)):
            return "ready"
        return "failed" if source.type in self._failures else "missing"

    def _folder_of(self, source: type[Source]) -> Path:
        return self._folder / source.type


def _names(source: type[Source]) -> str:
    return ", ".join(file.name for file in source.files)
