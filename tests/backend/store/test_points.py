"""Points packed as columns, and thinned without losing what one looks for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netwright.store.points import Points, thin

NUMBERS = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, -1.0]))


def make_points(values: list[float]) -> Points:
    count = len(values)
    return Points(
        np.arange(1, count + 1, dtype="<i8"),
        np.ones(count, "<i4"),
        np.linspace(0, 1, count, dtype="<f8"),
        np.array(values, "<f8"),
    )


@given(st.lists(NUMBERS, max_size=50))
def test_from_bytes_when_given_to_bytes_is_the_same(values: list[float]) -> None:
    points = make_points(values)
    back = Points.from_bytes(points.to_bytes(), len(points))
    for name in ("steps", "epochs", "elapsed", "values"):
        np.testing.assert_array_equal(getattr(back, name), getattr(points, name))


@settings(max_examples=200)
@given(st.lists(NUMBERS, min_size=1, max_size=400), st.integers(10, 60))
def test_thin_when_there_are_too_many_keeps_ends_extremes_and_order(values: list[float], max_points: int) -> None:
    points = make_points(values)
    kept = thin(points, max_points)
    assert len(kept) <= max_points
    assert (np.diff(kept.steps) > 0).all()
    assert kept.steps[0] == 1
    assert kept.steps[-1] == len(values)
    finite = points.values[np.isfinite(points.values)]
    if len(finite):
        kept_finite = kept.values[np.isfinite(kept.values)]
        assert kept_finite.min() == finite.min()
        assert kept_finite.max() == finite.max()
    if len(finite) < len(values):
        assert not np.isfinite(kept.values).all()
    assert np.array_equal(kept.values, points.values[kept.steps - 1], equal_nan=True)


def test_thin_when_one_spike_stands_in_a_million_keeps_it() -> None:
    values = np.sin(np.arange(1_000_000) / 1000)
    values[123_456] = 50.0
    values[654_321] = np.nan
    kept = thin(make_points(values.tolist()), 1000)
    assert 50.0 in kept.values
    assert 654_322 in kept.steps
    assert len(kept) <= 1000


def test_thin_when_there_are_few_gives_them_as_they_are() -> None:
    points = make_points([3.0, 1.0])
    assert thin(points, 10) is points


def test_concatenate_when_there_is_nothing_gives_no_points() -> None:
    assert len(Points.concatenate([])) == 0


@pytest.mark.parametrize("count", [1, 15, 16, 17])
def test_concatenate_when_given_parts_keeps_their_order(count: int) -> None:
    parts = [make_points([float(i), float(-i)]) for i in range(count)]
    whole = Points.concatenate(parts)
    assert whole.values.tolist() == [value for i in range(count) for value in (float(i), float(-i))]
