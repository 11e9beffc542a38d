"""Patches laid out and put together again: the two halves of a convolution, without its weights."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from netwright.language import listed, say, sized
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Padding2, Size2, expand, setting, short
from netwright.layers.spatial import Window, check_window, picture_port

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


class UnfoldParams(LayerParams):
    kernel_size: Size2 = setting(3, "Size of a patch.", unit="pixels")
    dilation: Size2 = setting(1, "Distance between the pixels of a patch.", unit="pixels")
    padding: Padding2 = setting(0, "Zeros added on every side before.", unit="pixels")
    stride: Size2 = setting(1, "Distance between neighbouring patches.", unit="pixels")


class _Patches(Layer[Any]):
    family = "convolution"

    @classmethod
    def window(cls, params: Any) -> Window:
        names = ("kernel_size", "stride", "padding", "dilation")
        return Window(*(expand(getattr(params, name), 2) for name in names))

    @classmethod
    def counts(cls, params: Any, sizes: Sequence[int]) -> tuple[int, ...]:
        """Patches along each axis of a picture of ``sizes``."""
        window = cls.window(params)
        return tuple(
            (size + 2 * padding - reach) // stride + 1
            for size, padding, reach, stride in zip(sizes, window.padding, window.reach, window.stride, strict=True)
        )

    @classmethod
    def summary(cls, params: Any) -> str:
        kernel, stride = expand(params.kernel_size, 2), expand(params.stride, 2)
        size = "x".join(map(str, kernel))
        return size if set(stride) == {1} else listed([size, say("stride {stride}", stride=short(stride))])


class Unfold(_Patches):
    """(N, C, H, W) -> (N, C k, L)."""

    Params = UnfoldParams
    inputs = (picture_port("x", 2),)
    outputs = (Port("y", "(N, C k, L)", frozenset({3})),)
    documentation = Documentation(
        summary="Lays every patch of a picture out as one column: all its pixels and channels in a row.",
        formula=r"L = \prod_i \left\lfloor \frac{\text{size}_i + 2p_i - d_i(k_i - 1) - 1}{s_i} \right\rfloor + 1, "
        r"\qquad k = \prod_i k_i",
        shape="(N, C, H, W) -> (N, C k, L)",
        use_when="To treat patches as the steps of a sequence (with kernel equal to stride: the patches of a ViT), or to "
        "write a convolution of your own with MatMul.",
        pitfalls="With stride 1 every pixel stands in as many columns as the kernel has pixels: a 3x3 kernel takes nine "
        "times the memory. Patches come last: Transpose axes 1 and 2 for a sequence (N, T, F).",
        source=_DOCS + "Unfold.html",
    )
    aliases = ("im2col", "patches")

    @classmethod
    def call(cls, params: UnfoldParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("Unfold", {"kernel_size": params.kernel_size, **params.changed()}, positional=1)

    @classmethod
    def check(cls, params: UnfoldParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_window(cls.type, cls.window(params), inputs[0], can_pad=True)


class FoldParams(LayerParams):
    output_size: Size2 = setting(28, "Height and width of the picture that comes out.", unit="pixels")
    kernel_size: Size2 = setting(3, "Size of a patch.", unit="pixels")
    dilation: Size2 = setting(1, "Distance between the pixels of a patch.", unit="pixels")
    padding: Padding2 = setting(0, "Pixels cut off the picture on every side.", unit="pixels")
    stride: Size2 = setting(1, "Distance between neighbouring patches.", unit="pixels")


class Fold(_Patches):
    """(N, C k, L) -> (N, C, H, W)."""

    Params = FoldParams
    inputs = (Port("x", "(N, C k, L)", frozenset({3})),)
    outputs = (picture_port("y", 2),)
    documentation = Documentation(
        summary="Puts columns of patches back in their places in a picture; where patches overlap they are added.",
        formula=r"y_{c,h,w} = \sum_{\text{patches } l \ni (h, w)} x_{(c, h, w), l}",
        shape="(N, C k, L) -> (N, C, H, W)",
        use_when="After Unfold and some work on the patches, to have a picture again.",
        pitfalls="It does not undo Unfold where patches overlap: pixels in several patches are their sum, not their mean. "
        "The number of columns must be exactly what patches of this kernel and stride give on output_size.",
        source=_DOCS + "Fold.html",
    )
    aliases = ("col2im", "patches")

    @classmethod
    def call(cls, params: FoldParams, inputs: Sequence[TensorSpec]) -> Call:
        sizes = {"output_size": params.output_size, "kernel_size": params.kernel_size}
        return Call("Fold", sizes | params.changed("dilation", "padding", "stride"), positional=2)

    @classmethod
    def check(cls, params: FoldParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        rows, columns = inputs[0].shape
        kernel, wanted = expand(params.kernel_size, 2), expand(params.output_size, 2)
        if rows % math.prod(kernel):
            yield Complaint(
                code="size_does_not_divide",
                message=say(
                    "Fold `{node}` needs {count:,} rows for each channel, as its kernel has pixels, but gets {rows}"
                    " from `{source}`.",
                    count=math.prod(kernel),
                    rows=rows,
                ),
                port="x",
                field="kernel_size",
                expected=say("a multiple of {count}", count=math.prod(kernel)),
                got=str(rows),
                values={"size": rows, "parts": math.prod(kernel), "got": str(inputs[0])},
                fixes=tuple(
                    Repair("set_param", {"name": "kernel_size", "value": size})
                    for size in range(max(kernel), 0, -1)
                    if rows % (size * size) == 0
                )[:1],
            )
            return
        counts = cls.counts(params, wanted)
        if math.prod(counts) != columns or min(counts) < 1:
            text, patches = sized(wanted), max(0, min(counts)) and math.prod(counts)
            yield Complaint(
                code="patches_do_not_match",
                message=say(
                    "Fold `{node}` finds {patches} patches in {size} pixels but gets {columns} columns from "
                    "`{source}`.",
                    patches=patches,
                    size=text,
                    columns=columns,
                ),
                port="x",
                field="output_size",
                expected=say("{count} columns", count=patches),
                got=say("{count} columns", count=columns),
                values={"patches": patches, "columns": columns, "size": text},
                fixes=tuple(cls._square(params, columns)),
            )

    @classmethod
    def _square(cls, params: FoldParams, columns: int) -> Iterator[Repair]:
        """The square picture that gives as many patches, where there is one."""
        side = math.isqrt(columns)
        window = cls.window(params)
        if side * side == columns and all(len(set(one)) == 1 for one in (window.stride, window.padding, window.reach)):
            size = (side - 1) * window.stride[0] + window.reach[0] - 2 * window.padding[0]
            if size >= 1:
                yield Repair("set_param", {"name": "output_size", "value": size})

    @classmethod
    def summary(cls, params: FoldParams) -> str:
        return listed([say("to {size}", size=short(params.output_size)), super().summary(params)])
