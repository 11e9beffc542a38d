"""The network of an export, and batches to try it with."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from netwright.compiler.check_params import resolve_value
from netwright.compiler.module import build_network
from netwright.compiler.program import build_program
from netwright.exchange.graph_arguments import GraphArgument, random_graphs
from netwright.exchange.material import ExportError, Material
from netwright.graph.document import Document
from netwright.language import say
from netwright.layers.boundary import InputParams
from netwright.layers.graph import GraphParams

TOLERANCE = 1e-4
"""Largest difference that is let pass, relative to the largest value of an output (or to 1 where that is smaller)."""
BATCH_SIZES = (1, 3)
NUM_WITHOUT_VOCABULARY = 2
Specs = Mapping[str, InputParams | GraphArgument]
"""The arguments of ``forward`` by their names."""


def build_trained(material: Material) -> nn.Module:
    """The network in eval mode with its weights, on the CPU, in float32.

    Raises:
        ExportError: the weights are not those of this network.
        safetensors.SafetensorError: the file is damaged.
    """
    torch.manual_seed(material.seed)
    network = build_network(material.source)
    if material.weights is not None:
        try:
            network.load_state_dict(load_file(material.weights))
        except RuntimeError as error:
            raise ExportError(say("The checkpoint does not fit the network of its run: {why}", why=error)) from error
        except SafetensorError as error:
            raise ExportError(say("The checkpoint cannot be read: {why}. Take another one.", why=error)) from error
    return network.eval()


def input_specs(document: Document) -> Specs:
    """What ``forward`` takes, in its order: each Input by its id, and of a Graph node the outputs that are used."""
    values = document.network.parameters
    params = {
        node.id: {name: resolve_value(value, values) for name, value in node.params.items()}
        for node in document.network.nodes
    }
    graphs = {node.id for node in document.network.nodes if node.type == "Graph"}
    if not graphs:
        return {
            node.id: InputParams.model_validate(params[node.id])
            for node in document.network.nodes
            if node.type == "Input"
        }
    program = build_program(document).network
    found: dict[str, InputParams | GraphArgument] = {}
    for name, (node, port) in zip(program.inputs, program.arguments, strict=True):
        if node in graphs:
            num_features = GraphParams.model_validate(params[node]).num_features
            found[name] = GraphArgument(node, port, num_features)  # type: ignore[arg-type]  # the Graph's own ports
        else:
            found[name] = InputParams.model_validate(params[node])
    return found


def open_axes(specs: Specs) -> dict[str, tuple[int, str]]:
    """For each argument the axis that may have any size, and its letter; axes of one letter have one size.

    ``N`` counts samples, ``V`` and ``E`` vertices and edges, numbered where there are several graphs.
    """
    nodes = list(dict.fromkeys(spec.node for spec in specs.values() if isinstance(spec, GraphArgument)))
    axes: dict[str, tuple[int, str]] = {}
    for name, spec in specs.items():
        if isinstance(spec, GraphArgument):
            number = "" if len(nodes) == 1 else str(nodes.index(spec.node) + 1)
            axes[name] = spec.open_axis, f"{spec.letter}{number}"
        else:
            axes[name] = 0, "N"
    return axes


def output_names(document: Document) -> list[str]:
    """Ids of the Output nodes in document order, which is the order of what ``forward`` returns."""
    return [node.id for node in document.network.nodes if node.type == "Output"]


def random_batch(specs: Specs, network: nn.Module, size: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """``size`` random samples ``(size, *shape)`` for each Input; whole numbers stay within every embedding's table.  Of a Graph
    the union of ``size`` random graphs."""
    tables = [
        module.num_embeddings for module in network.modules() if isinstance(module, (nn.Embedding, nn.EmbeddingBag))
    ]
    highest = min(tables, default=NUM_WITHOUT_VOCABULARY)
    batch: dict[str, torch.Tensor] = {}
    graphs: dict[str, Any] = {}
    for name, spec in specs.items():
        if isinstance(spec, GraphArgument):
            if spec.node not in graphs:
                graphs[spec.node] = random_graphs(size, spec.num_features, generator)
            batch[name] = graphs[spec.node][spec.port]
            continue
        shape = (size, *spec.shape)
        if spec.dtype == "float32":
            batch[name] = torch.randn(shape, generator=generator)
        else:
            whole = torch.randint(0, highest if spec.dtype == "int64" else 2, shape, generator=generator)
            batch[name] = whole if spec.dtype == "int64" else whole.bool()
    return batch


def answers(outputs: "torch.Tensor | dict[str, torch.Tensor]") -> list[torch.Tensor]:
    """What ``forward`` returns, as a list in document order."""
    return list(outputs.values()) if isinstance(outputs, dict) else [outputs]


def largest_difference(expected: list[torch.Tensor], found: list[torch.Tensor]) -> float:
    """The largest difference of any value, relative as :data:`TOLERANCE` says; infinite where shapes differ.

    Values that are not finite must be the same.
    """
    worst = 0.0
    for want, got in zip(expected, found, strict=True):
        if want.shape != got.shape:
            return float("inf")
        if want.numel() == 0:
            continue
        left, right = want.double(), got.double()
        same = (left == right) | (left.isnan() & right.isnan())
        difference = torch.where(same, torch.zeros_like(left), (left - right).abs())
        if not bool(torch.isfinite(difference).all()):
            return float("inf")
        finite = left[torch.isfinite(left)].abs()
        scale = max(1.0, float(finite.max())) if finite.numel() else 1.0
        worst = max(worst, float(difference.max()) / scale)
    return worst


def rounding_error(network: nn.Module, batches: Sequence[Mapping[str, torch.Tensor]]) -> float:
    """How far the network's outputs are from those in double precision, relative as in :func:`largest_difference`."""
    exact = copy.deepcopy(network).double()
    worst = 0.0
    for batch in batches:
        doubled = {name: value.double() if value.is_floating_point() else value for name, value in batch.items()}
        with torch.inference_mode():
            worst = max(worst, largest_difference(answers(exact(**doubled)), answers(network(**batch))))
    return worst
