"""Muon for weight matrices and AdamW for all else, as one optimizer.  Loads torch: it is imported where it is used.

Jordan 2024, https://kellerjordan.github.io/posts/muon/; ``torch.optim.Muon`` takes matrices alone and leaves the rest to "a
standard method such as AdamW".  The class is printed into exported projects as it stands: it uses PyTorch alone.
"""

from typing import Any

import torch
from torch import nn


class MuonAndAdamW:
    """``torch.optim.Muon`` for matrices of hidden layers and ``torch.optim.AdamW`` for all other weights (biases,
    normalisations, convolutions, embeddings), with the same learning rate and weight decay."""

    def __init__(self, weights: Any, network: nn.Module | None, lr: float, weight_decay: float, **of_muon: Any) -> None:
        modules = [] if network is None else network.modules()
        tables = [module for module in modules if isinstance(module, nn.Embedding | nn.EmbeddingBag)]
        embeddings = {id(weight) for table in tables for weight in table.parameters()}
        matrices: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for group in weights if isinstance(weights[0], dict) else [{"params": list(weights)}]:
            settings = {name: value for name, value in group.items() if name != "params"}
            is_matrix = [weight.ndim == 2 and id(weight) not in embeddings for weight in group["params"]]
            for groups, wanted in ((matrices, True), (others, False)):
                chosen = [weight for weight, found in zip(group["params"], is_matrix, strict=True) if found is wanted]
                if chosen:
                    groups.append({"params": chosen, **settings})
        self.parts: list[torch.optim.Optimizer] = []
        if matrices:
            self.parts.append(torch.optim.Muon(matrices, lr=lr, weight_decay=weight_decay, **of_muon))
        if others:
            self.parts.append(torch.optim.AdamW(others, lr=lr, weight_decay=weight_decay, fused=True))
        self.defaults = {"lr": lr, "weight_decay": weight_decay, **of_muon}

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for part in self.parts for group in part.param_groups]

    def step(self, closure: None = None) -> None:
        for part in self.parts:
            part.step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for part, one in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(one)
