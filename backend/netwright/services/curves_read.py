"""``python -m netwright.services.curves_read``: reads an upload of curves, in a process of its own.

A hundred thousand points of an event file are seconds of Python, which a thread of the server would take from everybody; and a
file that somebody sends may hang or fill the memory.  What was read goes to the folder: the numbers of all curves one after
another as ``curves.npz``, the rest as ``outcome.json``.
"""

import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from pydantic import Field

from netwright.data.archive import READ_ERRORS, list_members, open_archive
from netwright.data.base import DataError
from netwright.exchange.curves.csv_files import read_csv
from netwright.exchange.curves.curve import Collected, Curve, IncomingRun, check_size
from netwright.exchange.curves.event_files import join_files, read_events
from netwright.exchange.refusal import ImportRefusedError
from netwright.graph.model import Model
from netwright.language import STORED, Sentence, said_by, say

MAX_BYTES = 128 << 20
MAX_RUNS = 1000
MAX_METRICS = 2000
MAX_MEMORY_BYTES = 4 << 30
OUTCOME = "outcome.json"
NUMBERS = "curves.npz"
_COLUMNS = ("steps", "epochs", "elapsed", "values")


class ReadRun(Model):
    """A run of an upload: how many points each of its metrics has, in the order of the numbers."""

    name: str
    started: float | None
    lengths: dict[str, int]


class Outcome(Model):
    """``code`` and ``message`` say why nothing was read; None and empty where something was."""

    code: str | None = None
    message: Sentence = ""
    runs: list[ReadRun] = Field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """``left_out`` counts files of the archive that hold no curves."""

    runs: list[IncomingRun]
    left_out: int = 0


def main(arguments: list[str]) -> int:
    source, folder, label = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    try:
        outcome = _write(read_upload(Path(source), label), Path(folder))
    except DataError as error:
        outcome = Outcome(code=error.code, message=said_by(error))
    except ImportRefusedError as error:
        outcome = Outcome(code=error.code, message=error.message)
    (Path(folder) / OUTCOME).write_text(outcome.model_dump_json(context=STORED), encoding="utf-8")
    return 0


def _write(upload: Upload, folder: Path) -> Outcome:
    curves = [curve for run in upload.runs for curve in run.curves.values()]
    columns = {name: np.concatenate([getattr(curve, name) for curve in curves]) for name in _COLUMNS}
    np.savez(folder / NUMBERS, **columns)  # type: ignore[arg-type]  # its stubs take keywords for its options
    runs = [
        ReadRun(name=run.name, started=run.started, lengths={name: len(curve) for name, curve in run.curves.items()})
        for run in upload.runs
    ]
    return Outcome(runs=runs, left_out=upload.left_out)


def load_runs(outcome: Outcome, folder: Path) -> list[IncomingRun]:
    """What :func:`main` has written.  Blocks."""
    with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
        columns = [numbers[name] for name in _COLUMNS]
    runs, first = [], 0
    for run in outcome.runs:
        curves = {}
        for name, length in run.lengths.items():
            curves[name] = Curve(*(column[first : first + length] for column in columns))
            first += length
        runs.append(IncomingRun(run.name, curves, run.started))
    return runs


def read_upload(path: Path, label: str) -> Upload:
    """All runs of an upload; what kind it is, its bytes tell.  Blocks.

    Raises:
        DataError, ImportRefusedError: with the file and the place in it.
    """
    with path.open("rb") as file:
        head = file.read(4)
    read = _of_archive(path, label) if head == b"PK\x03\x04" else _of_one(path.read_bytes(), label)
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
    return Upload(sorted(runs, key=lambda run: run.name), read.left_out)


def _of_one(data: bytes, label: str) -> Upload:
    name = label.removesuffix(".csv")
    if is_event_file(label) or b"brain.Event:" in data[:64]:
        curves, started = join_files([read_events(data, label)])
        return Upload([IncomingRun(name, curves, started)])
    return Upload(read_csv(data, label, name))


def is_event_file(name: str) -> bool:
    """By the part of its name by which TensorBoard knows one too."""
    return "tfevents" in PurePosixPath(name).name


def _of_archive(path: Path, label: str) -> Upload:
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
    return Upload([*runs, *tables], left_out)


def _shared_parts(folders: Sequence[tuple[str, ...]]) -> int:
    """How many parts at the beginning all have in common; the last of each path always stays."""
    if not folders:
        return 0
    most = min(max(len(parts) - 1, 0) for parts in folders)
    return next((at for at in range(most) if len({parts[at] for parts in folders}) > 1), most)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
