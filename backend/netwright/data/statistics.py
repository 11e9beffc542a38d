"""What transforms measure on the training part: sums in float64 or whole numbers, rounded once to float32.

The results do not depend on the number of threads: pixels are counted, tables summed by NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

if TYPE_CHECKING:
    from netwright.data.transform_base import LayoutColumn, Training

CHUNK = 1 << 22
"""Pixels counted at once: their int64 copies stay small."""


def channel_statistics(training: Training) -> tuple[list[float], list[float]]:
    """Mean and standard deviation (population) of each channel ``C`` of ``(N, C, H, W)``; 1 where a channel is constant."""
    if training.levels is not None:
        moments = _count_levels(training.raw, training.levels.double().numpy())
    else:
        moments = _sum_batches(training)
    means, variances = moments
    stds = np.sqrt(variances)
    stds[stds < 1e-7] = 1.0
    return _rounded(means), _rounded(stds)


def _count_levels(raw: torch.Tensor, levels: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Moments by counting: exact, and several times quicker than float arithmetic over every pixel."""
    means, variances = [], []
    for channel in raw.unbind(1):
        counts = np.zeros(256, dtype=np.int64)
        pixels_per_sample = max(1, channel[0].numel())
        for chunk in torch.split(channel, max(1, CHUNK // pixels_per_sample)):
            counts += torch.bincount(chunk.flatten(), minlength=256).numpy()
        mean = float((counts * levels).sum() / counts.sum())
        means.append(mean)
        variances.append(float((counts * (levels - mean) ** 2).sum() / counts.sum()))
    return np.array(means), np.array(variances)


def _sum_batches(training: Training) -> tuple[npt.NDArray[np.float64], ...]:
    """Two passes, so that the variance does not cancel."""
    total, count = 0.0, 0
    for batch in training.batches():
        values = batch.numpy().astype(np.float64)
        total = total + values.sum(axis=(0, 2, 3))
        count += values.size // values.shape[1]
    means = np.asarray(total) / count
    squares = np.zeros_like(means)
    for batch in training.batches():
        squares += ((batch.numpy().astype(np.float64) - means[:, None, None]) ** 2).sum(axis=(0, 2, 3))
    return means, squares / count


def column_statistics(
    training: Training, columns: Sequence[LayoutColumn]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation (population) of each column, missing values left out; 0 and 1 for categories, which pass
    as they are, and a deviation of 1 where a column is constant."""
    table = _table(training)
    means, stds = np.zeros(len(columns)), np.ones(len(columns))
    for index, column in enumerate(columns):
        values = table[:, index]
        values = values[~np.isnan(values)]
        if column.categories is not None or not len(values):
            continue
        means[index] = values.mean()
        std = values.std()
        stds[index] = std if std > 1e-12 * max(1.0, abs(means[index])) else 1.0
    return tuple(_rounded(means)), tuple(_rounded(stds))


def column_quartiles(
    training: Training, columns: Sequence[LayoutColumn]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Median of each column and the distance of its quartiles, missing values left out; 0 and 1 for categories, and a distance
    of 1 where both quartiles are the same."""
    table = _table(training)
    medians, distances = np.zeros(len(columns)), np.ones(len(columns))
    for index, column in enumerate(columns):
        values = table[:, index]
        values = values[~np.isnan(values)]
        if column.categories is not None or not len(values):
            continue
        first, medians[index], third = np.quantile(values, [0.25, 0.5, 0.75])
        is_spread = third - first > 1e-12 * max(1.0, abs(medians[index]))
        distances[index] = third - first if is_spread else 1.0
    return tuple(_rounded(medians)), tuple(_rounded(distances))


def column_quantiles(
    training: Training, columns: Sequence[LayoutColumn], lower: float, upper: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Two quantiles of each column, missing values left out; what no float32 passes for categories and for columns of two
    values or fewer, whose rarer value would vanish."""
    table = _table(training)
    limit = float(np.finfo(np.float32).max)
    lows, highs = np.full(len(columns), -limit), np.full(len(columns), limit)
    for index, column in enumerate(columns):
        values = table[:, index]
        values = values[~np.isnan(values)]
        if column.categories is None and len(np.unique(values)) > 2:
            lows[index], highs[index] = np.quantile(values, [lower, upper])
    return tuple(_rounded(lows)), tuple(_rounded(highs))


def fill_values(
    training: Training, columns: Sequence[LayoutColumn], *, strategies: Sequence[str], constants: Mapping[int, float]
) -> tuple[float, ...]:
    """What a missing value of each column becomes by its strategy, NaN where it is kept; 0 where the training part holds no
    value at all.  ``constants`` are those of columns by their places."""
    table = _table(training)
    fills = np.zeros(len(columns))
    for index, (column, strategy) in enumerate(zip(columns, strategies, strict=True)):
        values = table[:, index]
        values = values[~np.isnan(values)]
        if strategy == "keep":
            fills[index] = np.nan
        elif index in constants:
            fills[index] = constants[index]
        elif strategy == "own_category" and column.categories is not None and column.may_be_missing:
            fills[index] = len(column.categories)
        elif len(values):
            fills[index] = _typical(values, "most_frequent" if column.categories is not None else strategy)
    return tuple(_rounded(fills))


def _typical(values: npt.NDArray[np.float64], strategy: str) -> float:
    if strategy == "mean":
        return float(values.mean())
    if strategy == "median":
        return float(np.median(values))
    distinct, counts = np.unique(values, return_counts=True)
    return float(distinct[counts.argmax()])


def _table(training: Training) -> npt.NDArray[np.float64]:
    """``(N, F)``; of series every step is a row."""
    tables = [batch.numpy().astype(np.float64) for batch in training.batches()]
    return np.concatenate([table.reshape(-1, table.shape[-1]) for table in tables])


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    """Float32 values as Python floats, whose ``repr`` reads back exactly."""
    return [float(value) for value in values.astype(np.float32)]
