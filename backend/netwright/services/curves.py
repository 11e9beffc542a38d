"""Curves of runs out, as TensorBoard's event files, and in: from event files, a ZIP of folders of them, or CSV."""

import asyncio
import shutil
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from netwright.data.archive import READ_ERRORS, list_members, open_archive
from netwright.data.base import DataError
from netwright.exchange.curves.csv_files import read_csv
from netwright.exchange.curves.curve import Collected, Curve, IncomingRun, check_size
from netwright.exchange.curves.event_files import join_files, read_events, write_events
from netwright.exchange.refusal import ImportRefusedError
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import dump_stored, said_by, say
from netwright.services.best import mode_of
from netwright.services.datasets_files import clean_filename, save_stream
from netwright.services.errors import ServiceError, not_found
from netwright.services.hub import Hub
from netwright.services.models import Id
from netwright.services.run_views import to_summary
from netwright.services.zip_pipe import ZipPipe
from netwright.store.ingest import recount
from netwright.store.metrics import append_points, metric_names, read_points
from netwright.store.points import Points
from netwright.store.runs import RunRecord, get_run, insert_run
from netwright.store.store import Session, Store
from netwright.store.tables import RunRow, new_id
from netwright.training.states import EndReason, RunState

MAX_BYTES = 128 << 20
MAX_RUNS = 1000
MAX_METRICS = 2000
MAX_NAME = 200
PIECE_BYTES = 1 << 20
_LAST_MOMENT = 2**53


class CurvesImported(Model):
    """What came of a file: its runs in the order of their names.  ``left_out`` counts files of the archive that hold no
    curves."""

    runs: list[Id]
    points: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Read:
    runs: list[IncomingRun]
    left_out: int = 0


