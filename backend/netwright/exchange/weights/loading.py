"""Weights into a network that is about to be trained."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from netwright.exchange.weights.expected import expected_tensors
from netwright.exchange.weights.matching import Match, MatchBy, Matched, match_tensors
from netwright.exchange.weights.tensors import list_tensors
from netwright.graph.document import Document


def load_weights(network: nn.Module, document: Document, path: Path, by: MatchBy) -> Match:
    """Copies what fits from a safetensors file into ``network``, which was made from ``document``; the rest stays as it is.

    The same match that the page showed before the run: both come from the document and the file's header.

    Raises:
        ImportRefusedError: the file is damaged.
        OSError: it is gone.
    """
    match = match_tensors(expected_tensors(document), list_tensors(path).tensors, by)
    state = network.state_dict()
    with torch.no_grad():
        for key, value in _fitted(match, path):
            state[key].copy_(value.reshape(state[key].shape))
    return match


def write_fitted(document: Document, path: Path, by: MatchBy, target: Path) -> None:
    """What :func:`load_weights` would copy, as a safetensors file under the names of the network's own tensors.

    Raises:
        ImportRefusedError: the file is damaged.
        OSError: it is gone, or the target cannot be written.
    """
    from safetensors.torch import save_file

    match = match_tensors(expected_tensors(document), list_tensors(path).tensors, by)
    shapes = {each.expected.key: each.expected.shape for each in match.tensors}
    save_file({key: value.reshape(shapes[key]).clone() for key, value in _fitted(match, path)}, target)


def _fitted(match: Match, path: Path) -> Iterator[tuple[str, Tensor]]:
    """Each tensor that is taken, by the network's name for it."""
    from safetensors import safe_open

    with safe_open(path, framework="pt", device="cpu") as file:
        for each in match.tensors:
            if each.state != "new" and each.source is not None:
                yield each.expected.key, _fit(each, file.get_tensor(each.source.name))


def _fit(each: Matched, value: Tensor) -> Tensor:
    """``value``, for a first convolution ``(F, C, *)`` with its channels brought to the wanted number."""
    if each.reason == "channels_summed":
        return value.sum(dim=1, keepdim=True)
    if each.reason == "channels_spread":
        wanted, given = each.expected.shape[1], value.shape[1]
        if wanted < given:
            return value.sum(dim=1, keepdim=True).expand(-1, wanted, *value.shape[2:]) / wanted
        # Channels are repeated in turn, and each is divided among its copies.
        index = torch.arange(wanted) % given
        copies = torch.bincount(index, minlength=given)[index].view(1, wanted, *(1,) * (value.dim() - 2))
        return value[:, index] / copies
    return value
