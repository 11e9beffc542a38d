"""What a network of texts or series must be, what is said where it is not, and what is suggested."""

from typing import Any

import pytest
from backend.training.test_checking import by_code, chain, perceptron, problems_of
from netwright.compiler.check import check
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from netwright.training.options import DataFacts, suggest

TEXTS = DataFacts(
    "Reviews", "text", "classification", 5000, (32,), 2, ("bad", "good"), input_dtype="int64", num_tokens=900
)
SERIES = DataFacts("Load", "series", "regression", 2000, (24, 2), 3, splits=("time", "group"))
NUMBERS = DataFacts("Diabetes", "table", "regression", 442, (32,), 1)
BY_TIME: dict[str, Any] = {"split": {"by": "time"}}
FORECAST: dict[str, Any] = {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["MeanAbsoluteError"]}


def reader(rows: int | str = 900, dtype: str = "int64", length: int = 32) -> Document:
    return chain(
        ("words", "Input", {"shape": [length], "dtype": dtype}),
        ("embed", "Embedding", {"num_embeddings": rows, "embedding_dim": 8}),
        ("pool", "PoolOverTime", {}),
        ("head", "Linear", {"out_features": 2}),
        ("scores", "Output", {}),
    )


def test_network_of_texts_when_it_fits_has_no_problems() -> None:
    assert problems_of(reader(), TEXTS) == []
    assert problems_of(reader(rows=10_000), TEXTS) == []


def test_input_of_floats_when_texts_come_is_turned_and_gets_an_embedding() -> None:
    document = chain(
        ("x", "Input", {"shape": [1]}),
        ("cell", "GRU", {"hidden_size": 8}),
        ("pool", "PoolOverTime", {}),
        ("head", "Linear", {"out_features": 2}),
        ("scores", "Output", {}),
    )
    document.network.nodes[0].params["shape"] = [5, 1]
    problem = by_code(problems_of(document, TEXTS))["input_dtype_mismatch"]
    assert (problem.node, problem.field, problem.expected, problem.got) == ("x", "dtype", "int64", "float32")
    fixed = apply_edits(document, problem.fixes[0].edits)
    assert problems_of(fixed, TEXTS) == []
    [embedding] = [node for node in fixed.network.nodes if node.type == "Embedding"]
    assert embedding.params["num_embeddings"] == 900


def test_input_of_indices_when_numbers_come_is_turned_back() -> None:
    problem = by_code(problems_of(reader(), NUMBERS, **FORECAST))["input_dtype_mismatch"]
    fixed = apply_edits(reader(), problem.fixes[0].edits)
    assert fixed.network.nodes[0].params["dtype"] == "float32"


@pytest.mark.parametrize("rows", [100, "=words"])
def test_embedding_when_it_has_too_few_rows_is_corrected_by_the_fix(rows: int | str) -> None:
    document = reader(rows)
    if rows == "=words":
        document.network.parameters["words"] = 100
    problem = by_code(problems_of(document, TEXTS))["vocabulary_too_small"]
    assert problem.message.startswith("Reviews has up to 900 different tokens, but `embed` has 100 rows.")
    assert problems_of(apply_edits(document, problem.fixes[0].edits), TEXTS) == []


def test_length_of_texts_when_it_differs_is_corrected_by_the_fix() -> None:
    problem = by_code(problems_of(reader(length=7), TEXTS))["input_shape_mismatch"]
    assert problems_of(apply_edits(reader(length=7), problem.fixes[0].edits), TEXTS) == []


def test_split_that_the_set_does_not_know_or_that_leaks_is_said() -> None:
    document = perceptron([24, 2], 3)
    assert problems_of(document, SERIES, data=BY_TIME, **FORECAST) == []
    leaking = by_code(problems_of(document, SERIES, **FORECAST))["split_leaks"]
    assert (leaking.severity, leaking.field) == ("warning", "data.split.by")
    refused = by_code(problems_of(perceptron([32], 1), NUMBERS, data=BY_TIME, **FORECAST))["split_not_possible"]
    assert refused.message.endswith("Choose sample.")


def test_suggestion_for_a_series_splits_by_time() -> None:
    document = perceptron([24, 2], 3)
    suggestion = suggest(document, check(document), SERIES, "x")
    assert suggestion.config.data.split.by == "time"
    assert "latest samples" in suggestion.reasons["data.split"]
    assert suggestion.config.objectives[0].loss.type == "MSELoss"
    assert suggestion.problems == []
