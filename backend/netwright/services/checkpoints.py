"""Checkpoints of runs: what there is, and their files in the formats that a person takes home."""

import asyncio
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from netwright.exchange.formats import FORMATS, Format
from netwright.language import listed, say
from netwright.services.errors import ServiceError, not_found
from netwright.services.files import find_inside, is_intact
from netwright.services.models import CheckpointRead
from netwright.services.run_views import to_checkpoint
from netwright.store.checkpoints import get_checkpoint, list_checkpoints
from netwright.store.runs import get_run
from netwright.store.store import Store
from netwright.store.tables import CheckpointRow


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send; ``name`` is what the browser should call it."""

    path: Path
    name: str
    is_temporary: bool


class CheckpointService:
    def __init__(self, store: Store, runs_folder: Path) -> None:
        self._store, self._folder = store, runs_folder

    async def list_all(self, run_id: str) -> list[CheckpointRead]:
        """Checkpoints of a run, newest first: all whose file is there, and the newest of each kind even if it is not.

        Raises:
            ServiceError: ``not_found``.
        """
        if await self._store.read(lambda session: get_run(session, run_id)) is None:
            raise not_found("run")
        rows = await self._store.read(lambda session: list_checkpoints(session, run_id))
        return await asyncio.to_thread(self._view, rows)

    def _view(self, rows: list[CheckpointRow]) -> list[CheckpointRead]:
        shown, kinds = [], set()
        for row in rows:
            # The size is enough for a list; the hash is looked at before anybody gets the file.
            path = find_inside(self._folder / row.run_id, row.file)
            is_available = path is not None and path.stat().st_size == row.bytes
            if is_available or row.kind not in kinds:
                shown.append(to_checkpoint(row, is_available=is_available))
            kinds.add(row.kind)
        return shown

    async def download(self, checkpoint_id: str, format_: str) -> Download:
        """The checkpoint as a file of ``format_``.

        Raises:
            ServiceError: ``not_found``; ``invalid_request``, no such format; ``checkpoint_damaged``, the file is gone or
                differs from its hash.
        """
        row = await self._store.read(lambda session: get_checkpoint(session, checkpoint_id))
        if row is None:
            raise not_found("checkpoint")
        record = await self._store.read(lambda session: get_run(session, row.run_id))
        assert record is not None, "a checkpoint belongs to a run"
        chosen = FORMATS.get(format_)
        if chosen is None:
            raise ServiceError(
                "invalid_request",
                say(
                    "There is no format {format}. There are: {known}.",
                    format=repr(format_[:100]),
                    known=listed(FORMATS),
                ),
            )
        folder = self._folder / row.run_id
        if not await asyncio.to_thread(is_intact, folder, row.file, row.bytes, row.sha256):
            raise ServiceError(
                "checkpoint_damaged",
                say(
                    "The file of this checkpoint (step {step}) is gone or differs from its SHA-256. Take another one.",
                    step=row.step,
                ),
            )
        name = f"{clean_name(record.row.name)}-{row.kind}-{row.step}{chosen.suffix}"
        return await asyncio.to_thread(_convert, folder / row.file, chosen, name)


def _convert(checkpoint: Path, chosen: Format, name: str) -> Download:
    if chosen.write is None:
        return Download(checkpoint, name, is_temporary=False)
    descriptor, temporary = tempfile.mkstemp(suffix=chosen.suffix)
    os.close(descriptor)
    try:
        chosen.write(checkpoint, Path(temporary))
    except BaseException:
        Path(temporary).unlink()
        raise
    return Download(Path(temporary), name, is_temporary=True)


def clean_name(name: str) -> str:
    """``name`` without what file systems refuse; letters of every language stay."""
    cleaned = re.sub(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u2028\u2029\ufeff]+", "_", name).strip(". _")
    return cleaned[:80] or "checkpoint"
