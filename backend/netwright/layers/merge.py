"""Where any number of wires join: sum, product, mean, extremes, concatenation, stack."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from netwright.language import say
from netwright.layers.axes import check_dim
from netwright.layers.base import ROWS, Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Integer, plain, setting

_POOLS = {2: "AdaptiveAvgPool1d", 3: "AdaptiveAvgPool2d", 4: "AdaptiveAvgPool3d"}
_CONVOLUTIONS = {2: "Conv1d", 3: "Conv2d", 4: "Conv3d"}


class _Elementwise(Layer[LayerParams]):
    """Tensors of one shape, value by value."""

    family = "merge"
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", variadic=True, along=ROWS),)
    muted_is_identity = False

    @classmethod
    @abstractmethod
    def template(cls, inputs: Sequence[str]) -> str:
        """The expression over the places of all inputs (``{0}``, ``{1}`` ...)."""

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template=cls.template([f"{{{i}}}" for i in range(len(inputs))]))

    @classmethod
    def check(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Compares every input with the first; the first that differs is named."""
        first = inputs[0]
        for number, spec in enumerate(inputs[1:], start=1):
            if spec.shape == first.shape:
                continue
            if _broadcasts(first, spec):
                if not cls.is_gate(first, spec):
                    yield cls._broadcast_warning(first, spec, number)
                continue
            yield shapes_differ(cls, inputs, number)
            return

    @classmethod
    def is_gate(cls, first: TensorSpec, other: TensorSpec) -> bool:
        """Whether stretching one input over the other is plainly meant."""
        return False

    @classmethod
    def _broadcast_warning(cls, first: TensorSpec, spec: TensorSpec, number: int) -> Complaint:
        return Complaint(
            code="broadcasts",
            message=say(
                "{type} `{node}` joins {first} with {spec} from `{source}`: axes of size 1 are repeated to "
                "fit. If that is not meant, give both the same shape.",
                type=cls.type,
                first=first,
                spec=spec,
            ),
            port=cls.inputs[min(number, len(cls.inputs) - 1)].name,
            wire=number if len(cls.inputs) == 1 else 0,
            severity="warning",
            expected=str(first),
            got=str(spec),
            values={"expected": str(first), "got": str(spec)},
            fixes=tuple(_projections(cls, first, spec, number, only_two=True)),
        )


def shapes_differ(layer: type[Layer[Any]], inputs: Sequence[TensorSpec], number: int) -> Complaint:
    """Input ``number`` has not the shape of the first."""
    first, spec = inputs[0], inputs[number]
    is_variadic = len(layer.inputs) == 1
    return Complaint(
        code="shapes_differ",
        message=say(
            "{type} `{node}` needs inputs of one shape but gets {first} first and {spec} from `{source}`.",
            type=layer.type,
            first=first,
            spec=spec,
        ),
        port=layer.inputs[0 if is_variadic else number].name,
        wire=number if is_variadic else 0,
        expected=str(first),
        got=str(spec),
        values={"expected": str(first), "got": str(spec)},
        fixes=tuple(_projections(layer, first, spec, number, only_two=len(inputs) == 2)),
    )


def _broadcasts(a: TensorSpec, b: TensorSpec) -> bool:
    """Whether PyTorch would join the two by repeating axes of size 1.

    Shapes of different rank are refused although PyTorch aligns them from the right: it would take the batch for an axis.
    """
    return len(a.shape) == len(b.shape) and all(x == y or 1 in {x, y} for x, y in zip(a.shape, b.shape, strict=True))


def _projections(
    layer: type[Layer[Any]], first: TensorSpec, spec: TensorSpec, number: int, *, only_two: bool
) -> Iterator[Repair]:
    """Ways to bring one of the two to the shape of the other: the later first, as skips usually come last.

    A repair is a change on a wire of the complaint's own port: where each input has one, only that one.
    """
    is_variadic = len(layer.inputs) == 1
    if (nodes := _project(spec.shape, first.shape)) is not None:
        yield Repair("insert", {"nodes": nodes}, number if is_variadic else 0)
    if is_variadic and only_two and (nodes := _project(first.shape, spec.shape)) is not None:
        yield Repair("insert", {"nodes": nodes}, 0)


def _project(source: tuple[int, ...], target: tuple[int, ...]) -> list[dict[str, Any]] | None:
    """Nodes that turn ``source`` into ``target``: a Linear layer, a 1x1 convolution with a stride, a flattened pool."""
    rank = len(source)
    if len(target) == 1 and rank > 1:
        flatten = {"type": "Flatten", "params": {}}
        if source[0] == target[0] and rank in _POOLS:
            return [{"type": _POOLS[rank], "params": {"output_size": 1}}, flatten]
        return [flatten, {"type": "Linear", "params": {"out_features": target[0]}}]
    if len(target) != rank:
        return None
    if rank == 1:
        return [{"type": "Linear", "params": {"out_features": target[0]}}]
    if rank not in _CONVOLUTIONS:
        return None
    stride = _stride(source[1:], target[1:])
    if stride is None:
        return None
    params: dict[str, Any] = {"out_channels": target[0], "kernel_size": 1}
    if stride != 1:
        params["stride"] = stride
    return [{"type": _CONVOLUTIONS[rank], "params": params}]


