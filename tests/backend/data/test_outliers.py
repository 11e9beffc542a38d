"""Values that lie far out: counted, with their rows, and brought in by a step that is fitted on the training part."""

from pathlib import Path

import numpy as np
import pytest
import torch
from backend.data.test_csv import upload
from netwright.data.base import DataError, SourceSpec, Step
from netwright.data.prepare import load_preprocess, write_preprocess
from netwright.data.preview import Counts, build_preview
from netwright.data.registry import open_source
from netwright.data.transforms import layout_of, plan_chain

DRAW = np.random.default_rng(8)
X = DRAW.normal(size=200).round(3)
X[[17, 90]] = (40.0, -25.0)
FLAG = DRAW.random(200) < 0.004
CONTENT = "x,flag,town,y\n" + "".join(
    f"{x},{int(row == 5)},{'n' if row % 3 else 's'},{'' if row == 3 else row % 7 + 0.5}\n" for row, x in enumerate(X)
)


def counts_of(folder: Path, content: str = CONTENT) -> dict[str, Counts]:
    return {item.name: item for item in build_preview(upload(folder, content)).histograms}


def test_outliers_when_there_are_some_are_counted_with_their_rows(tmp_path: Path) -> None:
    found = counts_of(tmp_path)
    outliers = found["x"].outliers
    assert outliers is not None
    first, third = np.quantile(np.delete(X, 3).astype(np.float32).astype(np.float64), [0.25, 0.75])
    assert outliers.low == pytest.approx(first - 3 * (third - first))
    assert outliers.high == pytest.approx(third + 3 * (third - first))
    assert outliers.count == 2
    # The row without a target is not a sample, so that places and rows differ.
    assert [(number, cells[0]) for number, cells in outliers.rows] == [(18, "40.0"), (91, "-25.0")]
    assert found["y"].outliers is None
    assert found["flag"].outliers is None, "half of its values are the same, so that it has no fences"


def test_outliers_when_many_show_the_farthest_rows_alone(tmp_path: Path) -> None:
    numbers = [*DRAW.normal(size=300).round(3), *(100.0 + np.arange(40))]
    content = "x,y\n" + "".join(f"{x},{row % 9 + 0.5}\n" for row, x in enumerate(numbers))
    outliers = counts_of(tmp_path, content)["x"].outliers
    assert outliers is not None
    assert (outliers.count, len(outliers.rows)) == (40, 20)
    assert outliers.rows[0][0] == 321


def test_outliers_of_a_built_in_set_are_counted_without_rows() -> None:
    items = build_preview(open_source(SourceSpec(type="breast_cancer"))).histograms
    assert any(item.outliers is not None and item.outliers.rows == [] for item in items)


def fitted(inputs: torch.Tensor, *steps: Step) -> torch.Tensor:
    names = [f"x{place}" for place in range(inputs.shape[1])]
    layout = layout_of("table", inputs.numpy(), None, names, {})
    assert plan_chain(steps, layout).shape == tuple(inputs.shape[1:])
    return load_preprocess(write_preprocess(inputs, layout, steps)[0])(inputs)


def test_clip_when_fitted_brings_values_to_the_quantiles_of_the_training_part() -> None:
    values = torch.from_numpy(np.stack([X, FLAG, np.full(200, 2.0)], axis=1)).float()
    values[0, 1] = 1.0
    clipped = fitted(values, Step("Clip", {"lower": 0.05, "upper": 0.9}))
    low, high = np.quantile(values[:, 0].double().numpy(), [0.05, 0.9])
    assert torch.equal(clipped[:, 0], values[:, 0].clamp(np.float32(low).item(), np.float32(high).item()))
    assert torch.equal(clipped[:, 1:], values[:, 1:]), "a rare yes stays a yes"


def test_clip_when_a_value_is_missing_leaves_it_missing() -> None:
    values = torch.from_numpy(X).float().view(-1, 1)
    values[4] = torch.nan
    layout = layout_of("table", values.numpy(), None, ["x"], {})
    steps = [Step("Clip"), Step("Impute", {"numbers": "median"})]
    clipped = load_preprocess(write_preprocess(values, layout, steps)[0])(values)
    assert clipped.isfinite().all()
    assert float(clipped[4]) == pytest.approx(float(np.nanmedian(values.numpy())))


def test_robust_scale_when_fitted_is_median_0_and_quartiles_1_apart() -> None:
    values = torch.from_numpy(np.stack([X * 3 + 9, np.full(200, 2.0)], axis=1)).float()
    scaled = fitted(values, Step("RobustScale")).double().numpy()
    first, middle, third = np.quantile(scaled[:, 0], [0.25, 0.5, 0.75])
    assert (middle, third - first) == (pytest.approx(0.0, abs=1e-6), pytest.approx(1.0, rel=1e-5))
    assert (scaled[:, 1] == 0.0).all()


def test_robust_scale_agrees_with_scikit_learn() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    values = torch.from_numpy(DRAW.lognormal(size=(150, 3))).float()
    theirs = preprocessing.RobustScaler().fit_transform(values.double().numpy())
    np.testing.assert_allclose(fitted(values, Step("RobustScale")).numpy(), theirs, rtol=2e-5, atol=1e-6)


def test_table_when_told_to_clip_has_the_step_in_its_default_chain(tmp_path: Path) -> None:
    steps = upload(tmp_path, CONTENT, outliers="clip").read().default_preprocess
    assert [step.type for step in steps] == ["Clip", "Standardize", "OneHot"]
    assert "Clip" not in [step.type for step in upload(tmp_path, CONTENT).read().default_preprocess]


def test_clip_when_the_quantiles_are_out_of_order_is_refused() -> None:
    with pytest.raises(DataError, match="lower"):
        fitted(torch.zeros(4, 1), Step("Clip", {"lower": 0.7}))
