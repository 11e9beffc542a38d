"""Curves of runs out, as TensorBoard's event files, and in: from event files, a ZIP of folders of them, or CSV."""

import asyncio
import shutil
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from netwright.data.base import DataError
from netwright.exchange.curves.curve import Curve, IncomingRun
from netwright.exchange.curves.event_files import write_events
from netwright.graph.model import Model
from netwright.language import dump_stored, said_by, say
from netwright.services.best import mode_of
from netwright.services.curves_read import MAX_BYTES, OUTCOME, Outcome, load_runs
from netwright.services.datasets_files import clean_filename, save_stream
from netwright.services.errors import not_found
from netwright.services.hub import Hub
from netwright.services.models import Id
from netwright.services.reader_process import GivenUp, never, refused, run_reader
from netwright.services.run_views import to_summary
from netwright.services.zip_pipe import ZipPipe
from netwright.store.ingest import recount
from netwright.store.metrics import append_points, metric_names, read_points
from netwright.store.points import Points
from netwright.store.runs import RunRecord, get_run, insert_run
from netwright.store.store import Session, Store
from netwright.store.tables import RunRow, new_id
from netwright.training.states import EndReason, RunState

MAX_NAME = 200
PIECE_BYTES = 1 << 20
_LAST_MOMENT = 2**53


class CurvesImported(Model):
    """What came of a file: its runs in the order of their names.  ``left_out`` counts files of the archive that hold no
    curves."""

    runs: list[Id]
    points: int
    left_out: int


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

    async def take_in(self, body: AsyncIterator[bytes], filename: str, is_given_up: GivenUp = never) -> CurvesImported:
        """Makes runs that are marked as imported of all curves of a file, or of none.

        ``is_given_up`` says that nobody waits for the answer any more: then reading ends at once and nothing is kept.

        Raises:
            ServiceError: ``bad_file`` with the reason and the place; then nothing of it is kept.
        """
        label = clean_filename(filename)
        await asyncio.to_thread(self._work.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._work))
        try:
            await save_stream(body, folder / "upload", MAX_BYTES, label)
            async with self._one_at_a_time:
                await run_reader(
                    "netwright.services.curves_read",
                    *(str(folder / "upload"), str(folder), label),
                    label=label,
                    is_given_up=is_given_up,
                )
            outcome = Outcome.model_validate_json(await asyncio.to_thread((folder / OUTCOME).read_bytes))
            if outcome.code is not None:
                raise refused(outcome.code, outcome.message)
            runs = await asyncio.to_thread(load_runs, outcome, folder)
        except DataError as error:
            raise refused(error.code, said_by(error)) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        records = await self._store.write(lambda session: _insert(session, runs, label))
        for record in records:
            self._hub.publish_summary(to_summary(record))
        points = sum(len(curve) for run in runs for curve in run.curves.values())
        return CurvesImported(runs=[record.row.id for record in records], points=points, left_out=outcome.left_out)


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
