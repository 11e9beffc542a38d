"""A ZIP of pictures and a table that names them: classes, numbers, labels, and what is missing on either side."""

from pathlib import Path

import numpy as np
import pytest
from backend.data.archives import pack, picture, two_classes
from backend.data.test_sample_code import check, upload
from netwright.data.base import DataError, Source
from netwright.data.prepare import prepare
from netwright.data.preview import build_preview
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig
from pydantic import JsonValue


def pictures(count: int = 12) -> dict[str, bytes]:
    return {f"set/images/p{n:02}.png": picture((n * 20, 9 * n, 7)) for n in range(count)}


def open_upload(folder: Path, table: str, members: dict[str, bytes] | None = None, **options: JsonValue) -> Source:
    content = pack((pictures() if members is None else members) | {"set/labels.csv": table.encode()})
    (folder / "original").write_bytes(content)
    assert sniff_upload(folder / "original", "cells.zip") == "image_table"
    return upload(folder, "image_table", content, "cells.zip", **options)


CLASSES = "file,kind\n" + "".join(f"p{n:02}.png,{('round', 'long')[n % 2]}\n" for n in range(12))
NUMBERS = "age,file\n" + "".join(f"{n * 1.5},images/p{n:02}.png\n" for n in range(12))
JOINED = "file,tags\n" + "".join(f"p{n:02},{('red|big', 'big', 'red', '')[n % 4]}\n" for n in range(12))
COLUMNS = "file,label_red,label_big\n" + "".join(f"p{n:02}.png,{n % 2},{n // 2 % 2}\n" for n in range(12))


@pytest.mark.parametrize(
    ("table", "task", "classes", "shape"),
    [
        (CLASSES, "classification", ("long", "round"), (12,)),
        (NUMBERS, "regression", (), (12, 1)),
        (JOINED, "multilabel", ("big", "red"), (12, 2)),
        (COLUMNS, "multilabel", ("label_red", "label_big"), (12, 2)),
    ],
    ids=["classes", "numbers", "joined", "columns"],
)
def test_table_says_what_each_picture_is(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    task: str,
    classes: tuple[str, ...],
    shape: tuple[int],
) -> None:
    source = open_upload(tmp_path, table)
    facts = source.describe()
    assert (facts.task, facts.classes, facts.num_samples, facts.problem) == (task, classes, 12, None)
    assert facts.input_shape == (3, 8, 12)
    arrays = source.read()
    assert arrays.targets.shape == shape
    assert arrays.inputs[3, :, 0, 0].tolist() == [60, 27, 7]
    check(source, tmp_path, tmp_path / "original", capsys)
    preview = build_preview(source)
    assert len(preview.pictures) >= 10
    assert preview.header[0] in {"file", "age"}


SEVERAL = "file,x,kind,y\n" + "".join(f"p{n:02}.png,{n * 0.5},a,{'' if n == 4 else 100 - n}\n" for n in range(12))


def test_several_numbers_of_a_picture_are_predicted_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = open_upload(tmp_path, SEVERAL, value_columns=["x", "y"])
    facts, arrays = source.describe(), source.read()
    assert (facts.task, facts.num_outputs, facts.num_samples, facts.problem) == ("regression", 2, 11, None)
    assert any("2 numbers are predicted together: x, y." in note for note in facts.notes)
    assert any("1 row without a target is left out." in note for note in facts.notes)
    assert (arrays.target_columns, arrays.targets.shape) == (("x", "y"), (11, 2))
    assert arrays.targets[3].tolist() == [1.5, 97.0]
    assert arrays.targets[4].tolist() == [2.5, 95.0]
    assert arrays.inputs[4, 0, 0, 0] == 100, "the picture of the row behind the one without a target"
    check(source, tmp_path, tmp_path / "original", capsys)
    prepared = prepare(source.load(), DataConfig())
    assert prepared.target_scale is not None
    assert (prepared.num_outputs, len(prepared.target_scale.mean)) == (2, 2)
    assert [counts.name for counts in build_preview(source).histograms] == ["pixels", "x", "y"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"value_columns": ["x", "z"]}, "has no column z; it has: file, x, kind, y"),
        ({"value_columns": ["x", "kind"]}, "target column kind: it holds no numbers, so no number can be predicted"),
        ({"value_columns": ["x"], "label_columns": ["y"]}, "y is a label and x a number to predict"),
    ],
)
def test_several_numbers_that_cannot_be_are_refused_with_the_way_out(
    tmp_path: Path, options: dict[str, JsonValue], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        open_upload(tmp_path, SEVERAL, None, **options).describe()


def test_rows_in_another_order_keep_their_pictures(tmp_path: Path) -> None:
    head, *rows = NUMBERS.splitlines()
    source = open_upload(tmp_path, "\n".join([head, *reversed(rows)]))
    arrays = source.read()
    assert np.array_equal(arrays.inputs[:, 0, 0, 0].astype(np.float64) / 20 * 1.5, arrays.targets[:, 0])


def test_row_without_its_picture_is_said_with_its_line_and_can_be_left_out(tmp_path: Path) -> None:
    source = open_upload(tmp_path, CLASSES + "p99.png,round\n")
    problem = source.describe().problem
    assert problem is not None
    assert (problem.code, problem.line) == ("missing_picture", 14)
    assert "labels.csv, line 14: cells.zip holds no picture 'p99.png'" in problem.message
    with pytest.raises(DataError, match="line 14"):
        source.read()
    (tmp_path / "again").mkdir()
    skipping = open_upload(tmp_path / "again", CLASSES + "p99.png,round\n", skip_missing=True)
    assert len(skipping.read().inputs) == 12
    assert any("1 row without a picture is left out, in line 14" in note for note in skipping.describe().notes)


def test_picture_that_no_row_names_is_left_out_and_said(tmp_path: Path) -> None:
    source = open_upload(tmp_path, CLASSES, pictures(13))
    assert len(source.read().inputs) == 12
    assert any("p12.png" in note for note in source.describe().notes)


def test_picture_that_two_rows_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 14: the picture set/images/p03\.png stands in line 5 already"):
        open_upload(tmp_path, CLASSES + "p03.png,round\n").describe()


def test_columns_are_chosen_by_options(tmp_path: Path) -> None:
    table = "file,kind,age\n" + "".join(f"p{n:02}.png,{'ab'[n % 2]},{n * 0.5}\n" for n in range(12))
    source = open_upload(tmp_path, table, target_column="kind")
    assert source.describe().classes == ("a", "b")
    (tmp_path / "again").mkdir()
    with pytest.raises(DataError, match="has no column wealth"):
        open_upload(tmp_path / "again", table, target_column="wealth").describe()


def test_class_folders_with_a_table_that_names_nothing_stay_folders(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(pack(two_classes() | {"notes.csv": b"day,text\n1,cold\n2,warm\n"}))
    assert sniff_upload(tmp_path / "original", "pets.zip") == "image_folder"
