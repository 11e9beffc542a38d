"""A checkpoint in use: its network, the preprocessing of its run, and answers as a person reads them.

Letters: N samples, K scores of a sample, C H W a picture, F features or channels, T steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from netwright.compiler.module import load_source
from netwright.compiler.program import build_program
from netwright.data.base import NAMED_TASKS, RawData, Task
from netwright.data.masks import MoveMasks, load_mask_moves, write_mask_moves
from netwright.data.prepare import chain_of, raw_layout, required_columns
from netwright.data.registry import open_source
from netwright.language import say
from netwright.training.answers import Answers, build_answers, find_last
from netwright.training.jobs import find_output
from netwright.training.objectives import LOSSES
from netwright.training.spec import RunSpec

BATCH_SIZE = 256


class TrialError(ValueError):
    """This checkpoint cannot be tried out; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``network`` is in eval mode on the CPU; ``raw`` is the run's data as its source gives it."""

    spec: RunSpec
    raw: RawData
    task: Task
    """That of the run: reconstruction where samples were their own targets, whatever the set's own task is."""
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
    move: MoveMasks | None = None
    """Of masks: from the pixels of the raw picture to those of the network; None where they are the same."""
    required: Mapping[int, str] = field(default_factory=dict)
    """Of rows: the columns that must have a value, by their places."""
    arguments: tuple[str, ...] = ()
    """Of graphs: which outputs of the Graph node the network takes, in its order."""

    @classmethod
    def open(cls, spec: RunSpec, source: str, weights: Path) -> "Trial":
        """Loads everything once.  ``source`` is the run's own module, so that preprocessing is what was fitted then.

        Raises:
            TrialError: the weights do not fit.
            DataError: the data are gone.
        """
        opened = open_source(spec.source)
        raw = opened.load()
        task = raw.task if spec.training.data.task == "own" else spec.training.data.task
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
            task,
            network.eval(),
            module.preprocess,
            getattr(module, "postprocess", None),
            output,
            build_answers(task, len(raw.classes), loss, find_last(spec.document, output)),
            scale,
            getattr(module, "preprocess_split", None),
            frozenset(getattr(module, "PREPROCESS_TOKENS", ())),
            _mask_moves(spec, raw) if task == "segmentation" else None,
            required_columns(raw, chain_of(raw, spec.training.data)),
            _arguments(spec) if raw.kind == "graph" else (),
        )

    @property
    def is_class(self) -> bool:
        return self.task == "classification"

    @property
    def are_labels(self) -> bool:
        return self.task == "multilabel"

    @property
    def are_probabilities(self) -> bool:
        return self.task in NAMED_TASKS and self.answers.are_sure

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
        parts = [self.read(self.main(self.preprocess(batch))) for batch in torch.split(samples, BATCH_SIZE)]
        return to_array(torch.cat(parts))

    def main(self, *inputs: torch.Tensor) -> torch.Tensor:
        """What the network answers to its own inputs: the first objective's output, in float32."""
        outputs = self.network(*inputs)
        main: torch.Tensor = outputs if self.output is None else outputs[self.output]
        return main.float()

    def read(self, outputs: torch.Tensor) -> torch.Tensor:
        """Outputs ``(N, ...)`` as :meth:`answer` gives them."""
        scores = outputs.reshape(len(outputs), -1)
        if self.are_labels:
            return self.answers.probabilities(scores) if self.answers.are_sure else scores
        if not self.is_class:
            return (scores if self.postprocess is None else self.postprocess(scores)) * self.target_scale
        if self.answers.are_sure:
            return self.answers.probabilities(scores)
        if scores.shape[1] > 1:
            return scores
        return torch.cat([1 - scores if self.answers.cut else -scores, scores], dim=1)


def to_array(answers: torch.Tensor) -> NDArray[np.float64]:
    """
    Raises:
        TrialError: a value is not finite.
    """
    check_finite(answers)
    array: NDArray[np.float64] = answers.double().numpy()
    return array


def check_finite(answers: torch.Tensor) -> None:
    """
    Raises:
        TrialError: a value is not finite.
    """
    if not bool(answers.isfinite().all()):
        raise TrialError(
            say("The network of this checkpoint answers with values that are not finite. Take an earlier checkpoint.")
        )


def _mask_moves(spec: RunSpec, raw: RawData) -> MoveMasks | None:
    return load_mask_moves(write_mask_moves(chain_of(raw, spec.training.data), raw_layout(raw)))


def _arguments(spec: RunSpec) -> tuple[str, ...]:
    return tuple(port for _, port in build_program(spec.document).network.arguments)
