"""Pools: the largest value or the mean of windows, sliding or stretched to a wanted output size."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Generic

from netwright.language import listed, say, sized
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec, Value
from netwright.layers.params import (
    Padding1,
    Padding2,
    Padding3,
    S,
    Size1,
    Size2,
    Size3,
    Z,
    expand,
    plain,
    setting,
    short,
)
from netwright.layers.spatial import AXES, Window, check_window, picture_port, primed


class MaxPoolParams(LayerParams, Generic[S, Z]):
    kernel_size: S = setting(2, "Size of the window of which the largest value is kept.", unit="pixels")
    stride: S | None = setting(
        None, "Step of the window; empty means as much as kernel_size, so that windows do not overlap.", unit="pixels"
    )
    padding: Z = setting(0, "Pixels added on every side, at most half the kernel; they never win.", unit="pixels")
    dilation: S = setting(1, "Distance between the pixels that a window takes.", unit="pixels")
    return_indices: bool = setting(
        False, "Give the place of each largest value too, as an output of its own: MaxUnpool puts values back there."
    )
    ceil_mode: bool = setting(False, "Round the output size up, so that a last window may hang over the edge.")


class AvgPoolParams(LayerParams, Generic[S, Z]):
    kernel_size: S = setting(2, "Size of the window that is averaged.", unit="pixels")
    stride: S | None = setting(
        None, "Step of the window; empty means as much as kernel_size, so that windows do not overlap.", unit="pixels"
    )
    padding: Z = setting(0, "Zeros added on every side, at most half the kernel.", unit="pixels")
    ceil_mode: bool = setting(False, "Round the output size up, so that a last window may hang over the edge.")
    count_include_pad: bool = setting(True, "Count the padded zeros when dividing; off, only real pixels are averaged.")


class _Pool(Layer[Any]):
    family = "pooling"
    dims: ClassVar[int]

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"kernel_size": params.kernel_size, **params.changed()}
        if "stride" in arguments and expand(params.stride, cls.dims) == expand(params.kernel_size, cls.dims):
            del arguments["stride"]
        return Call(cls.type, arguments, positional=1)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        kernel = expand(params.kernel_size, cls.dims)
        padding = expand(params.padding, cls.dims)
        if any(2 * pad > size for pad, size in zip(padding, kernel, strict=True)):
            half = tuple(min(pad, size // 2) for pad, size in zip(padding, kernel, strict=True))
            yield Complaint(
                code="padding_too_large",
                message=say(
                    "{type} `{node}` pads {padding} on every side, more than half its kernel of {kernel}: some "
                    "windows would hold nothing but padding.",
                    type=cls.type,
                    padding=short(padding),
                    kernel=short(kernel),
                ),
                field="padding",
                expected=say("at most {size}", size=short(tuple(size // 2 for size in kernel))),
                got=short(padding),
                values={"padding": short(padding), "kernel": short(kernel)},
                fixes=(Repair("set_param", {"name": "padding", "value": plain(half)}),),
            )
            return
        stride = kernel if params.stride is None else expand(params.stride, cls.dims)
        dilation = expand(getattr(params, "dilation", 1), cls.dims)
        complaints = list(check_window(cls.type, Window(kernel, stride, padding, dilation), inputs[0]))
        yield from complaints or cls._check_gaps(padding, dilation, inputs[0])

    @classmethod
    def _check_gaps(cls, padding: tuple[int, ...], dilation: tuple[int, ...], spec: TensorSpec) -> Iterator[Complaint]:
        """A dilated window can step right over a small input, and the largest of nothing is minus infinity."""
        if any(pad and gap > size for pad, gap, size in zip(padding, dilation, spec.shape[1:], strict=True)):
            yield Complaint(
                code="window_misses_input",
                message=say(
                    "{type} `{node}` steps over {spec} from `{source}` with a dilation of {dilation}: some windows "
                    "hold nothing but padding, and their largest value is minus infinity.",
                    type=cls.type,
                    spec=spec,
                    dilation=short(dilation),
                ),
                port="x",
                field="dilation",
                expected=say("a dilation of at most {size}", size=min(spec.shape[1:])),
                got=short(dilation),
                values={"dilation": short(dilation), "got": str(spec)},
                fixes=(Repair("set_param", {"name": "dilation", "value": 1}),),
            )

    @classmethod
    def summary(cls, params: Any) -> str:
        kernel = expand(params.kernel_size, cls.dims)
        stride = kernel if params.stride is None else expand(params.stride, cls.dims)
        size = "x".join(map(str, kernel))
        return size if stride == kernel else listed([size, say("stride {stride}", stride=short(stride))])


def max_outputs(dims: int) -> tuple[Port, Port]:
    """The largest values, and their places where they are asked for."""
    y = picture_port("y", dims, mark="'")
    return y, replace(y, name="indices", dtypes=frozenset({"int64"}), only_if="return_indices")


class _AdaptivePool(Layer[Any]):
    family = "pooling"
    dims: ClassVar[int]

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        return Call(cls.type, {"output_size": params.output_size}, positional=1)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Stretching is legal in PyTorch, but it only repeats values: nearly always a mistake."""
        wanted = expand(params.output_size, cls.dims)
        sizes = inputs[0].shape[1:]
        if any(want > size for want, size in zip(wanted, sizes, strict=True)):
            fits = [min(want, size) for want, size in zip(wanted, sizes, strict=True)]
            text, have = (sized(values) for values in (wanted, sizes))
            yield Complaint(
                code="pool_stretches",
                message=say(
                    "{type} `{node}` makes {wanted} out of only {got} from `{source}`: values are repeated.",
                    type=cls.type,
                    wanted=text,
                    got=have,
                ),
                port="x",
                field="output_size",
                severity="warning",
                expected=say("at most {size}", size=have),
                got=text,
                values={"wanted": text, "input": have},
                fixes=(Repair("set_param", {"name": "output_size", "value": plain(fits)}),),
            )

    @classmethod
    def summary(cls, params: Any) -> str:
        return say("to {size}", size="x".join(map(str, expand(params.output_size, cls.dims))))