def _stride(sizes: tuple[int, ...], wanted: tuple[int, ...]) -> int | list[int] | None:
    """The stride that a 1x1 convolution needs from ``sizes`` to ``wanted``, None where there is none."""
    strides = []
    for size, want in zip(sizes, wanted, strict=True):
        stride = -(-size // want)
        if size < want or (size - 1) // stride + 1 != want:
            return None
        strides.append(stride)
    return plain(strides)


class Add(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Adds two or more tensors of the same shape, value by value.",
        formula=r"y = x_1 + x_2 + \dots",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="For skip connections: a block then only has to learn what to change, and the gradient reaches early "
        "layers unhindered. That is what lets ResNets be deep.",
        pitfalls="Both sides need the same shape: where a block changes channels or size, the skip takes a 1x1 convolution "
        "with the same stride. PyTorch silently repeats axes of size 1; Netwright says so.",
        source="He et al. 2016, Deep Residual Learning for Image Recognition, https://arxiv.org/abs/1512.03385",
    )
    aliases = ("sum", "plus", "residual", "skip connection", "shortcut")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return " + ".join(inputs)


class Multiply(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Multiplies two or more tensors of the same shape, value by value.",
        formula=r"y = x_1 \odot x_2 \odot \dots",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="For gates: one branch ends in a Sigmoid and says how much of the other passes. A gate of shape N x C x 1 "
        "x 1 weighs whole channels (squeeze and excitation).",
        pitfalls="Products of values far from 1 grow or vanish quickly; keep one side between 0 and 1.",
        source="Hu et al. 2018, Squeeze-and-Excitation Networks, https://arxiv.org/abs/1709.01507",
    )
    aliases = ("product", "times", "gate", "hadamard", "squeeze and excitation")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return " * ".join(inputs)

    @classmethod
    def is_gate(cls, first: TensorSpec, other: TensorSpec) -> bool:
        """One weight for each channel: (C, 1, 1) over (C, H, W)."""
        return first.shape[0] == other.shape[0] and any(all(n == 1 for n in spec.shape[1:]) for spec in (first, other))


class Mean(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The mean of two or more tensors of the same shape, value by value.",
        formula=r"y = \tfrac{1}{n} (x_1 + \dots + x_n)",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="To average the answers of several branches or heads: the size of the values stays the same however many "
        "there are.",
        pitfalls="For a skip connection take Add: a mean halves the signal at every block. For the mean over an axis of "
        "one tensor take ReduceMean or a pool.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.mean.html",
    )
    aliases = ("average", "ensemble")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return f"({' + '.join(inputs)}) / {len(inputs)}"


class Maximum(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The largest of two or more tensors of the same shape, value by value.",
        formula=r"y = \max(x_1, \dots, x_n)",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="As maxout, where the best of several linear maps is taken instead of an activation, and to join views of "
        "one thing of which any may show it.",
        pitfalls="Only the input that wins gets a gradient, so a branch that never wins does not learn. For the largest "
        "along an axis of one tensor take ReduceMax or a pool.",
        source="Goodfellow et al. 2013, Maxout Networks, https://arxiv.org/abs/1302.4389; "
        "https://docs.pytorch.org/docs/stable/generated/torch.maximum.html",
    )
    aliases = ("max", "maxout")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return _nested("torch.maximum", inputs)


class Minimum(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The smallest of two or more tensors of the same shape, value by value.",
        formula=r"y = \min(x_1, \dots, x_n)",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="Where all branches must agree: the smaller of two estimates, as the two critics of TD3 and SAC.",
        pitfalls="Only the input that is smaller gets a gradient. For the smallest along an axis of one tensor take ReduceMin.",
        source="Fujimoto et al. 2018, TD3, https://arxiv.org/abs/1802.09477; "
        "https://docs.pytorch.org/docs/stable/generated/torch.minimum.html",
    )
    aliases = ("min",)

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return _nested("torch.minimum", inputs)


def _nested(function: str, inputs: Sequence[str]) -> str:
    """A function of two, applied from the left."""
    result = inputs[0]
    for other in inputs[1:]:
        result = f"{function}({result}, {other})"
    return result


class ConcatParams(LayerParams):
    dim: Integer = setting(
        1,
        "Axis along which the inputs are joined, with the batch counted as 0: 1 joins channels, -1 the last axis.",
        unit="axis",
    )


class Concat(Layer[ConcatParams]):
    """(N, C1, *), (N, C2, *) -> (N, C1 + C2, *)."""

    family = "merge"
    Params = ConcatParams
    inputs = (Port("x", "(N, C, *)", variadic=True, along=ROWS),)
    outputs = (Port("y", "(N, C', *)"),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Puts two or more tensors side by side along one axis, by default the channels.",
        formula=r"y = [x_1; x_2; \dots], \qquad C' = C_1 + C_2 + \dots",
        shape="(N, C1, *), (N, C2, *) -> (N, C1 + C2, *)",
        use_when="Where later layers should see several branches unmixed: Inception, DenseNet, the skips of a U-Net, or a "
        "picture's features beside tabular ones.",
        pitfalls="Every other axis must agree: branches of an Inception block need the padding that keeps their size. "
        "Channels add up, and with them the cost of the next layer.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.cat.html",
    )
    aliases = ("cat", "concatenate", "depth concat", "join")

    @classmethod
    def call(cls, params: ConcatParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="torch.cat(({inputs}), dim={dim})", arguments={"dim": params.dim})

    @classmethod
    def check(cls, params: ConcatParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        first = inputs[0]
        for wire, spec in enumerate(inputs[1:], start=1):
            if len(spec.shape) != len(first.shape):
                yield cls._differs("ranks_differ", say("the same number of axes"), first, spec, wire, ())
                return
        complaints = list(check_dim(cls.type, params.dim, first))
        yield from complaints
        if complaints:
            return
        axis = params.dim % (len(first.shape) + 1) - 1
        for wire, spec in enumerate(inputs[1:], start=1):
            if any(a != b for i, (a, b) in enumerate(zip(first.shape, spec.shape, strict=True)) if i != axis):
                name = say("the same sizes on every axis but {dim}", dim=params.dim)
                yield cls._differs(
                    "sizes_differ", name, first, spec, wire, tuple(cls._repairs(first, spec, wire, axis))
                )
                return

    @classmethod
    def _differs(
        cls, code: str, need: str, first: TensorSpec, spec: TensorSpec, wire: int, fixes: tuple[Repair, ...]
    ) -> Complaint:
        return Complaint(
            code=code,
            message=say(
                "Concat `{node}` needs {need} but gets {first} first and {spec} from `{source}`.",
                need=need,
                first=first,
                spec=spec,
            ),
            port="x",
            wire=wire,
            expected=str(first),
            got=str(spec),
            values={"expected": str(first), "got": str(spec)},
            fixes=fixes,
        )

    @classmethod
    def _repairs(cls, first: TensorSpec, spec: TensorSpec, wire: int, axis: int) -> Iterator[Repair]:
        """Join along the one axis that differs, or pool the larger picture to the smaller's size."""
        differing = [i for i, (a, b) in enumerate(zip(first.shape, spec.shape, strict=True)) if a != b]
        if axis == 0 and len(first.shape) in _POOLS:
            for target, source, index in ((first, spec, wire), (spec, first, 0)):
                if all(a <= b for a, b in zip(target.shape[1:], source.shape[1:], strict=True)):
                    size = list(target.shape[1:])
                    pool = {
                        "type": _POOLS[len(size) + 1],
                        "params": {"output_size": plain(size)},
                    }
                    yield Repair("insert", {"nodes": [pool]}, index)
        if len(differing) == 1:
            yield Repair("set_param", {"name": "dim", "value": differing[0] + 1})

    @classmethod
    def summary(cls, params: ConcatParams) -> str:
        return say("axis {dim}", dim=params.dim)


class StackParams(LayerParams):
    dim: Integer = setting(
        1,
        "Where the new axis stands, with the batch counted as 0: 1 makes the inputs steps of a sequence.",
        unit="axis",
    )


class Stack(Layer[StackParams]):
    """(N, *), (N, *) -> (N, n, *)."""

    family = "merge"
    Params = StackParams
    inputs = (Port("x", variadic=True),)
    outputs = (Port("y", "(N, n, *)"),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Puts two or more tensors of the same shape behind each other along a new axis.",
        formula=r"y_i = x_i, \qquad i = 1 \dots n",
        shape="(N, *), (N, *) -> (N, n, *)",
        use_when="To make a sequence out of several vectors: branches as the steps (N, T, F) that attention or an RNN then "
        "reads.",
        pitfalls="It adds an axis where Concat makes one longer: the next layer must take one axis more.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.stack.html",
    )

    @classmethod
    def call(cls, params: StackParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="torch.stack(({inputs}), dim={dim})", arguments={"dim": params.dim})

    @classmethod
    def check(cls, params: StackParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        different = next((i for i, spec in enumerate(inputs) if spec.shape != inputs[0].shape), None)
        if different is not None:
            yield shapes_differ(cls, inputs, different)
            return
        yield from check_dim(cls.type, params.dim, inputs[0], is_new=True)

    @classmethod
    def summary(cls, params: StackParams) -> str:
        return say("axis {dim}", dim=params.dim)
