"""What a person draws, uploads or types, as raw samples of the run's data: what its preprocessing takes."""

import base64
import binascii
import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from netwright.data.base import DataError, RawData
from netwright.data.columns import parse_number
from netwright.data.csv_source import MISSING_MARKS
from netwright.data.pictures import DamagedPictureError, Target, decode
from netwright.data.preview import white_of
from netwright.data.registry import open_source
from netwright.data.text_table import read_text_table
from netwright.language import listed, said_by, say
from netwright.training.spec import RunSpec

if TYPE_CHECKING:
    from netwright.data.pictures import Fit

NUM_LOOKED_AT = 400
"""Samples that tell how large what is drawn usually is."""


def picture_target(spec: RunSpec, raw: RawData) -> Target:
    """The size that pictures of this set have, and how others are brought to it."""
    _, channels, height, width = raw.inputs.shape
    fit: Fit = getattr(open_source(spec.source).options, "fit", "stretch")
    return Target(height, width, channels, fit)


def read_pictures(pictures: Sequence[str], spec: RunSpec, raw: RawData) -> torch.Tensor:
    """Pictures as base64 or data URLs to uint8 ``(N, C, H, W)``, with the set's own value for white.

    Raises:
        DataError: one of them is no picture.
    """
    target, white = picture_target(spec, raw), white_of(raw)
    decoded = [_read_picture(text, number, target) for number, text in enumerate(pictures, start=1)]
    pixels = np.stack(decoded)
    if white != 255.0:
        pixels = np.round(pixels * (white / 255.0)).astype(np.uint8)
    return torch.from_numpy(pixels)


def _read_picture(text: str, number: int, target: Target) -> NDArray[np.uint8]:
    name = say("picture {number}", number=number)
    _, comma, after = text.partition(",")
    try:
        content = base64.b64decode(after if comma else text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(
            say("{name}: it is not sent as base64 or as a data URL.", name=name), code="bad_picture"
        ) from error
    try:
        return decode(io.BytesIO(content), name, target)
    except DamagedPictureError as error:
        raise DataError(
            say("{name} is no picture that can be read: {why}.", name=name, why=said_by(error)), code="bad_picture"
        ) from error


def read_rows(rows: Sequence[Mapping[str, float | str | None]], raw: RawData) -> torch.Tensor:
    """Rows by the names of the columns to float32 ``(N, F)``: a category by its name, NaN where a value is missing.

    Raises:
        DataError: a column that there is none of, a text that is no number, a category that was not seen in training.
    """
    known = set(raw.features)
    samples = np.full((len(rows), len(raw.features)), math.nan, dtype=np.float32)
    for number, row in enumerate(rows, start=1):
        unknown = [name for name in row if name not in known]
        if unknown:
            raise DataError(
                say(
                    "There is no column {name}. There are: {names}.",
                    name=unknown[0][:100],
                    names=listed(raw.features[:20]),
                ),
                code="bad_value",
                line=number,
                column=unknown[0][:100],
            )
        for place, name in enumerate(raw.features):
            samples[number - 1, place] = _read_cell(row.get(name), name, number, raw)
    return torch.from_numpy(samples)


def _read_cell(value: float | str | None, name: str, number: int, raw: RawData) -> float:
    if value is None or (isinstance(value, str) and (not value.strip() or value.strip() in MISSING_MARKS)):
        return math.nan
    categories = raw.categories.get(name)
    if categories is not None:
        text = value.strip() if isinstance(value, str) else f"{value:g}"
        if text in categories:
            return float(categories.index(text))
        raise DataError(
            say(
                "Row {number}, column {name}: {value} is no known category. There are: {names}.",
                number=number,
                name=name,
                value=text[:100],
                names=listed(categories[:20]),
            ),
            code="bad_value",
            line=number,
            column=name,
        )
    found = parse_number(value.strip()) if isinstance(value, str) else value
    if found is None or not math.isfinite(found):
        raise DataError(
            say("Row {number}, column {name}: {value} is no number.", number=number, name=name, value=str(value)[:100]),
            code="bad_value",
            line=number,
            column=name,
        )
    return float(found)


def check_complete(samples: torch.Tensor, required: Mapping[int, str]) -> None:
    """``required`` are columns of float32 ``(N, F)`` by their places, into which nothing is put where a value is missing.

    Raises:
        DataError: code ``bad_value``: one of them has no value in some row.
    """
    for place, name in required.items():
        lacking = samples[:, place].isnan().nonzero().flatten().tolist()
        if lacking:
            raise DataError(
                say(
                    "Row {number}, column {name}: a value is missing, and this network was trained on rows that all have one. "
                    "Give a value.",
                    number=lacking[0] + 1,
                    name=name,
                ),
                code="bad_value",
                line=lacking[0] + 1,
                column=name,
            )


def cell_of(value: float, categories: tuple[str, ...] | None) -> float | str | None:
    """A raw value as a person reads it: a category by its name, None where it is missing."""
    if math.isnan(value):
        return None
    return value if categories is None else categories[int(value)]


def read_file(path: Path, filename: str, raw: RawData) -> tuple[list[str], list[list[str]], torch.Tensor]:
    """A CSV file with the features as columns, in any order and beside others: its header, its rows, and the raw samples.

    Raises:
        DataError: no table, a feature without a column, a cell that does not fit.
    """
    table = read_text_table(path, filename, has_header=True, is_to_learn=False)
    lacking = [name for name in raw.features if name not in table.names]
    if lacking:
        raise DataError(
            say(
                "{filename} has no column {name}. The network needs: {names}.",
                filename=filename,
                name=lacking[0],
                names=listed(raw.features[:20]),
            ),
            code="bad_value",
            file=filename,
            column=lacking[0],
        )
    rows = [list(cells) for cells in zip(*table.columns, strict=True)]
    places = {name: table.names.index(name) for name in raw.features}
    is_comma = table.delimiter == ";"
    named = [{name: _plain(row[place], name, raw, is_comma=is_comma) for name, place in places.items()} for row in rows]
    return list(table.names), rows, read_rows(named, raw)


def _plain(cell: str, name: str, raw: RawData, *, is_comma: bool) -> str:
    """A decimal comma as a point, where the file has semicolons between its fields."""
    return cell.replace(",", ".") if is_comma and name not in raw.categories else cell


def write_csv(header: Sequence[str], rows: Sequence[Sequence[str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def look_of(raw: RawData) -> tuple[bool, float]:
    """Whether pictures are light on dark, and which share of their longer side what they show usually fills."""
    pixels = raw.inputs[:NUM_LOOKED_AT].numpy().mean(axis=1)
    white = white_of(raw)
    border = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    is_light_on_dark = bool(border.mean() < white / 2)
    ink = pixels > 0.2 * white if is_light_on_dark else pixels < 0.8 * white
    shares = []
    for picture in ink:
        rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
        if len(rows):
            longest = max(np.ptp(rows) + 1, np.ptp(columns) + 1)
            shares.append(float(longest) / max(picture.shape))
    return is_light_on_dark, float(np.median(shares)) if shares else 1.0
