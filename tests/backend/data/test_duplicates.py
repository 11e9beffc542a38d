"""Samples in two parts of a split are counted, byte for byte, and said."""

import numpy as np
import pytest
import torch
from netwright.data.base import Array, RawData
from netwright.data.duplicates import count_shared
from netwright.data.prepare import prepare
from netwright.training.config import DataConfig


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(3, 5, 7), (13,), (1,)])
def test_samples_when_compared_are_counted_as_a_set_of_bytes_would(shape: tuple[int, ...], dtype: type) -> None:
    generator = np.random.default_rng(1)
    train: Array = generator.integers(0, 200, (500, *shape)).astype(dtype)
    held_out: Array = generator.integers(0, 200, (300, *shape)).astype(dtype)
    held_out[:7] = train[100:107]
    known = {sample.tobytes() for sample in train}
    assert count_shared(train, held_out) == sum(sample.tobytes() in known for sample in held_out) >= 7


def test_samples_when_only_one_byte_differs_are_not_the_same() -> None:
    train = np.zeros((1, 3, 32, 32), dtype=np.uint8)
    held_out = np.stack([np.zeros((3, 32, 32), dtype=np.uint8)] * 3072)
    held_out.reshape(3072, 3072)[np.arange(3072), np.arange(3072)] = 1
    assert count_shared(train, held_out) == 0


def test_missing_values_when_in_the_same_places_are_the_same() -> None:
    rows = np.array([[1.0, np.nan], [2.0, 3.0]], dtype=np.float32)
    assert count_shared(rows, rows.copy()) == 2


def test_split_when_samples_are_in_both_parts_says_so() -> None:
    inputs = torch.randint(256, (50, 1, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    twice = torch.cat([inputs, inputs])
    raw = RawData(
        inputs=twice,
        targets=torch.arange(100) % 2,
        test_inputs=inputs[:5],
        test_targets=torch.zeros(5, dtype=torch.int64),
        kind="image",
        task="classification",
        classes=("a", "b"),
    )
    config = DataConfig.model_validate({"preprocess": [{"type": "ToFloat"}], "split": {"validation": 0.2}})
    notes = " ".join(prepare(raw, config).notes)
    assert "of 20 validation samples have exactly the inputs of a training sample" in notes
    assert "of 5 test samples have exactly the inputs" in notes


def test_split_when_every_sample_is_one_of_a_kind_says_nothing() -> None:
    inputs = torch.arange(100, dtype=torch.float32).view(-1, 1)
    raw = RawData(
        inputs=inputs,
        targets=inputs.clone(),
        test_inputs=None,
        test_targets=None,
        kind="table",
        task="regression",
        features=("x",),
    )
    assert prepare(raw, DataConfig.model_validate({"preprocess": [{"type": "Standardize"}]})).notes == ()
