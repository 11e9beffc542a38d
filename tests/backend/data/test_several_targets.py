"""Tables of which several numbers are predicted together: read, refused with a reason, and read again by a project."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from netwright.data.base import DataError, SourceSpec
from netwright.data.prepare import prepare
from netwright.data.preview import build_preview
from netwright.data.registry import open_source
from netwright.training.config import DataConfig

ROWS = """size,town,price,rent
1,a,100,1.5
2,b,200,2.5
3,a,?,3.5
4,b,400,4.5
5,a,500,
6,b,600,6.5
"""


def table(folder: Path, text: str = ROWS, **options: Any) -> SourceSpec:
    (folder / "original").write_text(text, encoding="utf-8")
    (folder / "upload.json").write_text('{"filename": "flats.csv"}', encoding="utf-8")
    return SourceSpec(type="csv", path=str(folder), options=options)


def as_values(*names: str) -> dict[str, Any]:
    return {name: {"role": "value"} for name in names}


def test_columns_that_are_numbers_to_predict_become_a_column_of_the_targets_each(tmp_path: Path) -> None:
    source = open_source(table(tmp_path, columns=as_values("price", "rent")))
    arrays, facts = source.read(), source.describe()
    assert (arrays.task, arrays.classes, arrays.target_columns) == ("regression", (), ("price", "rent"))
    assert arrays.features == ("size", "town"), "what is predicted is no input"
    assert arrays.targets.dtype == np.float32
    np.testing.assert_array_equal(
        arrays.targets, np.array([[100, 1.5], [200, 2.5], [400, 4.5], [600, 6.5]], np.float32)
    )
    assert facts.num_outputs == 2
    assert [column.role for column in facts.columns] == ["feature", "feature", "value", "value"]
    notes = " ".join(map(str, facts.notes))
    assert "2 numbers are predicted together: price, rent." in notes
    assert "2 rows without a target are left out." in notes
    assert [counts.name for counts in build_preview(source).histograms][:2] == ["price", "rent"]


def test_network_learns_each_of_several_numbers_as_deviations_of_its_own(tmp_path: Path) -> None:
    raw = open_source(table(tmp_path, columns=as_values("price", "rent"))).load()
    data = prepare(raw, DataConfig(source="flats"))
    assert data.target_scale is not None
    wanted = data.train.targets.double()
    np.testing.assert_allclose(data.target_scale.mean, wanted.mean(0), rtol=1e-6)
    np.testing.assert_allclose(data.target_scale.std, wanted.std(0, correction=0), rtol=1e-6)
    assert (data.target_columns, data.num_outputs) == (("price", "rent"), 2)


def test_one_such_column_alone_is_a_target_like_any_other(tmp_path: Path) -> None:
    source = open_source(table(tmp_path, columns=as_values("rent")))
    arrays = source.read()
    assert (arrays.target_name, arrays.target_columns, arrays.targets.shape) == ("rent", (), (5, 1))
    assert [column.role for column in source.describe().columns] == ["feature", "feature", "feature", "target"]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (ROWS, {"columns": as_values("price", "town")}, "target column town: it holds no numbers"),
        (ROWS.replace("2.5", "2,5x"), {"columns": as_values("price", "rent")}, "line 3"),
        (
            ROWS,
            {"columns": as_values("price", "rent"), "task": "classification"},
            "2 columns are numbers to predict, and classification has none",
        ),
        (
            ROWS,
            {"columns": {**as_values("price"), "town": {"role": "label"}}},
            "town is a label and price a number to predict",
        ),
        (
            "a,b,c\n1,1,\n2,2,\n3,,1\n4,,2\n",
            {"columns": as_values("b", "c")},
            "all of b, c have a value: 0; at least 2",
        ),
        (ROWS.replace(".5", ""), {"columns": as_values("price", "rent")}, None),
        ("a,b,c\n1,7,1\n2,7,2\n3,7,3\n", {"columns": as_values("b", "c")}, "it is the same in every row"),
    ],
)
def test_numbers_that_cannot_be_learned_are_said(
    text: str, options: dict[str, Any], sentence: str | None, tmp_path: Path
) -> None:
    source = open_source(table(tmp_path, text, **options))
    if sentence is None:
        assert source.read().task == "regression", "whole numbers told to be predicted are no classes"
        return
    with pytest.raises(DataError) as raised:
        source.read()
    assert sentence in str(raised.value)


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_exported_reader_gives_the_very_same_arrays(scale: float, tmp_path: Path) -> None:
    source = open_source(table(tmp_path, columns=as_values("price", "rent"), target_scale=scale))
    arrays = source.read()
    code = source.code(arrays)
    lines = ["from pathlib import Path", "import numpy as np", *code.imports, code.functions]
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)  # noqa: S102 - our own emitter's
    inputs, targets = names["load"](tmp_path / "original")
    np.testing.assert_array_equal(inputs, arrays.inputs)
    np.testing.assert_array_equal(targets, arrays.targets)
    assert targets.dtype == np.float32
    assert json.loads((tmp_path / "upload.json").read_text())["filename"] == code.argument
