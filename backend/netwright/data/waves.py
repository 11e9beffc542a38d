"""Series that are made rather than measured: one to be forecast, and waves to be told apart."""

from __future__ import annotations

import numpy as np

from netwright.data.base import Arrays, Forecast, Source, SplitKeys, Step
from netwright.data.facts import Facts
from netwright.data.generated import SEED
from netwright.data.series import cut_windows, pad_sequences

WINDOW, HORIZON = 32, 4
NUM_ROWS = 2_000
NUM_WINDOWS = NUM_ROWS - WINDOW - HORIZON + 1
NUM_WAVES = 900
LONGEST = 48
SHAPES = ("sine", "square", "sawtooth")


class SineMix(Source):
    type = "sine_mix"
    title = "Sine mix"
    description = (
        "2,000 steps of two waves (periods of 25 and 60 steps) with a little noise. Of each 32 steps the next 4 are to be "
        "forecast. The noise has a deviation of 0.1: no network can come much closer."
    )
    kind = "series"
    citation = "Made by Netwright with a fixed seed"
    facts = Facts(
        task="regression",
        num_samples=NUM_WINDOWS,
        num_test=None,
        classes=(),
        input_shape=(WINDOW, 1),
        num_outputs=HORIZON,
        bytes=NUM_ROWS * 4,
        splits=("time",),
    )

    def read(self) -> Arrays:
        values = self._values()[:, None]
        windows = cut_windows(values, [0], window=WINDOW, horizon=HORIZON, stride=1)
        spans = np.stack([windows.starts, windows.starts + WINDOW + HORIZON - 1], axis=1)
        return Arrays(
            inputs=windows.inputs,
            targets=windows.targets,
            test_inputs=None,
            test_targets=None,
            kind="series",
            task="regression",
            features=("value",),
            target_name="value",
            default_preprocess=(Step("Standardize"),),
            split_keys=SplitKeys(spans=spans.astype(np.float64)),
            standardizes_targets=True,
            forecast=Forecast((0,), HORIZON),
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        values = self._values()[:num_rows].tolist()
        return ["step", "value"], [[str(step), f"{value:.4f}"] for step, value in enumerate(values)]

    @staticmethod
    def _values() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        steps = np.arange(NUM_ROWS)
        noise = np.random.RandomState(SEED).normal(scale=0.1, size=NUM_ROWS)
        values: np.ndarray[tuple[int], np.dtype[np.float64]] = (
            np.sin(2 * np.pi * steps / 25) + 0.6 * np.sin(2 * np.pi * steps / 60) + noise
        )
        return values


class Waves(Source):
    type = "waves"
    title = "Waves"
    description = (
        "900 waves of 24 to 48 steps with noise: sine, square or sawtooth? Period and beginning differ, so that the shape "
        "alone tells."
    )
    kind = "series"
    citation = "Made by Netwright with a fixed seed"
    facts = Facts(
        task="classification",
        num_samples=NUM_WAVES,
        num_test=None,
        classes=SHAPES,
        input_shape=(LONGEST, 1),
        num_outputs=len(SHAPES),
        bytes=NUM_WAVES * LONGEST * 4,
    )

    def read(self) -> Arrays:
        random = np.random.RandomState(SEED)
        sequences, labels = [], []
        for number in range(NUM_WAVES):
            label = number % len(SHAPES)
            length = LONGEST if number < len(SHAPES) else random.randint(24, LONGEST + 1)
            turns = np.arange(length) / random.uniform(8, 16) + random.rand()
            phase = turns % 1.0
            wave = (np.sin(2 * np.pi * phase), np.where(phase < 0.5, 1.0, -1.0), 2 * phase - 1)[label]
            sequences.append((wave + random.normal(scale=0.3, size=length))[:, None])
            labels.append(label)
        order = random.permutation(NUM_WAVES)
        return Arrays(
            inputs=pad_sequences(sequences, None, "start")[order],
            targets=np.array(labels, dtype=np.int64)[order],
            test_inputs=None,
            test_targets=None,
            kind="series",
            task="classification",
            classes=SHAPES,
            features=("value",),
            target_name="shape",
            default_preprocess=(Step("Standardize"), Step("FillSteps", {"method": "zero"})),
        )
