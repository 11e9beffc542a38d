"""Writes the one file that holds a workspace: a ZIP, made while it is sent.

``rows/<part>.jsonl`` hold the rows, ``files/...`` the files, and ``manifest.json`` at the end the size and SHA-256 of each.
"""

import hashlib
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from netwright import __version__
from netwright.services.files import find_inside
from netwright.services.workspace_models import FORMAT, KIND, Manifest, Member, WorkspaceSize
from netwright.services.zip_pipe import ZipPipe
from netwright.store.store import Session
from netwright.store.workspace import TABLES, RowData, count_rows, read_rows

CHUNK_BYTES = 1 << 20
IMPORTED_SOURCE = "model.imported.py"
"""The code of a run that came in such a file: it is shown and exported again, and never executed."""
RUN_FILES = ("model.py", "log.txt", "initial.safetensors")
UPLOAD_FILES = ("original", "upload.json")
"""What a person sent.  What was prepared from it is prepared again."""
CHECKPOINT_SUFFIXES = (".safetensors", ".resume.pt", ".json")


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes into the file: all networks (None) or some, with their runs."""

    networks: tuple[str, ...] | None
    has_checkpoints: bool
    has_data: bool


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files lie: ``runs/<id>``, ``uploads/<id>``, ``weights/<id>``."""

    runs: Path
    uploads: Path
    weights: Path


@dataclass(slots=True)
class Gathered:
    """Rows on disk, and the files that belong to them: ``(name in the ZIP, path)``."""

    folder: Path
    files: list[tuple[str, Path]]

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(session: Session, folders: Folders, networks: tuple[str, ...] | None) -> WorkspaceSize:
    """What there is to export, by the rows and by the sizes on disk."""
    runs = [row["id"] for row in read_rows(session, "runs", networks)]
    datasets = _data_rows(session, networks)
    checkpoints = [
        path for row in read_rows(session, "checkpoints", networks) for _, path in _of_checkpoint(row, folders)
    ]
    small = [path for run in runs for _, path in _of_run(run, folders)]
    weights = [path for row in read_rows(session, "weights") for _, path in _of_weights(row, folders)]
    return WorkspaceSize(
        networks=count_rows(session, "networks", networks),
        blocks=count_rows(session, "blocks"),
        runs=len(runs),
        datasets=len(datasets),
        run_bytes=_total(small + weights),
        checkpoint_bytes=_total(checkpoints),
        data_bytes=_total([path for row in datasets for _, path in _of_upload(row, folders)]),
    )


def gather(session: Session, choice: Choice, folders: Folders, work: Path) -> Gathered:
    """Writes all rows to a folder below ``work``, in one view of the database."""
    work.mkdir(parents=True, exist_ok=True)
    gathered = Gathered(Path(tempfile.mkdtemp(dir=work)), [])
    try:
        for part in TABLES:
            with (gathered.folder / f"{part}.jsonl").open("wb") as file:
                for row in _rows(session, part, choice, folders, gathered):
                    file.write(orjson.dumps(row) + b"\n")
    except BaseException:
        gathered.drop()
        raise
    return gathered


def _rows(session: Session, part: str, choice: Choice, folders: Folders, gathered: Gathered) -> Iterator[RowData]:
    if part == "checkpoints" and not choice.has_checkpoints:
        return
    if part == "datasets":
        rows = _data_rows(session, choice.networks) if choice.has_data else []
        for row in rows:
            gathered.files += _of_upload(row, folders)
            yield {**row, "folder": None}
        return
    for row in read_rows(session, part, choice.networks):
        if part == "runs":
            gathered.files += _of_run(row["id"], folders)
        elif part == "weights":
            gathered.files += _of_weights(row, folders)
        elif part == "checkpoints":
            files = _of_checkpoint(row, folders)
            if not any(name.endswith(row["file"]) for name, _ in files):
                continue  # its file has been cleared away since
            gathered.files += files
        yield row


def _data_rows(session: Session, networks: tuple[str, ...] | None) -> list[RowData]:
    """The uploads: all, or those that the runs of ``networks`` were trained on."""
    rows = list(read_rows(session, "datasets"))
    if networks is None:
        return rows
    used = {row["data_source"] for row in read_rows(session, "runs", networks)}
    return [row for row in rows if row["id"] in used]


def _of_run(run: str, folders: Folders) -> list[tuple[str, Path]]:
    found = [(f"files/runs/{run}/{name}", folders.runs / run / name) for name in RUN_FILES]
    imported = folders.runs / run / IMPORTED_SOURCE
    if not found[0][1].is_file() and imported.is_file():
        found[0] = (found[0][0], imported)
    return [(name, path) for name, path in found if path.is_file()]


def _of_checkpoint(row: RowData, folders: Folders) -> list[tuple[str, Path]]:
    folder = folders.runs / row["run_id"]
    stem = row["file"].removesuffix(CHECKPOINT_SUFFIXES[0])
    names = [f"{stem}{suffix}" for suffix in CHECKPOINT_SUFFIXES]
    paths = [(name, find_inside(folder, name)) for name in names]
    return [(f"files/runs/{row['run_id']}/{name}", path) for name, path in paths if path is not None]


def _of_upload(row: RowData, folders: Folders) -> list[tuple[str, Path]]:
    found = [(f"files/datasets/{row['id']}/{name}", folders.uploads / row["id"] / name) for name in UPLOAD_FILES]
    return [(name, path) for name, path in found if path.is_file()]


def _of_weights(row: RowData, folders: Folders) -> list[tuple[str, Path]]:
    name = "weights.safetensors"
    path = folders.weights / row["id"] / name
    return [(f"files/weights/{row['id']}/{name}", path)] if path.is_file() else []


def _total(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def stream(gathered: Gathered) -> Iterator[bytes]:
    """The ZIP piece by piece; at most a few MiB are held."""
    pipe = ZipPipe()
    members: dict[str, Member] = {}
    try:
        with zipfile.ZipFile(pipe, "w", allowZip64=True) as archive:
            rows = [(f"rows/{part}.jsonl", gathered.folder / f"{part}.jsonl") for part in TABLES]
            for name, path in [*rows, *dict(gathered.files).items()]:
                if not path.is_file():
                    continue  # a worker has cleared this checkpoint away since; its row is left out at the import
                digest, size = hashlib.sha256(), 0
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED if name.startswith("rows/") else zipfile.ZIP_STORED
                with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
                    while chunk := source.read(CHUNK_BYTES):
                        target.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
                        yield pipe.take()
                members[name] = Member(bytes=size, sha256=digest.hexdigest())
            manifest = Manifest(kind=KIND, format=FORMAT, netwright=__version__, created=time.time(), members=members)
            archive.writestr("manifest.json", manifest.model_dump_json())
        yield pipe.take()
    finally:
        gathered.drop()