def _sliding(kind: str, dims: int, formula: str, use_when: str, pitfalls: str) -> Documentation:
    axes = AXES[dims]
    what = "the largest value" if kind == "Max" else "the mean"
    return Documentation(
        summary=f"Keeps {what} of each window that slides over {axes.replace(', ', ' and ', 1) if dims == 2 else axes}.",
        formula=formula,
        shape=f"(N, C, {axes}) -> (N, C, {primed(dims)})",
        use_when=use_when,
        pitfalls=pitfalls,
        source=f"https://docs.pytorch.org/docs/stable/generated/torch.nn.{kind}Pool{dims}d.html",
    )


class _MaxPool(_Pool):
    """With ``return_indices`` it gives the places as well: a number for each value, counted through the picture row by row."""

    aliases = ("max pooling", "maxpooling", "downsample")

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...] | None:
        if not params.return_indices:
            return None
        x = inputs[0]
        channels, *sizes = x.shape
        kernel = expand(params.kernel_size, cls.dims)
        stride = kernel if params.stride is None else expand(params.stride, cls.dims)
        window = Window(kernel, stride, expand(params.padding, cls.dims), expand(params.dilation, cls.dims))
        shape = (channels, *window.places(sizes, ceil_mode=params.ceil_mode))
        return TensorSpec(shape, x.dtype), TensorSpec(shape, "int64", places=tuple(sizes))


_MAX_FORMULA = r"y_{c,i} = \max_{j \in \text{window}(i)} x_{c,j}"
_AVG_FORMULA = r"y_{c,i} = \frac{1}{k} \sum_{j \in \text{window}(i)} x_{c,j}"
_MAX_USE = {
    1: "Between convolutions over a series, to keep that a pattern occurred and forget the exact step.",
    2: "Between convolutions, to halve the picture: later layers see further, at a quarter of the cost.",
    3: "Between convolutions over a volume or a clip: a kernel of 2 leaves an eighth of the voxels.",
}
_AVG_USE = {
    1: "Where a smooth summary is wanted rather than the strongest response, for example on noisy signals.",
    2: "Where every pixel should count: in the transitions of DenseNet, in LeNet, and for smooth downsampling.",
    3: "For smooth downsampling of volumes, where single bright voxels are noise.",
}
_MAX_PITFALLS = (
    "Where a thing is gets lost bit by bit: too many pools harm detection and segmentation. An odd size loses its last row and "
    "column unless ceil_mode is on. Only the winner of each window gets a gradient."
)
_AVG_PITFALLS = (
    "It blurs: thin strong responses are watered down. With padding the zeros count as pixels and darken the border unless "
    "count_include_pad is off."
)


class MaxPool1dParams(MaxPoolParams[Size1, Padding1]):
    pass


class MaxPool2dParams(MaxPoolParams[Size2, Padding2]):
    pass


class MaxPool3dParams(MaxPoolParams[Size3, Padding3]):
    pass


class MaxPool1d(_MaxPool):
    """(N, C, L) -> (N, C, L')."""

    dims = 1
    Params = MaxPool1dParams
    inputs = (picture_port("x", 1),)
    outputs = max_outputs(1)
    documentation = _sliding("Max", 1, _MAX_FORMULA, _MAX_USE[1], _MAX_PITFALLS)


