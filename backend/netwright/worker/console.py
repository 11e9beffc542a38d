"""``netwright train``: trains a document in this process, with a progress bar instead of a server."""

import math
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from netwright.data.base import DataError, SourceSpec, data_folder
from netwright.graph.io import DocumentError, load_document
from netwright.graph.problems import Problem
from netwright.language import fault_sentence
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.reporting import Progress as Position
from netwright.training.spec import INITIAL_WEIGHTS, InitialWeights, RunSpec
from netwright.training.states import EndReason, RunState
from netwright.training.threads import spin_briefly


class CannotTrainError(ValueError):
    """Why nothing was trained; ``problems`` are what is wrong with the document or its config."""

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line changes in the document's training config; None leaves it."""

    epochs: int | None = None
    device: str | None = None
    weights: Path | None = None


def read_spec(file: Path, wishes: Wishes, home: Path) -> RunSpec:
    """The run that a document file with its ``training`` describes.

    Raises:
        CannotTrainError: the file is no document, or its config is missing or wrong.
    """
    try:
        document = load_document(file.read_bytes())
    except OSError as error:
        raise CannotTrainError(f"{file} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise CannotTrainError(f"{file} is no document.", error.problems) from error
    if document.training is None:
        raise CannotTrainError(
            f"{file} has no `training`. Choose the training in the page, then save the document again."
        )
    changes: dict[str, Any] = {
        name: value for name, value in (("epochs", wishes.epochs), ("device", wishes.device)) if value is not None
    }
    try:
        training = TrainingConfig.model_validate({**document.training, **changes})
    except ValidationError as error:
        fields = "; ".join(f"{'.'.join(map(str, each['loc']))}: {fault_sentence(each)}" for each in error.errors())
        raise CannotTrainError(f"The `training` of {file} is wrong. {fields}") from error
    return RunSpec(
        run="local",
        document=document,
        training=training,
        source=find_source(training.data.source, home),
        versions={},
        created=time.time(),
    )


def find_source(name: str, home: Path) -> SourceSpec:
    """A built-in set by its id, with its downloaded files under ``home`` where it has some.

    Raises:
        CannotTrainError: it is no built-in, or its files are not there.
    """
    from netwright.data.registry import SOURCES

    built_in = [each.type for each in SOURCES.values() if each.is_built_in]
    if name not in built_in:
        raise CannotTrainError(
            f"The data set `{name}` is not built in. `netwright train` knows: {', '.join(built_in)}. "
            "Train uploaded sets from the page."
        )
    source, folder = SOURCES[name], data_folder(home) / name
    if not source.files:
        return SourceSpec(type=name)
    missing = [file.name for file in source.files if not (folder / file.name).exists()]
    if missing:
        raise CannotTrainError(
            f"{source.title} is not here yet: {folder} lacks {', '.join(missing)}. Download it in the page, or copy it there."
        )
    return SourceSpec(type=name, path=str(folder))


def begin_with(spec: RunSpec, weights: Path | None, output: Path) -> RunSpec:
    """The run with its own copy of the safetensors file ``weights`` in ``output``, where it begins with weights.

    Raises:
        CannotTrainError: the document begins with weights and no file is given, or the file is damaged.
    """
    if weights is None:
        if spec.training.initial_weights is None:
            return spec
        raise CannotTrainError(
            f"This document begins with weights that a server keeps ({spec.training.initial_weights.source}). "
            "Give them as a safetensors file with --weights, or train it from the page."
        )
    from netwright.exchange.refusal import ImportRefusedError
    from netwright.exchange.weights.tensors import list_tensors
    from netwright.training.checkpoints import file_record

    target = output / INITIAL_WEIGHTS
    try:
        list_tensors(weights)
        shutil.copyfile(weights, target)
    except ImportRefusedError as error:
        raise CannotTrainError(error.message) from error
    except OSError as error:
        raise CannotTrainError(f"{weights} cannot be read: {error.strerror}.") from error
    wanted = spec.training.initial_weights
    record = file_record(target)
    initial = InitialWeights(
        source=str(weights),
        title=weights.name,
        match="name" if wanted is None else wanted.match,
        bytes=record.bytes,
        sha256=record.sha256,
    )
    return spec.model_copy(update={"initial_weights": initial})


def train_file(file: Path, wishes: Wishes, output: Path, home: Path, console: Console) -> bool:
    """Trains ``file`` into the folder ``output``; whether the run came to a good end (completed or stopped).

    Raises:
        CannotTrainError: it was not begun.
    """
    spin_briefly()
    spec = read_spec(file, wishes, home)
    for name in ("checkpoints", "spec.json", "model.py"):
        if (output / name).exists():
            raise CannotTrainError(f"{output} holds a run already ({name}). Choose another folder with --output.")
    try:
        with own_folder(output):
            return _train_into(output, begin_with(spec, wishes.weights, output), console)
    except OSError as error:
        place = error.filename or output
        raise CannotTrainError(f"{place} cannot be read or written: {error.strerror or error}.") from error


@contextmanager
def own_folder(output: Path) -> Iterator[None]:
    """Makes ``output``.  Where the training ends with an error and no checkpoint, what was put there goes again."""
    was_there = output.exists()
    before = set(output.iterdir()) if was_there else set()
    output.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if not any((output / "checkpoints").glob("*.safetensors")):
            for path in set(output.iterdir()) - before:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            if not was_there:
                output.rmdir()
        raise


def _train_into(output: Path, spec: RunSpec, console: Console) -> bool:
    (output / "spec.json").write_text(spec.model_dump_json(indent=2), encoding="utf-8")
    control, at = Control(), Position()
    old = {number: signal.signal(number, lambda *_: control.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with console.status("Loading PyTorch and the data"):
            from netwright.training.jobs import build_job
            from netwright.training.loop import train
            from netwright.training.memory import describe_out_of_memory, is_out_of_memory
            from netwright.worker.initial import load_initial

            job = build_job(spec, output)
            check_job(spec, job.data)
            if spec.initial_weights is not None:
                job.notes.append(load_initial(job.network, spec, spec.initial_weights, output))
        with Screen(console, spec, job.data.classes) as screen:
            outcome = train(job, screen, control, progress=at)
    except (DataError, ValueError) as error:
        raise CannotTrainError(str(error), getattr(error, "problems", None)) from error
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise CannotTrainError(describe_out_of_memory(spec.training, at)) from error
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    screen.print_end(outcome.metrics, output)
    is_good = outcome.state in {RunState.COMPLETED, RunState.STOPPED}
    if outcome.reason is not EndReason.FINISHED:
        console.print(f"[{'green' if is_good else 'red'}]{outcome.state}[/]: {outcome.message}", highlight=False)
    return is_good


def check_job(spec: RunSpec, data: Any) -> None:
    """Raises CannotTrainError where network, data and config do not fit together."""
    from netwright.compiler.check import check
    from netwright.training.options import DataFacts, check_training

    facts = DataFacts(
        title=spec.source.type,
        kind=data.kind,
        task=data.task,
        num_samples=len(data.train) + len(data.validation),
        input_shape=data.input_shape,
        num_outputs=data.num_outputs,
        classes=data.classes,
        num_validation=len(data.validation),
        are_vertices=data.are_vertices,
    )
    # The split is made already: what a config may ask of it was asked by `prepare`.
    split = type(spec.training.data.split)()
    training = spec.training.model_copy(update={"data": spec.training.data.model_copy(update={"split": split})})
    problems = check_training(training, spec.document, check(spec.document), facts)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CannotTrainError("The training does not fit the network or the data.", errors)


class Screen:
    """An emitter for a terminal: a bar with the live loss, a line an epoch, and what happened in between."""

    def __init__(self, console: Console, spec: RunSpec, classes: tuple[str, ...]) -> None:
        self.console, self.spec = console, spec
        self.checkpoints: dict[str, str] = {}
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} steps  loss {task.fields[loss]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID | None = None
        title = f"{spec.document.name}: {spec.training.data.source}"
        self._title = f"{title}, {len(classes)} classes" if classes else title
        self._latest: dict[str, float] = {}

    def __enter__(self) -> Self:
        self.console.print(self._title, style="bold", highlight=False)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, type: str, /, **fields: Any) -> None:  # noqa: A002  (the wire's word)
        match type:
            case "hello":
                for note in fields["notes"]:
                    self._bar.console.print(f"[dim]{note}[/]", highlight=False, soft_wrap=True)
                epochs = self.spec.training.epochs
                self._task = self._bar.add_task("", total=fields["total_steps"], epoch=1, epochs=epochs, loss="-")
            case "metrics":
                self._show_metrics(fields)
            case "checkpoint":
                self.checkpoints[fields["kind"]] = fields["file"]
            case "log" | "alert":
                self._bar.console.print(fields["message"], highlight=False)

    def _show_metrics(self, fields: dict[str, Any]) -> None:
        for name, values in fields["values"].items():
            known = [value for value in values if value is not None]
            if known:
                self._latest[name] = known[-1]
        assert self._task is not None
        loss = self._latest.get("train/loss", math.nan)
        self._bar.update(self._task, completed=fields["steps"][-1], epoch=fields["epoch"], loss=f"{loss:.4f}")
        if "val/loss" in fields["values"]:
            shown = [f"{name} {value:.4f}" for name, value in self._latest.items() if name != "lr"]
            self._bar.console.print(f"epoch {fields['epoch']:>3}  {'  '.join(shown)}", highlight=False, soft_wrap=True)

    def print_end(self, metrics: dict[str, float], output: Path) -> None:
        """A table of the last values, and where the checkpoints are."""
        table = Table("metric", "value")
        for name, value in metrics.items():
            table.add_row(name, f"{value:.4f}")
        self.console.print(table)
        for kind, file in self.checkpoints.items():
            self.console.print(f"{kind} checkpoint: {output / file}", highlight=False, soft_wrap=True)
        self.console.print(f"source: {output / 'model.py'}", highlight=False, soft_wrap=True)


def default_output(file: Path) -> Path:
    """A new folder in the current one: ``runs/<name>-<time>``."""
    return Path("runs") / f"{file.stem}-{time.strftime('%Y%m%d-%H%M%S')}"
