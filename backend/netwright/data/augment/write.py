"""A list of augmentations as Python, and that Python as functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from netwright.data.augment.base import Augment, Stage, Subject
from netwright.data.augment.registry import Call, parse_augment
from netwright.data.base import Step

if TYPE_CHECKING:
    import torch

    Apply = Callable[[torch.Tensor, torch.Tensor | None, torch.Generator], tuple[torch.Tensor, torch.Tensor | None]]
    """Targets are None where a sample is its own."""

PACKAGE = "netwright.data.augment.functions"
MODULES = ("draws", "geometry", "colour", "automatic", "mixing", "signals")
DOCS: dict[Stage, tuple[str, str]] = {
    "samples": ("augment_samples", "Raw samples, each changed at random; before preprocess()."),
    "inputs": ("augment_inputs", "The network's input, each sample changed at random; after preprocess()."),
}


def write_augment(steps: Sequence[Step], subject: Subject) -> Augment | None:
    """The list as a module of Python; None where it is empty.

    Raises:
        DataError: as :func:`netwright.data.augment.registry.parse_augment`.
    """
    calls = parse_augment(steps, subject)
    if not calls:
        return None
    stages: tuple[Stage, Stage] = ("samples", "inputs")
    by_stage = {stage: [call for call in calls if call[0].stage == stage] for stage in stages}
    functions = _copy_functions({call.function for call, _ in calls})
    written = [_write_stage(stage, chosen, subject) for stage, chosen in by_stage.items() if chosen]
    return Augment(
        source="\n\n\n".join([functions, *written]) + "\n",
        has_samples=bool(by_stage["samples"]),
        has_inputs=bool(by_stage["inputs"]),
        has_soft_targets=subject.targets == "classes" and any(call.mask == "mixes" for call, _ in calls),
    )


def _write_stage(stage: Stage, calls: Sequence[Call], subject: Subject) -> str:
    name, doc = DOCS[stage]
    lines = [
        f"def {name}(batch: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:",
        f'    """{doc}"""',
    ]
    has_mask = subject.targets == "mask"
    for augmentation, arguments in calls:
        given = dict(arguments)
        if augmentation.mask == "mixes":
            left, right = "batch, targets", "batch, targets, generator"
        elif augmentation.mask == "stays":
            left, right = "batch", "batch, generator"
        else:
            left = "batch, targets" if has_mask else "batch, _"
            right = f"batch, {'targets' if has_mask else None}, generator"
            if has_mask and "fill" in given:
                given["mask_fill"] = subject.mask_fill
        keywords = "".join(f", {key}={value!r}" for key, value in given.items())
        line = f"    {left} = {augmentation.function}({right}{keywords})"
        if len(line) > 120:
            inner = "".join(f"        {key}={value!r},\n" for key, value in given.items())
            line = f"    {left} = {augmentation.function}(\n        {right},\n{inner}    )"
        lines.append(line)
    return "\n".join([*lines, "    return batch, targets"])


def load_augment(augment: Augment) -> dict[Stage, Apply]:
    """The functions of a source that :func:`write_augment` wrote, and of no other."""
    namespace: dict[str, object] = {}
    exec(compile(augment.source, "<augment>", "exec"), namespace)  # noqa: S102 - written above, holds only checked values
    has: dict[Stage, bool] = {"samples": augment.has_samples, "inputs": augment.has_inputs}
    return {stage: namespace[DOCS[stage][0]] for stage, is_there in has.items() if is_there}  # type: ignore[misc]


# --- functions copied out ------------------------------------------------------------------------------------------------


@cache
def _definitions() -> dict[str, tuple[str, frozenset[str]]]:
    """Of every function and constant in ``functions/``: its source and the names in it, in the order they stand there."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for module in MODULES:
        text = (files(PACKAGE) / f"{module}.py").read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                name = node.name
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
            else:
                continue
            source = ast.get_source_segment(text, node)
            assert source is not None
            assert name not in found, f"two things in functions/ are called {name}"
            found[name] = (source, frozenset(_names(node)))
    return found


def _names(node: ast.AST) -> Iterable[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _copy_functions(wanted: Iterable[str]) -> str:
    """The module's beginning: imports and the functions ``wanted`` with all that they call."""
    definitions = _definitions()
    needed: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in needed:
            needed.add(name)
            queue += [other for other in definitions[name][1] if other in definitions]
    used = frozenset[str]().union(*(definitions[name][1] for name in needed))
    standard = [line for name, line in {"math": "import math"}.items() if name in used]
    others = {
        "np": "import numpy as np",
        "torch": "import torch",
        "Tensor": "from torch import Tensor",
        "functional": "from torch.nn import functional",
    }
    needs = used | {"torch", "Tensor"}
    imports = [line for name, line in others.items() if name in needs]
    head = "\n".join([*standard, *([""] if standard else []), *imports])
    body = [definitions[name][0] for name in definitions if name in needed]
    return "\n\n\n".join([head, *body])
