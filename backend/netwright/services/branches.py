"""New runs that begin with a checkpoint of another one: with everything, or with its weights only."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from netwright.language import say
from netwright.services.changes import read_changes_before
from netwright.services.control_models import RunBranch
from netwright.services.errors import ServiceError, not_found
from netwright.services.files import is_intact
from netwright.services.run_models import RunCreate, RunCreated
from netwright.store.checkpoints import copy_checkpoint, get_checkpoint, list_checkpoints
from netwright.store.commands import add_command
from netwright.store.metrics import append_points, metric_names, read_points
from netwright.store.runs import RunRecord, get_run
from netwright.store.store import Session, Store
from netwright.store.tables import CheckpointRow, RunRow
from netwright.training.config import InitialWeightsConfig, TrainingConfig
from netwright.training.events import SetCommand
from netwright.training.spec import Origin, RunSpec

if TYPE_CHECKING:
    from netwright.services.runs import RunService


class _File(BaseModel):
    name: str
    bytes: int
    sha256: str


class _Record(BaseModel):
    """What is needed of ``<kind>-<step>.json``."""

    weights: _File
    resume: _File


@dataclass(frozen=True, slots=True)
class Begin:
    """What a branched run goes on with: the checkpoint's files, the points up to it, and other values for it."""

    folder: Path
    row: CheckpointRow
    wishes: tuple[SetCommand, ...]

    def copy_files(self, run_folder: Path) -> None:
        """Gives the run names of its own for the files of the checkpoint, so that they outlive the run they came from.

        The best one until then comes along: where the new run never gets better, it is what its test part is measured with.

        Raises:
            ServiceError: ``checkpoint_damaged``, one is gone or differs from its SHA-256.
        """
        chosen = (self.folder / self.row.file).with_suffix(".json")
        others = chosen.parent.glob("best-*.json")
        # At the end of an epoch that was the best one yet, the last checkpoint and the best one are of the same step.
        best = [each for each in others if each != chosen and _step_of(each) <= self.row.step]
        try:
            self._copy(chosen, run_folder / "checkpoints")
            if best:
                self._copy(max(best, key=_step_of), run_folder / "checkpoints")
        except (OSError, ValidationError) as error:
            raise ServiceError(
                "checkpoint_damaged",
                say("What this checkpoint needs to go on is gone or damaged. Branch from another one."),
            ) from error

    @staticmethod
    def _copy(record_path: Path, target: Path) -> None:
        record = _Record.model_validate_json(record_path.read_bytes())
        for file in (record.weights, record.resume):
            if not is_intact(record_path.parent, file.name, file.bytes, file.sha256):
                raise FileNotFoundError(file.name)
            _link(record_path.parent / file.name, target / file.name)
        _link(record_path, target / record_path.name)

    def write(self, session: Session, run: RunRow) -> None:
        """The curves up to the checkpoint, the rows of the files that came along, and what waits for the first attempt."""
        here = self.folder.parent / run.id / "checkpoints"
        files = {f"{here.name}/{each.stem}.safetensors" for each in here.glob("*.json")}
        for row in list_checkpoints(session, self.row.run_id):
            if row.file in files:
                copy_checkpoint(session, row, run.id)
        for name in metric_names(session, self.row.run_id):
            points = read_points(session, self.row.run_id, name)
            kept = points.take(points.steps <= self.row.step)
            if len(kept) and not name.startswith("system/"):
                append_points(session, run.id, {name: kept})
        for wish in self.wishes:
            add_command(session, run.id, wish)


def _step_of(record: Path) -> int:
    return int(record.stem.rpartition("-")[2])


def _link(source: Path, target: Path) -> None:
    """A second name for the file; a copy where the disk has no hard links.  Checkpoints are replaced, never written into."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


class BranchService:
    def __init__(self, store: Store, runs: "RunService", runs_folder: Path) -> None:
        self._store, self._runs, self._folder = store, runs, runs_folder

    async def branch(self, checkpoint_id: str, body: RunBranch) -> RunCreated:
        """Queues a new run that begins with the checkpoint; its origin is kept in its spec.

        Raises:
            ServiceError: ``not_found``; ``checkpoint_damaged``; ``run_cannot_change``, the checkpoint is past that epoch;
                ``invalid_run``, the data or a setting does not fit any more.
        """
        row, record = await self._store.read(lambda session: _find(session, checkpoint_id))
        if row is None or record is None:
            raise not_found("checkpoint")
        spec = RunSpec.model_validate_json(record.row.spec)
        goes_on = body.mode == "everything"
        changes = await self._store.read(lambda session: read_changes_before(session, spec, row)) if goes_on else None
        origin = Origin(
            run=row.run_id,
            name=record.row.name,
            checkpoint=row.id,
            step=row.step,
            epoch=row.epoch,
            mode=body.mode,
            changes=changes,
        )
        if goes_on:
            _check_length(row, record.row, body.epochs or record.row.epochs)
        training = _change(spec.training, body, None if goes_on else row.id)
        if goes_on and body.epochs is None:
            training = training.model_copy(update={"epochs": record.row.epochs})
        create = RunCreate(
            document=spec.document, training=training, name=body.name or _name(record.row.name, row.step)
        )
        begin = Begin(self._folder / row.run_id, row, tuple(_wishes(body, record.row.epochs))) if goes_on else None
        return await self._runs.create(create, origin=origin, begin=begin, network_id=record.row.network_id)


def _find(session: Session, checkpoint_id: str) -> tuple[CheckpointRow | None, RunRecord | None]:
    row = get_checkpoint(session, checkpoint_id)
    return row, None if row is None else get_run(session, row.run_id)


def _check_length(row: CheckpointRow, run: RunRow, epochs: int) -> None:
    """Raises ServiceError where nothing would be left to train."""
    is_at_border = run.steps_per_epoch is not None and row.step % run.steps_per_epoch == 0 and row.step > 0
    least = row.epoch + is_at_border
    if epochs < least:
        raise ServiceError(
            "run_cannot_change",
            say(
                "This checkpoint stands at the end of epoch {epoch}, so nothing would be left to train. Choose {least} "
                "epochs or more."
                if is_at_border
                else "This checkpoint stands in epoch {epoch}. Choose {least} epochs or more.",
                epoch=row.epoch,
                least=least,
            ),
        )


def _change(training: TrainingConfig, body: RunBranch, weights_of: str | None) -> TrainingConfig:
    optimizer = training.optimizer
    if body.lr is not None:
        optimizer = optimizer.model_copy(update={"params": {**optimizer.params, "lr": body.lr}})
    initial = None if weights_of is None else InitialWeightsConfig(source=f"checkpoint:{weights_of}", match="name")
    return training.model_copy(
        update={"optimizer": optimizer, "epochs": body.epochs or training.epochs, "initial_weights": initial}
    )


def _wishes(body: RunBranch, epochs: int) -> list[SetCommand]:
    """The checkpoint has the values of its own time: those of now are put right before the first step."""
    wishes = [SetCommand(name="epochs", value=body.epochs or epochs)]
    return wishes if body.lr is None else [*wishes, SetCommand(name="lr", value=body.lr)]


def _name(name: str, step: int) -> str:
    ending = f" @ {step}"
    return f"{name[: 200 - len(ending)]}{ending}"
