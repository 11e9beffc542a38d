"""Self-attention with pooling, a small Transformer encoder, and ViT."""

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import document, draw, node, rows
from netwright.architectures.presets import DIGITS, DIGITS_ROWS, IMAGENET, MESSAGES
from netwright.graph.document import Document

_VASWANI = Paper("Vaswani et al.: Attention Is All You Need", 2017, "https://arxiv.org/abs/1706.03762")
_DOSOVITSKIY = Paper(
    "Dosovitskiy et al.: An Image is Worth 16x16 Words, Transformers for Image Recognition at Scale",
    2021,
    "https://arxiv.org/abs/2010.11929",
)


def draw_self_attention(pool: str) -> Document:
    """Every row of a picture looks at every other, then all rows become one vector."""
    pools = {"mean": node("pool", "PoolOverTime", mode="mean"), "learned": node("pool", "AttentionPool")}
    nodes = [
        node("image", "Input", shape=[1, 8, 8]),
        node("rows", "Squeeze", dim=1),
        node("embed", "Linear", out_features="=width"),
        node("positions", "PositionalEncoding"),
        node("attention", "MultiheadAttention", num_heads=4),
        pools[pool],
        node("head", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    # Attention begins a row: beside its three ports there is no room for the shape of what comes in.
    places = rows("image rows", "embed positions", "attention pool", "head scores")
    return document("", draw(nodes, "", places, width=32))


def draw_transformer() -> Document:
    """The worked example of the reference: 10,000 words, 128 positions, two encoder layers of width 64."""
    encoder = draw(
        [
            node("x", "Input"),
            node("layer", "TransformerEncoderLayer", nhead=4, dim_feedforward="=feedforward"),
            node("y", "Output"),
        ],
        feedforward=128,
    )
    nodes = [
        node("words", "Input", shape=[128], dtype="int64"),
        node("embed", "Embedding", num_embeddings=10_000, embedding_dim="=width"),
        node("positions", "LearnedPositionalEncoding", max_length=128),
        node("encoder", "block:Encoder", repeat="=depth"),
        node("pool", "PoolOverTime", mode="mean"),
        node("head", "Linear", out_features=2),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, width=64, depth=2), None, Encoder=encoder)


def draw_vit(shape: tuple[int, int, int], patch: int, width: int, heads: int, depth: int, classes: int) -> Document:
    """Patches as words, a class token that collects, encoder layers with the norm first."""
    encoder = draw(
        [
            node("x", "Input"),
            node(
                "layer",
                "TransformerEncoderLayer",
                nhead=heads,
                dim_feedforward=4 * width,
                dropout=0.0,
                activation="gelu",
                layer_norm_eps=1e-6,
                norm_first=True,
            ),
            node("y", "Output"),
        ]
    )
    patches = (shape[1] // patch) * (shape[2] // patch)
    nodes = [
        node("image", "Input", shape=list(shape)),
        node("patches", "PatchEmbedding", embed_dim=width, patch_size=patch),
        node("token", "ClassToken"),
        node("positions", "LearnedPositionalEncoding", max_length=patches + 1),
        node("encoder", "block:Encoder", repeat="=depth"),
        node("norm", "LayerNorm", normalized_dims=1, eps=1e-6),
        node("take", "Select", dim=1, index=0),
        node("head", "Linear", out_features="=classes"),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, depth=depth, classes=classes), None, Encoder=encoder)


ATTENTION = (
    *(
        Architecture(
            id=f"self_attention_{pool}",
            family="attention",
            chapter="pooling",
            task="classification",
            paper=_VASWANI,
            look="self_attention",
            preset=DIGITS_ROWS,
            draw=lambda pool=pool: draw_self_attention(pool),  # type: ignore[misc]  # bound at once
        )
        for pool in ("mean", "learned")
    ),
    Architecture(
        id="transformer_encoder",
        family="attention",
        chapter="beyond",
        task="text classification",
        paper=_VASWANI,
        look="transformer",
        preset=MESSAGES,
        draw=draw_transformer,
        published=Published("transformer", 715_266, None, (2,)),
    ),
    Architecture(
        id="vit_digits",
        family="attention",
        chapter="beyond",
        task="classification",
        paper=_DOSOVITSKIY,
        look="vit",
        preset=DIGITS,
        draw=lambda: draw_vit((1, 8, 8), 2, 32, 4, 2, 10),
    ),
    Architecture(
        id="vit_b16",
        family="attention",
        chapter="beyond",
        task="classification",
        paper=_DOSOVITSKIY,
        look="vit",
        preset=IMAGENET,
        draw=lambda: draw_vit((3, 224, 224), 16, 768, 12, 12, 1000),
        published=Published("torchvision", 86_567_656, 17.564, (1000,)),
    ),
)
