"""Operations that the exporter has no translation for and ONNX has."""

from collections.abc import Callable
from typing import Any

import torch
from onnxscript import opset18


def sort_stable(
    self: Any,
    stable: bool | None = None,  # noqa: ARG001  (TopK is stable: of equal values that with the lower index comes first)
    dim: int = -1,
    descending: bool = False,
) -> Any:
    """``torch.sort(self, stable=True)``, in which pools of graphs put the vertices of each graph together."""
    shape: Any = opset18.Shape(self)
    size: Any = opset18.Gather(shape, opset18.Constant(value_ints=[dim]))
    return opset18.TopK(self, size, axis=dim, largest=int(descending), sorted=1)


TRANSLATIONS: dict[Any, Callable[..., Any]] = {torch.ops.aten.sort.stable: sort_stable}
