"""Layers that PyTorch's exporter writes as loops, in the operators that ONNX has for the same."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional


class WrittenBag(nn.EmbeddingBag):
    """An ``nn.EmbeddingBag`` on (N, T) -> (N, F), looked up in one go and joined under a mask of what is padding.

    The exporter makes a loop over the bags, one sample after the other, of the layer itself.
    """

    def __init__(self, bag: nn.EmbeddingBag) -> None:
        super().__init__(
            bag.num_embeddings, bag.embedding_dim, mode=bag.mode, padding_idx=bag.padding_idx, _weight=bag.weight
        )
        self.weight = bag.weight

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # type: ignore[override]  # noqa: A002  (rows are bags)
        vectors = functional.embedding(input, self.weight)
        if self.padding_idx is None:
            if self.mode == "max":
                return vectors.amax(1)
            return vectors.sum(1) if self.mode == "sum" else vectors.mean(1)
        is_word = (input != self.padding_idx).unsqueeze(2)
        if self.mode == "max":
            best = torch.where(is_word, vectors, -torch.inf).amax(1)
            return torch.where(is_word.any(1), best, 0.0)
        counted = is_word.to(vectors.dtype)
        total = (vectors * counted).sum(1)
        return total if self.mode == "sum" else total / counted.sum(1).clamp(min=1)


@contextlib.contextmanager
def written_out(network: nn.Module) -> Iterator[nn.Module]:
    """The network with such layers written out; afterwards it has its own again.  A bag whose vectors are shortened changes its
    weights as it looks up, which ONNX has no word for: it stays, and the export refuses it."""
    bags = {
        name: module
        for name, module in network.named_modules(remove_duplicate=False)
        if isinstance(module, nn.EmbeddingBag) and module.max_norm is None
    }
    try:
        for name, bag in bags.items():
            network.set_submodule(name, WrittenBag(bag).train(bag.training))
        yield network
    finally:
        for name, bag in bags.items():
            network.set_submodule(name, bag)
