"""Figures of a checkpoint, against scikit-learn's and against ones that are worked out by hand."""

import numpy as np
import pytest
from netwright.training.trial.evaluation import (
    calibrate,
    class_figures,
    confusion,
    number_figures,
    precision_recall_curve,
    roc_curve,
)


@pytest.fixture
def answers() -> tuple[np.ndarray, np.ndarray]:
    """Targets and probabilities of 500 samples and 4 classes, many of them equal."""
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 4, 500)
    scores = rng.normal(size=(500, 4))
    scores[np.arange(500), targets] += 1.0
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return targets, probabilities.round(2)


def test_class_figures_when_compared_are_those_of_scikit_learn(answers: tuple[np.ndarray, np.ndarray]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    targets, probabilities = answers
    predicted = probabilities.argmax(axis=1)
    counts = confusion(targets, predicted, 4)
    assert counts.tolist() == metrics.confusion_matrix(targets, predicted).tolist()
    wanted = metrics.precision_recall_fscore_support(targets, predicted)
    found = [(each.precision, each.recall, each.f1, each.support) for each in class_figures(counts)]
    assert np.allclose(np.array(found, dtype=float).T, np.array(wanted, dtype=float))


def test_curves_when_compared_have_the_areas_of_scikit_learn(answers: tuple[np.ndarray, np.ndarray]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    targets, probabilities = answers
    for label in range(4):
        is_class, scores = targets == label, probabilities[:, label]
        assert roc_curve(is_class, scores).area == pytest.approx(metrics.roc_auc_score(is_class, scores))
        found = precision_recall_curve(is_class, scores)
        assert found.area == pytest.approx(metrics.average_precision_score(is_class, scores))


def test_curves_when_scores_are_equal_or_a_class_is_missing() -> None:
    is_class = np.array([True, False, True, False])
    flat = roc_curve(is_class, np.full(4, 0.5))
    assert (flat.x, flat.y, flat.area) == ([0.0, 1.0], [0.0, 1.0], 0.5)
    perfect = roc_curve(is_class, np.array([0.9, 0.1, 0.8, 0.2]))
    assert perfect.area == 1.0
    assert precision_recall_curve(is_class, np.array([0.9, 0.1, 0.8, 0.2])).area == 1.0
    assert roc_curve(np.zeros(4, dtype=bool), np.arange(4.0)).area is None
    assert precision_recall_curve(np.zeros(4, dtype=bool), np.arange(4.0)).area is None


def test_class_figures_when_nothing_can_be_divided_say_so() -> None:
    counts = confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    figures = class_figures(counts)
    assert (figures[0].precision, figures[0].recall, figures[0].support) == (1.0, 0.5, 2)
    assert (figures[2].precision, figures[2].recall, figures[2].f1, figures[2].support) == (None, None, None, 0)


def test_calibration_when_worked_out_by_hand() -> None:
    answers = np.array([[0.95, 0.05], [0.95, 0.05], [0.4, 0.6], [0.5, 0.5]])
    found = calibrate(answers, np.array([True, False, True, True]))
    assert found.counts == [0, 0, 0, 0, 1, 1, 0, 0, 0, 2]
    assert found.confidence[9] == pytest.approx(0.95)
    assert found.accuracy[9] == 0.5
    assert found.confidence[0] is None
    assert found.error == pytest.approx((abs(1 - 0.5) + abs(1 - 0.6) + abs(1 - 1.9)) / 4)


def test_number_figures_when_worked_out_by_hand() -> None:
    found = number_figures(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 5.0]))
    assert found.mean_absolute_error == pytest.approx(2 / 3)
    assert found.root_mean_squared_error == pytest.approx((4 / 3) ** 0.5)
    assert found.r2 == pytest.approx(1 - 4 / 2)
    assert number_figures(np.ones(3), np.zeros(3)).r2 is None
    assert len(number_figures(np.arange(5000.0), np.arange(5000.0)).actual) == 2000
