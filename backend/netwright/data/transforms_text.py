"""Transforms of texts: uint8 ``(N, L)`` of UTF-8 to int64 ``(N, T)`` of indices."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from netwright.data.tokens import (
    IMPORTS,
    NUM_SPECIAL,
    PADDING,
    TO_INDICES,
    UNKNOWN,
    Unit,
    build_splitter,
    count_tokens,
    learn_merges,
    most_frequent,
    splitter_source,
)
from netwright.data.transform_base import Code, Layout, Training, Transform, misfit
from netwright.graph.model import Model
from netwright.language import say

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MAX_TOKENS = 100_000
MAX_LENGTH = 4096


class Tokenize(Transform):
    type = "Tokenize"
    title = "Tokenize"
    description = (
        "Cuts each text into tokens and gives the index of each: 0 fills up, 1 is any token that the training part does "
        "not teach. An Embedding turns the indices into vectors."
    )
    kinds = ("text",)

    class Params(Model):
        unit: Unit = Field(
            default="words",
            description="What a token is: a word or punctuation mark, a character, or a piece of a word that comes often "
            "(byte-pair encoding).",
        )
        vocabulary_size: int = Field(
            default=10_000,
            ge=3,
            le=MAX_TOKENS,
            description="How many indices there are at most, with the two for padding and unknown tokens: the most frequent "
            "tokens of the training part are kept.",
        )
        max_length: int = Field(
            default=64,
            ge=1,
            le=MAX_LENGTH,
            description="How many tokens of a text the network sees; the rest of a longer text is cut off.",
        )
        padding: Literal["start", "end"] = Field(
            default="start",
            description="Where short texts are filled up. At the start the last step is always a token, as networks that keep "
            "the last step need it.",
        )
        lowercase: bool = Field(default=True, description="Whether capital letters become small ones first.")

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if layout.num_tokens is not None:
            raise misfit(cls, say("the texts are tokens already; keep one Tokenize"))
        return replace(layout, shape=(params.max_length,), num_tokens=params.vocabulary_size)

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        tokens, merges = cls.fit(params, read_texts(training.raw.numpy()))
        definitions = [_tokens_constant(tokens)]
        if params.unit == "byte_pair":
            definitions.append(_merges_constant(list(merges)))
        length, padding = params.max_length, params.padding
        definitions += [
            splitter_source(params.unit, lowercase=params.lowercase),
            TO_INDICES.format(
                length=length,
                unknown=UNKNOWN,
                padding=PADDING,
                joined="padding + indices" if padding == "start" else "indices + padding",
            ),
        ]
        return Code(("batch = preprocess_tokens(batch)",), imports=IMPORTS[params.unit], definitions=tuple(definitions))

    @staticmethod
    def fit(params: Params, texts: Iterable[str]) -> tuple[list[str], dict[tuple[str, str], int]]:
        """Tokens from index 2 on, and the joins of byte pairs."""
        most = params.vocabulary_size - NUM_SPECIAL
        if params.unit == "byte_pair":
            return learn_merges(texts, most, lowercase=params.lowercase)
        split = build_splitter(params.unit, lowercase=params.lowercase)
        return most_frequent(count_tokens(texts, split), most), {}


def learned_tokens(preprocess: Callable[..., object]) -> list[str]:
    """The tokens from index ``NUM_SPECIAL`` on, of a function whose source :meth:`Tokenize.write` had a part in."""
    assert isinstance(preprocess, FunctionType)
    return list(preprocess.__globals__["PREPROCESS_TOKENS"])


def read_texts(rows: npt.NDArray[np.uint8]) -> Iterator[str]:
    """Texts of raw samples ``(N, L)``."""
    for row in rows:
        yield row.tobytes().rstrip(b"\0").decode("utf-8", "ignore")


def _tokens_constant(tokens: Sequence[str]) -> str:
    listed = _wrapped(map(repr, tokens))
    return (
        f"PREPROCESS_TOKENS = {{\n    token: index\n    for index, token in enumerate(\n        (\n{listed}\n        ),\n"
        f"        start={NUM_SPECIAL},\n    )\n}}\n"
        '"""Tokens of the training part, the most frequent first; 0 fills up, 1 is any other."""\n'
    )


def _merges_constant(merges: Sequence[tuple[str, str]]) -> str:
    listed = _wrapped(map(repr, merges))
    return (
        f"PREPROCESS_MERGES = {{\n    pair: rank\n    for rank, pair in enumerate(\n        (\n{listed}\n        )\n    )\n}}\n"
        '"""Which neighbours are joined, the earliest first."""\n'
    )


def _wrapped(literals: Iterable[str]) -> str:
    lines: list[str] = []
    line = ""
    for literal in literals:
        if line and len(line) + len(literal) > 100:
            lines.append(line)
            line = ""
        line += f"{literal}, "
    lines.append(line)
    return textwrap.indent("\n".join(one.rstrip() for one in lines if one), " " * 12)
