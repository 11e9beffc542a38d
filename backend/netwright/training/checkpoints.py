"""Checkpoints on disk: weights as safetensors, beside them what is needed to go on as if nothing had happened.

``last-200.safetensors``   weights; metadata: run, graph hash, step, epoch, versions
``last-200.resume.pt``     optimizer, RNG, position: read with ``weights_only=True``
``last-200.json``          sizes and SHA-256 of both, written last: a checkpoint without it does not exist
"""

import hashlib
import logging
import os
import pickle
import platform
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from netwright import __version__
from netwright.graph.model import Model
from netwright.language import say
from netwright.training.events import Scalar
from netwright.training.old_resume import upgrade

LOG = logging.getLogger(__name__)

Kind = Literal["best", "last", "step"]
RESUME_FORMAT = 1


class FileRecord(Model):
    """A file of a checkpoint; ``name`` is relative to the checkpoint folder."""

    name: str
    bytes: int
    sha256: str


class CheckpointRecord(Model):
    """``<kind>-<step>.json``: what a checkpoint is made of."""

    kind: Kind
    step: int
    epoch: int
    metrics: dict[str, Scalar]
    weights: FileRecord
    resume: FileRecord


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or of another network; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """``weights`` by name on the CPU, ``resume`` as :meth:`CheckpointFolder.save` was given it."""

    record: CheckpointRecord
    weights: dict[str, torch.Tensor]
    resume: dict[str, Any]


