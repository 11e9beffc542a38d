"""Files of runs: written in one step, verified before they are trusted."""

import hashlib
import os
import shutil
from functools import lru_cache
from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Writes ``text`` so that a reader sees the old file or the new one, and a power cut leaves one of them."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def remove_folder(folder: Path) -> None:
    """Removes ``folder``; at once under another name, so that half of it is never taken for the whole."""
    doomed = folder.with_name(f".removed-{folder.name}")
    try:
        folder.rename(doomed)
    except FileNotFoundError:
        return
    shutil.rmtree(doomed)


def find_inside(folder: Path, name: str) -> Path | None:
    """The file ``name`` (relative) below ``folder``; None where it is not there, or leads out of the folder."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def is_intact(folder: Path, name: str, num_bytes: int, sha256: str) -> bool:
    """Whether the file is there with this size and hash.  A file is hashed once, then again only if it was touched."""
    path = find_inside(folder, name)
    if path is None:
        return False
    status = path.stat()
    return status.st_size == num_bytes and _sha256(path, status.st_size, status.st_mtime_ns, status.st_ino) == sha256


@lru_cache(maxsize=4096)
def _sha256(path: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
