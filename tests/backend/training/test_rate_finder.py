"""What a sweep of the learning rate makes of its losses."""

import itertools
import math

import pytest
from netwright.training.rate_finder import (
    FIRST_RATE,
    LAST_RATE,
    NUM_STEPS,
    Divergence,
    rate_of,
    smooth,
    suggest,
)

RATES = [rate_of(step, NUM_STEPS) for step in range(NUM_STEPS)]


def valley(rate: float) -> float:
    """Flat, falls from 2.3 around 1e-2, rises from 0.1 on."""
    x = math.log10(rate)
    return 2.3 - 1.8 / (1 + math.exp(-6 * (x + 2))) + 0.5 * max(x + 1, 0.0) ** 2


def test_rates_are_spaced_evenly_in_their_logarithm_from_first_to_last() -> None:
    assert RATES[0] == FIRST_RATE
    assert RATES[-1] == pytest.approx(LAST_RATE)
    ratios = [b / a for a, b in itertools.pairwise(RATES)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios))


def test_suggest_when_the_loss_falls_names_its_steepest_place_and_a_tenth_of_the_lowest() -> None:
    # A batch differs from the next one: 0.1 up and down.
    losses = [valley(rate) + 0.1 * (-1) ** step for step, rate in enumerate(RATES)]
    suggested = suggest(RATES, losses, smooth(losses, NUM_STEPS))
    assert suggested is not None
    steepest, tenth = suggested
    assert steepest == pytest.approx(1e-2, rel=0.3), "the middle of the fall, not shifted by the smoothing"
    lowest = min(RATES, key=valley)
    assert tenth == pytest.approx(lowest / 10, rel=0.5)


@pytest.mark.parametrize("losses", [[2.3] * NUM_STEPS, [2.3 + step / 100 for step in range(NUM_STEPS)]])
def test_suggest_when_the_loss_never_falls_gives_none(losses: list[float]) -> None:
    assert suggest(RATES, losses, smooth(losses, NUM_STEPS)) is None


def test_suggest_when_it_falls_by_less_than_batches_differ_gives_none() -> None:
    losses = [2.3 + 0.5 * (-1) ** step - (0.2 if step > 100 else 0.0) for step in range(NUM_STEPS)]
    assert suggest(RATES, losses, smooth(losses, NUM_STEPS)) is None


def test_smooth_when_the_end_explodes_keeps_what_was_before_it() -> None:
    losses = [1.0] * 100 + [1e12]
    smoothed = smooth(losses, NUM_STEPS, limit=4.0)
    assert max(smoothed[:88]) == pytest.approx(1.0)
    assert max(smoothed) < 4.0


def test_divergence_when_a_rare_batch_is_far_off_or_the_loss_rises_to_its_beginning_is_not_over() -> None:
    divergence = Divergence()
    losses = [5.0 if step % 17 == 3 else 0.02 for step in range(60)]
    assert not any(divergence.is_over(loss) for loss in losses)
    fallen = Divergence()
    assert not any(fallen.is_over(loss) for loss in [2.3] * 30 + [0.01] * 80 + [2.3] * 30)


@pytest.mark.parametrize(("start", "far"), [(2.3, 30.0), (-1.0, 20.0), (0.0, 1.0)])
def test_divergence_is_over_when_the_loss_has_grown_to_a_multiple(start: float, far: float) -> None:
    divergence = Divergence()
    assert not any(divergence.is_over(start) for _ in range(50))
    assert any(divergence.is_over(far) for _ in range(50))
