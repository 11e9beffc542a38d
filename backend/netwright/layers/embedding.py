"""From indices and positions to vectors: what a sequence of tokens or patches becomes before anything reads it."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from netwright.language import say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Padding, Positive, Size, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
_SEQUENCE = frozenset({3})


class EmbeddingParams(LayerParams):
    num_embeddings: Size = setting(
        1000,
        "How many different indices there are: the size of the vocabulary. Every index lies below it.",
        unit="indices",
    )
    embedding_dim: Size = setting(64, "How many values stand for each index.", unit="features")
    padding_idx: Padding | None = setting(
        None,
        "The index that fills up short sequences: its vector stays zero and is not learned. Empty for none.",
        unit="index",
    )
    max_norm: Positive | None = setting(
        None, "Vectors longer than this are shortened to it whenever they are looked up. Empty for no limit."
    )


class _Lookup(Layer[Any]):
    """A table with a learned row for each index."""

    family = "embedding"
    muted_is_identity = False

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        index = params.padding_idx
        if index is not None and index >= params.num_embeddings:
            yield Complaint(
                code="padding_index_outside",
                message=say(
                    "{type} `{node}` takes {index} for padding, but its indices run from 0 to {last}.",
                    type=cls.type,
                    index=index,
                    last=params.num_embeddings - 1,
                ),
                field="padding_idx",
                expected=say("0 to {last}", last=params.num_embeddings - 1),
                got=str(index),
                values={"index": index, "count": params.num_embeddings},
                fixes=(
                    Repair("set_param", {"name": "padding_idx", "value": 0}),
                    Repair("set_param", {"name": "num_embeddings", "value": index + 1}),
                ),
            )

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        return int(params.num_embeddings * params.embedding_dim)

    @classmethod
    def arguments(cls, params: Any) -> dict[str, Any]:
        """The arguments that every table takes, those of PyTorch's defaults left out."""
        first = {"num_embeddings": params.num_embeddings, "embedding_dim": params.embedding_dim}
        rest = {"max_norm": params.max_norm, "padding_idx": params.padding_idx}
        return first | {name: value for name, value in rest.items() if value is not None}

    @classmethod
    def summary(cls, params: Any) -> str:
        return f"{params.num_embeddings} x {params.embedding_dim}"


