"""Pictures and series made larger or smaller, without weights."""

from collections.abc import Iterator, Sequence
from typing import Literal

from netwright.language import listed, say, sized
from netwright.layers.base import (
    Call,
    Complaint,
    Documentation,
    Layer,
    LayerParams,
    Port,
    Repair,
    TensorSpec,
)
from netwright.layers.params import Positive, Sizes, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
_AXES = "(N, C, L), (N, C, H, W) or (N, C, D, H, W)"
_MARKED = "(N, C, L'), (N, C, H', W') or (N, C, D', H', W')"
_RANKS = frozenset({3, 4, 5})


Mode = Literal["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
_MODE = (
    "How values between pixels are found: the nearest pixel, a straight line between two (linear for a series, bilinear "
    "for a picture, trilinear for a volume), a curve through four (bicubic), or the mean of the area."
)
_MODES_OF_RANK: dict[str, int] = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}
_SMOOTH = {rank: mode for mode, rank in _MODES_OF_RANK.items() if mode != "bicubic"}
_ALIGN = (
    "Lay the corner pixels of input and output on each other; off, their outer edges. Only for linear, bilinear, bicubic "
    "and trilinear."
)


class UpsampleParams(LayerParams):
    size: Sizes | None = setting(
        None, "Size of each spatial axis that comes out: height, width. Empty: scale_factor decides.", unit="pixels"
    )
    scale_factor: Positive | None = setting(
        None, "How many times as large as the input, where size is empty. Empty: 2.", unit="times"
    )
    mode: Mode = setting("nearest", _MODE)
    align_corners: bool = setting(False, _ALIGN)


def _check_mode(name: str, mode: str, align_corners: bool, spec: TensorSpec) -> Iterator[Complaint]:
    """One complaint when the mode is for another number of axes, or corners are to be aligned by a mode that has none."""
    rank = len(spec.shape) + 1
    if _MODES_OF_RANK.get(mode, rank) != rank:
        kind = {
            3: say("a series (N x C x L)"),
            4: say("a picture (N x C x H x W)"),
            5: say("a volume (N x C x D x H x W)"),
        }
        yield Complaint(
            code="mode_does_not_fit",
            message=say(
                "{name} `{node}` has mode '{mode}', which is for {kind}, but gets {spec} from `{source}`.",
                name=name,
                mode=mode,
                kind=kind[_MODES_OF_RANK[mode]],
                spec=spec,
            ),
            port="x",
            field="mode",
            expected=_SMOOTH[rank],
            got=mode,
            values={"mode": mode, "got": str(spec)},
            fixes=tuple(Repair("set_param", {"name": "mode", "value": other}) for other in (_SMOOTH[rank], "nearest")),
        )
    elif align_corners and mode not in _MODES_OF_RANK:
        yield Complaint(
            code="align_corners_without_effect",
            message=say(
                "{name} `{node}` is to align corners, which mode '{mode}' cannot: linear, bilinear, bicubic "
                "and trilinear can.",
                name=name,
                mode=mode,
            ),
            field="align_corners",
            expected=say("off"),
            got=say("on"),
            values={"mode": mode},
            fixes=(
                Repair("set_param", {"name": "align_corners", "value": False}),
                Repair("set_param", {"name": "mode", "value": _SMOOTH[rank]}),
            ),
        )


