"""Tables with several labels a row: as columns of yes or no, or named in one column."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from netwright.data.base import DataError, SourceSpec
from netwright.data.preview import build_preview
from netwright.data.registry import open_source

COLUMNS = """size,weight,label_red,label_round,label_old
1,2,1,0,yes
2,3,0,0,no
3,1,1,1,no
4,2,,1,no
5,5,1,1,TRUE
6,1,0,1,no
"""
JOINED = """size,labels
1,red|round
2,
3,round
4,round | old
5,?
6,red|old|old
7,old
"""


def table(folder: Path, text: str, **options: Any) -> SourceSpec:
    (folder / "original").write_text(text, encoding="utf-8")
    (folder / "upload.json").write_text('{"filename": "things.csv"}', encoding="utf-8")
    return SourceSpec(type="csv", path=str(folder), options=options)


def as_labels(*names: str) -> dict[str, Any]:
    return {name: {"role": "label"} for name in names}


def test_columns_called_like_labels_are_found_and_read_as_zeros_and_ones(tmp_path: Path) -> None:
    source = open_source(table(tmp_path, COLUMNS))
    arrays, facts = source.read(), source.describe()
    assert (arrays.task, arrays.target_name) == ("multilabel", "labels")
    assert arrays.classes == ("label_red", "label_round", "label_old")
    assert arrays.features == ("size", "weight"), "labels are no inputs"
    expected = [[1, 0, 1], [0, 0, 0], [1, 1, 0], [1, 1, 1], [0, 1, 0]]
    assert arrays.targets.dtype == np.float32
    np.testing.assert_array_equal(arrays.targets, expected)
    assert facts.num_outputs == 3
    assert [column.role for column in facts.columns] == ["feature", "feature", "label", "label", "label"]
    notes = " ".join(map(str, facts.notes))
    assert "called like labels and hold yes or no" in notes
    assert "1 row without a target is left out." in notes
    assert "1 row has none of the labels." in notes
    assert build_preview(source).balance == [("label_red", 3), ("label_round", 3), ("label_old", 2)]


def test_chosen_columns_are_the_labels_whatever_they_are_called(tmp_path: Path) -> None:
    text = COLUMNS.replace("label_", "")
    assert open_source(table(tmp_path, text)).read().task == "classification", "nothing says that these are labels"
    arrays = open_source(table(tmp_path, text, columns=as_labels("red", "old"))).read()
    assert (arrays.task, arrays.classes) == ("multilabel", ("red", "old"))
    assert arrays.features == ("size", "weight", "round")
    one = open_source(table(tmp_path, text, columns=as_labels("red")))
    assert (one.read().task, one.read().target_name) == ("classification", "red")
    assert any("red is the only label" in str(note) for note in one.describe().notes)


def test_one_column_of_joined_labels_is_found_and_an_empty_cell_has_none(tmp_path: Path) -> None:
    source = open_source(table(tmp_path, JOINED))
    arrays = source.read()
    assert (arrays.task, arrays.target_name, arrays.classes) == ("multilabel", "labels", ("old", "red", "round"))
    np.testing.assert_array_equal(arrays.targets, [[0, 1, 1], [0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 1, 0], [1, 0, 0]])
    assert any("name several labels with '|' between them" in str(note) for note in source.describe().notes)
    told = table(tmp_path, JOINED.replace("|", " / "), task="multilabel", label_separator="/")
    np.testing.assert_array_equal(open_source(told).read().targets, arrays.targets)
    whole = open_source(table(tmp_path, JOINED, task="classification")).read()
    assert whole.task == "classification"
    assert "red|round" in whole.classes


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (
            COLUMNS.replace("5,5,1,1,TRUE", "5,5,1,2,TRUE"),
            {"columns": as_labels("label_red", "label_round")},
            "things.csv, line 6, column label_round: '2' says neither yes nor no.",
        ),
        (
            COLUMNS.replace("1,0,yes", "1,0,no").replace("TRUE", "no"),
            {},
            "column label_old: it is 0 in every row, so no sample has this label",
        ),
        (
            "a,x,y\n1,1,0\n2,1,1\n3,1,0\n",
            {"columns": as_labels("x", "y")},
            "column x: it is 1 in every row, so there is nothing to learn",
        ),
        ("a,x,y\n1,1,\n2,,1\n3,0,\n", {"columns": as_labels("x", "y")}, "are filled in: 0; at least 2 are needed"),
        ("a,tags\n1,red\n2,blue\n3,red\n", {"task": "multilabel"}, "no cell names several labels"),
        ("a,tags\n1,x;\n2,x\n3,\n", {"task": "multilabel", "label_separator": ";"}, "there is one label only, 'x'"),
        ("a,tags\n1,x|y\n2,x\n3,x|y\n", {"task": "multilabel"}, "every row has the label 'x'"),
        ("a,tags\n1,|\n2,\n3,|\n", {"task": "multilabel"}, "no row has a label"),
        (
            COLUMNS,
            {"columns": as_labels("label_red", "label_old"), "task": "regression"},
            "2 columns have the role label",
        ),
    ],
)
def test_labels_that_cannot_be_learned_are_said(
    text: str, options: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as raised:
        open_source(table(tmp_path, text, **options)).read()
    assert sentence in str(raised.value)


@pytest.mark.parametrize("text", [COLUMNS, JOINED], ids=["columns", "joined"])
def test_exported_reader_gives_the_very_same_arrays(text: str, tmp_path: Path) -> None:
    source = open_source(table(tmp_path, text))
    arrays = source.read()
    code = source.code(arrays)
    lines = [
        "from pathlib import Path",
        "import numpy as np",
        *code.imports,
        f"CLASSES = {arrays.classes!r}",
        code.functions,
    ]
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)  # noqa: S102 - our own emitter's
    inputs, targets = names["load"](tmp_path / "original")
    np.testing.assert_array_equal(inputs, arrays.inputs)
    np.testing.assert_array_equal(targets, arrays.targets)
    assert targets.dtype == np.float32
