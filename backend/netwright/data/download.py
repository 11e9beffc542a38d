"""Fetching the files of a built-in set: mirrors in turn, resumed where a connection broke, in place only when the SHA-256 is
right."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from netwright.data.base import DataError, Progress, RemoteFile
from netwright.language import said_by, say

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

ROUNDS = 3
"""How often the whole list of mirrors is gone through for a file."""
PAUSE_SECONDS = 1.0
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0


class _MirrorError(Exception):
    """This mirror did not do; the message says why in a few words."""


def missing_files(files: Sequence[RemoteFile], folder: Path) -> list[RemoteFile]:
    """Those of ``files`` that are not in ``folder`` yet.  A file there was checked before it got its name."""
    return [file for file in files if not (folder / file.name).is_file()]


def download(
    files: Sequence[RemoteFile],
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress,
    *,
    pause_seconds: float = PAUSE_SECONDS,
) -> None:
    """Fetches what is missing of ``files``.  What a broken connection left (``NAME.part``) is continued, also by another
    mirror and after a restart; whatever ``progress`` raises ends the download in the same resumable way.

    Raises:
        DataError: code ``download_failed``: no mirror gave a file whole and right; the sentence says what each did, and the way
            out.
    """
    import httpx

    folder.mkdir(parents=True, exist_ok=True)
    total = sum(file.bytes for file in files)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=True, headers={"Accept-Encoding": "identity"}) as client:
        for file in missing_files(files, folder):
            before = total - sum(other.bytes for other in missing_files(files, folder))
            _fetch_from_any(client, file, mirrors, folder, _offset(progress, before, total), pause_seconds)
    progress(total, total)


def _offset(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _all: progress(before + done, total)


def _fetch_from_any(
    client: httpx.Client,
    file: RemoteFile,
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress,
    pause_seconds: float,
) -> None:
    import httpx

    reasons: dict[str, str] = {}
    for attempt in range(ROUNDS):
        for mirror in mirrors:
            try:
                _fetch(client, mirror + file.name, file, folder, progress)
            except _MirrorError as error:
                reasons[mirror] = said_by(error)
            except httpx.HTTPError as error:
                reasons[mirror] = str(error) or type(error).__name__
            else:
                return
            log.warning("%s from %s: %s", file.name, mirror, reasons[mirror])
        if attempt + 1 < ROUNDS:
            time.sleep(pause_seconds * 2**attempt)
    answers = [say("{mirror} ({reason})", mirror=mirror, reason=reason) for mirror, reason in reasons.items()]
    said = reduce(lambda before, last: say("{before}; {last}", before=before, last=last), answers)
    raise DataError(
        say(
            "{file_name} could not be downloaded from any mirror: {said}. Check the connection and try "
            "again (it goes on where it stopped), or import the file from your disk.",
            file_name=file.name,
            said=said,
        ),
        code="download_failed",
        file=file.name,
    )


def _fetch(client: httpx.Client, url: str, file: RemoteFile, folder: Path, progress: Progress) -> None:
    """One try at one mirror.  Leaves the file in place, or what came so far as ``NAME.part``."""
    part = folder / f"{file.name}.part"
    have = part.stat().st_size if part.is_file() else 0
    if have >= file.bytes:
        part.unlink()
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream("GET", url, headers=headers) as response:
        done = _check_answer(response, have, file)
        with part.open("r+b" if done else "wb") as target:
            target.seek(done)
            for chunk in response.iter_raw():
                target.write(chunk)
                done += len(chunk)
                if done > file.bytes:
                    break
                progress(done, file.bytes)
    if done > file.bytes:
        part.unlink()
        raise _MirrorError(say("sent more than the {bytes:,} bytes of the file", bytes=file.bytes))
    if done < file.bytes:
        raise _MirrorError(say("the connection ended at {done:,} of {bytes:,} bytes", done=done, bytes=file.bytes))
    if not put_in_place(part, file, folder):
        raise _MirrorError(say("sent other bytes than the file's (wrong SHA-256)"))


def _check_answer(response: httpx.Response, have: int, file: RemoteFile) -> int:
    """The byte at which the body begins: ``have`` where the mirror continues, 0 where it starts over."""
    if response.status_code == 206:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if match and int(match[1]) == have and match[2] in {str(file.bytes), "*"}:
            return have
        raise _MirrorError(say("answered with another range than was asked for"))
    if response.status_code != 200:
        raise _MirrorError(say("answered with status {status}", status=response.status_code))
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != file.bytes:
        raise _MirrorError(
            say("offers {offered:,} bytes, the file has {bytes:,}", offered=int(length), bytes=file.bytes)
        )
    return 0


def put_in_place(path: Path, file: RemoteFile, folder: Path) -> bool:
    """Renames ``path`` to the file's name if it is exactly that file; removes it, and says False, if not."""
    with path.open("rb") as opened:
        is_right = hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    if is_right:
        path.replace(folder / file.name)
    else:
        path.unlink()
    return is_right