class CurveService:
    """One user intent a method."""

    def __init__(self, store: Store, hub: Hub, home: Path) -> None:
        self._store, self._hub = store, hub
        self._work = home / "curves"
        self._one_at_a_time = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Clears what a stopped server was reading."""
        await asyncio.to_thread(shutil.rmtree, self._work, ignore_errors=True)

    # --- out -----------------------------------------------------------------------------------------------------------

    async def to_event_files(self, run_ids: Sequence[str]) -> Iterator[bytes]:
        """A ZIP with a folder a run, made while it is sent; one run is in memory at a time.

        Raises:
            ServiceError: ``not_found``.
        """
        chosen = list(dict.fromkeys(run_ids))
        rows = []
        for run_id in chosen:
            record = await self._store.read(partial(get_run, run_id=run_id))
            if record is None:
                raise not_found("run")
            rows.append(record.row)
        return self._pack(rows)

    def _pack(self, rows: Sequence[RunRow]) -> Iterator[bytes]:
        pipe = ZipPipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=1) as archive:
            for row, folder in zip(rows, _folder_names([row.name for row in rows]), strict=True):
                curves = self._store.read_now(partial(_curves_of, run_id=row.id))
                started = row.started or row.created
                name = f"{folder}/events.out.tfevents.{int(started)}.netwright"
                info = zipfile.ZipInfo(name, time.gmtime(started)[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as target:
                    for piece in write_events(curves, started):
                        target.write(piece)
                        if pipe.size >= PIECE_BYTES:
                            yield pipe.take()
        yield pipe.take()

    # --- in ------------------------------------------------------------------------------------------------------------

    async def take_in(self, body: AsyncIterator[bytes], filename: str) -> CurvesImported:
        """Makes runs that are marked as imported of all curves of a file, or of none.

        Raises:
            ServiceError: ``bad_file`` with the reason and the place; then nothing of it is kept.
        """
        label = clean_filename(filename)
        await asyncio.to_thread(self._work.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._work))
        try:
            await save_stream(body, folder / "upload", MAX_BYTES, label)
            async with self._one_at_a_time:
                read = await asyncio.to_thread(_read, folder / "upload", label)
        except DataError as error:
            raise _refused(error.code, said_by(error)) from error
        except ImportRefusedError as error:
            raise _refused(error.code, error.message) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        records = await self._store.write(lambda session: _insert(session, read.runs, label))
        for record in records:
            self._hub.publish_summary(to_summary(record))
        points = sum(len(curve) for run in read.runs for curve in run.curves.values())
        return CurvesImported(runs=[record.row.id for record in records], points=points, left_out=read.left_out)


def _refused(code: str, message: str) -> ServiceError:
    return ServiceError("bad_file", message, [Problem(code=code, message=message)])


def _curves_of(session: Session, run_id: str) -> dict[str, Curve]:
    found = {name: read_points(session, run_id, name) for name in metric_names(session, run_id)}
    return {name: Curve(each.steps, each.epochs, each.elapsed, each.values) for name, each in found.items()}


def _folder_names(names: Sequence[str]) -> list[str]:
    """A folder a run, called as the run where every file system takes that, no two alike."""
    taken: set[str] = set()
    folders = []
    for name in names:
        plain = "".join(" " if char in '\\/:*?"<>|' or not char.isprintable() else char for char in name)
        stem = " ".join(plain.split())[:100].strip(". ") or "run"
        folder, number = stem, 2
        while folder.lower() in taken:
            folder, number = f"{stem} ({number})", number + 1
        taken.add(folder.lower())
        folders.append(folder)
    return folders


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(path: Path, label: str) -> _Read:
    """All runs of an upload; what kind it is, its bytes tell.  Blocks.

    Raises:
        DataError, ImportRefusedError: with the file and the place in it.
    """
    with path.open("rb") as file:
        head = file.read(4)
    read = _read_archive(path, label) if head == b"PK\x03\x04" else _read_one(path.read_bytes(), label)
    if not any(run.curves for run in read.runs):
        raise ImportRefusedError(
            "file_kind_unknown",
            say(
                "{label} holds no curves. Send an event file of TensorBoard (events.out.tfevents...), a ZIP of folders with "
                "such files, or a CSV of curves.",
                label=label,
            ),
        )
    runs = [run for run in read.runs if run.curves]
    if len(runs) > MAX_RUNS or max(len(run.curves) for run in runs) > MAX_METRICS:
        raise ImportRefusedError(
            "file_too_large",
            say(
                "{label} holds more than {runs} runs, or a run with more than {metrics} metrics. Send fewer at once.",
                label=label,
                runs=MAX_RUNS,
                metrics=MAX_METRICS,
            ),
        )
    check_size(label, [len(curve) for run in runs for curve in run.curves.values()])
    return _Read(sorted(runs, key=lambda run: run.name), read.left_out)


def _read_one(data: bytes, label: str) -> _Read:
    name = label.removesuffix(".csv")
    if is_event_file(label) or b"brain.Event:" in data[:64]:
        curves, started = join_files([read_events(data, label)])
        return _Read([IncomingRun(name, curves, started)])
    return _Read(read_csv(data, label, name))


def is_event_file(name: str) -> bool:
    """By the part of its name by which TensorBoard knows one too."""
    return "tfevents" in PurePosixPath(name).name


def _read_archive(path: Path, label: str) -> _Read:
    """Each folder with event files is a run, called by its path below what all have in common."""
    folders: dict[tuple[str, ...], list[dict[str, Collected]]] = {}
    tables: list[IncomingRun] = []
    left_out = size = 0
    with open_archive(path, label) as archive:
        for member, parts in list_members(archive, label):
            is_table = parts[-1].lower().endswith(".csv")
            if not is_table and not is_event_file(parts[-1]):
                left_out += 1
                continue
            size += member.file_size
            if size > MAX_BYTES:
                raise ImportRefusedError(
                    "file_too_large",
                    say(
                        "{label} unpacks to more than {size} MiB. Send fewer runs at once.",
                        label=label,
                        size=MAX_BYTES >> 20,
                    ),
                )
            shown = f"{label}: {'/'.join(parts)}"
            try:
                data = archive.read(member)
            except READ_ERRORS as error:
                raise ImportRefusedError(
                    "file_damaged", say("{label} cannot be unpacked: {why}.", label=shown, why=str(error))
                ) from error
            if is_table:
                tables += read_csv(data, shown, parts[-1][: -len(".csv")])
            else:
                folders.setdefault(parts[:-1], []).append(read_events(data, shown))
    shared = _shared_parts(list(folders))
    runs = []
    for parts, files in folders.items():
        curves, started = join_files(files)
        runs.append(IncomingRun("/".join(parts[shared:]) or PurePosixPath(label).stem, curves, started))
    return _Read([*runs, *tables], left_out)


def _shared_parts(folders: Sequence[tuple[str, ...]]) -> int:
    """How many parts at the beginning all have in common; the last of each path always stays."""
    if not folders:
        return 0
    most = min(max(len(parts) - 1, 0) for parts in folders)
    return next((at for at in range(most) if len({parts[at] for parts in folders}) > 1), most)


# --- keeping ---------------------------------------------------------------------------------------------------------


def _insert(session: Session, runs: Sequence[IncomingRun], label: str) -> list[RunRecord]:
    """All of them in one transaction."""
    now = time.time()
    return [_insert_run(session, run, label, now) for run in runs]


def _insert_run(session: Session, run: IncomingRun, label: str, now: float) -> RunRecord:
    elapsed = max(float(curve.elapsed.max()) for curve in run.curves.values())
    epoch = max(int(curve.epochs.max()) for curve in run.curves.values())
    started = run.started if run.started is not None and 0 < run.started < _LAST_MOMENT else None
    row = RunRow(
        id=new_id(),
        name=run.name[:MAX_NAME],
        network_name="",
        spec="{}",
        totals="{}",
        parameters=0,
        data_source="",
        slot="cpu",
        state=RunState.COMPLETED,
        reason=EndReason.IMPORTED,
        message=dump_stored(say("Trained elsewhere; its curves were read from {file}.", file=label)),
        created=now,
        queued=now,
        started=started,
        ended=None if started is None else started + elapsed,
        elapsed=elapsed,
        step=max(int(curve.steps.max()) for curve in run.curves.values()),
        epoch=epoch,
        epochs=epoch,
    )
    record = insert_run(session, row)
    append_points(session, row.id, {name: _points(curve) for name, curve in run.curves.items()})
    recount(session, row, mode_of)
    session.flush()
    return record


def _points(curve: Curve) -> Points:
    return Points(
        np.asarray(curve.steps, "<i8"),
        np.asarray(curve.epochs, "<i4"),
        np.asarray(curve.elapsed, "<f8"),
        np.asarray(curve.values, "<f8"),
    )
