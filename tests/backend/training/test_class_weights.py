"""Class weights that balance classes: one formula for the form's button and for the folds of a cross-validation."""

import pytest
from netwright.training.class_weights import BalanceKind, balance, offered_weights


@pytest.mark.parametrize(
    ("kind", "counts", "num_samples", "are_labels", "wanted"),
    [
        ("classes", [90, 10], 100, False, [0.5556, 5.0]),
        ("classes", [9, 0, 1], 10, False, [0.3704, 1.0, 3.333]),
        ("second", [90, 10], 100, False, [9.0]),
        ("second", [90, 0], 90, False, None),
        ("second", [10, 50], 100, True, [9.0, 1.0]),
        ("second", [0, 50], 100, True, None),
        ("classes", [], 100, False, None),
    ],
)
def test_balance_lets_all_classes_count_the_same(
    kind: BalanceKind, counts: list[int], num_samples: int, are_labels: bool, wanted: list[float] | None
) -> None:
    assert balance(kind, counts, num_samples, are_labels=are_labels) == wanted


def test_weights_are_offered_only_where_each_class_occurs() -> None:
    assert offered_weights([90, 10], 100, are_labels=False) == {"classes": [0.5556, 5.0], "second": [9.0]}
    assert offered_weights([9, 1, 2], 12, are_labels=False) == {"classes": [0.4444, 4.0, 2.0]}
    assert offered_weights([9, 0, 1], 10, are_labels=False) == {}
    assert offered_weights([10, 50], 100, are_labels=True)["second"] == [9.0, 1.0]
    assert offered_weights([10, 100], 100, are_labels=True) == {}
    assert offered_weights([], 100, are_labels=False) == {}
