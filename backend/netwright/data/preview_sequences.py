"""What a page shows of texts and series: how texts are cut into tokens, and curves of a few samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.base import Arrays, parse_options
from netwright.data.tokens import NUM_SPECIAL, UNKNOWN, Unit, build_splitter
from netwright.data.transforms_text import Tokenize, read_texts

if TYPE_CHECKING:
    import numpy.typing as npt

NUM_EXAMPLES = 6
MAX_CHANNELS = 6
MAX_TOKENS = 60
MAX_POINTS = 600
"""Of a curve."""


@dataclass(frozen=True, slots=True)
class TokenExample:
    """A text as the network meets it: tokens with their indices (1: unknown), and the class."""

    tokens: list[str]
    indices: list[int]
    label: str
    num_left_out: int


@dataclass(frozen=True, slots=True)
class SeriesExample:
    """``channels`` are the values of one sample, channel by channel, as :func:`thin` leaves them of ``num_steps``; ``future``
    what is forecast, by the place of its channel.  None where there is no value."""

    name: str
    channels: list[list[float | None]]
    future: dict[int, list[float | None]]
    num_steps: int


def token_examples(arrays: Arrays) -> Iterator[TokenExample]:
    """Of each class a few, cut by the default tokenizer as fitted on all texts."""
    [step] = arrays.default_preprocess
    params = parse_options(Tokenize.Params, step.params, step.type)
    assert isinstance(params, Tokenize.Params)
    tokens, merges = Tokenize.fit(params, read_texts(arrays.inputs.astype(np.uint8)))
    index = {token: position for position, token in enumerate(tokens, start=NUM_SPECIAL)}
    split = build_splitter(params.unit, lowercase=params.lowercase, merges=merges)
    for row in _few_of_each(arrays):
        [text] = read_texts(arrays.inputs[row : row + 1].astype(np.uint8))
        every = split(text)
        seen = every[: params.max_length]
        yield TokenExample(
            seen[:MAX_TOKENS],
            [index.get(token, UNKNOWN) for token in seen[:MAX_TOKENS]],
            arrays.classes[int(arrays.targets[row].item())],
            len(every) - len(seen[:MAX_TOKENS]),
        )


def token_counts(arrays: Arrays) -> npt.NDArray[np.int64]:
    """How many tokens each text has, before it is cut."""
    [step] = arrays.default_preprocess
    unit: Unit = "characters" if step.params["unit"] == "characters" else "words"
    split = build_splitter(unit, lowercase=True)
    return np.array([len(split(text)) for text in read_texts(arrays.inputs.astype(np.uint8))])


def series_examples(arrays: Arrays) -> Iterator[SeriesExample]:
    """Of each class a few, or a few spread over the whole time."""
    rows = _few_of_each(arrays) if arrays.classes else _spread(len(arrays.targets))
    for row in rows:
        values = arrays.inputs[row][:, :MAX_CHANNELS].astype(np.float64)
        future: dict[int, list[float | None]] = {}
        stretch = stretch_of(len(values))
        if arrays.forecast is not None:
            ahead = arrays.targets[row].reshape(arrays.forecast.horizon, -1)
            places = {channel: place for place, channel in enumerate(arrays.forecast.channels)}
            future = {
                channel: thin(ahead[:, place : place + 1].astype(np.float64), stretch)[0]
                for channel, place in places.items()
                if channel < MAX_CHANNELS
            }
        num_steps = int((~np.isnan(arrays.inputs[row]).all(axis=1)).sum())  # what fills up is none
        yield SeriesExample(_said_of(arrays, row), thin(values, stretch), future, num_steps)


def _said_of(arrays: Arrays, row: int) -> str:
    """The class of a series, or the number that is to be told of it."""
    if arrays.classes:
        return arrays.classes[int(arrays.targets[row].item())]
    if arrays.forecast is not None or arrays.task != "regression":
        return ""
    return f"{arrays.target_name} " + ", ".join(f"{value:.4g}" for value in arrays.targets[row].tolist())


def stretch_of(num_steps: int) -> int:
    """Of how many steps a long curve shows the lowest and the highest alone, so that it has at most ``MAX_POINTS``."""
    return 1 if num_steps <= MAX_POINTS else -(-2 * num_steps // MAX_POINTS)


def thin(values: npt.NDArray[np.float64], stretch: int) -> list[list[float | None]]:
    """``values`` ``(T, F)`` channel by channel; with a ``stretch`` beyond 1 the lowest and the highest value of each so many
    steps, in the order in which they come, so that no peak is lost."""
    if stretch > 1:
        missing = -len(values) % stretch
        padded = np.pad(values, ((0, missing), (0, 0)), constant_values=np.nan).reshape(-1, stretch, values.shape[1])
        low = np.where(np.isnan(padded), np.inf, padded)
        high = np.where(np.isnan(padded), -np.inf, padded)
        is_rising = low.argmin(axis=1) <= high.argmax(axis=1)
        ends = np.stack([low.min(axis=1), high.max(axis=1)], axis=1)
        values = np.where(is_rising[:, None], ends, ends[:, ::-1]).reshape(-1, values.shape[1])
    return [[value if np.isfinite(value) else None for value in channel] for channel in values.T.tolist()]


def _few_of_each(arrays: Arrays) -> list[int]:
    each = max(1, NUM_EXAMPLES // max(1, len(arrays.classes)))
    found = [np.flatnonzero(arrays.targets == label)[:each].tolist() for label in range(len(arrays.classes))]
    return [row for rows in found for row in rows][: 2 * NUM_EXAMPLES]


def _spread(count: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, NUM_EXAMPLES).astype(int).tolist()))
