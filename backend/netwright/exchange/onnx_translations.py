"""Operations that the exporter has no translation for and ONNX has."""

from collections.abc import Callable
from typing import Any

import onnxscript
import torch

_OPSET: Any = onnxscript.opset18


def sort_stable(
    self: Any,
    stable: bool | None = None,  # noqa: ARG001  (TopK is stable: of equal values that with the lower index comes first)
    dim: int = -1,
    descending: bool = False,
) -> Any:
    """``torch.sort(self, stable=True)``, in which pools of graphs put the vertices of each graph together."""
    size = _OPSET.Gather(_OPSET.Shape(self), _OPSET.Constant(value_ints=[dim]))
    return _OPSET.TopK(self, size, axis=dim, largest=int(descending), sorted=1)


TRANSLATIONS: dict[Any, Callable[..., Any]] = {torch.ops.aten.sort.stable: sort_stable}
