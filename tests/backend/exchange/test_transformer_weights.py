"""Weights of vision transformers from libraries that name and order the parts of a layer in their own way."""

from pathlib import Path

import pytest
import torch
from backend.exchange.files import network_of, state_dict_bytes
from netwright.architectures.registry import ARCHITECTURES
from netwright.exchange.incoming import WEIGHTS, read_file, sniff
from netwright.exchange.weights.expected import expected_tensors
from netwright.exchange.weights.loading import load_weights
from netwright.exchange.weights.matching import match_tensors
from netwright.exchange.weights.tensors import TensorInfo, list_tensors
from netwright.graph.document import Document
from torch import Tensor

VIT = "vit_digits"
IN_PROJ = ("in_proj_weight", "in_proj_bias")
WHOLE = ("weight", "bias")

# Of each library: the class token, the positions, a layer, the last norm, the head; then the parts of a layer in its order,
# each with its tensors, and what they are called in nn.TransformerEncoderLayer.
Part = tuple[str, tuple[str, ...], str]
TORCHVISION = (
    ("class_token", "encoder.pos_embedding", "encoder.layers.encoder_layer_{}", "encoder.ln", "heads.head"),
    (
        ("ln_1", WHOLE, "norm1"),
        ("self_attention", IN_PROJ, "self_attn"),
        ("self_attention.out_proj", WHOLE, "self_attn.out_proj"),
        ("ln_2", WHOLE, "norm2"),
        ("mlp.0", WHOLE, "linear1"),
        ("mlp.3", WHOLE, "linear2"),
    ),
)
TIMM = (
    ("cls_token", "pos_embed", "blocks.{}", "norm", "head"),
    (
        ("norm1", WHOLE, "norm1"),
        ("attn.qkv", WHOLE, "self_attn"),
        ("attn.proj", WHOLE, "self_attn.out_proj"),
        ("norm2", WHOLE, "norm2"),
        ("mlp.fc1", WHOLE, "linear1"),
        ("mlp.fc2", WHOLE, "linear2"),
    ),
)


def renamed(state: dict[str, Tensor], names: tuple[str, ...], parts: tuple[Part, ...]) -> dict[str, Tensor]:
    """The ready-made network's tensors as the other library would save them: its names, its order, an axis for the batch."""
    token, positions, layer, norm, head = names
    made = {token: state["token.token"].view(1, 1, -1), positions: state["positions.weight"].unsqueeze(0)}
    made |= {f"patch_embed.proj.{own}": state[f"patches.proj.{own}"] for own in WHOLE}
    for number in range(2):
        for theirs, own_names, ours in parts:
            of_ours = IN_PROJ if ours == "self_attn" else WHOLE
            for own, of_our in zip(own_names, of_ours, strict=True):
                made[f"{layer.format(number)}.{theirs}.{own}"] = state[f"encoder.{number}.layer.{ours}.{of_our}"]
    made |= {f"{norm}.{own}": state[f"norm.{own}"] for own in WHOLE}
    return made | {f"{head}.{own}": state[f"head.{own}"] for own in WHOLE}


def vit() -> tuple[Document, torch.nn.Module]:
    """With numbers that tell every tensor from every other: norms begin as ones and zeros."""
    document = ARCHITECTURES[VIT].build()
    network = network_of(document).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.uniform_(-0.5, 0.5)
    return document, network


@pytest.mark.parametrize(("names", "parts"), [TORCHVISION, TIMM], ids=["torchvision", "timm"])
def test_load_when_a_transformer_comes_from_another_library_gives_equal_outputs(
    names: tuple[str, ...], parts: tuple[Part, ...], tmp_path: Path
) -> None:
    document, theirs = vit()
    file = tmp_path / "vit.pth"
    file.write_bytes(state_dict_bytes(renamed(theirs.state_dict(), names, parts)))
    assert read_file(sniff(file, file.name), file, tmp_path, file.name).refusal is None
    proposed = match_tensors(expected_tensors(document), list_tensors(tmp_path / WEIGHTS).tensors)
    _, ours = vit()
    match = load_weights(ours, document, tmp_path / WEIGHTS, proposed.by)
    assert [(each.expected.key, each.reason) for each in match.tensors if each.state != "kept"] == []
    assert match.unused == ()
    x = torch.randn(3, 1, 8, 8)
    with torch.inference_mode():
        assert torch.equal(ours(x), theirs(x))


def test_match_when_a_loose_tensor_has_a_shape_that_another_has_too_leaves_both_new() -> None:
    document, network = vit()
    found = [TensorInfo(name, tuple(value.shape)) for name, value in network.state_dict().items()]
    found = [info for info in found if info.name not in {"token.token", "positions.weight"}]
    found += [TensorInfo("one_token", (1, 1, 32)), TensorInfo("other_token", (1, 32))]
    match = match_tensors(expected_tensors(document), found, "order")
    assert {each.expected.key for each in match.tensors if each.state == "new"} == {"token.token", "positions.weight"}
    assert {info.name for info in match.unused} == {"one_token", "other_token"}
