"""Bytes that come over HTTP, to disk: never more than a limit, nothing left behind by what breaks off or is refused."""

import asyncio
import errno
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from netwright.data.base import DataError
from netwright.language import say

MAX_UPLOAD_BYTES = 4 << 30
MAX_FILENAME = 200


async def save_stream(stream: AsyncIterator[bytes], path: Path, limit: int, name: str) -> None:
    """Writes ``stream`` to ``path``; removes it again where the stream breaks or is refused.

    Raises:
        DataError: code ``too_large``, more than ``limit`` bytes; ``empty_file``; ``disk_full``.
    """
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    try:
        await _copy_stream(stream, path, limit, name)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


async def _copy_stream(stream: AsyncIterator[bytes], path: Path, limit: int, name: str) -> None:
    done = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in stream:
            done += len(chunk)
            if done > limit:
                raise DataError(
                    say("{name} is larger than {size}, the limit. Send less of it.", name=name, size=size_text(limit)),
                    code="too_large",
                    file=name,
                )
            await asyncio.to_thread(write_chunk, file, chunk)
    if not done:
        raise DataError(say("{name} is empty.", name=name), code="empty_file", file=name)


def write_chunk(file: BinaryIO, chunk: bytes) -> None:
    """
    Raises:
        DataError: code ``disk_full``.
    """
    try:
        file.write(chunk)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DataError(
                say("The disk of the data folder is full. Make room and send the file again."), code="disk_full"
            ) from error
        raise


def size_text(num_bytes: int) -> str:
    """``4 GiB``."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if num_bytes >= factor:
            return f"{num_bytes / factor:.4g} {unit}"
    return f"{num_bytes} bytes"


def clean_filename(filename: str) -> str:
    """The last part of what a browser calls the file, printable and short: for titles and sentences, never for a path."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    printable = "".join(character for character in name if character.isprintable()).strip()
    return printable[:MAX_FILENAME] or "upload"


def write_upload_note(folder: Path, filename: str) -> None:
    """Keeps the file's own name beside the original, for sentences about it."""
    (folder / "upload.json").write_text(json.dumps({"filename": filename}), encoding="utf-8")


def remove_folder(folder: Path) -> None:
    """Removes a set's folder and all in it; no folder is as good."""
    if folder.is_dir():
        shutil.rmtree(folder)
