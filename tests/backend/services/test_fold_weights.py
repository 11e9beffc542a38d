"""Each run of a cross-validation balances the classes of what it trains on itself."""

from typing import Any

import numpy as np
import pytest
from netwright.data.base import SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.services.fold_weights import give_each_fold_its_own
from netwright.training.config import TrainingConfig
from sklearn.utils.class_weight import compute_class_weight

DIGITS = SourceSpec(type="digits")
FOLDS = range(1, 4)


def config_of(weight: Any, fold: int = 2) -> TrainingConfig:
    split = {"folds": 3, "fold": fold, "stratify": False}
    loss = {"type": "CrossEntropyLoss", "params": {"weight": weight}}
    return TrainingConfig.model_validate({"data": {"split": split}, "objectives": [{"loss": loss}]})


def of_scikit_learn(training: TrainingConfig) -> list[float]:
    targets = prepare(open_source(DIGITS).load(), training.data).train.targets.numpy()
    weights = compute_class_weight("balanced", classes=np.arange(10), y=targets)
    return [float(f"{weight:.4g}") for weight in weights]


def weights_of(training: TrainingConfig) -> Any:
    return training.objectives[0].loss.params["weight"]


def test_weights_that_balance_the_named_fold_are_those_of_each_fold() -> None:
    named = of_scikit_learn(config_of(None))
    found = give_each_fold_its_own(DIGITS, config_of(named), FOLDS)
    assert [each.data.split.fold for each in found] == [1, 2, 3]
    assert [weights_of(each) for each in found] == [of_scikit_learn(config_of(None, fold)) for fold in FOLDS]
    assert weights_of(found[1]) == named != weights_of(found[0])


@pytest.mark.parametrize("weight", [None, [1.0] * 9 + [2.0]])
def test_weights_that_a_person_typed_are_the_same_in_each_fold(weight: Any) -> None:
    found = give_each_fold_its_own(DIGITS, config_of(weight), FOLDS)
    assert [weights_of(each) for each in found] == [weight] * 3