class MaxPool2d(_MaxPool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = MaxPool2dParams
    inputs = (picture_port("x", 2),)
    outputs = max_outputs(2)
    documentation = _sliding("Max", 2, _MAX_FORMULA, _MAX_USE[2], _MAX_PITFALLS)


class MaxPool3d(_MaxPool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = MaxPool3dParams
    inputs = (picture_port("x", 3),)
    outputs = max_outputs(3)
    documentation = _sliding("Max", 3, _MAX_FORMULA, _MAX_USE[3], _MAX_PITFALLS)


class AvgPool1dParams(AvgPoolParams[Size1, Padding1]):
    pass


class AvgPool2dParams(AvgPoolParams[Size2, Padding2]):
    pass


class AvgPool3dParams(AvgPoolParams[Size3, Padding3]):
    pass


class AvgPool1d(_Pool):
    """(N, C, L) -> (N, C, L')."""

    dims = 1
    Params = AvgPool1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, mark="'"),)
    documentation = _sliding("Avg", 1, _AVG_FORMULA, _AVG_USE[1], _AVG_PITFALLS)
    aliases = ("average pooling", "mean pooling", "downsample")


class AvgPool2d(_Pool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = AvgPool2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _sliding("Avg", 2, _AVG_FORMULA, _AVG_USE[2], _AVG_PITFALLS)
    aliases = ("average pooling", "mean pooling", "downsample")


class AvgPool3d(_Pool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = AvgPool3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _sliding("Avg", 3, _AVG_FORMULA, _AVG_USE[3], _AVG_PITFALLS)
    aliases = ("average pooling", "mean pooling", "downsample")


_TO = "Size that every channel gets, whatever comes in; 1 keeps a single value per channel (global pooling)."


class AdaptivePoolParams(LayerParams, Generic[S]):
    output_size: S = setting(1, _TO, unit="pixels")


class AdaptivePool1dParams(AdaptivePoolParams[Size1]):
    pass


class AdaptivePool2dParams(AdaptivePoolParams[Size2]):
    pass


class AdaptivePool3dParams(AdaptivePoolParams[Size3]):
    pass


def _adaptive(kind: str, dims: int) -> Documentation:
    axes = AXES[dims]
    average = kind == "Avg"
    return Documentation(
        summary=f"Divides the input into as many windows as the output has {'steps' if dims == 1 else 'pixels'} and keeps "
        f"{'the mean' if average else 'the largest value'} of each.",
        formula=_AVG_FORMULA if average else _MAX_FORMULA,
        shape=f"(N, C, {axes}) -> (N, C, {primed(dims)})",
        use_when="Before the head, with output size 1, so that inputs of any size fit the same Linear layer; "
        + (
            "the mean of each channel says how much of a pattern there is (ResNet, Inception)."
            if average
            else "the largest value of each channel says whether a pattern occurs anywhere."
        ),
        pitfalls="With output size 1 all knowledge of place is gone. Windows overlap where the input size is no "
        "multiple of the output size. An output larger than the input only repeats values.",
        source=f"https://docs.pytorch.org/docs/stable/generated/torch.nn.Adaptive{kind}Pool{dims}d.html",
    )


class AdaptiveAvgPool1d(_AdaptivePool):
    """(N, C, L) -> (N, C, L')."""

    dims = 1
    Params = AdaptivePool1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, mark="'"),)
    documentation = _adaptive("Avg", 1)
    aliases = ("global average pooling", "adaptive average pooling", "gap")


class AdaptiveAvgPool2d(_AdaptivePool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = AdaptivePool2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _adaptive("Avg", 2)
    aliases = ("global average pooling", "adaptive average pooling", "gap")


class AdaptiveAvgPool3d(_AdaptivePool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = AdaptivePool3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _adaptive("Avg", 3)
    aliases = ("global average pooling", "adaptive average pooling", "gap")


class AdaptiveMaxPool1d(_AdaptivePool):
    """(N, C, L) -> (N, C, L')."""

    dims = 1
    Params = AdaptivePool1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, mark="'"),)
    documentation = _adaptive("Max", 1)
    aliases = ("global max pooling", "adaptive max pooling")


class AdaptiveMaxPool2d(_AdaptivePool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = AdaptivePool2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _adaptive("Max", 2)
    aliases = ("global max pooling", "adaptive max pooling")


class AdaptiveMaxPool3d(_AdaptivePool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = AdaptivePool3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _adaptive("Max", 3)
    aliases = ("global max pooling", "adaptive max pooling")
