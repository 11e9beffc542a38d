"""The generated sets are what their descriptions say, each time the same."""

import hashlib

import numpy as np
import pytest
from netwright.data.base import RawData, SourceSpec
from netwright.data.registry import SOURCES, open_source
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier

GENERATED = [name for name, source in SOURCES.items() if source.__module__ == "netwright.data.generated"]


def load(name: str) -> RawData:
    return open_source(SourceSpec(type=name)).load()


@pytest.mark.parametrize("name", GENERATED)
def test_points_when_drawn_again_are_the_same_and_finite(name: str) -> None:
    first, second = load(name), load(name)
    assert first.inputs.equal(second.inputs)
    assert first.targets.equal(second.targets)
    assert bool(first.inputs.isfinite().all())
    if first.task == "classification":
        counts = np.bincount(first.targets.numpy())
        assert counts.min() > 0.4 * counts.max()


def test_points_when_drawn_elsewhere_have_these_bytes() -> None:
    """Runs compare by the data's fingerprint: another NumPy must draw the same points."""
    assert hashlib.sha256(load("xor").targets.numpy().tobytes()).hexdigest()[:16] == "94fe065d6a1d8cc1"


def test_two_clusters_can_be_separated_by_a_line_and_xor_cannot() -> None:
    for name, least, most in (("two_clusters", 1.0, 1.0), ("xor", 0.0, 0.7)):
        raw = load(name)
        inputs, targets = raw.inputs.numpy(), raw.targets.numpy()
        score = Perceptron(max_iter=1000, tol=None).fit(inputs, targets).score(inputs, targets)
        assert least <= score <= most, name


@pytest.mark.parametrize("name", ["xor", "moons", "circles", "spirals"])
def test_bent_sets_are_hard_for_a_line_and_easy_for_neighbours(name: str) -> None:
    raw = load(name)
    inputs, targets = raw.inputs.numpy(), raw.targets.numpy()
    half = len(inputs) // 2
    line = LogisticRegression().fit(inputs[:half], targets[:half]).score(inputs[half:], targets[half:])
    neighbours = KNeighborsClassifier(5).fit(inputs[:half], targets[:half]).score(inputs[half:], targets[half:])
    assert neighbours > 0.95
    assert neighbours > line + 0.05


def test_plane_has_the_coefficients_that_it_says() -> None:
    raw = load("plane")
    fit = LinearRegression().fit(raw.inputs.numpy(), raw.targets.numpy()[:, 0])
    assert [*fit.coef_, fit.intercept_] == pytest.approx([2, -1, 0.5], abs=0.02)


def test_sine_is_a_sine() -> None:
    raw = load("sine")
    assert float((raw.inputs[:, 0].sin() - raw.targets[:, 0]).std()) == pytest.approx(0.05, abs=0.01)
