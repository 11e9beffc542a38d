"""Activations that networks are mostly built with: functions applied to every value."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from netwright.language import say
from netwright.layers.base import (
    ROWS,
    Call,
    Complaint,
    Documentation,
    Flat,
    Layer,
    LayerParams,
    Port,
    Repair,
    TensorSpec,
)
from netwright.layers.params import NonNegative, Real, Size, setting

TORCH_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


class _Activation(Layer[Any]):
    family = "activation"
    inputs = (Port("x", along=ROWS),)

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        """``nn.<type>(...)`` with the parameters that differ from the defaults, which are PyTorch's."""
        return Call(cls.type, params.changed())

    @classmethod
    def flat(cls, params: Any) -> Flat | None:
        """Nowhere, unless the class says otherwise."""
        return Flat()

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...] | None:
        """Value by value: what comes out is as what goes in.  Said here and held to PyTorch's run by a test, since an edit near
        the beginning of a network asks it of every activation behind."""
        return (inputs[0],)


class ReLU(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Keeps positive values and sets negative ones to zero.",
        formula=r"y = \max(0, x)",
        shape="(N, *) -> (N, *)",
        use_when="The default after a convolution or a Linear layer: cheap, and its gradient does not shrink with depth.",
        pitfalls="A unit whose input is negative for every sample gets no gradient and never recovers (a dead ReLU). "
        "A high share of zeros after it points at too high a learning rate; LeakyReLU, ELU or a normalisation before it help.",
        source=TORCH_DOCS + "ReLU.html",
    )
    aliases = ("rectifier", "rectified linear unit")

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(dead=(0.0,))


class LeakyReLUParams(LayerParams):
    negative_slope: Real = setting(0.01, "What negative values are multiplied by.")


class LeakyReLU(_Activation):
    """(N, *) -> (N, *)."""

    Params = LeakyReLUParams
    documentation = Documentation(
        summary="Like ReLU, but lets a small share of negative values through.",
        formula=r"y = \begin{cases} x & x \ge 0 \\ a x & x < 0 \end{cases}",
        shape="(N, *) -> (N, *)",
        use_when="Where ReLUs die: every unit keeps a gradient. Common in the discriminators of GANs, with a slope of 0.2.",
        pitfalls="A slope of 1 makes it the identity, and the layers around it one linear map. The slope is a "
        "constant; PReLU learns it.",
        source=TORCH_DOCS + "LeakyReLU.html",
    )
    aliases = ("leaky rectifier",)

    @classmethod
    def summary(cls, params: LeakyReLUParams) -> str:
        return say("slope {slope}", slope=f"{params.negative_slope:g}")


class PReLUParams(LayerParams):
    num_parameters: Size = setting(1, "How many slopes are learned: 1 for all, or one for each channel.", unit="slopes")
    init: Real = setting(0.25, "The slope that training starts from.")