def sync_folder(folder: Path) -> None:
    """Makes renames in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_record(path: Path) -> FileRecord:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileRecord(name=path.name, bytes=path.stat().st_size, sha256=digest)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def to_plain(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """``weights`` as safetensors holds them: on the CPU, in PyTorch's own order, each with memory of its own.

    Tied weights keep all their names, so that any ``load_state_dict`` finds what it looks for; each is stored in full.
    """
    plain: dict[str, torch.Tensor] = {}
    taken: set[int] = set()
    for name, tensor in weights.items():
        own = tensor.detach().cpu().contiguous()
        if own.untyped_storage().data_ptr() in taken:
            own = own.clone()
        taken.add(own.untyped_storage().data_ptr())
        plain[name] = own
    return plain


def _same_file_again(source: Path, target: Path) -> None:
    """A second name for a file that is in place; a copy where the disk has no hard links."""
    temporary = target.with_suffix(target.suffix + ".tmp")
    temporary.unlink(missing_ok=True)
    try:
        temporary.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, temporary)
        _sync_file(temporary)
    temporary.replace(target)
    # Renaming one name of a file onto another name of it does nothing and leaves both.
    temporary.unlink(missing_ok=True)


class FencedError(RuntimeError):
    """A newer attempt of this run has begun: this one must not write any more."""


class CheckpointFolder:
    """``checkpoints/`` of one run.  :meth:`forget_old` leaves the best, the newest ``keep`` last ones, and those that a person
    asked for (``step``).

    ``is_current`` is asked before each write: an attempt that was taken for dead while it slept must not overwrite what its
    successor has written.
    """

    def __init__(
        self, folder: Path, run: str, graph_hash: str, keep: int, is_current: Callable[[], bool] = lambda: True
    ) -> None:
        self.folder = folder
        self.run = run
        self.graph_hash = graph_hash
        self.keep = keep
        self.is_current = is_current
        self._damaged: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob("*.tmp"):
            left_over.unlink(missing_ok=True)

    def save(
        self,
        kinds: tuple[Kind, ...],
        *,
        step: int,
        epoch: int,
        metrics: Mapping[str, Scalar],
        weights: Mapping[str, torch.Tensor],
        resume: Mapping[str, Any],
    ) -> list[CheckpointRecord]:
        """Writes one state under each of ``kinds``.

        Raises:
            OSError: the disk is full or not writable; what was there before is untouched.
            FencedError: a newer attempt has begun.
        """
        self._check_current()
        first, *others = kinds
        stem = f"{first}-{step}"
        for kind in kinds:  # a record must never stand beside files that it does not describe
            (self.folder / f"{kind}-{step}.json").unlink(missing_ok=True)
        plain = to_plain(weights)
        metadata = {
            "format": "pt",  # what the Hub's loaders ask for
            "run": self.run,
            "graph_hash": self.graph_hash,
            "step": str(step),
            "epoch": str(epoch),
            "netwright": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        }
        weights_record = self._write(f"{stem}.safetensors", lambda path: save_file(plain, path, metadata))
        resume_record = self._write(
            f"{stem}.resume.pt", lambda path: torch.save({"format": RESUME_FORMAT, **resume}, path)
        )
        sync_folder(self.folder)
        records = []
        for kind in (first, *others):
            renamed = {}
            for record in (weights_record, resume_record):
                name = record.name.replace(first, kind, 1)
                if kind != first:
                    _same_file_again(self.folder / record.name, self.folder / name)
                renamed[record.name] = record.model_copy(update={"name": name})
            checkpoint = CheckpointRecord(
                kind=kind,
                step=step,
                epoch=epoch,
                metrics=dict(metrics),
                weights=renamed[weights_record.name],
                resume=renamed[resume_record.name],
            )
            text = checkpoint.model_dump_json()
            self._write(f"{kind}-{step}.json", lambda path, text=text: path.write_text(text, encoding="utf-8"))
            records.append(checkpoint)
        sync_folder(self.folder)
        return records

    def _check_current(self) -> None:
        if not self.is_current():
            raise FencedError(say("A newer attempt of this run has begun; this one touches no checkpoint."))

    def _write(self, name: str, write: Any) -> FileRecord:
        """Temp file in the same folder, flush, fsync, SHA-256, rename."""
        temporary = self.folder / f"{name}.{os.getpid()}.tmp"
        try:
            write(temporary)
            _sync_file(temporary)
            record = file_record(temporary)
            temporary.replace(self.folder / name)
        finally:
            temporary.unlink(missing_ok=True)
        return record.model_copy(update={"name": name})

    def records(self) -> list[CheckpointRecord]:
        """All checkpoints that are in place, newest first (of one step: last, step, best)."""
        found = []
        for path in self.folder.glob("*-*.json"):
            try:
                found.append(CheckpointRecord.model_validate_json(path.read_bytes()))
            except ValidationError as error:
                # Without its record the rest is no checkpoint; the others are none the worse for it.
                if path.name not in self._damaged:
                    LOG.warning("%s is damaged (%d faults) and is left out.", path.name, error.error_count())
                    self._damaged.add(path.name)
        order = ("last", "step", "best")
        return sorted(found, key=lambda each: (-each.step, order.index(each.kind)))

    def forget_old(self, step: int) -> None:
        """Deletes what need not be kept now that training stands at ``step``.

        Call it only when those that stay have been told of in the spool: a worker that is killed must not leave a server
        that knows deleted checkpoints alone.  Those of later steps are of an attempt that was given up; they are the first
        to make room.

        Raises:
            FencedError: a newer attempt has begun.
        """
        self._check_current()
        records = sorted(self.records(), key=lambda each: each.step > step)  # stable: else still newest first
        kept_best = [each for each in records if each.kind == "best"][:1]
        kept_last = [each for each in records if each.kind == "last"][: self.keep]
        for record in records:
            if record.kind != "step" and record not in kept_best and record not in kept_last:
                # The record goes first: without it the rest is no checkpoint.
                (self.folder / f"{record.kind}-{record.step}.json").unlink(missing_ok=True)
                (self.folder / record.weights.name).unlink(missing_ok=True)
                (self.folder / record.resume.name).unlink(missing_ok=True)

    def load_or_older(self, name: str) -> LoadedCheckpoint:
        """The checkpoint whose weights file is ``name``; where that cannot be read, the newest of its step or before that can.

        Never one of a later step, though it be whole: what was measured up to there may have died with its worker, or will
        be measured again, and the curves would miss points or show them twice.

        Raises:
            CheckpointError: none of them can be read.
        """
        step = int(name.removesuffix(".safetensors").rpartition("-")[2])
        older = [each.weights.name for each in self.records() if each.step <= step and each.weights.name != name]
        for candidate in (name, *older):
            try:
                return self.load(candidate)
            except CheckpointError as error:
                LOG.warning("%s", error)
        raise CheckpointError(
            say("No checkpoint up to step {step} of this run can be read. Start a new run.", step=step)
        )

    def load(self, name: str) -> LoadedCheckpoint:
        """The checkpoint whose weights file is ``name``.

        Raises:
            CheckpointError: it is not there, differs from its hash, or is of another network.
        """
        record = next((each for each in self.records() if each.weights.name == name), None)
        if record is None:
            raise CheckpointError(say("There is no checkpoint {name} in {folder}.", name=name, folder=self.folder))
        for part in (record.weights, record.resume):
            path = self.folder / part.name
            if not path.exists():
                raise CheckpointError(say("{file} is missing in {folder}.", file=part.name, folder=self.folder))
            if file_record(path) != part:
                raise CheckpointError(
                    say(
                        "{file} differs from its SHA-256: the file is damaged. Use another checkpoint.",
                        file=part.name,
                    )
                )
        try:
            weights = load_file(self.folder / record.weights.name)
            resume = torch.load(self.folder / record.resume.name, map_location="cpu", weights_only=True)
        except (SafetensorError, pickle.UnpicklingError) as error:
            raise CheckpointError(say("The checkpoint {name} cannot be read: {why}", name=name, why=error)) from error
        if resume["format"] != RESUME_FORMAT:
            raise CheckpointError(
                say(
                    "{file} has format {format}, this version reads {known}.",
                    file=record.resume.name,
                    format=resume["format"],
                    known=RESUME_FORMAT,
                )
            )
        if resume["graph_hash"] != self.graph_hash:
            raise CheckpointError(say("The checkpoint {name} belongs to another network.", name=name))
        return LoadedCheckpoint(record, weights, upgrade(resume))


def _uses_cuda() -> bool:
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]  # torch's own is untyped


def rng_state() -> dict[str, Any]:
    """The state of every random generator a run may use, in types that ``weights_only`` loading allows."""
    version, numbers, gauss = random.getstate()
    numpy_state = np.random.get_state(legacy=False)  # noqa: NPY002  (the global one is what others use)
    assert isinstance(numpy_state, dict)
    return {
        "python": [version, list(numbers), gauss],
        "numpy": {
            "key": torch.from_numpy(numpy_state["state"]["key"].astype(np.int64)),
            "pos": int(numpy_state["state"]["pos"]),
            "has_gauss": int(numpy_state["has_gauss"]),
            "gauss": float(numpy_state["gauss"]),
        },
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if _uses_cuda() else [],
    }


def load_rng_state(state: Mapping[str, Any]) -> None:
    """Puts every generator back to :func:`rng_state`."""
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    numpy_state = state["numpy"]
    np.random.set_state(  # noqa: NPY002
        {
            "bit_generator": "MT19937",
            "state": {"key": numpy_state["key"].numpy().astype(np.uint32), "pos": numpy_state["pos"]},
            "has_gauss": numpy_state["has_gauss"],
            "gauss": numpy_state["gauss"],
        }
    )
    torch.set_rng_state(state["torch"])
    if state["cuda"] and _uses_cuda():
        torch.cuda.set_rng_state_all(state["cuda"][: torch.cuda.device_count()])


def seed_everything(seed: int) -> None:
    """Seeds python, numpy, torch and CUDA."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
