"""Inputs that a layer takes, from its ports alone, and what comes out of it."""

from collections.abc import Sequence
from typing import Any

import torch
from netwright.layers.base import MISSING, DType, Layer, Port, TensorSpec
from torch import nn

Shape = tuple[int, ...] | None
"""Of one sample; None for an optional input without a wire."""

SHAPES: dict[int, tuple[int, ...]] = {2: (12,), 3: (4, 12), 4: (4, 12, 8), 5: (4, 6, 8, 7)}


_OWN: dict[str, tuple[Shape, ...]] = {
    "Fold": ((9, 26 * 26),),
    "MatMul": ((4, 12), (12, 5)),
    "Squeeze": ((4, 1),),
    "ResizeLike": ((4, 12), (3, 20)),
    "CenterCropLike": ((4, 12), (3, 7)),
    "Bilinear": ((12,), (5,)),
}
"""Of layers whose ports alone do not say what fits."""


def fitting_shapes(layer: type[Layer[Any]]) -> tuple[Shape, ...]:
    """Shapes that a layer takes with its defaults; optional inputs stay without a wire."""
    if layer.type in _OWN:
        return _OWN[layer.type]
    shapes: list[Shape] = [None if port.optional else SHAPES[min(port.ranks or {3})] for port in layer.inputs]
    return tuple(shapes + shapes[-1:] * _more(layer))


def specs_for(layer: type[Layer[Any]], shapes: Sequence[Shape]) -> tuple[TensorSpec, ...]:
    """The shapes with the type of values that each port takes."""
    ports = [*layer.inputs, *layer.inputs[-1:] * (len(shapes) - len(layer.inputs))]
    return tuple(
        MISSING if shape is None else TensorSpec(shape, dtype_of(port))
        for port, shape in zip(ports, shapes, strict=True)
    )


def _more(layer: type[Layer[Any]]) -> int:
    return layer.inputs[-1].least - 1 if layer.inputs[-1].variadic else 0


def dtype_of(port: Port) -> DType:
    return "float32" if "float32" in port.dtypes else min(port.dtypes)


def batch(specs: Sequence[TensorSpec], device: str = "cpu", size: int = 2) -> list[torch.Tensor]:
    """Tensors for the inputs that are given: normal values that ask for a gradient, indices and truth values 0 or 1."""
    generator = torch.Generator().manual_seed(0)
    tensors = []
    for spec in specs:
        if spec.is_given and spec.dtype == "float32":
            tensors.append(torch.randn(size, *spec.shape, generator=generator).to(device).requires_grad_())
        elif spec.is_given:
            bits = torch.randint(0, 2, (size, *spec.shape), generator=generator)
            tensors.append(bits.to(device, torch.bool if spec.dtype == "bool" else torch.int64))
    return tensors


def outputs_of(result: Any) -> tuple[torch.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def module_of(built: Any) -> nn.Module | None:
    """The PyTorch module that a built call runs; None for an operation without one."""
    inner = getattr(built, "module", built)
    return inner if isinstance(inner, nn.Module) else None
