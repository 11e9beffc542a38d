"""Runs as the page sees them."""

import json

from netwright.compiler.report import Totals
from netwright.language import parse_stored
from netwright.services.run_models import CheckpointRead, RunRead, RunSummary
from netwright.store.ranges import parse_ranges
from netwright.store.runs import RunRecord
from netwright.store.scalars import parse_scalars
from netwright.store.tables import CheckpointRow
from netwright.training.spec import RunSpec
from netwright.training.states import EndReason, RunState


def to_summary(record: RunRecord) -> RunSummary:
    row = record.row
    return RunSummary(
        id=row.id,
        name=row.name,
        notes=row.notes,
        tags=json.loads(row.tags),
        network_id=row.network_id,
        network_name=row.network_name,
        state=RunState(row.state),
        phase=row.phase,
        reason=None if row.reason is None else EndReason(row.reason),
        message=parse_stored(row.message),
        created=row.created,
        started=row.started,
        ended=row.ended,
        elapsed=row.elapsed,
        attempt=row.attempt,
        step=row.step,
        epoch=row.epoch,
        total_steps=row.total_steps,
        epochs=row.epochs,
        steps_per_epoch=row.steps_per_epoch,
        device=row.device,
        parameters=None if row.reason == EndReason.IMPORTED else row.parameters,
        data_source=row.data_source,
        last=parse_scalars(row.last),
        best=parse_scalars(row.best),
        ranges=parse_ranges(row.ranges),
        archived=row.archived,
        commands_waiting=list(record.commands),
    )


def to_read(record: RunRecord) -> RunRead:
    """With ``spec`` loaded."""
    summary, versions = dict(to_summary(record)), json.loads(record.row.versions)
    if record.row.reason == EndReason.IMPORTED:
        return RunRead(
            **summary,
            document=None,
            training=None,
            totals=None,
            data_fingerprint=None,
            versions=versions,
            origin=None,
            cursor=record.row.cursor,
        )
    spec = RunSpec.model_validate_json(record.row.spec)
    return RunRead(
        **summary,
        document=spec.document,
        training=spec.training,
        totals=Totals.model_validate_json(record.row.totals),
        data_fingerprint=record.row.data_fingerprint,
        versions={**spec.versions, **versions},
        origin=spec.origin,
        cursor=record.row.cursor,
    )


def to_checkpoint(row: CheckpointRow, *, is_available: bool) -> CheckpointRead:
    return CheckpointRead.model_validate_json(
        json.dumps(
            {
                "id": row.id,
                "run_id": row.run_id,
                "kind": row.kind,
                "step": row.step,
                "epoch": row.epoch,
                "metrics": json.loads(row.metrics),
                "bytes": row.bytes,
                "sha256": row.sha256,
                "created": row.created,
                "is_available": is_available,
            }
        )
    )
