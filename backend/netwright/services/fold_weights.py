"""Class weights of a cross-validation: what balances the classes of one fold's training part does not balance another's."""

from collections.abc import Iterator, Sequence
from math import isclose
from typing import Any

from netwright.data.base import SourceSpec
from netwright.training.class_weights import BalanceKind, balance
from netwright.training.config import TrainingConfig
from netwright.training.objectives import LOSSES

SAME = 1e-3
"""What the form fills in has four digits."""


def balanced_settings(training: TrainingConfig) -> Iterator[tuple[int, str, BalanceKind]]:
    """Objective, setting and kind of the class weights that are set."""
    for number, objective in enumerate(training.objectives):
        loss = LOSSES.classes.get(objective.loss.type)
        properties = {} if loss is None else loss.Params.model_json_schema().get("properties", {})
        for name, schema in properties.items():
            if "balance" in schema and objective.loss.params.get(name):
                yield number, name, schema["balance"]


def give_each_fold_its_own(source: SourceSpec, training: TrainingConfig, folds: Sequence[int]) -> list[TrainingConfig]:
    """``training`` for each of ``folds``.  Weights that balance the fold which it names become those that balance each; others
    were chosen by a person and stay.  Reads the set where weights are set.

    Raises:
        DataError: the set cannot be read, or cut so.
    """
    configs = [_with_fold(training, fold) for fold in folds]
    settings = list(balanced_settings(training))
    if not settings:
        return configs
    # Imported here, for it loads torch.
    from netwright.data.augment.preview import count_classes
    from netwright.data.prepare import split_raw
    from netwright.data.registry import open_source

    raw = open_source(source).load()
    if raw.graph is not None:
        return configs

    def weights_of(config: TrainingConfig, kind: BalanceKind) -> list[float] | None:
        train = split_raw(raw, config.data.split).train
        return balance(kind, count_classes(raw, train), len(train), are_labels=raw.task == "multilabel")

    for number, name, kind in settings:
        if not _are_same(training.objectives[number].loss.params[name], weights_of(training, kind)):
            continue
        for place, config in enumerate(configs):
            own = weights_of(config, kind)
            if own is not None:
                configs[place] = _with_weights(config, number, name, own)
    return configs


def _are_same(given: Any, balanced: list[float] | None) -> bool:
    values = given if isinstance(given, list) else [given]
    return (
        balanced is not None
        and len(values) == len(balanced)
        and all(isclose(a, b, rel_tol=SAME) for a, b in zip(values, balanced, strict=True))
    )


def _with_fold(training: TrainingConfig, fold: int) -> TrainingConfig:
    split = training.data.split.model_copy(update={"fold": fold})
    return training.model_copy(update={"data": training.data.model_copy(update={"split": split})})


def _with_weights(training: TrainingConfig, number: int, name: str, weights: list[float]) -> TrainingConfig:
    objective = training.objectives[number]
    loss = objective.loss.model_copy(update={"params": {**objective.loss.params, name: weights}})
    objectives = [*training.objectives]
    objectives[number] = objective.model_copy(update={"loss": loss})
    return training.model_copy(update={"objectives": objectives})
