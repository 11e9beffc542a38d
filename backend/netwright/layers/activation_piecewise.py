"""Activations made of straight pieces: clipped, shrunk towards zero, or cheap stand-ins for smooth ones."""

from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.activation import TORCH_DOCS, _Activation
from netwright.layers.base import Call, Complaint, Documentation, Flat, LayerParams, Repair, TensorSpec
from netwright.layers.params import NonNegative, Real, setting


class ReLU6(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="ReLU that is cut off at 6.",
        formula=r"y = \min(\max(0, x), 6)",
        shape="(N, *) -> (N, *)",
        use_when="In MobileNets and wherever a network is to run in 8-bit numbers later: the range is known beforehand.",
        pitfalls="Units beyond 6 get no gradient, as dead ones below 0. Without normalisation before it many values may "
        "sit at 6.",
        source=f"Howard et al. 2017, MobileNets, https://arxiv.org/abs/1704.04861; {TORCH_DOCS}ReLU6.html",
    )

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(dead=(0.0,), bounds=(6.0,))


class HardtanhParams(LayerParams):
    min_val: Real = setting(-1.0, "Values below it are set to it.")
    max_val: Real = setting(1.0, "Values above it are set to it.")


class Hardtanh(_Activation):
    """(N, *) -> (N, *)."""

    Params = HardtanhParams
    documentation = Documentation(
        summary="Cuts values off at a floor and a ceiling and leaves those between as they are.",
        formula=r"y = \min(\max(a, x), b)",
        shape="(N, *) -> (N, *)",
        use_when="As a cheap tanh, to keep outputs within a range, and in networks with binary or few-bit weights.",
        pitfalls="Outside the range the gradient is exactly zero: a value that has left it is not pulled back by this layer.",
        source=TORCH_DOCS + "Hardtanh.html",
    )
    aliases = ("clamp", "clip")

    @classmethod
    def flat(cls, params: HardtanhParams) -> Flat:
        return Flat(bounds=(params.min_val, params.max_val))

    @classmethod
    def check(cls, params: HardtanhParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        low, high = params.min_val, params.max_val
        if low >= high:
            yield Complaint(
                code="bounds_out_of_order",
                message=say(
                    "Hardtanh `{node}` has a floor of {low} and a ceiling of {high}: min_val must be below max_val.",
                    low=f"{low:g}",
                    high=f"{high:g}",
                ),
                field="min_val",
                expected=say("below {high}", high=f"{high:g}"),
                got=f"{low:g}",
                values={"low": low, "high": high},
                fixes=(
                    Repair("set_param", {"name": "min_val", "value": high - 1.0}),
                    Repair("set_param", {"name": "max_val", "value": low + 1.0}),
                ),
            )

    @classmethod
    def summary(cls, params: HardtanhParams) -> str:
        return say("{low} to {high}", low=f"{params.min_val:g}", high=f"{params.max_val:g}")


class Hardsigmoid(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="A sigmoid of three straight pieces: 0 below -3, 1 above 3, a line between.",
        formula=r"y = \min(\max(0, \tfrac{x}{6} + \tfrac12), 1)",
        shape="(N, *) -> (N, *)",
        use_when="For gates on small devices (the squeeze-and-excitation of MobileNetV3): no exponential is needed.",
        pitfalls="Beyond -3 and 3 it has no gradient at all, where the sigmoid still has a little. Weights trained with "
        "one are off under the other.",
        source=TORCH_DOCS + "Hardsigmoid.html",
    )

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(0.0, 1.0))


class Hardswish(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The input times its hard sigmoid: SiLU without the exponential.",
        formula=r"y = x \cdot \min(\max(0, \tfrac{x}{6} + \tfrac12), 1)",
        shape="(N, *) -> (N, *)",
        use_when="In MobileNetV3 and other networks for phones, in the deeper layers, where it helps most and costs least.",
        pitfalls="Below -3 it is zero without a gradient, like a dead ReLU. On a GPU it is no faster than SiLU.",
        source=f"Howard et al. 2019, Searching for MobileNetV3, https://arxiv.org/abs/1905.02244; {TORCH_DOCS}Hardswish.html",
    )
    aliases = ("hard swish",)

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(dead=(0.0,))


class ShrinkParams(LayerParams):
    lambd: NonNegative = setting(0.5, "Values between minus this and this become zero.")


class _Shrink(_Activation):
    Params = ShrinkParams

    @classmethod
    def flat(cls, params: ShrinkParams) -> Flat:
        return Flat(dead=(0.0,))

    @classmethod
    def summary(cls, params: ShrinkParams) -> str:
        return f"λ {params.lambd:g}"


class Hardshrink(_Shrink):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Sets small values to zero and leaves large ones as they are.",
        formula=r"y = \begin{cases} x & |x| > \lambda \\ 0 & |x| \le \lambda \end{cases}",
        shape="(N, *) -> (N, *)",
        use_when="To make features sparse: denoising and sparse coding, where small responses are noise.",
        pitfalls="It jumps at the threshold, and values below it get no gradient: a unit that is small for every sample "
        "stays so. Softshrink has no jump.",
        source=TORCH_DOCS + "Hardshrink.html",
    )
    aliases = ("hard threshold",)


class Softshrink(_Shrink):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Moves every value towards zero by a fixed amount; what is smaller becomes zero.",
        formula=r"y = \operatorname{sign}(x) \max(0, |x| - \lambda)",
        shape="(N, *) -> (N, *)",
        use_when="In unrolled sparse coding (LISTA), where this is the step that an L1 penalty asks for.",
        pitfalls="Large values lose the amount too: outputs are biased towards zero. Below the threshold there is no gradient.",
        source=f"Gregor and LeCun 2010, https://icml.cc/Conferences/2010/papers/449.pdf; {TORCH_DOCS}Softshrink.html",
    )
    aliases = ("soft threshold",)


class Tanhshrink(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="What tanh takes away: nearly zero for small values, the value less 1 for large ones.",
        formula=r"y = x - \tanh(x)",
        shape="(N, *) -> (N, *)",
        use_when="Rarely: in sparse coding, as a smooth way to mute small values.",
        pitfalls="Around zero its gradient is almost nothing (it grows as the square of x), so inputs of unit size hardly "
        "train what is before it.",
        source=TORCH_DOCS + "Tanhshrink.html",
    )


class ThresholdParams(LayerParams):
    threshold: Real = setting(0.0, "Values above it pass.")
    value: Real = setting(0.0, "What stands in place of all others.")


class Threshold(_Activation):
    """(N, *) -> (N, *)."""

    Params = ThresholdParams
    documentation = Documentation(
        summary="Lets values above a threshold pass and puts a constant in place of all others.",
        formula=r"y = \begin{cases} x & x > t \\ v & x \le t \end{cases}",
        shape="(N, *) -> (N, *)",
        use_when="Where small responses are to be cut at a level of your own. With threshold 0 and value 0 it is ReLU.",
        pitfalls="What is replaced gets no gradient. A value far from the threshold makes a jump there, which is hard to "
        "train through. For an answer of 0 or 1, use Step.",
        source=TORCH_DOCS + "Threshold.html",
    )

    @classmethod
    def flat(cls, params: ThresholdParams) -> Flat:
        return Flat(dead=(params.value,))

    @classmethod
    def call(cls, params: ThresholdParams, inputs: Sequence[TensorSpec]) -> Call:
        # PyTorch has no defaults for the two.
        return Call(cls.type, {"threshold": params.threshold, "value": params.value}, positional=2)

    @classmethod
    def summary(cls, params: ThresholdParams) -> str:
        return say("above {bound}", bound=f"{params.threshold:g}")
