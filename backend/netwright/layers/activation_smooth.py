"""Smooth activations, those that normalise themselves, and the one with a random slope."""

from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.activation import TORCH_DOCS, _Activation
from netwright.layers.base import Complaint, Documentation, Flat, LayerParams, Repair, TensorSpec
from netwright.layers.params import NonNegative, Positive, Real, setting

SELU_FLOOR = -1.0507009873554805 * 1.6732632423543772
"""What very negative inputs of SELU come to: minus scale times alpha."""


class CELUParams(LayerParams):
    alpha: Positive = setting(1.0, "The value that large negative inputs approach, with a minus before it.")


class CELU(_Activation):
    """(N, *) -> (N, *)."""

    Params = CELUParams
    documentation = Documentation(
        summary="ELU whose slope has no kink at zero, whatever alpha is.",
        formula=r"y = \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))",
        shape="(N, *) -> (N, *)",
        use_when="Instead of ELU where alpha is not 1 and a smooth function is wanted, such as for second derivatives.",
        pitfalls="With alpha 1 it is ELU. It costs an exponential, and very negative inputs have almost no gradient.",
        source=f"Barron 2017, https://arxiv.org/abs/1704.07483; {TORCH_DOCS}CELU.html",
    )

    @classmethod
    def flat(cls, params: CELUParams) -> Flat:
        return Flat(bounds=(-params.alpha,))

    @classmethod
    def summary(cls, params: CELUParams) -> str:
        return f"α {params.alpha:g}"


class SELU(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="A scaled ELU that keeps mean 0 and variance 1 through deep stacks of Linear layers.",
        formula=r"y = 1.0507 \begin{cases} x & x > 0 \\ 1.6733 (e^x - 1) & x \le 0 \end{cases}",
        shape="(N, *) -> (N, *)",
        use_when="In deep multilayer perceptrons without normalisation layers, on inputs of mean 0 and variance 1.",
        pitfalls="The promise holds with weights drawn by LeCun's rule, without skips, and with AlphaDropout in place of "
        "Dropout. With BatchNorm it gains nothing over ReLU.",
        source=f"Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; {TORCH_DOCS}SELU.html",
    )
    aliases = ("self-normalizing",)

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(SELU_FLOOR,))


class RReLUParams(LayerParams):
    lower: NonNegative = setting(1 / 8, "The smallest slope of the negative side.")
    upper: NonNegative = setting(1 / 3, "The largest slope of the negative side.")


class RReLU(_Activation):
    """(N, *) -> (N, *)."""

    Params = RReLUParams
    documentation = Documentation(
        summary="LeakyReLU with a slope drawn anew for every value while training; afterwards it is the middle of the range.",
        formula=r"y = \begin{cases} x & x \ge 0 \\ a x & x < 0 \end{cases}, \quad a \sim U(l, u) \text{ while training, "
        r"else } a = \tfrac{l + u}{2}",
        shape="(N, *) -> (N, *)",
        use_when="On small data sets, where the random slope works against overfitting like a mild dropout.",
        pitfalls="The training loss is measured with the noise. Two runs differ unless the seed is fixed. On large data "
        "sets LeakyReLU does as well and costs less.",
        source=f"Xu et al. 2015, https://arxiv.org/abs/1505.00853; {TORCH_DOCS}RReLU.html",
    )
    aliases = ("randomized leaky relu",)

    @classmethod
    def check(cls, params: RReLUParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        if params.lower > params.upper:
            yield Complaint(
                code="bounds_out_of_order",
                message=say(
                    "RReLU `{node}` draws slopes from {lower} to {upper}: lower must not be above upper.",
                    lower=f"{params.lower:g}",
                    upper=f"{params.upper:g}",
                ),
                field="lower",
                expected=say("at most {size}", size=f"{params.upper:g}"),
                got=f"{params.lower:g}",
                values={"low": params.lower, "high": params.upper},
                fixes=(
                    Repair("set_param", {"name": "lower", "value": params.upper}),
                    Repair("set_param", {"name": "upper", "value": params.lower}),
                ),
            )

    @classmethod
    def summary(cls, params: RReLUParams) -> str:
        return say("slope {low} to {high}", low=f"{params.lower:.3g}", high=f"{params.upper:.3g}")


class SoftplusParams(LayerParams):
    beta: Positive = setting(1.0, "How sharply it bends: a larger one comes closer to ReLU.")
    threshold: Real = setting(
        20.0, "Where beta times the input is above it, the input itself is taken, against overflow."
    )


class Softplus(_Activation):
    """(N, *) -> (N, *)."""

    Params = SoftplusParams
    documentation = Documentation(
        summary="A smooth ReLU that is always above zero.",
        formula=r"y = \tfrac{1}{\beta} \log(1 + e^{\beta x})",
        shape="(N, *) -> (N, *)",
        use_when="As the last layer where an output must be positive: a variance, a rate, a scale.",
        pitfalls="Its output is never zero and not centred; inside a network ReLU or SiLU train faster. Very negative "
        "inputs give almost no gradient.",
        source=TORCH_DOCS + "Softplus.html",
    )
    aliases = ("smooth relu", "positive")

    @classmethod
    def flat(cls, params: SoftplusParams) -> Flat:
        return Flat(bounds=(0.0,))

    @classmethod
    def summary(cls, params: SoftplusParams) -> str:
        return "" if params.beta == 1 else f"β {params.beta:g}"


class Softsign(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Squeezes every value into the range from -1 to 1, more slowly than tanh.",
        formula=r"y = \frac{x}{1 + |x|}",
        shape="(N, *) -> (N, *)",
        use_when="In place of tanh where saturation hurts: its gradient falls off as 1/x², not exponentially.",
        pitfalls="It needs far larger inputs to come near -1 or 1, so it is no good where outputs must reach them.",
        source=f"Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html; {TORCH_DOCS}Softsign.html",
    )

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(-1.0, 1.0))


class LogSigmoid(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The logarithm of Sigmoid, computed so that tiny probabilities do not become zero.",
        formula=r"y = \log \frac{1}{1 + e^{-x}}",
        shape="(N, *) -> (N, *)",
        use_when="Where log probabilities of yes are added up, as in ranking and contrastive losses.",
        pitfalls="Its values are never above zero: they are logarithms, not probabilities. BCEWithLogitsLoss holds it "
        "already and wants raw scores.",
        source=TORCH_DOCS + "LogSigmoid.html",
    )

    @classmethod
    def flat(cls, params: LayerParams) -> Flat:
        return Flat(bounds=(0.0,))


class Mish(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="The input times the tanh of its softplus: a smooth ReLU with a small dip below zero, close to SiLU.",
        formula=r"y = x \tanh(\log(1 + e^x))",
        shape="(N, *) -> (N, *)",
        use_when="In YOLOv4 and other detectors; worth a try where SiLU works.",
        pitfalls="Slower than SiLU for a difference that is often within noise. The input is kept for the gradient.",
        source=f"Misra 2019, https://arxiv.org/abs/1908.08681; {TORCH_DOCS}Mish.html",
    )
