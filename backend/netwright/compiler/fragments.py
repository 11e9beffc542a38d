"""What the check says of one node, as JSON that all documents can share."""

from typing import Self

import orjson

from netwright.language import DEFAULT, Text, spoken
from netwright.layers.base import TensorSpec


class Fragment(bytes):
    """A ``NodeReport`` as JSON with its ``summary`` last, in English; :meth:`spoken` has it in another
    language.  Those of layers are shared by all documents."""

    summary: str

    def __new__(cls, written: bytes, summary: str) -> Self:
        made = super().__new__(cls, written)
        made.summary = summary
        return made

    def spoken(self, language: str) -> bytes:
        if language == DEFAULT or not isinstance(self.summary, Text):
            return self
        # What is cut off is what ``orjson`` wrote of the summary, with the bracket behind it.
        end = len(orjson.dumps(str(self.summary))) + 1
        return self[:-end] + orjson.dumps(spoken(self.summary, language)) + b"}"


EMPTY = Fragment(b"", "")


def to_fragment(
    inputs: dict[str, TensorSpec],
    outputs: dict[str, TensorSpec],
    parameters: int = 0,
    buffers: int = 0,
    macs: int = 0,
    activation_bytes: int = 0,
    summary: str = "",
) -> Fragment:
    """A ``NodeReport`` as JSON, field by field as the model would write it."""
    written = orjson.dumps(
        {
            "inputs": {name: {"shape": _axes(spec), "dtype": spec.dtype} for name, spec in inputs.items()},
            "outputs": {name: {"shape": _axes(spec), "dtype": spec.dtype} for name, spec in outputs.items()},
            "parameters": parameters,
            "buffers": buffers,
            "macs": macs,
            "activation_bytes": activation_bytes,
            "summary": summary,
        }
    )
    return Fragment(written, summary)


def _axes(spec: TensorSpec) -> tuple[int | str | None, ...]:
    """A shape as reports have it: null for the batch, the letter for vertices and edges."""
    return (None, *spec.shape) if spec.along == "N" else spec.axes
