"""The network of an export, and batches to try it with."""

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from netwright.compiler.check_params import resolve_value
from netwright.compiler.module import build_network
from netwright.exchange.material import ExportError, Material
from netwright.graph.document import Document
from netwright.language import say
from netwright.layers.boundary import InputParams

TOLERANCE = 1e-4
"""Largest difference that is let pass, relative to the largest value of an output (or to 1 where that is smaller)."""
BATCH_SIZES = (1, 3)
NUM_WITHOUT_VOCABULARY = 2


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


def input_specs(document: Document) -> dict[str, InputParams]:
    """Each Input of the network in document order, by its id: the names of ``forward``'s arguments."""
    values = document.network.parameters
    return {
        node.id: InputParams.model_validate({name: resolve_value(value, values) for name, value in node.params.items()})
        for node in document.network.nodes
        if node.type == "Input"
    }


def output_names(document: Document) -> list[str]:
    """Ids of the Output nodes in document order, which is the order of what ``forward`` returns."""
    return [node.id for node in document.network.nodes if node.type == "Output"]


def random_batch(
    specs: dict[str, InputParams], network: nn.Module, size: int, generator: torch.Generator
) -> dict[str, torch.Tensor]:
    """``size`` random samples ``(size, *shape)`` for each Input; whole numbers stay within every embedding's table."""
    tables = [
        module.num_embeddings for module in network.modules() if isinstance(module, (nn.Embedding, nn.EmbeddingBag))
    ]
    highest = min(tables, default=NUM_WITHOUT_VOCABULARY)
    batch: dict[str, torch.Tensor] = {}
    for name, spec in specs.items():
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
