"""Inputs that every layer takes with its defaults, for the tests that run over the whole registry."""

from typing import Any

from netwright.layers.base import Layer

SHAPES = {2: (12,), 3: (4, 12), 4: (4, 12, 10), 5: (4, 6, 8, 7)}
"""A sample of so many axes, the batch counted."""

_OWN: dict[str, tuple[tuple[int, ...], ...]] = {
    "Fold": ((9, 26 * 26),),
    "MatMul": ((4, 12), (12, 5)),
    "Squeeze": ((4, 1),),
    "ResizeLike": ((4, 12), (3, 20)),
    "CenterCropLike": ((4, 12), (3, 7)),
    "Bilinear": ((12,), (5,)),
}
"""Of layers whose ports alone do not say what fits."""


def fitting_inputs(layer: type[Layer[Any]]) -> tuple[tuple[int, ...], ...]:
    """The shape of a sample for each input; two for an input that takes any number."""
    if layer.type in _OWN:
        return _OWN[layer.type]
    shapes = tuple(SHAPES[min(port.ranks or {3})] for port in layer.inputs)
    return shapes * 2 if layer.inputs[-1].variadic else shapes
