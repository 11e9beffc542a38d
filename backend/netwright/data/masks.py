"""What happens to masks where a run's preprocessing moves pixels: the same, without mixing classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from netwright.data.base import DataError, RawData, Step
from netwright.data.transform_base import Layout
from netwright.data.transforms import parse_chain
from netwright.language import say

MoveMasks = Callable[[torch.Tensor], torch.Tensor]
OWN_VALUE_STEPS = frozenset({"Normalize"})
"""Transforms of the default chain that a picture which is its own target does without: a network that ends in Sigmoid gives
values from 0 to 1."""


def default_steps(raw: RawData, task: str) -> tuple[Step, ...]:
    """What an empty ``data.preprocess`` stands for: the set's own chain, without what would take pixels out of 0 to 1 where the
    picture itself is the target."""
    if task == "reconstruction" and raw.kind == "image":
        return tuple(step for step in raw.default_preprocess if step.type not in OWN_VALUE_STEPS)
    return raw.default_preprocess


def write_mask_moves(steps: Sequence[Step], layout: Layout) -> str:
    """Source of ``move_masks(masks)``, uint8 ``(N, H, W)`` to the same as the pictures after ``steps``; empty where nothing
    moves.

    Raises:
        DataError: the steps do not fit the layout.
    """
    lines = [line for transform, params, _ in parse_chain(steps, layout) for line in transform.write_masks(params)]
    if not lines:
        return ""
    return "\n".join(
        [
            "def move_masks(masks: torch.Tensor) -> torch.Tensor:",
            '    """Masks, uint8 (N, H, W), to the pixels of the network\'s input."""',
            *(f"    {line}" for line in lines),
            "    return masks",
            "",
        ]
    )


def load_mask_moves(source: str) -> MoveMasks | None:
    """The function of a source that :func:`write_mask_moves` wrote, and of no other; None where it wrote none."""
    if not source:
        return None
    namespace: dict[str, object] = {"torch": torch}
    exec(compile(source, "<masks>", "exec"), namespace)  # noqa: S102 - written above, holds only checked values
    function = namespace["move_masks"]
    assert callable(function)
    return function


def check_own_target(raw: RawData) -> None:
    """
    Raises:
        DataError: samples of this kind cannot be their own targets.
    """
    if raw.kind not in {"image", "table"}:
        raise DataError(
            say("Only pictures and rows of numbers can be their own target. Choose the set's own target."),
            code="bad_option",
            column="task",
        )
