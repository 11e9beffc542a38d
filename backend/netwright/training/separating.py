"""Whether a perceptron found what it looks for: a flat boundary between two classes."""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from netwright.language import Text, say
from netwright.training.parts import Setup

if TYPE_CHECKING:
    from torch import Tensor


class Separation(NamedTuple):
    """``wrong`` of ``total`` training samples lie on the wrong side of the boundary."""

    wrong: int
    total: int
    num_features: int

    @property
    def sentence(self) -> Text:
        """For a person, where some are wrong."""
        return say(
            "No {boundary} separates the two classes as far as this run saw: {wrong} of {total:,} training samples are still "
            "on the wrong side. A hidden layer (Linear and ReLU in front of the last Linear) lets the boundary bend.",
            boundary=say("straight line") if self.num_features == 2 else say("flat boundary"),
            wrong=self.wrong,
            total=self.total,
        )


@torch.inference_mode()
def measure_separation(run: Setup) -> Separation | None:
    """Looks at the whole training part with the weights as they are; None for what is no single perceptron.

    The rule stops moving the weights once all is right, so that a run that ends with mistakes has not found a boundary; that
    there is none, it cannot know.
    """
    layers = [module for module in run.network.modules() if next(module.parameters(recurse=False), None) is not None]
    is_perceptron = run.config.objectives[0].loss.type == "PerceptronLoss" and len(layers) == 1
    if not is_perceptron or not isinstance(layers[0], nn.Linear):
        return None
    batches = run.sampler.batches
    right: Tensor = torch.zeros((), dtype=torch.int64, device=run.device)
    run.shown.eval()
    try:
        for inputs, targets in batches.in_order(2048):
            right += (run.answers.classes(run.main(run.answer(inputs))) == targets).sum()
    finally:
        run.start_training_mode()
    return Separation(len(batches) - int(right), len(batches), layers[0].in_features)
