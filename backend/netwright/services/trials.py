"""Checkpoints tried out: each held by a process of its own while somebody asks, never by the server."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwright.data.base import Kind
from netwright.language import STORED, any_of, listed, say
from netwright.services.checkpoints import CheckpointService
from netwright.services.datasets_files import clean_filename, save_stream
from netwright.services.errors import ServiceError
from netwright.services.evaluation_models import EvaluationRead, SamplesRead
from netwright.services.trial_models import (
    Ask,
    PredictRead,
    PredictRequest,
    Told,
    TrialDrawing,
    TrialOrder,
    TrialRead,
)

log = logging.getLogger(__name__)

SENT: Mapping[Kind, tuple[str, ...]] = {
    "image": ("pictures",),
    "table": ("rows",),
    "text": ("texts",),
    "series": ("series",),
    "graph": ("graphs", "samples"),
}
"""What of a request belongs to which kind of data."""
FILES: frozenset[Kind] = frozenset({"table", "text"})
"""Kinds of which a file is answered row by row."""
MAX_CHILDREN = 2
"""Each takes some hundred megabytes; the one that was asked longest ago makes room."""
IDLE_SECONDS = 120.0
ANSWER_SECONDS = 120.0
MAX_LINE_BYTES = 64 * 2**20
MAX_FILE_BYTES = 64 * 2**20
LAST_WORDS_BYTES = 8192


@dataclass
class Child:
    """A process that holds one checkpoint.  ``turn`` lets one question in at a time."""

    process: asyncio.subprocess.Process
    words: "asyncio.Task[str]"
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    timer: asyncio.TimerHandle | None = None

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None


class TrialService:
    """Answers about checkpoints.  All methods raise :class:`ServiceError` with ``not_found``, ``checkpoint_damaged``,
    ``not_ready`` (the run's code is gone), ``cannot_try`` (data of another kind), ``bad_data`` and ``try_failed`` (the process
    took too long or died)."""

    def __init__(
        self,
        checkpoints: CheckpointService,
        folder: Path,
        *,
        idle_seconds: float = IDLE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._checkpoints, self._folder = checkpoints, folder
        self._idle_seconds, self._answer_seconds = idle_seconds, answer_seconds
        self._children: dict[str, Child] = {}
        self._opening = asyncio.Lock()
        self._ending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Removes the files of a server that ended in between."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def close(self) -> None:
        """Ends all processes."""
        children = list(self._children.values())
        self._children.clear()
        await asyncio.gather(*(_end(child) for child in children), *self._ending)

    # --- what can be asked ---------------------------------------------------------------------------------------------

    async def describe(self, checkpoint_id: str) -> TrialRead:
        return TrialRead.model_validate(await self._ask(checkpoint_id, Ask(method="describe")))

    async def draw(self, checkpoint_id: str, sample: int) -> TrialDrawing:
        """
        Raises:
            ServiceError: ``cannot_try``, the data are no graphs; ``bad_data``, there is no such sample.
        """
        found = await self._ask(checkpoint_id, Ask(method="draw", params={"sample": sample}))
        return TrialDrawing.model_validate(found)

    async def predict(self, checkpoint_id: str, body: PredictRequest) -> PredictRead:
        """
        Raises:
            ServiceError: ``invalid_request``, not exactly one of them, or not one that the data are.
        """
        names = [name for names in SENT.values() for name in names]
        sent = [name for name in names if getattr(body, name) is not None]
        if len(sent) != 1:
            raise ServiceError("invalid_request", say("Send exactly one of {names}.", names=listed(names)))
        wanted = SENT[(await self.describe(checkpoint_id)).kind]
        if sent[0] not in wanted:
            raise ServiceError(
                "invalid_request",
                say("This network was trained on other data: send {wanted}.", wanted=any_of(wanted)),
            )
        found = await self._ask(checkpoint_id, Ask(method="predict", params=body.model_dump(mode="json")))
        return PredictRead.model_validate(found)

    async def predict_file(self, checkpoint_id: str, stream: AsyncIterator[bytes], filename: str) -> bytes:
        """A CSV file with the features, or the texts, as columns; the same with the answers behind them, as UTF-8."""
        label = clean_filename(filename)
        kind = (await self.describe(checkpoint_id)).kind
        if kind not in FILES:
            raise ServiceError(
                "cannot_try",
                say(
                    "A file is answered row by row, which needs a network that was trained on a table or on texts. Send "
                    "{wanted} instead.",
                    wanted=any_of(SENT[kind]),
                ),
            )
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder))
        try:
            source, target = folder / "rows.csv", folder / "answers.csv"
            await save_stream(stream, source, MAX_FILE_BYTES, label)
            params = {"source": str(source), "target": str(target), "filename": label}
            await self._ask(checkpoint_id, Ask(method="predict_file", params=params))
            return await asyncio.to_thread(target.read_bytes)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def evaluate(self, checkpoint_id: str) -> EvaluationRead:
        return EvaluationRead.model_validate(await self._ask(checkpoint_id, Ask(method="evaluate")))

    async def samples(self, checkpoint_id: str, **params: Any) -> SamplesRead:
        return SamplesRead.model_validate(await self._ask(checkpoint_id, Ask(method="samples", params=params)))

    # --- the processes -------------------------------------------------------------------------------------------------

    async def _ask(self, checkpoint_id: str, ask: Ask) -> dict[str, Any]:
        child = await self._child(checkpoint_id)
        async with child.turn:
            if child.timer is not None:
                child.timer.cancel()
            told = await self._exchange(checkpoint_id, child, ask.model_dump_json())
            self._let_idle(checkpoint_id, child)
        return _result(told)

    async def _child(self, checkpoint_id: str) -> Child:
        """The process that holds the checkpoint; started where there is none."""
        async with self._opening:
            child = self._children.pop(checkpoint_id, None)
            if child is None or not child.is_alive:
                order = await self._checkpoints.order_trial(checkpoint_id)
                await self._make_room()
                child = await self._open(checkpoint_id, order)
            self._children[checkpoint_id] = child  # the newest stands last
            return child

    async def _make_room(self) -> None:
        while len(self._children) >= MAX_CHILDREN:
            idle = [name for name, child in self._children.items() if not child.turn.locked()]
            child = self._children.pop(idle[0] if idle else next(iter(self._children)))
            async with child.turn:  # what was asked of it is answered first
                await _end(child)

    async def _open(self, checkpoint_id: str, order: TrialOrder) -> Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "netwright.services.trial_child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=MAX_LINE_BYTES,
            # Trying out leaves the accelerators to training.
            env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
            start_new_session=True,  # Ctrl+C in the server's terminal is not meant for it
        )
        assert process.stderr is not None
        child = Child(process, asyncio.create_task(_read_end(process.stderr)))
        told = await self._exchange(checkpoint_id, child, order.model_dump_json(context=STORED))
        if told.code is not None:
            await _end(child)
        _result(told)
        self._let_idle(checkpoint_id, child)
        return child

    async def _exchange(self, checkpoint_id: str, child: Child, line: str) -> Told:
        """One line there, one back; a child that is too slow, or whom nobody waits for any more, is ended."""
        process = child.process
        assert process.stdin is not None
        assert process.stdout is not None
        answer = b""
        try:
            async with asyncio.timeout(self._answer_seconds):
                with contextlib.suppress(ConnectionError):  # one that died at once is told of below
                    process.stdin.write(line.encode() + b"\n")
                    await process.stdin.drain()
                answer = await process.stdout.readline()
        except TimeoutError:
            await self._give_up(checkpoint_id, child)
            seconds = f"{self._answer_seconds:.3g}"
            raise ServiceError(
                "try_failed",
                say("There was no answer within {seconds} seconds. Try a smaller file, or try again.", seconds=seconds),
            ) from None
        except asyncio.CancelledError:
            # Its answer would be taken for that to the next question.
            await asyncio.shield(self._give_up(checkpoint_id, child))
            raise
        if not answer:
            words = await self._give_up(checkpoint_id, child)
            log.error("The process that tries out %s ended: %s", checkpoint_id, words)
            raise ServiceError(
                "try_failed",
                say(
                    "The process that holds the network ended; the server's log says why. Mostly memory ran out: close "
                    "other programs and try again."
                ),
            )
        return Told.model_validate_json(answer)

    def _let_idle(self, checkpoint_id: str, child: Child) -> None:
        loop = asyncio.get_running_loop()
        if child.timer is not None:
            child.timer.cancel()
        child.timer = loop.call_later(self._idle_seconds, self._on_idle, checkpoint_id, child)

    def _on_idle(self, checkpoint_id: str, child: Child) -> None:
        if child.turn.locked():
            return
        task = asyncio.create_task(_drop(self._give_up(checkpoint_id, child)))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _give_up(self, checkpoint_id: str, child: Child) -> str:
        if self._children.get(checkpoint_id) is child:
            del self._children[checkpoint_id]
        return await _end(child)


async def _drop(ending: Any) -> None:
    await ending


async def _end(child: Child) -> str:
    """Ends the process and gives its last words."""
    if child.timer is not None:
        child.timer.cancel()
    if child.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.process.kill()
    await child.process.wait()
    return await child.words


async def _read_end(stream: asyncio.StreamReader) -> str:
    """The last of what is written there; read all along, so that the writer never waits."""
    end = b""
    while chunk := await stream.read(65_536):
        end = (end + chunk)[-LAST_WORDS_BYTES:]
    return end.decode("utf-8", "replace")


def _result(told: Told) -> dict[str, Any]:
    """
    Raises:
        ServiceError: the child said why it cannot.
    """
    if told.code is not None:
        raise ServiceError(told.code, told.message)
    return told.result or {}
