"""Checkpoints of runs: what there is, and their files in the formats that a person takes home."""

import asyncio
import json
import re
from pathlib import Path

import numpy as np

from netwright import __version__
from netwright.exchange.card import Curve
from netwright.exchange.formats import FORMATS, Format
from netwright.graph.io import graph_hash
from netwright.language import listed, say
from netwright.services.changes import read_changes
from netwright.services.errors import ServiceError, not_found
from netwright.services.export_models import ExportOption
from netwright.services.export_order import Order, Record
from netwright.services.exports import Download, ExportService, Job
from netwright.services.files import find_inside, is_intact
from netwright.services.run_models import CheckpointRead
from netwright.services.run_views import to_checkpoint
from netwright.services.trial_models import TrialOrder
from netwright.services.workspace_pack import IMPORTED_SOURCE
from netwright.store.checkpoints import get_checkpoint, list_checkpoints
from netwright.store.metrics import metric_names, read_points
from netwright.store.points import thin
from netwright.store.runs import RunRecord, get_run
from netwright.store.scalars import parse_scalars
from netwright.store.store import Session, Store
from netwright.store.tables import CheckpointRow
from netwright.training.spec import INITIAL_WEIGHTS, RunSpec

NUM_FIRST_LOSSES = 20
MAX_CURVE_POINTS = 400


class CheckpointService:
    def __init__(self, store: Store, runs_folder: Path, exports: ExportService) -> None:
        self._store, self._folder, self._exports = store, runs_folder, exports

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

    async def list_formats(self, checkpoint_id: str) -> list[ExportOption]:
        """Every format, with its size where the file is there and the reason where it cannot be had.

        Raises:
            ServiceError: ``not_found``.
        """
        row, record = await self._find(checkpoint_id)
        return [await self._option(form, row, record) for form in FORMATS.values()]

    async def _option(self, form: Format, row: CheckpointRow, record: RunRecord) -> ExportOption:
        option = describe(form)
        if form.write is None:
            return option.model_copy(update={"bytes": row.bytes, "is_ready": True})
        try:
            order = await self._order(form, row, record)
        except ServiceError as error:
            return option.model_copy(update={"reason": error.message, "code": error.code})
        _, size = await asyncio.to_thread(self._exports.find, order, row.run_id)
        return option.model_copy(update={"bytes": size, "is_ready": size is not None})

    async def prepare(self, checkpoint_id: str, format_: str) -> Job:
        """Starts to make the checkpoint's file of ``format_``, or finds it made.

        Raises:
            ServiceError: ``not_found``; ``invalid_request``, no such format, or one that needs no making; ``cannot_export``;
                ``checkpoint_damaged``; ``not_ready``, the run's source is not written yet.
        """
        row, record = await self._find(checkpoint_id)
        form = find_format(format_)
        if form.write is None:
            raise ServiceError("invalid_request", say("{title} need not be made: download it.", title=say(form.title)))
        return await self._prepare(form, row, record)

    async def _prepare(self, form: Format, row: CheckpointRow, record: RunRecord) -> Job:
        await self._check_intact(row)
        order = await self._order(form, row, record)
        return await self._exports.order(order, _file_name(record, row, form), row.run_id)

    async def download(self, checkpoint_id: str, format_: str) -> Download:
        """The checkpoint as a file of ``format_``, once it is made.

        Raises:
            ServiceError: as :meth:`prepare`, and why it could not be made.
        """
        row, record = await self._find(checkpoint_id)
        form = find_format(format_)
        if form.write is None:
            await self._check_intact(row)
            return Download(self._folder / row.run_id / row.file, _file_name(record, row, form), form.media_type)
        return await self._exports.finish(await self._prepare(form, row, record))

    async def order_trial(self, checkpoint_id: str) -> TrialOrder:
        """What a process needs to try the checkpoint out.

        Raises:
            ServiceError: ``not_found``; ``checkpoint_damaged``; ``not_ready``, the run's code is gone.
        """
        row, record = await self._find(checkpoint_id)
        await self._check_intact(row)
        folder = self._folder / row.run_id
        return TrialOrder(
            checkpoint_id=checkpoint_id,
            spec=RunSpec.model_validate_json(record.row.spec),
            source=await asyncio.to_thread(_read_source, folder / "model.py"),
            weights=str(folder / row.file),
            fingerprint=record.row.data_fingerprint,
        )

    async def _find(self, checkpoint_id: str) -> tuple[CheckpointRow, RunRecord]:
        row = await self._store.read(lambda session: get_checkpoint(session, checkpoint_id))
        if row is None:
            raise not_found("checkpoint")
        record = await self._store.read(lambda session: get_run(session, row.run_id))
        assert record is not None, "a checkpoint belongs to a run"
        return row, record

    async def _check_intact(self, row: CheckpointRow) -> None:
        if not await asyncio.to_thread(is_intact, self._folder / row.run_id, row.file, row.bytes, row.sha256):
            raise ServiceError(
                "checkpoint_damaged",
                say(
                    "The file of this checkpoint (step {step}) is gone or differs from its SHA-256. Take another one.",
                    step=row.step,
                ),
            )

    async def _order(self, form: Format, row: CheckpointRow, record: RunRecord) -> Order:
        spec = RunSpec.model_validate_json(record.row.spec)
        folder = self._folder / row.run_id
        source = await asyncio.to_thread(_read_source, folder / "model.py") if form.needs_source else None
        versions = {**spec.versions, **json.loads(record.row.versions)}
        return Order(
            format=form.name,
            document=spec.document,
            source=source,
            weights=str(folder / row.file),
            weights_sha256=row.sha256,
            seed=spec.training.seed,
            metadata={
                "run": row.run_id,
                "graph_hash": graph_hash(spec.document),
                "step": str(row.step),
                "epoch": str(row.epoch),
                "weights_sha256": row.sha256,
                "netwright": versions.get("netwright", __version__),
                "torch": versions.get("torch", ""),
            },
            record=await self._record(spec, row, record, versions) if form.needs_run else None,
        )

    async def _record(self, spec: RunSpec, row: CheckpointRow, record: RunRecord, versions: dict[str, str]) -> Record:
        curves, first_losses = await self._store.read(lambda session: _read_curves(session, row.run_id, row.step))
        changes, is_known = await self._store.read(lambda session: read_changes(session, spec))
        return Record(
            spec=spec,
            name=record.row.name,
            notes=record.row.notes,
            tags=json.loads(record.row.tags),
            metrics=parse_scalars(row.metrics),
            curves=curves,
            first_losses=first_losses,
            changes=changes,
            is_beginning_known=is_known,
            fingerprint=record.row.data_fingerprint,
            versions=versions,
            initial=None if spec.initial_weights is None else str(self._folder / row.run_id / INITIAL_WEIGHTS),
        )


