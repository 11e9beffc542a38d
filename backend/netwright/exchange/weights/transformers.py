"""Transformer layers of other libraries, under the names and in the order of ``torch.nn.TransformerEncoderLayer``.

Their two norms have one shape, so order alone would give each the other's weights, or those of the next layer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from netwright.exchange.weights.tensors import TensorInfo

PARTS = ("self_attn", "self_attn.out_proj", "linear1", "linear2", "norm1", "norm2")
"""In the order in which the layer of PyTorch holds them."""

LAYOUTS: tuple[tuple[str, ...], ...] = (
    # torchvision.models.vision_transformer.EncoderBlock, and as it was saved before 0.13
    ("self_attention", "self_attention.out_proj", "mlp.0", "mlp.3", "ln_1", "ln_2"),
    ("self_attention", "self_attention.out_proj", "mlp.linear_1", "mlp.linear_2", "ln_1", "ln_2"),
    # timm.models.vision_transformer.Block
    ("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2"),
)
"""What others call the :data:`PARTS`."""

_OWN_NAMES = {"attn.qkv": {"weight": "in_proj_weight", "bias": "in_proj_bias"}}


def in_torch_order(found: Sequence[TensorInfo]) -> list[tuple[str, TensorInfo]]:
    """The tensors of a file with the names to compare; of whole layers of :data:`LAYOUTS` those of PyTorch, in its order."""
    named = [(info.name, info) for info in found]
    for layout in LAYOUTS:
        named = _by_layout(named, layout)
    return named


def _by_layout(named: list[tuple[str, TensorInfo]], layout: Sequence[str]) -> list[tuple[str, TensorInfo]]:
    places: list[tuple[str, int] | None] = [_place(name, layout) for name, _ in named]
    parts: defaultdict[str, set[int]] = defaultdict(set)
    for place in places:
        if place is not None:
            parts[place[0]].add(place[1])
    whole = {container for container, there in parts.items() if len(there) == len(layout)}
    first: dict[str, int] = {}
    keyed: list[tuple[tuple[int, int], str, TensorInfo]] = []
    for i, (place, (name, info)) in enumerate(zip(places, named, strict=True)):
        if place is None or place[0] not in whole:
            keyed.append(((i, 0), name, info))
            continue
        container, part = place
        own_names: Mapping[str, str] = _OWN_NAMES.get(layout[part], {})
        own = name.rpartition(".")[2]
        keyed.append(
            (
                (first.setdefault(container, i), part),
                f"{container}.{PARTS[part]}.{own_names.get(own, own)}",
                info,
            )
        )
    # Tensors of one part stay in their order: sorting is stable.
    return [(name, info) for _, name, info in sorted(keyed, key=lambda each: each[0])]


def _place(name: str, layout: Sequence[str]) -> tuple[str, int] | None:
    """The layer that a tensor is in, and which part of it."""
    owner = name.rpartition(".")[0]
    for number, part in enumerate(layout):
        if owner.endswith(f".{part}"):
            return owner.removesuffix(f".{part}"), number
    return None
