"""Files that take seconds to make: each made once, in a process of its own, kept for a while."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from netwright.exchange.formats import FORMATS, Format
from netwright.language import STORED, say
from netwright.services.errors import ServiceError, not_found
from netwright.services.export_models import ExportRead
from netwright.services.export_order import Order, Said

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 300.0
MAX_KEPT_BYTES = 2 * 2**30
KEPT_SECONDS = 3600.0
"""A file that was asked for within the last hour stays, whatever room it takes."""
MAX_REMEMBERED = 200
WORK = ".work-"
MAX_LINE_BYTES = 65_536

State = Literal["waiting", "preparing", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send; ``name`` is what the browser should call it."""

    path: Path
    name: str
    media_type: str


@dataclass
class Job:
    """An export on its way."""

    key: str
    form: Format
    name: str
    path: Path
    state: State = "waiting"
    stage: str | None = None
    error: ServiceError | None = None
    node: str | None = None
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        return self.state in {"ready", "failed"}


class ExportService:
    """``exports/`` of the data folder.  A file is called by its run and by the hash of everything that goes into it; work in
    progress lies in folders of its own, which a start removes."""

    def __init__(self, folder: Path, *, timeout: float = TIMEOUT_SECONDS, command: list[str] | None = None) -> None:
        self._folder, self._timeout = folder, timeout
        self._command = command or [sys.executable, "-m", "netwright.services.export_child"]
        self._jobs: dict[str, Job] = {}
        # One at a time: each takes up to a gigabyte and what is left of the processor.
        self._turn = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Removes what a server that ended in the middle has left."""
        await asyncio.to_thread(self._clean_up)

    def _clean_up(self) -> None:
        for left_over in self._folder.glob(f"{WORK}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        _drop_old(self._folder)

    async def close(self) -> None:
        """Ends what is being made."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None and not job.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def order(self, order: Order, name: str, owner: str) -> Job:
        """Starts to make the file, or finds it made or being made.  ``name`` is what it will be called, ``owner`` the run
        whose file it is."""
        key = await asyncio.to_thread(order.key)
        job = self._jobs.get(key)
        if job is not None and not self._must_go_again(job):
            return job
        form = FORMATS[order.format]
        job = Job(key, form, name, self._folder / f"{owner}-{key}{form.suffix}")
        self._remember(job)
        if job.path.is_file():
            job.state = "ready"
        else:
            job.task = asyncio.create_task(self._make(job, order))
        return job

    def _remember(self, job: Job) -> None:
        """Notes the job; forgets the oldest that are over where there are many."""
        self._jobs.pop(job.key, None)
        over = [key for key, old in self._jobs.items() if old.is_over]
        for key in over[: max(0, len(over) - MAX_REMEMBERED)]:
            del self._jobs[key]
        self._jobs[job.key] = job

    @staticmethod
    def _must_go_again(job: Job) -> bool:
        return job.state == "failed" or (job.state == "ready" and not job.path.is_file())

    def find(self, order: Order, owner: str) -> tuple[str, int | None]:
        """The key of a file, and its size where it is there.  Blocks: call it in a thread."""
        key = order.key()
        path = self._folder / f"{owner}-{key}{FORMATS[order.format].suffix}"
        return key, path.stat().st_size if path.is_file() else None

    def get(self, key: str) -> Job:
        """
        Raises:
            ServiceError: ``not_found``, nobody has asked for it since the server began.
        """
        job = self._jobs.get(key)
        if job is None:
            raise not_found("export")
        return job

    async def finish(self, job: Job) -> Download:
        """Waits until ``job`` is made.  Who stops waiting stops nothing: the file is kept for the next who asks.

        Raises:
            ServiceError: why it cannot be made.
        """
        if job.task is not None:
            await asyncio.shield(job.task)
        if job.error is not None:
            raise job.error
        try:
            await asyncio.to_thread(os.utime, job.path)  # asked for now: it stays
        except FileNotFoundError as error:
            raise not_found("export") from error
        return Download(job.path, job.name, job.form.media_type)

    def forget(self, owner: str) -> None:
        """Removes all files of a run that is deleted.  Blocks: call it in a thread."""
        for path in self._folder.glob(f"{owner}-*"):
            path.unlink(missing_ok=True)

    async def _make(self, job: Job, order: Order) -> None:
        work = self._folder / f"{WORK}{job.key}"
        try:
            async with self._turn:
                job.state = "preparing"
                await asyncio.to_thread(work.mkdir, parents=True, exist_ok=True)
                target = work / f"file{job.form.suffix}"
                said = await self._run_child(job, order, target)
                if said.code is None:
                    await asyncio.to_thread(target.replace, job.path)
                    job.state = "ready"
                else:
                    job.node = said.node
                    job.error = ServiceError(said.code, said.message)
        except asyncio.CancelledError:
            job.error = ServiceError(
                "shutting_down", say("The server is shutting down. Take the file again in a moment.")
            )
            raise
        except OSError as error:
            job.error = ServiceError(
                "disk_full", say("The file cannot be written to the data folder: {why}.", why=error.strerror)
            )
        except Exception:
            log.exception("Making %s failed:", job.name)
            job.error = ServiceError("export_failed", say("The file could not be made; the server's log says why."))
        finally:
            if job.error is not None:
                job.state = "failed"
            job.stage = None
            # Not in a thread: a cancelled task must not wait.
            shutil.rmtree(work, ignore_errors=True)
        await asyncio.to_thread(_drop_old, self._folder)

    async def _run_child(self, job: Job, order: Order, target: Path) -> Said:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=MAX_LINE_BYTES,
            # Python's and the libraries' temporary files go where ours do, and away with them.
            env=os.environ | {"TMPDIR": str(target.parent)},
            start_new_session=True,  # Ctrl+C in the server's terminal is not meant for it
        )
        assert process.stdin is not None
        assert process.stderr is not None
        last_words = asyncio.create_task(_read_end(process.stderr))
        try:
            async with asyncio.timeout(self._timeout):
                with contextlib.suppress(ConnectionError):  # one that died at once is told of by its status
                    process.stdin.write(
                        order.model_dump_json(context=STORED).encode() + b"\n" + str(target).encode() + b"\n"
                    )
                    await process.stdin.drain()
                said = await _listen(process, job)
                if said is None:
                    await process.wait()  # before anything is sent to it: how it ended is asked for only once
        except TimeoutError:
            minutes = f"{self._timeout / 60:.3g}"
            return Said(
                is_over=True,
                code="export_failed",
                message=say(
                    "The file was not made within {minutes} minutes, so it was given up. Take another format.",
                    minutes=minutes,
                ),
            )
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()
            words = await last_words
        if said is not None:
            return said
        log.error("The process that made %s ended with status %s:\n%s", job.name, process.returncode, words)
        if process.returncode == -signal.SIGKILL:
            why = say(
                "The system ended the process that makes the file: mostly memory ran out. Close other programs and take it "
                "again, or take another format."
            )
        else:
            why = say(
                "The process that makes the file ended with an error; the server's log says which. Take another format."
            )
        return Said(is_over=True, code="export_failed", message=why)


