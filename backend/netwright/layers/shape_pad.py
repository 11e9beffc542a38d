"""A border around pictures and series, without weights."""

from collections.abc import Iterator, Sequence
from typing import Literal

from netwright.language import say
from netwright.layers.base import (
    Call,
    Complaint,
    Documentation,
    Layer,
    LayerParams,
    Repair,
    TensorSpec,
    Value,
)
from netwright.layers.params import Paddings, Real, setting


class PadParams(LayerParams):
    pad: Paddings = setting(
        (1, 1),
        "Pixels before and after the last axis, then before and after the one before it, and so on: left, right, top, bottom.",
        unit="pixels",
    )
    mode: Literal["constant", "reflect", "replicate", "circular"] = setting(
        "constant", "What stands there: one value, the mirrored picture, its edge repeated, or the other side."
    )
    value: Real = setting(0.0, "The value, where the mode is constant.")


class Pad(Layer[PadParams]):
    """(N, *) -> (N, *)."""

    family = "shape"
    Params = PadParams
    documentation = Documentation(
        summary="Adds a border before and after the last axis or axes.",
        formula=r"\text{size}'_i = \text{size}_i + p_{i,\text{before}} + p_{i,\text{after}}",
        shape="(N, *) -> (N, *)",
        use_when="Where a convolution's own padding will not do: more on one side than on the other (causal convolutions: "
        "all before), a border of another value, or zero channels for the shortcut of a ResNet (0, 0, 0, 0, before, after).",
        pitfalls="The last axis comes first: left, right, top, bottom. Six numbers on a picture add channels. The other "
        "modes than constant take the spatial axes alone, all of them.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html",
    )
    aliases = (
        "zero padding",
        "zeropad2d",
        "reflectionpad2d",
        "replicationpad2d",
        "constantpad",
        "border",
        "option a shortcut",
    )

    @classmethod
    def call(cls, params: PadParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"pad": params.pad, "value": params.value}
        if params.mode != "constant":
            template = f'nn.functional.pad({{0}}, {{pad}}, mode="{params.mode}")'
            return Call(template=template, arguments={"pad": params.pad})
        general = "nn.functional.pad({0}, {pad}, value={value})"
        plain = "nn.functional.pad({0}, {pad})"
        return Call(template=general if params.value else plain, general=general, arguments=arguments)

    @classmethod
    def check(cls, params: PadParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        pairs, axes = len(params.pad) // 2, len(inputs[0].shape)
        if len(params.pad) % 2:
            yield Complaint(
                code="pad_needs_pairs",
                message=say(
                    "Pad `{node}` has {count} numbers, but each axis takes two: pixels before and after.",
                    count=len(params.pad),
                ),
                field="pad",
                expected=say("an even number of numbers"),
                got=str(len(params.pad)),
                values={"numbers": len(params.pad)},
                fixes=(Repair("set_param", {"name": "pad", "value": list(params.pad[:-1])}),) if pairs else (),
            )
        elif pairs > axes:
            yield Complaint(
                code="too_many_axes",
                message=say(
                    "Pad `{node}` has two numbers for each of {pairs} axes, but {got} from `{source}` has {axes} "
                    "without the batch.",
                    pairs=pairs,
                    got=inputs[0],
                    axes=axes,
                ),
                port="x",
                field="pad",
                expected=say("at most {count} numbers", count=2 * axes),
                got=say("{count} numbers", count=2 * pairs),
                values={"wanted": pairs, "axes": axes, "got": str(inputs[0])},
                fixes=(Repair("set_param", {"name": "pad", "value": list(params.pad[: 2 * axes])}),) if axes else (),
            )
        elif params.mode != "constant":
            yield from cls._check_mode(params, pairs, inputs[0])

    @classmethod
    def _check_mode(cls, params: PadParams, pairs: int, spec: TensorSpec) -> Iterator[Complaint]:
        """The other modes pad all spatial axes, and a mirror needs more pixels than it pads, a circle as many."""
        constant = Repair("set_param", {"name": "mode", "value": "constant"})
        spatial = len(spec.shape) - 1
        if pairs not in {spatial, spatial + 1} or pairs > 3:
            numbers = [*params.pad, *(0,) * 8][: 2 * spatial]
            all_axes = Repair("set_param", {"name": "pad", "value": numbers})
            yield Complaint(
                code="mode_does_not_fit",
                message=say(
                    "Pad `{node}` pads the last {pairs} of the axes of {spec} from `{source}` by '{mode}', which "
                    "works on all axes, or all behind the first, of which there are one to three.",
                    pairs=pairs,
                    spec=spec,
                    mode=params.mode,
                ),
                port="x",
                field="mode",
                expected=say("{count} numbers", count=2 * spatial) if 1 <= spatial <= 3 else say("mode constant"),
                got=say("{count} numbers", count=2 * pairs),
                values={"mode": params.mode, "got": str(spec)},
                fixes=(all_axes, constant) if 1 <= spatial <= 3 and pairs < spatial else (constant,),
            )
            return
        spare = {"reflect": 1, "circular": 0}.get(params.mode)
        sizes = reversed(spec.shape)
        if spare is not None and any(
            max(params.pad[2 * i : 2 * i + 2]) + spare > size for i, size in zip(range(pairs), sizes, strict=False)
        ):
            yield Complaint(
                code="padding_too_large",
                message=say(
                    "Pad `{node}` pads {padding} pixels by '{mode}', more than {spec} from `{source}` has to give.",
                    padding=", ".join(map(str, params.pad)),
                    mode=params.mode,
                    spec=spec,
                ),
                port="x",
                field="pad",
                expected=say("less than each axis has"),
                got=", ".join(map(str, params.pad)),
                values={"padding": list(params.pad), "mode": params.mode, "got": str(spec)},
                fixes=(constant, Repair("set_param", {"name": "mode", "value": "replicate"})),
            )

    @classmethod
    def summary(cls, params: PadParams) -> str:
        numbers = ", ".join(map(str, params.pad))
        return numbers if params.mode == "constant" else f"{numbers}, {params.mode}"
