"""From where a new attempt of a run goes on."""

import logging
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from netwright.services.files import is_intact
from netwright.store.tables import CheckpointRow

log = logging.getLogger(__name__)


class _Weights(BaseModel):
    name: str
    bytes: int
    sha256: str


class _Record(BaseModel):
    """What is needed of the record that the worker writes last of a checkpoint, beside its files."""

    step: int
    weights: _Weights


def find_resumable(run_folder: Path, rows: Iterable[CheckpointRow]) -> str | None:
    """The newest checkpoint that is whole, relative to the run's folder; None where the run must begin anew.

    Those come first that the worker told of (``rows``, newest first): all points up to their steps were told before, so the
    curve has no gap.  A worker deletes these only when the spool holds the event of a newer one; but the spool is not synced,
    so a power cut may take events whose checkpoints stay.  Then such a one is taken, for some missing points of a curve are
    better than lost training.
    """
    for row in rows:
        # The record goes first when a worker forgets a checkpoint, and it may have died right then.
        has_record = (run_folder / row.file).with_suffix(".json").is_file()
        if has_record and is_intact(run_folder, row.file, row.bytes, row.sha256):
            return row.file
    for record in sorted(_read_records(run_folder), key=lambda each: each.step, reverse=True):
        file = f"checkpoints/{record.weights.name}"
        if is_intact(run_folder, file, record.weights.bytes, record.weights.sha256):
            return file
    return None


def _read_records(run_folder: Path) -> list[_Record]:
    records = []
    for path in (run_folder / "checkpoints").glob("*.json"):
        try:
            records.append(_Record.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError) as error:
            log.warning("The record %s cannot be read and is left out: %s", path, error)
    return records
