"""A checkpoint in use: its network, the preprocessing of its run, and answers as a person reads them.

Letters: N samples, K scores of a sample, C H W a picture, F features or channels, T steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from netwright.compiler.module import load_source
from netwright.data.base import RawData
from netwright.data.registry import open_source
from netwright.language import say
from netwright.training.answers import Answers, build_answers, find_last
from netwright.training.jobs import find_output
from netwright.training.objectives import LOSSES
from netwright.training.spec import RunSpec

BATCH_SIZE = 256
KINDS = ("image", "table", "text", "series")
TASKS = ("classification", "multilabel", "regression")


class TrialError(ValueError):
    """This checkpoint cannot be tried out; the sentence says why."""


def _not_here() -> TrialError:
    return TrialError(
        say(
            "Pictures, tables, texts and series with classes, labels or numbers as targets can be tried out here, this run has "
            "other data. Take its project home and use predict.py."
        )
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """``network`` is in eval mode on the CPU; ``raw`` is the run's data as its source gives it."""

    spec: RunSpec
    raw: RawData
    network: torch.nn.Module
    preprocess: Callable[[torch.Tensor], torch.Tensor]
    postprocess: Callable[[torch.Tensor], torch.Tensor] | None
    """What the network answers, in the unit of the targets; None where it answers in it."""
    output: str | None
    answers: Answers
    target_scale: float
    split: Callable[[str], list[str]] | None = None
    """Of texts: how one is cut into tokens."""
    tokens: frozenset[str] = frozenset()
    """Of texts: those that the training part taught."""

    @classmethod
    def open(cls, spec: RunSpec, source: str, weights: Path) -> "Trial":
        """Loads everything once.  ``source`` is the run's own module, so that preprocessing is what was fitted then.

        Raises:
            TrialError: the data are of a kind that nothing can be typed or drawn for, or the weights do not fit.
            DataError: the data are gone.
        """
        opened = open_source(spec.source)
        if opened.kind not in KINDS:
            raise _not_here()
        raw = opened.load()
        if raw.task not in TASKS or spec.training.data.task != "own":
            raise _not_here()
        module = load_source(source)
        network = module.Network()
        try:
            network.load_state_dict(load_file(weights))
        except (RuntimeError, SafetensorError) as error:
            raise TrialError(
                say("The weights of this checkpoint are not those of its network: {why}", why=str(error)[:500])
            ) from error
        scale = float(getattr(opened.options, "target_scale", 1.0))
        output = find_output(spec.document, spec.training.objectives[0].output)
        loss = LOSSES.get(spec.training.objectives[0].loss.type)
        return cls(
            spec,
            raw,
            network.eval(),
            module.preprocess,
            getattr(module, "postprocess", None),
            output,
            build_answers(raw.task, len(raw.classes), loss, find_last(spec.document, output)),
            scale,
            getattr(module, "preprocess_split", None),
            frozenset(getattr(module, "PREPROCESS_TOKENS", ())),
        )

    @property
    def is_class(self) -> bool:
        return self.raw.task == "classification"

    @property
    def are_labels(self) -> bool:
        return self.raw.task == "multilabel"

    @property
    def are_probabilities(self) -> bool:
        return (self.is_class or self.are_labels) and self.answers.are_sure

    @property
    def label_cut(self) -> float:
        """What a label's answer must be above for the label to be said."""
        return 0.5 if self.are_probabilities else self.answers.cut

    @torch.inference_mode()
    def answer(self, samples: torch.Tensor) -> NDArray[np.float64]:
        """Raw samples ``(N, ...)`` to ``(N, K)``: a probability (or a score, where the loss makes none) for each class or
        label, or the values of a regression in the target's own unit.

        Raises:
            TrialError: a value is not finite.
        """
        parts = [self._answer(batch) for batch in torch.split(samples, BATCH_SIZE)]
        answers: NDArray[np.float64] = torch.cat(parts).double().numpy()
        if not np.isfinite(answers).all():
            raise TrialError(
                say(
                    "The network of this checkpoint answers with values that are not finite. Take an earlier checkpoint."
                )
            )
        return answers

    def _answer(self, batch: torch.Tensor) -> torch.Tensor:
        outputs = self.network(self.preprocess(batch))
        main: torch.Tensor = outputs if self.output is None else outputs[self.output]
        scores = main.float().reshape(len(batch), -1)
        if self.are_labels:
            return self.answers.probabilities(scores) if self.answers.are_sure else scores
        if not self.is_class:
            return (scores if self.postprocess is None else self.postprocess(scores)) * self.target_scale
        if self.answers.are_sure:
            return self.answers.probabilities(scores)
        if scores.shape[1] > 1:
            return scores
        return torch.cat([1 - scores if self.answers.cut else -scores, scores], dim=1)
