"""First weights by the functions of ``torch.nn.init``, under their names.  Importing this loads no torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from netwright.compiler.report import CheckReport
from netwright.graph.problems import Problem
from netwright.language import listed, say
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry
from netwright.training.config import InitializationConfig, TrainingConfig
from netwright.training.parameter_groups import belongs_to

if TYPE_CHECKING:
    from torch import Tensor, nn

Nonlinearity = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]

_GAIN = "Factor on the size of the weights: 1 for linear layers and sigmoid, 1.67 for tanh, 1.41 for ReLU."


class Initializer(RegisteredChoice, is_abstract=True):
    """One function of ``torch.nn.init``; ``Params`` are its arguments."""

    uses_chance: ClassVar[bool] = True

    @classmethod
    def fill(cls, weight: Tensor, params: ChoiceParams) -> None:
        """Fills ``weight`` in place, by torch's generator where it is random."""
        from torch.nn import init

        getattr(init, cls.type)(weight, **params.model_dump())

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        """The same as a Python statement over ``weight``, for an exported project."""
        arguments = "".join(f", {name}={value!r}" for name, value in params.model_dump().items())
        return f"nn.init.{cls.type}(weight{arguments})".replace("'", '"')


class _XavierParams(ChoiceParams):
    gain: float = Field(default=1.0, gt=0.0, le=100.0, description=_GAIN)


class XavierUniform(Initializer):
    type = "xavier_uniform_"
    title = "Xavier, uniform"
    description = (
        "Keeps the size of values about the same forwards and backwards, for sigmoid and tanh (Glorot and Bengio 2010)."
    )
    Params = _XavierParams


class XavierNormal(Initializer):
    type = "xavier_normal_"
    title = "Xavier, normal"
    description = "As Xavier, from a normal distribution."
    Params = _XavierParams


class _KaimingParams(ChoiceParams):
    a: float = Field(default=0.0, ge=0.0, le=10.0, description="Slope below zero, for leaky_relu alone.")
    mode: Literal["fan_in", "fan_out"] = Field(
        default="fan_in", description="fan_in keeps the size of values on the way forwards, fan_out on the way back."
    )
    nonlinearity: Nonlinearity = Field(default="relu", description="The activation that follows.")


class KaimingUniform(Initializer):
    type = "kaiming_uniform_"
    title = "Kaiming, uniform"
    description = "Keeps the size of values through layers with ReLU (He et al. 2015)."
    Params = _KaimingParams


class KaimingNormal(Initializer):
    type = "kaiming_normal_"
    title = "Kaiming, normal"
    description = "As Kaiming, from a normal distribution: what residual networks begin with."
    Params = _KaimingParams


class Orthogonal(Initializer):
    type = "orthogonal_"
    title = "Orthogonal"
    description = (
        "Rows that stand at right angles to each other: keeps lengths, for deep and recurrent networks (Saxe "
        "et al. 2013)."
    )
    Params = _XavierParams


class TruncatedNormal(Initializer):
    type = "trunc_normal_"
    title = "Truncated normal"
    description = "Normally distributed, with nothing outside of a and b: what transformers begin with."

    class Params(ChoiceParams):
        mean: float = Field(default=0.0, ge=-100.0, le=100.0, description="The mean.")
        std: float = Field(default=0.02, gt=0.0, le=100.0, description="The standard deviation.")
        a: float = Field(
            default=-2.0, ge=-1000.0, le=1000.0, description="The lowest value, not counted in deviations."
        )
        b: float = Field(
            default=2.0, ge=-1000.0, le=1000.0, description="The highest value, not counted in deviations."
        )


class Normal(Initializer):
    type = "normal_"
    title = "Normal"
    description = "Normally distributed, of one size whatever the layer."

    class Params(ChoiceParams):
        mean: float = Field(default=0.0, ge=-100.0, le=100.0, description="The mean.")
        std: float = Field(default=0.01, ge=0.0, le=100.0, description="The standard deviation.")


class Uniform(Initializer):
    type = "uniform_"
    title = "Uniform"
    description = "Evenly distributed between a and b, whatever the layer."

    class Params(ChoiceParams):
        a: float = Field(default=-0.1, ge=-1000.0, le=1000.0, description="The lowest value.")
        b: float = Field(default=0.1, ge=-1000.0, le=1000.0, description="The highest value.")


class Constant(Initializer):
    type = "constant_"
    title = "Constant"
    description = "One value for all weights; in a hidden layer all its units then stay alike."
    uses_chance = False

    class Params(ChoiceParams):
        val: float = Field(default=0.1, ge=-1000.0, le=1000.0, description="The value.")


class Zeros(Initializer):
    type = "zeros_"
    title = "Zeros"
    description = "Nothing but zeros, for the last layer of a branch or a head; a hidden layer of zeros never learns."
    uses_chance = False


INITIALIZERS: Registry[Initializer] = Registry(
    "initialization",
    XavierUniform,
    XavierNormal,
    KaimingUniform,
    KaimingNormal,
    Orthogonal,
    TruncatedNormal,
    Normal,
    Uniform,
    Constant,
    Zeros,
)


def initialize(network: nn.Module, rules: list[InitializationConfig]) -> list[str]:
    """Fills the weights of ``network`` by ``rules`` in their order; one line for the run's notes each.

    Raises:
        ValueError: a rule names a node without weights.
    """
    return [_apply(network, rule) for rule in rules]


def _apply(network: nn.Module, rule: InitializationConfig) -> str:
    import torch

    chosen = INITIALIZERS.get(rule.type)
    params = INITIALIZERS.params(rule.type, rule.params)
    count = 0
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if rule.nodes and not any(belongs_to(name, node) for node in rule.nodes):
                continue
            if weight.ndim >= 2:
                chosen.fill(weight, params)
                count += 1
            elif rule.zero_biases and "bias" in name.rpartition(".")[2]:
                weight.zero_()
    if not count and rule.nodes:
        raise ValueError(
            say(
                "{nodes} have no weights that {type} could fill. Take them out.",
                nodes=listed(rule.nodes),
                type=rule.type,
            )
        )
    return say("Initialisation: {type} filled {count} weight tensors.", type=rule.type, count=count)


def check_initialization(training: TrainingConfig, report: CheckReport) -> Iterator[Problem]:
    """Rules for nodes that are not there or have no weights."""
    for i, rule in enumerate(training.initialization):
        for j, node in enumerate(rule.nodes):
            known: list[Any] = [found for path, found in report.nodes.items() if belongs_to(path, node)]
            if known and any(found.parameters for found in known):
                continue
            yield Problem(
                code="initialization_node_unknown",
                field=f"initialization.{i}.nodes.{j}",
                message=say(
                    "There is no node `{node}` with weights that could be initialised. Take it out.", node=node
                ),
                values={"node": node},
            )
