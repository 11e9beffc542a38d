"""Texts and series as a person types, draws or pastes them, as raw samples of the run's data."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from netwright.data.base import DataError, RawData
from netwright.data.text_table import read_text_table
from netwright.data.texts import encode_texts
from netwright.data.transforms_text import read_texts as decode_texts
from netwright.language import listed, say
from netwright.training.trial.model import Trial

MAX_CUT_SHOWN = 500
"""Tokens of a text that are given back at most."""

Series = Sequence[Sequence[float | None]]


def read_texts(texts: Sequence[str], raw: RawData) -> torch.Tensor:
    """Texts to uint8 ``(N, L)``, as long as the longest of them and of the data."""
    encoded = encode_texts(texts).inputs
    length = max(encoded.shape[1], raw.inputs.shape[1])
    return torch.from_numpy(np.pad(encoded, ((0, 0), (0, length - encoded.shape[1]))))


def text_of(sample: torch.Tensor) -> str:
    """A raw sample ``(L,)`` as the text that it is."""
    return next(decode_texts(sample[None].numpy()))


def tokens_of(text: str, trial: Trial, length: int) -> tuple[list[tuple[str, bool]], int]:
    """The first ``length`` tokens that the network sees, each with whether it was taught, and how many it does not see."""
    if trial.split is None:
        return [], 0
    every = trial.split(text)
    seen = every[:length]
    return [(token, token in trial.tokens) for token in seen[:MAX_CUT_SHOWN]], len(every) - len(seen)


def read_text_file(path: Path, filename: str, column: str) -> tuple[list[str], list[list[str]], list[str]]:
    """A table with a column of texts: its header, its rows, and the texts.

    Raises:
        DataError: no table, or no such column.
    """
    table = read_text_table(path, filename, has_header=True, is_to_learn=False)
    if column not in table.names:
        raise DataError(
            say(
                "{filename} has no column {name}, in which the texts would be. It has: {names}.",
                filename=filename,
                name=column,
                names=listed(table.names[:20]),
            ),
            code="bad_value",
            file=filename,
            column=column,
        )
    rows = [list(cells) for cells in zip(*table.columns, strict=True)]
    return list(table.names), rows, list(table.columns[table.names.index(column)])


# --- series ------------------------------------------------------------------------------------------------------------


def is_padded(raw: RawData) -> bool:
    """Whether series of the data end, or begin, before the last step."""
    return bool(_ended(raw.inputs[:, 0]) or _ended(raw.inputs[:, -1]))


def _ended(step: torch.Tensor) -> int:
    return int(step.isnan().all(dim=1).sum())


def read_series(series: Sequence[Series], trial: Trial) -> torch.Tensor:
    """Series ``(t, F)`` to float32 ``(N, T, F)``: of a longer one the latest T steps; a shorter one is filled up where those of
    the data are.

    Raises:
        DataError: too few steps, another number of channels, or missing values that this run's preprocessing does not fill.
    """
    raw = trial.raw
    _, length, num_channels = raw.inputs.shape
    fills_up = is_padded(raw)
    at_end = _ended(raw.inputs[:, -1]) > _ended(raw.inputs[:, 0])
    samples = torch.full((len(series), length, num_channels), math.nan)
    for number, steps in enumerate(series, start=1):
        _check_series(steps, number, raw, fills_up=fills_up)
        values = [[math.nan if value is None else value for value in step] for step in steps]
        kept = torch.tensor(values, dtype=torch.float32)[-length:]
        if at_end:
            samples[number - 1, : len(kept)] = kept
        else:
            samples[number - 1, length - len(kept) :] = kept
    if not bool(trial.preprocess(samples).isfinite().all()):
        raise DataError(
            say(
                "The series has steps without a value, and the preprocessing of this run fills none. Give every value, or "
                "train with FillSteps."
            ),
            code="bad_value",
        )
    return samples


def _check_series(steps: Series, number: int, raw: RawData, *, fills_up: bool) -> None:
    _, length, num_channels = raw.inputs.shape
    for place, step in enumerate(steps, start=1):
        if len(step) != num_channels:
            raise DataError(
                say(
                    "Series {number}, step {step}: there are {count} values, the network takes {channels}: {names}.",
                    number=number,
                    step=place,
                    count=len(step),
                    channels=num_channels,
                    names=listed(raw.features[:20]),
                ),
                code="bad_value",
                line=place,
            )
    if len(steps) < length and not fills_up:
        raise DataError(
            say(
                "Series {number} has {count} steps, the network needs {steps}. Of a longer one it takes the latest.",
                number=number,
                count=len(steps),
                steps=length,
            ),
            code="bad_value",
        )


def ranges_of(raw: RawData) -> tuple[list[float], list[float]]:
    """The lowest and the highest value of each channel; 0 and 1 where it has none."""
    values = raw.inputs.flatten(0, 1)
    known = ~values.isnan()
    has_any = known.any(dim=0)
    low = torch.where(has_any, torch.where(known, values, math.inf).amin(dim=0), 0.0)
    high = torch.where(has_any, torch.where(known, values, -math.inf).amax(dim=0), 1.0)
    return low.tolist(), high.tolist()


def steps_of(sample: torch.Tensor) -> list[list[float | None]]:
    """A raw sample ``(T, F)`` step by step, without the steps by which it was filled up."""
    there = (~sample.isnan().all(dim=1)).nonzero().flatten()
    kept = sample[int(there[0]) : int(there[-1]) + 1] if len(there) else sample[:0]
    return [[None if math.isnan(value) else value for value in step] for step in kept.tolist()]


def ahead_of(values: Sequence[float], raw: RawData) -> dict[str, list[float]]:
    """Forecast values, step by step, as those of each channel by its place."""
    if raw.forecast is None:
        return {}
    count = len(raw.forecast.channels)
    return {str(channel): list(values[place::count]) for place, channel in enumerate(raw.forecast.channels)}
