"""Curves as CSV: a line a point, as our own comparison writes it, or a line a step with a column a metric, as Keras'
``CSVLogger`` and Lightning's ``CSVLogger`` do."""

import csv
import io
import math
from collections.abc import Iterator
from typing import Protocol

from netwright.exchange.curves.curve import MAX_EPOCH, MAX_STEP, Collected, IncomingRun
from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say


class Reader(Protocol):
    """What :func:`csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


LONG = ("metric", "step", "value")
MAX_COLUMNS = 2000


def read_csv(data: bytes, label: str, name: str) -> list[IncomingRun]:
    """The runs of a table; ``name`` is what a run is called that the file does not name.

    Raises:
        ImportRefusedError: ``file_damaged``, with the line; ``file_kind_unknown``, no such columns.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefusedError(
            "file_damaged", say("{label} is no UTF-8 text: byte {byte} is wrong.", label=label, byte=error.start)
        ) from error
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if set(LONG) <= set(header):
            return _read_long(reader, header, label, name)
        if ("step" in header or "epoch" in header) and len(header) <= MAX_COLUMNS:
            return _read_wide(reader, header, label, name)
    except csv.Error as error:
        raise _bad_line(label, reader.line_num, str(error)) from error
    raise ImportRefusedError(
        "file_kind_unknown",
        say(
            "{label} is no table of curves. Its first line must name a column step or epoch beside those of the metrics, or "
            "the columns metric, step and value.",
            label=label,
        ),
    )


def _read_long(reader: Reader, header: list[str], label: str, name: str) -> list[IncomingRun]:
    places = {column: header.index(column) for column in header}
    runs: dict[str, tuple[str, dict[str, Collected]]] = {}
    for cells in reader:
        if not cells:
            continue
        _check_width(cells, header, label, reader.line_num)
        said = {column: cells[place].strip() for column, place in places.items()}
        key = said.get("run") or said.get("name") or name
        _, curves = runs.setdefault(key, (said.get("name") or key, {}))
        step = _count(said["step"], MAX_STEP, label, reader.line_num, "step")
        epoch = _count(said.get("epoch") or "0", MAX_EPOCH, label, reader.line_num, "epoch")
        time = _number(said.get("elapsed_seconds") or "0", label, reader.line_num, "elapsed_seconds")
        value = _number(said["value"], label, reader.line_num, "value")
        if not said["metric"]:
            raise _bad_line(label, reader.line_num, say("it names no metric"))
        curves.setdefault(said["metric"], Collected()).add(step, epoch, time, value)
    return [
        IncomingRun(title, {metric: points.to_curve() for metric, points in curves.items()})
        for title, curves in runs.values()
    ]


def _read_wide(reader: Reader, header: list[str], label: str, name: str) -> list[IncomingRun]:
    curves: dict[str, Collected] = {}
    for cells in reader:
        if not cells:
            continue
        _check_width(cells, header, label, reader.line_num)
        said = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
        epoch = _count(said.get("epoch") or "0", MAX_EPOCH, label, reader.line_num, "epoch")
        step = _count(said["step"], MAX_STEP, label, reader.line_num, "step") if said.get("step") else epoch
        for column, cell in said.items():
            if column in {"", "step", "epoch"} or not cell:
                continue
            value = _number(cell, label, reader.line_num, column)
            curves.setdefault(column, Collected()).add(step, epoch, 0.0, value)
    return [IncomingRun(name, {metric: points.to_curve() for metric, points in curves.items()})] if curves else []


def _check_width(cells: list[str], header: list[str], label: str, line: int) -> None:
    if len(cells) != len(header):
        raise _bad_line(
            label, line, say("it has {got} cells, the first line has {count}", got=len(cells), count=len(header))
        )


def _count(cell: str, largest: int, label: str, line: int, column: str) -> int:
    value = _number(cell, label, line, column)
    if not math.isfinite(value) or value != int(value) or not 0 <= value <= largest:
        raise _bad_line(label, line, say("{column} is {cell}, no count", column=column, cell=repr(cell[:40])))
    return int(value)


def _number(cell: str, label: str, line: int, column: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise _bad_line(
            label, line, say("{column} is {cell}, no number", column=column, cell=repr(cell[:40]))
        ) from error


def _bad_line(label: str, line: int, why: str) -> ImportRefusedError:
    return ImportRefusedError(
        "file_damaged", say("{label}: line {line} cannot be read: {why}.", label=label, line=line, why=why)
    )