def _read_source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if path.with_name(IMPORTED_SOURCE).is_file():
            raise ServiceError(
                "not_ready",
                say(
                    "This run was imported from a file, and code from a file is never executed here. Its weights can be had; "
                    "train it further, and everything else can be had as well."
                ),
            ) from error
        raise ServiceError(
            "not_ready",
            say("The code of this run is gone from the data folder; without it only its weights can be had."),
        ) from error


def _read_curves(session: Session, run_id: str, last_step: int) -> tuple[list[Curve], list[float]]:
    """Losses up to the checkpoint, thinned, and the losses of the very first steps as they were measured."""
    curves, first = [], list[float]()
    for name in metric_names(session, run_id):
        if name not in {"train/loss", "val/loss"}:
            continue
        points = read_points(session, run_id, name)
        points = points.take((points.steps <= last_step) & np.isfinite(points.values))
        if name == "train/loss":
            begin = points.take(points.steps <= NUM_FIRST_LOSSES)
            # Only an unbroken beginning can be compared with.
            first = begin.values.tolist() if begin.steps.tolist() == list(range(1, len(begin) + 1)) else []
        kept = thin(points, MAX_CURVE_POINTS)
        curves.append(Curve(name=name, steps=kept.steps.tolist(), values=kept.values.tolist()))
    return curves, first


def find_format(name: str) -> Format:
    """
    Raises:
        ServiceError: ``invalid_request``, there is no such format.
    """
    form = FORMATS.get(name)
    if form is None:
        raise ServiceError(
            "invalid_request",
            say("There is no format {format}. There are: {known}.", format=repr(name[:100]), known=listed(FORMATS)),
        )
    return form


def describe(form: Format) -> ExportOption:
    return ExportOption(format=form.name, title=say(form.title), suffix=form.suffix, description=say(form.description))


def _file_name(record: RunRecord, row: CheckpointRow, form: Format) -> str:
    return f"{clean_name(record.row.name)}-{row.kind}-{row.step}{form.mark}{form.suffix}"


def clean_name(name: str) -> str:
    """``name`` without what file systems refuse, or what is not seen (marks of direction); letters of every language stay."""
    cleaned = re.sub(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+", "_", name).strip(
        ". _"
    )
    # File systems count bytes (255), and more comes behind it.
    return cleaned[:80].encode()[:160].decode(errors="ignore") or "checkpoint"
