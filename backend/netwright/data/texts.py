"""What sources of texts share: options of the tokenizer, raw samples, and the source that reads texts again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, JsonValue

from netwright.data.base import Array, Arrays, Step
from netwright.data.facts import Facts
from netwright.data.tokens import NUM_SPECIAL, Unit, build_splitter, count_tokens
from netwright.data.transforms_text import MAX_LENGTH, MAX_TOKENS
from netwright.graph.model import Model
from netwright.language import say

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_TEXT_BYTES = 8_000
"""Of a text in UTF-8; what is behind is cut off and said.  Raw samples are one array: one long text makes all of them long."""
USUAL_VOCABULARY = 10_000
USUAL_PIECES = 2_000
LONGEST_GUESS = 256
SHARE_WHOLE = 95
"""Per cent of the texts that the guessed length shows whole."""


class TextOptions(Model):
    """How texts become tokens; empty is guessed from the texts."""

    unit: Unit = Field(
        default="words",
        description="What a token is: a word or punctuation mark, a character, or a piece of a word that comes often "
        "(byte-pair encoding).",
    )
    vocabulary_size: int | None = Field(
        default=None,
        ge=3,
        le=MAX_TOKENS,
        description="How many different tokens the network knows at most, with padding and unknown; empty: all there are, at "
        "most 10,000.",
    )
    max_length: int | None = Field(
        default=None,
        ge=1,
        le=MAX_LENGTH,
        description="How many tokens of a text the network sees; empty: as many as 95 % of the texts have.",
    )
    padding: Literal["start", "end"] = Field(
        default="start", description="Where short texts are filled up, so that all have one length."
    )
    lowercase: bool = Field(default=True, description="Whether capital letters become small ones first.")


@dataclass(frozen=True, slots=True)
class Encoded:
    """``inputs`` are uint8 ``(N, L)``: UTF-8 with zeros after the end; ``num_cut`` texts were longer than L."""

    inputs: npt.NDArray[np.uint8]
    num_cut: int


def encode_texts(texts: Sequence[str]) -> Encoded:
    """Raw samples of texts."""
    data = [text.replace("\0", "").encode() for text in texts]
    longest = max(map(len, data), default=1)
    length = max(1, min(longest, MAX_TEXT_BYTES))
    inputs = np.zeros((len(data), length), dtype=np.uint8)
    for row, one in zip(inputs, data, strict=True):
        row[: len(one)] = np.frombuffer(one[:length], dtype=np.uint8)
    return Encoded(inputs, sum(len(one) > length for one in data))


def tokenize_step(texts: Sequence[str], options: TextOptions) -> Step:
    """The default preprocessing, with every number written down."""
    if options.vocabulary_size is None or options.max_length is None:
        unit: Unit = "characters" if options.unit == "characters" else "words"
        split = build_splitter(unit, lowercase=options.lowercase)
        size, length = _measure(options.unit, len(count_tokens(texts, split)), [len(split(one)) for one in texts])
    else:
        size, length = options.vocabulary_size, options.max_length
    params: dict[str, JsonValue] = {
        "unit": options.unit,
        "vocabulary_size": options.vocabulary_size or size,
        "max_length": options.max_length or length,
        "padding": options.padding,
        "lowercase": options.lowercase,
    }
    return Step("Tokenize", params)


def _measure(unit: Unit, num_distinct: int, lengths: list[int]) -> tuple[int, int]:
    size = min(USUAL_VOCABULARY, max(3, num_distinct + NUM_SPECIAL))
    length = float(np.percentile(lengths, SHARE_WHOLE))
    if unit == "byte_pair":
        # A word has one piece where it is frequent and several where it is rare.
        size, length = USUAL_PIECES, 1.5 * length
    return size, int(min(LONGEST_GUESS, max(4, -(-length // 4) * 4)))


def text_arrays(
    inputs: npt.NDArray[np.uint8], targets: Array, classes: tuple[str, ...], step: Step, target_name: str = "label"
) -> Arrays:
    """The arrays of a set of texts with classes."""
    return Arrays(
        inputs=inputs,
        targets=targets.astype(np.int64),
        test_inputs=None,
        test_targets=None,
        kind="text",
        task="classification",
        classes=classes,
        features=("text",),
        target_name=target_name,
        default_preprocess=(step,),
    )


def text_facts(num_samples: int, classes: tuple[str, ...], step: Step, **more: object) -> Facts:
    """What is known of a set of texts with classes."""
    length, size = step.params["max_length"], step.params["vocabulary_size"]
    assert isinstance(length, int)
    assert isinstance(size, int)
    return Facts(
        task="classification",
        num_samples=num_samples,
        num_test=None,
        classes=classes,
        input_shape=(length,),
        num_outputs=len(classes),
        input_dtype="int64",
        num_tokens=size,
        **more,  # type: ignore[arg-type]  # bytes, columns, notes and sheets as the caller knows them
    )


def cut_note(num_cut: int) -> tuple[str, ...]:
    if not num_cut:
        return ()
    return (
        say(
            "{count:,} text is longer than {limit:,} bytes and cut off there."
            if num_cut == 1
            else "{count:,} texts are longer than {limit:,} bytes and cut off there.",
            count=num_cut,
            limit=MAX_TEXT_BYTES,
        ),
    )


READ_TEXTS = '''def to_samples(texts: list[str]) -> np.ndarray:
    """Raw samples, uint8 (N, {length}): UTF-8 with zeros after the end, cut where longer."""
    samples = np.zeros((len(texts), {length}), dtype=np.uint8)
    for sample, text in zip(samples, texts, strict=True):
        data = text.replace("\\0", "").encode()[:{length}]
        sample[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    return samples


def read(path: Path) -> np.ndarray:
    """The texts of a file, one a line; or raw samples from an array file (.npy)."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False).reshape(-1, {length}).astype(np.uint8)
    return to_samples([line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()])
'''
READS_TEXTS = "a text file (UTF-8, one text a line), or an array file (.npy)"


def read_texts_code(inputs: Array) -> str:
    """Source of ``to_samples`` and ``read`` for raw samples like ``inputs``."""
    return READ_TEXTS.format(length=inputs.shape[1])