class PReLU(_Activation):
    """(N, C, *) -> (N, C, *)."""

    Params = PReLUParams
    documentation = Documentation(
        summary="Like LeakyReLU, but the slope of the negative side is learned.",
        formula=r"y = \max(0, x) + a \min(0, x), \quad a \text{ learned}",
        shape="(N, C, *) -> (N, C, *)",
        use_when="In deep convolutional networks where the right slope is not known; it costs next to nothing.",
        pitfalls="Leave its slope out of weight decay: decay pulls it towards ReLU. One slope per channel can "
        "overfit on small data.",
        source="He et al. 2015, Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852",
    )
    aliases = ("parametric relu",)

    @classmethod
    def check(cls, params: PReLUParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        channels = inputs[0].shape[0]
        if params.num_parameters not in {1, channels}:
            yield Complaint(
                code="slopes_do_not_match",
                message=say(
                    "PReLU `{node}` learns {count} slopes but gets {channels} channels from `{source}`: "
                    "it needs 1 or {channels}.",
                    count=params.num_parameters,
                    channels=channels,
                ),
                port="x",
                field="num_parameters",
                expected=say("1 or {channels}", channels=channels),
                got=str(params.num_parameters),
                values={"slopes": params.num_parameters, "channels": channels},
                fixes=tuple(Repair("set_param", {"name": "num_parameters", "value": n}) for n in (channels, 1)),
            )

    @classmethod
    def estimate_parameters(cls, params: PReLUParams, inputs: Sequence[TensorSpec]) -> int:
        return params.num_parameters


class ELUParams(LayerParams):
    alpha: NonNegative = setting(1.0, "The value that large negative inputs approach, with a minus before it.")


class ELU(_Activation):
    """(N, *) -> (N, *)."""

    Params = ELUParams
    documentation = Documentation(
        summary="Keeps positive values; negative ones bend smoothly towards a floor.",
        formula=r"y = \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}",
        shape="(N, *) -> (N, *)",
        use_when="In networks without normalisation: its outputs centre near zero, and no unit dies at once.",
        pitfalls="Slower than ReLU because of the exponential. Very negative inputs still have almost no gradient.",
        source=TORCH_DOCS + "ELU.html",
    )
    aliases = ("exponential linear unit",)

    @classmethod
    def flat(cls, params: ELUParams) -> Flat:
        # With alpha 0 it is ReLU.
        return Flat(bounds=(-params.alpha,)) if params.alpha else Flat(dead=(0.0,))


class GELUParams(LayerParams):
    approximate: Literal["none", "tanh"] = setting("none", "Compute it exactly, or by the faster formula with tanh.")


class GELU(_Activation):
    """(N, *) -> (N, *)."""

    Params = GELUParams
    documentation = Documentation(
        summary="Weighs each value by the chance that a normal variable is smaller: a smooth ReLU with a small dip below zero.",
        formula=r"y = x \, \Phi(x)",
        shape="(N, *) -> (N, *)",
        use_when="In transformers (BERT, GPT, ViT) and modern convolutional networks such as ConvNeXt.",
        pitfalls="Weights trained with one formula are slightly off under the other: keep `approximate` as it was in training.",
        source="Hendrycks and Gimpel 2016, Gaussian Error Linear Units, https://arxiv.org/abs/1606.08415",
    )
    aliases = ("gaussian error linear unit",)

    @classmethod
    def summary(cls, params: GELUParams) -> str:
        return "" if params.approximate == "none" else params.approximate


class SiLU(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The input times its own sigmoid: a smooth ReLU with a small dip below zero. Also called swish.",
        formula=r"y = x \, \sigma(x) = \frac{x}{1 + e^{-x}}",
        shape="(N, *) -> (N, *)",
        use_when="In EfficientNets, YOLO and diffusion models; where a smooth gradient pays for the extra cost.",
        pitfalls="Costs more time and memory than ReLU: an exponential, and the input is kept for the gradient.",
        source=TORCH_DOCS + "SiLU.html",
    )
    aliases = ("swish",)


class Sigmoid(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Squeezes every value into the range from 0 to 1.",
        formula=r"y = \sigma(x) = \frac{1}{1 + e^{-x}}",
        shape="(N, *) -> (N, *)",
        use_when="For gates, and to read a score as the probability of yes, each output for itself.",
        pitfalls="Saturates: far from zero its gradient vanishes, at best it is 1/4, so deep stacks of it hardly "
        "learn. Do not put it before BCEWithLogitsLoss, which holds a sigmoid already.",
        source=TORCH_DOCS + "Sigmoid.html",
    )
    aliases = ("logistic",)

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(0.0, 1.0))


class Tanh(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Squeezes every value into the range from -1 to 1, centred at zero.",
        formula=r"y = \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}",
        shape="(N, *) -> (N, *)",
        use_when="In recurrent networks, in classics such as LeNet, and as the last layer where outputs lie between -1 and 1.",
        pitfalls="Saturates like the sigmoid, only later: large inputs get almost no gradient. Scale inputs to about "
        "unit size.",
        source=TORCH_DOCS + "Tanh.html",
    )
    aliases = ("hyperbolic tangent",)

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(-1.0, 1.0))


class Identity(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Passes its input on as it is.",
        formula=r"y = x",
        shape="(N, *) -> (N, *)",
        use_when="As a named place: the empty side of a skip connection, or a slot for an activation to be chosen later.",
        pitfalls="It does nothing: two Linear layers with only an Identity between them are one Linear layer.",
        source=TORCH_DOCS + "Identity.html",
    )
    aliases = ("pass through", "no operation", "skip")

    @classmethod
    def flat(cls, params: LayerParams) -> None:
        """It is no activation: nothing is to be said of its units."""

    @classmethod
    def infer(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> None:
        """Its run says more: that nothing new is kept."""


_STEP = '''class Step(nn.Module):
    """1 where x >= 0, else 0; the gradient passes straight through."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x >= 0).to(x.dtype) + (x - x.detach())
'''


class Step(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The perceptron's activation: 1 where the value is at least 0, else 0.",
        formula=r"y = \begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}, \qquad \frac{\partial y}{\partial x} := 1",
        shape="(N, *) -> (N, *)",
        use_when="To build the perceptron of 1958 and see its limits, and for units that must answer yes or no.",
        pitfalls="Its true gradient is zero everywhere, so nothing before it would learn; the gradient is passed "
        "straight through instead, which is a rough guess. Use Sigmoid where a smooth answer will do.",
        source="Rosenblatt 1958, The Perceptron, https://doi.org/10.1037/h0042519; "
        "the gradient: Bengio et al. 2013, https://arxiv.org/abs/1308.3432",
    )
    aliases = ("perceptron", "heaviside", "threshold unit", "binary activation")

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        """A unit that gives the same answer for every sample decides nothing."""
        return Flat(dead=(0.0, 1.0))

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("Step", prelude=_STEP)