async def _listen(process: asyncio.subprocess.Process, job: Job) -> Said | None:
    """Notes each stage; gives what was said at the end, None where the process ended without a word."""
    assert process.stdout is not None
    async for line in process.stdout:
        said = Said.model_validate_json(line)
        if said.is_over:
            return said
        job.stage = said.stage
    return None


async def _read_end(stream: asyncio.StreamReader) -> str:
    """The last of what is written there; read all along, so that the writer never waits."""
    end = b""
    while chunk := await stream.read(65_536):
        end = (end + chunk)[-8192:]
    return end.decode("utf-8", "replace")


def _drop_old(folder: Path) -> None:
    """Removes files that nobody has asked for lately, oldest first, while there is too much."""
    found = [(path, path.stat()) for path in folder.glob("*") if path.is_file()]
    total = sum(status.st_size for _, status in found)
    for path, status in sorted(found, key=lambda each: each[1].st_mtime):
        if total <= MAX_KEPT_BYTES or status.st_mtime > time.time() - KEPT_SECONDS:
            return
        path.unlink(missing_ok=True)
        total -= status.st_size


def to_read(job: Job) -> ExportRead:
    """How far it is."""
    size = job.path.stat().st_size if job.state == "ready" and job.path.is_file() else None
    return ExportRead(
        key=job.key,
        format=job.form.name,
        name=job.name,
        state=job.state,
        stage=job.stage,
        bytes=size,
        code=None if job.error is None else job.error.code,
        message=None if job.error is None else job.error.message,
        node=job.node,
    )
