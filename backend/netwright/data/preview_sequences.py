"""What a page shows of texts and series: how texts are cut into tokens, and curves of a few samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.base import Arrays, Step, parse_options
from netwright.data.tokens import NUM_SPECIAL, UNKNOWN, Unit, build_splitter
from netwright.data.transforms_text import Tokenize, read_texts

if TYPE_CHECKING:
    import numpy.typing as npt

NUM_EXAMPLES = 6
MAX_CHANNELS = 6
MAX_TOKENS = 60


@dataclass(frozen=True, slots=True)
class TokenExample:
    """A text as the network meets it: tokens with their indices (1: unknown), and the class."""

    tokens: list[str]
    indices: list[int]
    label: str
    num_left_out: int


@dataclass(frozen=True, slots=True)
class SeriesExample:
    """``channels`` are the values of one sample, channel by channel; ``future`` what is forecast, by the place of its channel.
    None where there is no value."""

    name: str
    channels: list[list[float | None]]
    future: dict[int, list[float]]


def token_examples(arrays: Arrays) -> Iterator[TokenExample]:
    """Of each class a few, cut by the default tokenizer as fitted on all texts."""
    params, tokens, merges = learned(arrays.default_preprocess, arrays.inputs.astype(np.uint8))
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


def learned(
    preprocess: Sequence[Step], texts: npt.NDArray[np.uint8]
) -> tuple[Tokenize.Params, list[str], dict[tuple[str, str], int]]:
    """The settings of the one step of texts, and the tokens and joins that it learns from raw texts ``(N, L)``."""
    [step] = preprocess
    params = parse_options(Tokenize.Params, step.params, step.type)
    assert isinstance(params, Tokenize.Params)
    return params, *Tokenize.fit(params, read_texts(texts))


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
        future: dict[int, list[float]] = {}
        if arrays.forecast is not None:
            ahead = arrays.targets[row].reshape(arrays.forecast.horizon, -1)
            places = {channel: place for place, channel in enumerate(arrays.forecast.channels)}
            future = {channel: ahead[:, place].tolist() for channel, place in places.items() if channel < MAX_CHANNELS}
        yield SeriesExample(
            arrays.classes[int(arrays.targets[row].item())] if arrays.classes else "",
            [[None if np.isnan(value) else value for value in channel] for channel in values.T.tolist()],
            future,
        )


def _few_of_each(arrays: Arrays) -> list[int]:
    each = max(1, NUM_EXAMPLES // max(1, len(arrays.classes)))
    found = [np.flatnonzero(arrays.targets == label)[:each].tolist() for label in range(len(arrays.classes))]
    return [row for rows in found for row in rows][: 2 * NUM_EXAMPLES]


def _spread(count: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, NUM_EXAMPLES).astype(int).tolist()))
