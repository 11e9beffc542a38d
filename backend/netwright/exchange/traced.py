"""A network as PyTorch's exported program, with a batch of any size: what ``.pt2`` holds and ONNX is made from."""

import contextlib
import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.export import Dim, ExportedProgram
from torch.fx import GraphModule

from netwright.exchange.graph_arguments import GraphArgument, followed
from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import (
    BATCH_SIZES,
    TOLERANCE,
    answers,
    build_trained,
    input_specs,
    largest_difference,
    open_axes,
    output_names,
    random_batch,
    rounding_error,
)
from netwright.language import say

_SHADOWED = "__node."
"""Stands behind the id of a node whose weights had to be renamed; no id ends like this."""
ROUNDINGS = 10
"""Another program adds up in another order: its rounding may be so many times PyTorch's own."""
LARGEST_TOLERANCE = 1e-2
METADATA_FILE = "netwright.json"
Run = Callable[[dict[str, torch.Tensor]], list[torch.Tensor]]


def trace(material: Material, network: nn.Module) -> ExportedProgram:
    """The exported program of ``network`` in eval mode; the first axis of each input is the batch, of one size for all.  Of a
    graph the numbers of vertices and edges may be any.

    Raises:
        ExportError: PyTorch cannot follow what the network does.
    """
    specs = input_specs(material.document)
    example = random_batch(specs, network, 2, torch.Generator().manual_seed(0))
    axes = open_axes(specs)
    # A graph without an edge is a graph too.
    sizes = {letter: Dim(letter, min=0 if letter.startswith("E") else 1) for _, letter in axes.values()}
    has_graph = any(isinstance(spec, GraphArgument) for spec in specs.values())
    try:
        with torch.no_grad(), warnings.catch_warnings(), followed() if has_graph else contextlib.nullcontext():
            # Recurrent layers keep a list of their weights beside them, which they renew in every call: nothing is lost.
            warnings.filterwarnings("ignore", message="The tensor attributes? .* assigned during export")
            shapes = {name: {axis: sizes[letter]} for name, (axis, letter) in axes.items()}
            program = torch.export.export(network, (), kwargs=example, dynamic_shapes=shapes)
    except Exception as error:  # torch.export raises what its many parts raise
        reason = str(error).strip().partition("\n")[0][:300]
        raise ExportError(
            say(
                "PyTorch cannot trace this network for any batch size: {reason} The formats safetensors, "
                "pytorch and bundle hold it as it is.",
                reason=reason,
            )
        ) from error
    forget_places(program)
    _rename_shadowed(program)
    return program


def forget_places(program: ExportedProgram) -> None:
    """Takes out where on this machine each operation was called: that is nobody's business."""
    for module in program.graph_module.modules():
        if isinstance(module, GraphModule):
            for node in module.graph.nodes:
                node.meta.pop("stack_trace", None)


def _rename_shadowed(program: ExportedProgram) -> None:
    """Weights of a node whose id is an attribute of the exporter's own module (``code``, ``graph``) get other names: PyTorch
    would find its attribute in their place."""
    for spec in program.graph_signature.input_specs:
        old = spec.target or ""
        owner, dot, rest = old.partition(".")
        if dot and hasattr(GraphModule, owner) and not hasattr(nn.Module, owner):
            spec.target = f"{owner}{_SHADOWED}{rest}"
            program.state_dict[spec.target] = program.state_dict.pop(old)


def unshadowed(name: str) -> str:
    """A weight's name in the network."""
    return name.replace(_SHADOWED, ".", 1)


def check_equal(material: Material, network: nn.Module, run: Run, what: str) -> tuple[float, float]:
    """Compares ``run`` with ``network`` on random batches of several sizes; gives the largest relative difference, and how
    large it might be: :data:`TOLERANCE`, or more where PyTorch itself cannot say its values better than that.

    Raises:
        ExportError: it is larger.
    """
    specs = input_specs(material.document)
    generator = torch.Generator().manual_seed(1)
    worst, batches = 0.0, []
    for size in BATCH_SIZES:
        batch = random_batch(specs, network, size, generator)
        batches.append(batch)
        with torch.inference_mode():
            expected = answers(network(**batch))
        try:
            found = run(batch)
        except Exception as error:  # whatever the other side raises, the file is not offered
            reason = str(error).strip().partition("\n")[0][:300]
            raise ExportError(
                say(
                    "{what} cannot run a batch of {size}: {reason} Take another format.",
                    what=what,
                    size=size,
                    reason=reason,
                )
            ) from error
        worst = max(worst, largest_difference(expected, found))
    allowed = TOLERANCE
    if worst > TOLERANCE:
        allowed = max(TOLERANCE, min(ROUNDINGS * rounding_error(network, batches), LARGEST_TOLERANCE))
    if worst > allowed:
        raise ExportError(
            say(
                "{what} gives other values than PyTorch: they differ by {worst} where {allowed} is allowed, "
                "so the file is not offered. Take another format.",
                what=what,
                worst=f"{worst:.2g}",
                allowed=f"{allowed:.2g}",
            )
        )
    return worst, allowed


def checked_with(name: str, version: str, worst: float, allowed: float) -> str:
    """A line of metadata about how the file was checked."""
    sizes = " and ".join(map(str, BATCH_SIZES))
    return f"{name} {version}, batches of {sizes}, largest relative difference {worst:.1e} (allowed {allowed:.2g})"


def write_exported(material: Material, target: Path) -> None:
    """``torch.export.save``: for ``torch.export.load(path).module()(image=batch)``.  Loaded again and compared before it is
    offered.

    Raises:
        ExportError: the network cannot be traced, or the program gives other values.
    """
    material.say("loading")
    network = build_trained(material)
    material.say("exporting")
    program = trace(material, network)
    note = dict(material.metadata) | {
        "inputs": json.dumps(list(input_specs(material.document))),
        "outputs": json.dumps(output_names(material.document)),
    }
    # By way of memory: PyTorch's own writer takes the whole process down where the disk is full.
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={METADATA_FILE: json.dumps(note)})
    material.say("checking")
    buffer.seek(0)
    loaded = torch.export.load(buffer).module()

    def run(batch: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        with torch.no_grad():
            return answers(loaded(**batch))

    check_equal(material, network, run, say("The exported program"))
    target.write_bytes(buffer.getbuffer())