class Embedding(_Lookup):
    """(N, T) -> (N, T, F); indices of any shape (N, *) become (N, *, F)."""

    Params = EmbeddingParams
    inputs = (Port("x", "(N, T)", dtypes=frozenset({"int64"})),)
    outputs = (Port("y", "(N, T, F)"),)
    documentation = Documentation(
        summary="Looks up a learned vector for every index: words, categories, positions become points in space.",
        formula=r"y_t = W_{x_t}, \qquad W \in \mathbb{R}^{V \times F}",
        shape="(N, T) -> (N, T, F)",
        use_when="As the first layer for text and for columns that hold categories. Its input is int64: set the dtype of the "
        "Input so.",
        pitfalls="An index at or above `num_embeddings` stops training with an error. Words that the training data hardly show "
        "keep nearly random vectors. The table is often most of a small network's parameters.",
        source=_DOCS + "Embedding.html",
    )

    @classmethod
    def call(cls, params: EmbeddingParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("Embedding", cls.arguments(params), positional=2)


class EmbeddingBagParams(EmbeddingParams):
    mode: Literal["mean", "sum", "max"] = setting("mean", "How the vectors of one sample are joined.")


class EmbeddingBag(_Lookup):
    """(N, T) -> (N, F)."""

    Params = EmbeddingBagParams
    inputs = (Port("x", "(N, T)", frozenset({2}), frozenset({"int64"})),)
    outputs = (Port("y", "(N, F)", frozenset({2})),)
    documentation = Documentation(
        summary="Looks up a learned vector for every index of a sample and joins them to one: a bag of words.",
        formula=r"y = \frac{1}{T} \sum_t W_{x_t} \quad \text{(or sum, or maximum)}",
        shape="(N, T) -> (N, F)",
        use_when="As a strong and quick baseline for texts, before recurrent or attention layers are tried.",
        pitfalls="The order of the words is lost: `dog bites man` is `man bites dog`. Give `padding_idx`, or padding counts in "
        "the mean.",
        source=_DOCS + "EmbeddingBag.html",
    )

    @classmethod
    def call(cls, params: EmbeddingBagParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments = cls.arguments(params)
        if params.mode != "mean":
            arguments["mode"] = params.mode
        return Call("EmbeddingBag", arguments, positional=2)

    @classmethod
    def summary(cls, params: EmbeddingBagParams) -> str:
        return f"{params.num_embeddings} x {params.embedding_dim}, {params.mode}"


# --- positions -------------------------------------------------------------------------------------------------------


class _Positions(Layer[Any]):
    """(N, T, F) -> (N, T, F): says where in the sequence a step stands."""

    family = "embedding"
    inputs = (Port("x", "(N, T, F)", _SEQUENCE),)
    outputs = (Port("y", "(N, T, F)", _SEQUENCE),)


_SINE = '''class PositionalEncoding(nn.Module):
    """Adds sines and cosines of each step's position (Vaswani et al. 2017)."""

    def __init__(self, base: float = 10000.0) -> None:
        super().__init__()
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps, features = x.shape[1:]
        position = torch.arange(steps, device=x.device).unsqueeze(1)
        rate = self.base ** (-torch.arange(0, features, 2, device=x.device) / features)
        angle = position * rate
        table = torch.stack((angle.sin(), angle.cos()), dim=2).flatten(1)
        return x + table[:, :features].to(x.dtype)
'''


class PositionalEncodingParams(LayerParams):
    base: Positive = setting(
        10000.0, "How slowly the slowest wave turns: the longest wave is about 6 times as many steps."
    )


class PositionalEncoding(_Positions):
    """(N, T, F) -> (N, T, F)."""

    Params = PositionalEncodingParams
    documentation = Documentation(
        summary="Adds fixed waves of many lengths to a sequence, so that attention can tell the steps apart.",
        formula=r"y_{t,2i} = x_{t,2i} + \sin \frac{t}{b^{2i/F}}, \qquad y_{t,2i+1} = x_{t,2i+1} + \cos \frac{t}{b^{2i/F}}",
        shape="(N, T, F) -> (N, T, F)",
        use_when="Between an Embedding and the first attention layer. It learns nothing and takes any length.",
        pitfalls="The waves have size 1: vectors that are much smaller are drowned. Scale the embedding (the paper by the root "
        "of F), or learn the positions.",
        source="Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762",
    )

    @classmethod
    def call(cls, params: PositionalEncodingParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("PositionalEncoding", {} if params.base == 10000.0 else {"base": params.base}, prelude=_SINE)


_LEARNED = '''class LearnedPositionalEncoding(nn.Module):
    """Adds a learned vector for each position."""

    def __init__(self, max_length: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(max_length, features))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight[: x.size(1)]
'''


class LearnedPositionalEncodingParams(LayerParams):
    max_length: Size = setting(512, "How many positions are learned: the longest sequence that can come.", unit="steps")


class LearnedPositionalEncoding(_Positions):
    """(N, T, F) -> (N, T, F)."""

    Params = LearnedPositionalEncodingParams
    documentation = Documentation(
        summary="Adds a learned vector for each position to a sequence.",
        formula=r"y_t = x_t + P_t, \qquad P \in \mathbb{R}^{L \times F}",
        shape="(N, T, F) -> (N, T, F)",
        use_when="In BERT, GPT-2 and ViT: where the length is bounded and there are data enough to learn what a position "
        "means.",
        pitfalls="Positions that training never saw stay random, so it does not reach beyond the lengths that it was trained "
        "on.",
        source="Gehring et al. 2017, Convolutional Sequence to Sequence Learning, https://arxiv.org/abs/1705.03122",
    )

    @classmethod
    def call(cls, params: LearnedPositionalEncodingParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments = {"max_length": params.max_length, "features": inputs[0].shape[-1]}
        return Call("LearnedPositionalEncoding", arguments, positional=2, prelude=_LEARNED)

    @classmethod
    def check(cls, params: LearnedPositionalEncodingParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        steps = inputs[0].shape[0]
        if steps > params.max_length:
            yield Complaint(
                code="sequence_too_long",
                message=say(
                    "LearnedPositionalEncoding `{node}` learns {count} positions but gets {steps} steps from "
                    "`{source}`.",
                    count=params.max_length,
                    steps=steps,
                ),
                port="x",
                field="max_length",
                expected=say("at most {count} steps", count=params.max_length),
                got=str(steps),
                values={"steps": steps, "max_length": params.max_length},
                fixes=(Repair("set_param", {"name": "max_length", "value": steps}),),
            )

    @classmethod
    def estimate_parameters(cls, params: LearnedPositionalEncodingParams, inputs: Sequence[TensorSpec]) -> int:
        return params.max_length * inputs[0].shape[-1]

    @classmethod
    def summary(cls, params: LearnedPositionalEncodingParams) -> str:
        return say("{count} positions", count=params.max_length)


_ROTARY = '''class RotaryEmbedding(nn.Module):
    """Turns pairs of features by an angle that grows with the position (Su et al. 2021)."""

    def __init__(self, num_heads: int = 1, base: float = 10000.0) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps, size = x.size(1), x.size(2) // self.num_heads
        position = torch.arange(steps, device=x.device).unsqueeze(1)
        rate = self.base ** (-torch.arange(0, size, 2, device=x.device) / size)
        angle = (position * rate).unsqueeze(1)
        sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
        a, b = x.unflatten(2, (self.num_heads, -1, 2)).unbind(-1)
        return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(2)
'''


class RotaryEmbeddingParams(LayerParams):
    num_heads: Size = setting(
        1, "Heads of the attention that follows: the features of each are turned alike.", unit="heads"
    )
    base: Positive = setting(10000.0, "How slowly the slowest pair turns.")


class RotaryEmbedding(_Positions):
    """(N, T, F) -> (N, T, F)."""

    Params = RotaryEmbeddingParams
    documentation = Documentation(
        summary="Turns pairs of features by an angle that grows with the position: a product of two steps then depends on how "
        "far they are apart.",
        formula=r"\begin{pmatrix} y_{t,2i} \\ y_{t,2i+1} \end{pmatrix} = \begin{pmatrix} \cos t\theta_i & -\sin t\theta_i \\ "
        r"\sin t\theta_i & \cos t\theta_i \end{pmatrix} \begin{pmatrix} x_{t,2i} \\ x_{t,2i+1} \end{pmatrix}, \qquad "
        r"\theta_i = b^{-2i/F}",
        shape="(N, T, F) -> (N, T, F)",
        use_when="On query and key, before ScaledDotProductAttention with the same `num_heads`. Used in Llama and most present "
        "language models.",
        pitfalls="Not on the value, and not before MultiheadAttention, whose own projections would mix the turned features. "
        "Neighbouring features make a pair, as in the paper; some programs pair the two halves, and their weights do not fit.",
        source="Su et al. 2021, RoFormer, https://arxiv.org/abs/2104.09864",
    )

    @classmethod
    def call(cls, params: RotaryEmbeddingParams, inputs: Sequence[TensorSpec]) -> Call:
        fields = cls.Params.model_fields
        return Call(
            "RotaryEmbedding",
            {name: value for name, value in params if value != fields[name].default},
            prelude=_ROTARY,
        )

    @classmethod
    def check(cls, params: RotaryEmbeddingParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        features = inputs[0].shape[-1]
        if features % (2 * params.num_heads):
            fitting = [heads for heads in range(params.num_heads, 0, -1) if features % (2 * heads) == 0]
            yield Complaint(
                code="heads_do_not_divide",
                message=say(
                    "RotaryEmbedding `{node}` turns pairs of features in {heads} heads but gets {got} from "
                    "`{source}`: {features} features do not divide into {count}.",
                    heads=params.num_heads,
                    got=inputs[0],
                    features=features,
                    count=2 * params.num_heads,
                ),
                port="x",
                field="num_heads",
                expected=say("a multiple of {count} features", count=2 * params.num_heads),
                got=str(features),
                values={"heads": params.num_heads, "features": features},
                fixes=(
                    *(Repair("set_param", {"name": "num_heads", "value": heads}) for heads in fitting[:1]),
                    *(
                        Repair("insert", {"nodes": [{"type": "Linear", "params": {"out_features": wide}}]})
                        for wide in [-(-features // (2 * params.num_heads)) * 2 * params.num_heads]
                    ),
                ),
            )

    @classmethod
    def summary(cls, params: RotaryEmbeddingParams) -> str:
        return say("{count} heads", count=params.num_heads) if params.num_heads > 1 else ""


# --- tokens and patches ----------------------------------------------------------------------------------------------


_FIRST_STEP = '''class ClassToken(nn.Module):
    """Puts a learned step before a sequence; what attention gathers there is the answer."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((self.token.expand(x.size(0), 1, -1), x), dim=1)
'''


class ClassToken(Layer[LayerParams]):
    """(N, T, F) -> (N, T + 1, F)."""

    family = "embedding"
    inputs = (Port("x", "(N, T, F)", _SEQUENCE),)
    outputs = (Port("y", "(N, T', F)", _SEQUENCE),)
    documentation = Documentation(
        summary="Puts one learned step before a sequence, where attention gathers what the whole sequence says.",
        formula=r"y = [c; x_1; \dots; x_T], \qquad T' = T + 1",
        shape="(N, T, F) -> (N, T + 1, F)",
        use_when="In BERT and ViT, before the positions are added; after the last layer the first step goes to the head.",
        pitfalls="Only attention fills it: without an attention layer behind it nothing of the sequence reaches it. The mean "
        "over all steps is often as good.",
        source="Dosovitskiy et al. 2020, An Image is Worth 16x16 Words, https://arxiv.org/abs/2010.11929",
    )

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("ClassToken", {"features": inputs[0].shape[-1]}, positional=1, prelude=_FIRST_STEP)

    @classmethod
    def estimate_parameters(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[-1]


_PATCHES = '''class PatchEmbedding(nn.Module):
    """Cuts a picture into patches and makes a vector of each (Dosovitskiy et al. 2020)."""

    def __init__(self, in_channels: int, embed_dim: int, patch_size: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_channels, embed_dim, patch_size, stride=patch_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)
'''


class PatchEmbeddingParams(LayerParams):
    embed_dim: Size = setting(192, "How many values stand for each patch.", unit="features")
    patch_size: Size = setting(4, "Height and width of a patch.", unit="pixels")


class PatchEmbedding(Layer[PatchEmbeddingParams]):
    """(N, C, H, W) -> (N, T, F), T = H W / patch_size^2, row by row."""

    family = "embedding"
    Params = PatchEmbeddingParams
    inputs = (Port("x", "(N, C, H, W)", frozenset({4})),)
    outputs = (Port("y", "(N, T, F)", _SEQUENCE),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Cuts a picture into square patches and makes a vector of each: the sequence that a vision transformer reads.",
        formula=r"T = \frac{H}{p} \cdot \frac{W}{p}, \qquad y_t = W_e \, \mathrm{vec}(\text{patch}_t) + b",
        shape="(N, C, H, W) -> (N, T, F)",
        use_when="As the first layer of a ViT. It is a convolution whose stride is its kernel.",
        pitfalls="Small patches make long sequences, and attention costs T squared: half the patch size is 16 times the "
        "weights of attention. It knows nothing of neighbourhood, so it needs more data than a convolutional network.",
        source="Dosovitskiy et al. 2020, An Image is Worth 16x16 Words, https://arxiv.org/abs/2010.11929",
    )

    @classmethod
    def call(cls, params: PatchEmbeddingParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments = {
            "in_channels": inputs[0].shape[0],
            "embed_dim": params.embed_dim,
            "patch_size": params.patch_size,
        }
        return Call("PatchEmbedding", arguments, positional=3, prelude=_PATCHES)

    @classmethod
    def check(cls, params: PatchEmbeddingParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        height, width = inputs[0].shape[1:]
        patch = params.patch_size
        if height % patch == 0 and width % patch == 0:
            return
        fitting = [size for size in range(1, min(height, width) + 1) if height % size == 0 and width % size == 0]
        nearest = min(fitting, key=lambda size: (abs(size - patch), size))
        yield Complaint(
            code="patches_do_not_fit",
            message=say(
                "PatchEmbedding `{node}` cuts patches of {patch} x {patch} but gets {got} from `{source}`: a "
                "rest would be lost.",
                patch=patch,
                got=inputs[0],
            ),
            port="x",
            field="patch_size",
            expected=say("a height and a width that {patch} divides", patch=patch),
            got=f"{height} x {width}",
            values={"patch": patch, "height": height, "width": width},
            fixes=(Repair("set_param", {"name": "patch_size", "value": nearest}),),
        )

    @classmethod
    def macs(cls, params: PatchEmbeddingParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[0] * params.patch_size**2 * outputs[0].numel

    @classmethod
    def estimate_parameters(cls, params: PatchEmbeddingParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[0] * params.patch_size**2 + 1) * params.embed_dim

    @classmethod
    def summary(cls, params: PatchEmbeddingParams) -> str:
        return f"{params.patch_size}x{params.patch_size}, {params.embed_dim}"
