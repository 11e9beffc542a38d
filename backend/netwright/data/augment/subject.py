"""What a list of augmentations is for, from what is known of a set and its preprocessing.  Needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from netwright.data.augment.base import Subject, TargetKind
from netwright.data.base import Step, Task
from netwright.data.transform_base import Layout
from netwright.data.transforms import plan_chain

_TARGETS: dict[str, TargetKind] = {"classification": "classes", "regression": "numbers", "segmentation": "mask"}


def describe_subject(raw: Layout, ready: Layout, preprocess: Sequence[Step], task: Task, num_classes: int) -> Subject:
    """``preprocess`` is the chain from ``raw`` to ``ready``."""
    targets = _TARGETS.get(task, "none")
    return Subject(
        raw=raw,
        ready=ready,
        maximum=full_brightness(preprocess),
        targets=targets,
        num_classes=num_classes if targets == "classes" else None,
        plan=partial(plan_chain, preprocess),
    )


def full_brightness(preprocess: Sequence[Step]) -> float:
    """The raw value that stands for full brightness: what the preprocessing makes 1."""
    for step in preprocess:
        maximum = step.params.get("maximum", 255.0)
        if step.type == "ToFloat" and isinstance(maximum, int | float):
            return float(maximum)
    return 255.0
