"""The embedded sets against scikit-learn's own loaders, and their written facts against what is read."""

from typing import Any

import numpy as np
import pytest
from netwright.data.base import SourceSpec
from netwright.data.registry import SOURCES, open_source
from sklearn import datasets

LOADERS = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "diabetes": lambda: datasets.load_diabetes(scaled=False),
}


@pytest.mark.parametrize("name", sorted(LOADERS))
def test_table_when_read_equals_scikit_learns(name: str) -> None:
    expected: Any = LOADERS[name]()
    raw = open_source(SourceSpec(type=name)).load()
    np.testing.assert_array_equal(raw.inputs.numpy(), expected.data.astype(np.float32))
    np.testing.assert_array_equal(raw.targets.numpy().ravel(), expected.target)
    assert raw.features == tuple(expected.feature_names)
    if raw.task == "classification":
        assert raw.classes == tuple(expected.target_names)


def test_digits_when_read_equal_scikit_learns() -> None:
    expected: Any = datasets.load_digits()
    raw = open_source(SourceSpec(type="digits")).load()
    np.testing.assert_array_equal(raw.inputs[:, 0].numpy(), expected.images)
    np.testing.assert_array_equal(raw.targets.numpy(), expected.target)


GENERATED = [name for name, source in SOURCES.items() if source.__module__ == "netwright.data.generated"]


@pytest.mark.parametrize("name", ["digits", *sorted(LOADERS), *GENERATED])
def test_written_facts_when_compared_with_the_data_are_true(name: str) -> None:
    source = open_source(SourceSpec(type=name))
    raw, facts = source.load(), SOURCES[name].facts
    assert facts is not None
    assert facts.num_samples == len(raw.targets) == len(raw.inputs)
    assert facts.classes == raw.classes
    assert facts.input_shape == tuple(raw.inputs.shape[1:])
    assert facts.bytes == raw.inputs.nbytes
    assert facts.num_outputs == (len(raw.classes) or raw.targets.shape[1])
    described = source.describe()
    assert [column.name for column in described.columns if column.role == "feature"] == list(raw.features)
    header, rows = source.table(3)
    targets = raw.classes if raw.task == "multilabel" else (raw.target_name,)
    assert header == ([*raw.features, *targets] if raw.kind == "table" else [])
    assert len(rows) == (3 if raw.kind == "table" else 0)
