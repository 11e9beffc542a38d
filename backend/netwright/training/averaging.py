"""Averages of the weights, which are often better than the last ones: what is validated, kept and taken home instead.

Importing this loads no torch: the form lists what there is.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry

if TYPE_CHECKING:
    from torch import nn
    from torch.optim.swa_utils import AveragedModel


class Averaging(RegisteredChoice, is_abstract=True):
    """One way to average, over PyTorch's ``torch.optim.swa_utils``."""

    is_each_step: ClassVar[bool]
    """Whether it takes in the weights of each update, or only those at the end of an epoch."""

    @classmethod
    @abstractmethod
    def build(cls, params: ChoiceParams, network: nn.Module) -> AveragedModel:
        """A copy of ``network`` that becomes the average."""

    @classmethod
    def span(cls, params: ChoiceParams) -> float | None:
        """Over about how many updates it averages; None where it counts epochs."""
        return None

    @classmethod
    @abstractmethod
    def source(cls, params: ChoiceParams) -> str:
        """The same as a Python expression over ``network``, for an exported project."""

    @classmethod
    def is_due(cls, params: ChoiceParams, epoch: int, epochs: int, *, has_begun: bool = False) -> bool:
        """Whether the weights at the end of ``epoch`` (from 1) of ``epochs`` go into the average.  ``has_begun``: it holds some
        already.  A run that is given more epochs then must not go on beside an average that stands still."""
        return False

    @classmethod
    def due_source(cls, params: ChoiceParams) -> str:
        """:meth:`is_due` as an expression over ``epoch`` and ``epochs``, of an average that has not begun."""
        return "False"


class EMA(Averaging):
    type = "EMA"
    title = "Exponential moving average"
    description = (
        "After each update the average moves a little towards the weights, and running statistics of normalisations with "
        "it. It spans about 1 / (1 - decay) updates: choose fewer than an epoch or two have."
    )
    is_each_step = True

    class Params(ChoiceParams):
        decay: float = Field(
            default=0.999, ge=0.0, lt=1.0, description="How much of the average is kept at each update."
        )

    @classmethod
    def build(cls, params: ChoiceParams, network: nn.Module) -> AveragedModel:
        from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

        assert isinstance(params, cls.Params)
        average = get_ema_multi_avg_fn(params.decay)  # type: ignore[no-untyped-call]  # torch's own is untyped
        return AveragedModel(network, multi_avg_fn=average, use_buffers=True)

    @classmethod
    def span(cls, params: ChoiceParams) -> float | None:
        assert isinstance(params, cls.Params)
        return 1.0 / (1.0 - params.decay)

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn({params.decay!r}), use_buffers=True)"


class SWA(Averaging):
    type = "SWA"
    title = "Stochastic weight averaging"
    description = (
        "The mean of the weights at the ends of the last epochs. Batch norm's running statistics are computed anew over the "
        "training part before each validation. Works best with a learning rate that stays up: end the "
        "schedule in a constant one."
    )
    is_each_step = False

    class Params(ChoiceParams):
        start: float = Field(
            default=0.75, ge=0.0, lt=1.0, description="Share of the epochs after which averaging begins."
        )

    @classmethod
    def build(cls, params: ChoiceParams, network: nn.Module) -> AveragedModel:
        from torch.optim.swa_utils import AveragedModel

        return AveragedModel(network)

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        return "AveragedModel(network)"

    @classmethod
    def is_due(cls, params: ChoiceParams, epoch: int, epochs: int, *, has_begun: bool = False) -> bool:
        assert isinstance(params, cls.Params)
        return has_begun or epoch > int(params.start * epochs)

    @classmethod
    def due_source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"epoch > int({params.start!r} * epochs)"


AVERAGINGS: Registry[Averaging] = Registry("averaging", EMA, SWA)
