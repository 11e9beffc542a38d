"""Uploads of data in parts: what a broken connection leaves is kept for a day and gone on with.

The idea is that of the tus protocol (https://tus.io/protocols/resumable-upload): an upload has an id and an offset, and a part
is taken only where it begins at the offset.
"""

import asyncio
import json
import time
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

from netwright.data.base import DataError, data_folder
from netwright.language import say
from netwright.services.dataset_models import DatasetRead
from netwright.services.datasets import DatasetService
from netwright.services.datasets_files import MAX_UPLOAD_BYTES, clean_filename, remove_folder, size_text, write_chunk
from netwright.services.errors import ServiceError, not_found
from netwright.services.upload_models import UploadBegin, UploadRead
from netwright.store.tables import new_id

SECONDS_KEPT = 24 * 3600.0
MAX_KEPT_BYTES = 8 << 30
"""Of all unfinished uploads together, as they were announced."""
_BLOCK = 1 << 20


class UploadService:
    """One user intent a method.  All raise :class:`ServiceError` with ``not_found`` where there is no such upload."""

    def __init__(self, datasets: DatasetService, home: Path, seconds_kept: float = SECONDS_KEPT) -> None:
        self._datasets = datasets
        self._folder = data_folder(home) / "parts"
        self._seconds_kept = seconds_kept
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self) -> None:
        """Removes what is older than a day."""
        await asyncio.to_thread(self._sweep)

    async def list_all(self) -> list[UploadRead]:
        """Uploads that have not ended, the newest first."""
        await asyncio.to_thread(self._sweep)
        return await asyncio.to_thread(self._read_all)

    async def begin(self, begin: UploadBegin) -> UploadRead:
        """A new upload, or the one of the same file that broke off.

        Raises:
            DataError: code ``too_large``.
        """
        filename = clean_filename(begin.filename)
        if begin.bytes > MAX_UPLOAD_BYTES:
            raise DataError(
                say(
                    "{name} is larger than {size}, the limit. Send less of it.",
                    name=filename,
                    size=size_text(MAX_UPLOAD_BYTES),
                ),
                code="too_large",
                file=filename,
            )
        known = await self.list_all()
        same = (filename, begin.bytes, begin.last_modified)
        for one in known:
            if (one.filename, one.bytes, one.last_modified) == same:
                async with self._locks[one.id]:  # a part whose connection broke may still be written
                    now = await self._read(one.id)
                    return now.model_copy(update={"crc32": await asyncio.to_thread(_crc_of, self._part(one.id))})
        if sum(one.bytes for one in known) + begin.bytes > MAX_KEPT_BYTES:
            raise DataError(
                say(
                    "Unfinished uploads would take more than {size} together. Go on with them or discard them first.",
                    size=size_text(MAX_KEPT_BYTES),
                ),
                code="too_large",
                file=filename,
            )
        upload = UploadRead(
            id=new_id(), filename=filename, bytes=begin.bytes, last_modified=begin.last_modified, offset=0, crc32=0
        )
        await asyncio.to_thread(self._create, upload)
        return upload

    async def append(self, upload_id: str, offset: int, stream: AsyncIterator[bytes]) -> UploadRead:
        """Takes a part that begins at ``offset``; what came before a connection broke stays.

        Raises:
            ServiceError: ``invalid_request``, the part begins elsewhere.
            DataError: code ``too_large``, more than was announced; ``disk_full``.
        """
        async with self._locks[upload_id]:
            upload = await self._read(upload_id)
            if offset != upload.offset:
                raise ServiceError(
                    "invalid_request",
                    say("This upload holds {count:,} bytes; the next part begins there.", count=upload.offset),
                )
            path, done = self._part(upload_id), offset
            with await asyncio.to_thread(path.open, "ab") as file:
                async for chunk in stream:
                    done += len(chunk)
                    if done > upload.bytes:
                        raise DataError(
                            say(
                                "{name} is longer than the {count:,} bytes that were announced. It has changed: send it again.",
                                name=upload.filename,
                                count=upload.bytes,
                            ),
                            code="too_large",
                            file=upload.filename,
                        )
                    await asyncio.to_thread(write_chunk, file, chunk)
            return upload.model_copy(update={"offset": done})

    async def finish(self, upload_id: str, crc32: int) -> DatasetRead:
        """Makes a set of the file.

        Raises:
            ServiceError: ``invalid_request``, bytes are missing.
            DataError: code ``bad_checksum``, or what is wrong with the data; then nothing of it is kept.
        """
        async with self._locks[upload_id]:
            upload = await self._read(upload_id)
            if upload.offset != upload.bytes:
                raise ServiceError(
                    "invalid_request",
                    say(
                        "{count:,} of {all:,} bytes are here; send the others first.",
                        count=upload.offset,
                        all=upload.bytes,
                    ),
                )
            folder, path = self._folder / upload_id, self._part(upload_id)
            try:
                if await asyncio.to_thread(_crc_of, path) != crc32:
                    raise DataError(
                        say("{name} was damaged on its way (its CRC-32 differs). Send it again.", name=upload.filename),
                        code="bad_checksum",
                        file=upload.filename,
                    )
                return await self._datasets.take_file(path, upload.filename)
            finally:
                await asyncio.to_thread(remove_folder, folder)
                self._locks.pop(upload_id, None)

    async def discard(self, upload_id: str) -> None:
        """Removes what is here of it."""
        async with self._locks[upload_id]:
            await self._read(upload_id)
            await asyncio.to_thread(remove_folder, self._folder / upload_id)
        self._locks.pop(upload_id, None)

    # --- what is on disk ---------------------------------------------------------------------------------------------

    def _part(self, upload_id: str) -> Path:
        return self._folder / upload_id / "part"

    def _create(self, upload: UploadRead) -> None:
        folder = self._folder / upload.id
        folder.mkdir(parents=True)
        (folder / "part").touch()
        (folder / "upload.json").write_text(upload.model_dump_json(), encoding="utf-8")

    async def _read(self, upload_id: str) -> UploadRead:
        found = {one.id: one for one in await asyncio.to_thread(self._read_all)}
        if upload_id not in found:
            self._locks.pop(upload_id, None)
            raise not_found("upload")
        return found[upload_id]

    def _read_all(self) -> list[UploadRead]:
        found: list[tuple[float, UploadRead]] = []
        for note in self._folder.glob("*/upload.json"):
            status = (note.parent / "part").stat()
            upload = UploadRead.model_validate(json.loads(note.read_text("utf-8")) | {"offset": status.st_size})
            found.append((status.st_mtime, upload))
        return [upload for _, upload in sorted(found, key=lambda item: -item[0])]

    def _sweep(self) -> None:
        """Removes uploads that nobody went on with, and folders that were never finished."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            part = folder / "part"
            if not (folder / "upload.json").is_file() or time.time() - part.stat().st_mtime > self._seconds_kept:
                remove_folder(folder)


def _crc_of(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            crc = zlib.crc32(block, crc)
    return crc
