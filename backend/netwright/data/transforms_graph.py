"""Transforms of the features of vertices, ``(V, F)``."""

from __future__ import annotations

from collections.abc import Callable

from netwright.data.transform_base import Code, Layout, Training, Transform
from netwright.graph.model import Model


class NormalizeFeatures(Transform):
    type = "NormalizeFeatures"
    title = "Normalise each vertex's features"
    description = "Divides each vertex's features by the sum of their absolute values, so that they add up to 1."
    kinds = ("graph",)

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        return layout

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        # A vertex without features stays without.
        return Code(("batch = torch.nn.functional.normalize(batch, p=1.0, dim=1)",))