class Upsample(Layer[UpsampleParams]):
    """(N, C, *) -> (N, C, *)."""

    family = "shape"
    Params = UpsampleParams
    inputs = (Port("x", _AXES, _RANKS),)
    outputs = (Port("y", _MARKED, _RANKS),)
    documentation = Documentation(
        summary="Makes a series, picture or volume larger (or smaller) by repeating or interpolating its pixels.",
        formula=r"\text{size}' = \lfloor \text{size} \cdot \text{scale} \rfloor",
        shape="(N, C, *) -> (N, C, *)",
        use_when="On the way up of decoders and U-Nets, followed by a convolution: it leaves no checkerboard as "
        "ConvTranspose may. Also to bring a picture to the size that a network wants.",
        pitfalls="It invents nothing: detail that was lost stays lost. Made smaller, nearest and bilinear skip pixels and "
        "flicker: use mode area or a pool. Weights of other frameworks may need align_corners.",
        source=f"{_DOCS}Upsample.html; {_DOCS}functional.interpolate.html",
    )
    aliases = ("interpolate", "resize", "upsampling", "scale", "enlarge", "unpooling", "downsample")

    @classmethod
    def call(cls, params: UpsampleParams, inputs: Sequence[TensorSpec]) -> Call:
        wanted = params.changed("size", "scale_factor") or {"scale_factor": 2.0}
        return Call("Upsample", wanted | params.changed("mode", "align_corners"))

    @classmethod
    def check(cls, params: UpsampleParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        spatial = inputs[0].shape[1:]
        if params.size is not None and params.scale_factor is not None:
            yield Complaint(
                code="size_set_twice",
                message=say("Upsample `{node}` has both size and scale_factor: leave one of them empty."),
                field="scale_factor",
                expected=say("one of size and scale_factor"),
                got=say("both"),
                fixes=tuple(Repair("set_param", {"name": n, "value": None}) for n in ("scale_factor", "size")),
            )
            return
        if params.size is not None and len(params.size) != len(spatial):
            fits = [*params.size, *(params.size[-1],) * len(spatial)][: len(spatial)]
            yield Complaint(
                code="sizes_do_not_match",
                message=say(
                    "Upsample `{node}` has sizes for {count} axes, but {got} from `{source}` has {axes} behind "
                    "the channels.",
                    count=len(params.size),
                    got=inputs[0],
                    axes=len(spatial),
                ),
                port="x",
                field="size",
                expected=say("{count} sizes", count=len(spatial)),
                got=say("{count} sizes", count=len(params.size)),
                values={"wanted": len(spatial), "sizes": list(params.size), "got": str(inputs[0])},
                fixes=(Repair("set_param", {"name": "size", "value": fits}),),
            )
            return
        complaints = list(cls._check_scale(params, inputs[0]))
        yield from complaints or _check_mode(cls.type, params.mode, params.align_corners, inputs[0])

    @classmethod
    def _check_scale(cls, params: UpsampleParams, spec: TensorSpec) -> Iterator[Complaint]:
        factor = params.scale_factor
        smallest = min(spec.shape[1:])
        if factor is not None and int(smallest * factor) < 1:
            yield Complaint(
                code="nothing_left",
                message=say(
                    "Upsample `{node}` makes {spec} from `{source}` {factor} times as large: of an axis of "
                    "{smallest} nothing is left.",
                    spec=spec,
                    factor=f"{factor:g}",
                    smallest=smallest,
                ),
                port="x",
                field="scale_factor",
                expected=say("at least {size}", size=f"{1 / smallest:g}"),
                got=f"{factor:g}",
                values={"factor": factor, "got": str(spec)},
                fixes=(Repair("set_param", {"name": "scale_factor", "value": 1.0}),),
            )

    @classmethod
    def summary(cls, params: UpsampleParams) -> str:
        target = f"x {params.scale_factor or 2:g}"
        if params.size is not None:
            target = say("to {size}", size="x".join(map(str, params.size)))
        return listed([target, params.mode])


_LIKE = (Port("x", _AXES, _RANKS), Port("like", _AXES, _RANKS))


def _check_ranks(name: str, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
    x, like = inputs
    if len(x.shape) != len(like.shape):
        yield Complaint(
            code="ranks_differ",
            message=say(
                "{name} `{node}` gets {x} and is to make it as large as {like} from `{source}`, which has "
                "another number of axes.",
                name=name,
                x=x,
                like=like,
            ),
            port="like",
            expected=str(x),
            got=str(like),
            values={"expected": str(x), "got": str(like)},
        )


class ResizeLikeParams(LayerParams):
    mode: Mode = setting("nearest", _MODE)
    align_corners: bool = setting(False, _ALIGN)


class ResizeLike(Layer[ResizeLikeParams]):
    """(N, C, *), (N, C', *) -> (N, C, *)."""

    family = "shape"
    Params = ResizeLikeParams
    inputs = _LIKE
    outputs = (Port("y", _MARKED, _RANKS),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Interpolates the first input to the height and width of the second.",
        formula=r"\text{size}'(x) = \text{size}(x_{\text{like}})",
        shape="(N, C, H, W), (N, C', H', W') -> (N, C, H', W')",
        use_when="Where branches of different depth meet: feature pyramids, DeepLab's head, the skips of a U-Net whose "
        "sizes were odd. The size follows the network, whatever picture comes in.",
        pitfalls="Only the size of the second input is used: no gradient flows into it from here. The channels stay as "
        "they are.",
        source=_DOCS + "functional.interpolate.html",
    )
    aliases = ("interpolate", "upsample like", "match size", "resize", "feature pyramid")

    @classmethod
    def call(cls, params: ResizeLikeParams, inputs: Sequence[TensorSpec]) -> Call:
        mode = "" if params.mode == "nearest" else f', mode="{params.mode}"'
        align = ", align_corners=True" if params.align_corners else ""
        return Call(template=f"nn.functional.interpolate({{0}}, {{1}}.shape[2:]{mode}{align})")

    @classmethod
    def check(cls, params: ResizeLikeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(_check_ranks(cls.type, inputs))
        yield from complaints or _check_mode(cls.type, params.mode, params.align_corners, inputs[0])

    @classmethod
    def summary(cls, params: ResizeLikeParams) -> str:
        return params.mode


_CENTER_CROP = '''class CenterCropLike(nn.Module):
    """The middle of x, as large as like."""

    def forward(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        for dim in range(2, x.dim()):
            size = like.shape[dim]
            x = x.narrow(dim, (x.shape[dim] - size) // 2, size)
        return x
'''


class CenterCropLike(Layer[LayerParams]):
    """(N, C, *), (N, C', *) -> (N, C, *)."""

    family = "shape"
    inputs = _LIKE
    outputs = (Port("y", _MARKED, _RANKS),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Cuts the middle out of the first input, as high and wide as the second.",
        formula=r"y = x[\dots, o : o + \text{size}'], \qquad o = \lfloor (\text{size} - \text{size}') / 2 \rfloor",
        shape="(N, C, H, W), (N, C', H', W') -> (N, C, H', W')",
        use_when="For the skips of the original U-Net, whose convolutions have no padding: what comes from the way down is "
        "larger than what comes up, and its border is cut off before Concat.",
        pitfalls="Only the size of the second input is used: no gradient flows into it from here. An odd difference shifts "
        "the picture by half a pixel. With padding 1 in every 3x3 convolution no crop is needed.",
        source="Ronneberger et al. 2015, U-Net, https://arxiv.org/abs/1505.04597",
    )
    aliases = ("crop", "center crop", "u-net skip", "copy and crop")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("CenterCropLike", prelude=_CENTER_CROP)

    @classmethod
    def check(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(_check_ranks(cls.type, inputs))
        yield from complaints
        x, like = inputs
        if not complaints and any(a < b for a, b in zip(x.shape[1:], like.shape[1:], strict=True)):
            yield Complaint(
                code="crop_too_large",
                message=say(
                    "CenterCropLike `{node}` is to cut the size of {like} out of {x} from `{source}`, which is "
                    "smaller.",
                    like=like,
                    x=x,
                ),
                port="x",
                expected=say("at least {size}", size=sized(like.shape[1:])),
                got=str(x),
                values={"expected": str(like), "got": str(x)},
                fixes=(Repair("replace", {"type": "ResizeLike", "params": {}}),),
            )
