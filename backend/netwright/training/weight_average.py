"""The average of a run's weights, kept beside those that train (see ``averaging`` for the kinds)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from netwright.training.averaging import AVERAGINGS
from netwright.training.config import Choice
from netwright.training.freezing import freeze
from netwright.training.scripted import recompute_statistics


class WeightAverage:
    """``network`` is a copy of ``live`` that holds the average; ``count`` says how many states went into it."""

    def __init__(self, choice: Choice, live: nn.Module, frozen: Iterable[str]) -> None:
        self.kind = AVERAGINGS.get(choice.type)
        self.params = AVERAGINGS.params(choice.type, choice.params)
        self.live = live
        self._model = self.kind.build(self.params, live)
        self.network: nn.Module = self._model.module
        self.frozen = set(freeze(self.network, frozen).held)
        self.network.requires_grad_(False).eval()
        self._average, self._moving = _floats(self.network), _floats(live)
        self._epoch = 0
        # Where steps may be skipped: how many were not, and share, on the device.
        self._taken: torch.Tensor | None = None
        self._share = 1.0 - float(self.params.model_dump().get("decay", 0.0))

    @property
    def count(self) -> int:
        return int(self._model.n_averaged)  # on the CPU: nothing waits for a device

    def after_step(self, skipped: torch.Tensor | None = None) -> None:
        """Takes in the weights after an update, where the kind does.  ``skipped`` is 1 on the device where the update was none,
        which must not count; None where all are made."""
        self.move(skipped)
        self.count_step()

    def move(self, skipped: torch.Tensor | None) -> None:
        """The part of :meth:`after_step` that happens on the device."""
        if not self.kind.is_each_step:
            return
        if skipped is not None:
            self._move_unless(skipped)
        elif self.count == 0:
            for average, live in zip(_tensors(self.network), _tensors(self.live), strict=True):
                average.copy_(live)
        else:
            # What update_parameters would do; that sends its counter to the device each time and waits for it.
            torch._foreach_lerp_(self._average, self._moving, self._share)

    def count_step(self) -> None:
        """The part of :meth:`after_step` that happens beside the device."""
        if self.kind.is_each_step:
            self._model.n_averaged += 1

    def _move_unless(self, skipped: torch.Tensor) -> None:
        """Nothing is read from the device: after a skipped update the average goes no way towards the weights, after the first
        that was made the whole way."""
        if self._taken is None:
            self._taken = torch.zeros_like(skipped)
        is_made = 1.0 - skipped
        share = torch.where(self._taken == 0, 1.0, self._share) * is_made
        torch._foreach_lerp_(self._average, self._moving, [share] * len(self._average))
        self._taken += is_made

    def after_epoch(self, epoch: int, epochs: int) -> bool:
        """Takes in the weights at the end of an epoch, where the kind does; True where batch norm's statistics are due."""
        if not self.kind.is_due(self.params, epoch, epochs, has_begun=self.count > 0):
            return False
        if epoch != self._epoch:  # a run that was stopped while it validated comes here twice
            self._model.update_parameters(self.live)
            self._epoch = epoch
        return True

    def recompute_statistics(self, batches: Iterable[Any], forward: Callable[[nn.Module, Any], Any]) -> None:
        """Batch norm's running statistics of the averaged weights: the mean over ``batches``."""
        recompute_statistics(self.network, self.frozen, batches, forward)

    def state(self) -> dict[str, Any]:
        """With the averaged weights, which are the checkpoint's: the weights that train."""
        return {"count": self.count, "epoch": self._epoch, "taken": self._taken, "live": self.live.state_dict()}

    def load_state(self, state: dict[str, Any], weights: dict[str, torch.Tensor]) -> None:
        self.live.load_state_dict(state["live"])
        self._model.n_averaged.fill_(state["count"])
        self._epoch = state["epoch"]
        if state.get("taken") is not None:
            self._taken = state["taken"].to(self._average[0].device)
        if state["count"]:
            self.network.load_state_dict(weights)


def _tensors(network: nn.Module) -> list[torch.Tensor]:
    return [tensor.detach() for tensor in (*network.parameters(), *network.buffers())]


def _floats(network: nn.Module) -> list[torch.Tensor]:
    return [tensor for tensor in _tensors(network) if tensor.is_floating_point()]
