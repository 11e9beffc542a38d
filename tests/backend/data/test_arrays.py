"""Uploaded NPY and NPZ: which array is what, pictures in any order of axes, and what is wrong by its row."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backend.data.archives import pack
from backend.data.test_sample_code import check, upload
from netwright.data.base import DataError, Source
from netwright.data.prepare import prepare
from netwright.data.preview import build_preview
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig

random = np.random.default_rng(0)
DIGITS = random.integers(0, 256, (30, 9, 8), dtype=np.uint8)
COLORS = random.integers(0, 256, (30, 9, 8, 3), dtype=np.uint8)
LABELS = np.arange(30) % 3
ROWS = random.normal(size=(30, 5))
SERIES = random.normal(size=(30, 20, 2)).astype(np.float32)


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(values: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(values))
    return buffer.getvalue()


def open_upload(folder: Path, content: bytes, name: str = "made.npz", **options: Any) -> Source:
    """The source that the bytes are taken for."""
    (folder / "original").write_bytes(content)
    return upload(folder, sniff_upload(folder / "original", name), content, name, **options)


def refuse(folder: Path, content: bytes, *parts: str, name: str = "made.npz", **options: Any) -> DataError:
    """What cannot be trained on is refused; targets of no use keep the set, for a person to choose others."""
    with pytest.raises(DataError) as caught:
        open_upload(folder, content, name, **options).read()
    error = caught.value
    for part in parts:
        assert part in error.message
    if error.code == "bad_target":
        problem = open_upload(folder, content, name, **options).describe().problem
        assert problem is not None
        assert problem.message == error.message
    else:
        with pytest.raises(DataError):
            open_upload(folder, content, name, **options).describe()
    return error


def test_file_like_keras_mnist_has_its_own_test_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = npz(x_train=DIGITS, y_train=LABELS, x_test=DIGITS[:6], y_test=LABELS[:6])
    source = open_upload(tmp_path, content, "mnist.npz")
    facts = source.describe()
    assert (source.type, facts.task, facts.input_shape) == ("array_pictures", "classification", (1, 9, 8))
    assert (facts.num_samples, facts.num_test, facts.classes) == (30, 6, ("0", "1", "2"))
    arrays = source.read()
    assert (arrays.inputs[:, 0] == DIGITS).all()
    assert arrays.test_inputs is not None
    assert (arrays.test_inputs[:, 0] == DIGITS[:6]).all()
    check(source, tmp_path, tmp_path / "original", capsys)
    assert {label for _, label in build_preview(source).pictures} == {"0", "1", "2"}


def test_classes_of_a_test_part_are_those_of_the_training_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = np.array(["cat", "dog", "owl"])
    content = npz(x_train=DIGITS, y_train=words[LABELS], x_test=DIGITS[:2], y_test=np.array(["owl", "dog"]))
    source = open_upload(tmp_path, content, "words.npz")
    assert source.read().test_targets is not None
    check(source, tmp_path, tmp_path / "original", capsys)


PICTURES: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "channels last": (COLORS, {}, COLORS.transpose(0, 3, 1, 2)),
    "channels first": (COLORS.transpose(0, 3, 1, 2), {}, COLORS.transpose(0, 3, 1, 2)),
    "floats from 0 to 1": (COLORS.astype(np.float32) / 255, {}, COLORS.transpose(0, 3, 1, 2)),
    "floats from -1 to 1": (COLORS / 127.5 - 1, {}, COLORS.transpose(0, 3, 1, 2)),
    "floats that are bytes": (DIGITS.astype(np.float64), {}, DIGITS[:, None]),
    "zeros and ones": (DIGITS > 100, {}, DIGITS[:, None] > 100),
    "sixteen shades": (DIGITS // 16, {}, DIGITS[:, None] // 16),
    "sixteen bits": (DIGITS.astype(np.uint16) * 257, {"value_range": [0, 65535]}, DIGITS[:, None]),
    "axes as told": (random.integers(0, 256, (30, 3, 9, 3), dtype=np.uint8), {"axes": "NCHW"}, None),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_in_any_form_become_bytes_and_are_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    values, options, expected = PICTURES[name]
    source = open_upload(tmp_path, npz(x=values, y=LABELS), **options)
    assert source.type == "array_pictures"
    expected = values if expected is None else expected
    assert (source.read().inputs == expected).all()
    check(source, tmp_path, tmp_path / "original", capsys)


def test_white_is_what_the_preprocessing_makes_one(tmp_path: Path) -> None:
    source = open_upload(tmp_path, npz(x=DIGITS // 16, y=LABELS))
    assert source.read().default_preprocess[0].params == {"maximum": 16.0}


def test_rows_with_missing_values_say_where_and_are_filled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ROWS.copy()
    rows[7, 2] = rows[9, 1] = np.nan
    source = open_upload(tmp_path, npz(X=rows, y=ROWS[:, 0] * 2))
    facts = source.describe()
    assert (source.type, facts.task, facts.num_outputs) == ("array_rows", "regression", 1)
    assert any("2 values are missing (nan), the first in row 7 " in str(note) for note in facts.notes)
    assert [step.type for step in source.read().default_preprocess] == ["Impute", "Standardize"]
    check(source, tmp_path, tmp_path / "original", capsys)


TARGETS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "texts": (np.array(["cat", "dog", "cow"])[LABELS], "classification", ("cat", "cow", "dog")),
    "one-hot": (np.eye(3)[LABELS], "classification", ("0", "1", "2")),
    "minus one and one": (LABELS % 2 * 2 - 1, "classification", ("-1", "1")),
    "whole numbers as floats": (LABELS * 2.0, "classification", ("0", "2", "4")),
    "labels": (np.stack([LABELS > 0, LABELS != 1], axis=1), "multilabel", ("0", "1")),
    "numbers": (ROWS[:, :2], "regression", ()),
}


@pytest.mark.parametrize("name", TARGETS)
def test_targets_say_what_is_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    values, task, classes = TARGETS[name]
    source = open_upload(tmp_path, npz(x=ROWS, y=values))
    facts = source.describe()
    assert (facts.task, facts.classes) == (task, classes)
    check(source, tmp_path, tmp_path / "original", capsys)


def test_classes_have_the_names_that_the_file_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = open_upload(tmp_path, npz(x=DIGITS, y=LABELS, class_names=["ant", "bee", "cat", "dog"]))
    assert source.describe().classes == ("ant", "bee", "cat", "dog")
    check(source, tmp_path, tmp_path / "original", capsys)


def test_series_are_classified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = open_upload(tmp_path, npz(x=SERIES, y=LABELS))
    facts = source.describe()
    assert (source.type, facts.task, facts.input_shape) == ("array_series", "classification", (20, 2))
    check(source, tmp_path, tmp_path / "original", capsys)


def test_single_array_has_no_target_until_a_column_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = open_upload(tmp_path, npy(ROWS), "rows.npy")
    assert (source.type, source.describe().task) == ("array_rows", "reconstruction")
    prepared = prepare(source.load(), DataConfig(source="rows"))
    assert (prepared.task, prepared.num_outputs) == ("reconstruction", 5)
    check(source, tmp_path, tmp_path / "original", capsys)
    (tmp_path / "again").mkdir()
    named = open_upload(tmp_path / "again", npy(np.column_stack([ROWS, LABELS])), "rows.npy", target_column=-1)
    facts = named.describe()
    assert (facts.task, facts.input_shape, facts.classes) == ("classification", (5,), ("0", "1", "2"))
    check(named, tmp_path / "again", tmp_path / "again" / "original", capsys)


def test_pictures_without_targets_are_shown_and_give_themselves_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = open_upload(tmp_path, npy(DIGITS), "digits.npy")
    assert source.describe().task == "reconstruction"
    assert [step.type for step in source.read().default_preprocess] == ["ToFloat"]
    assert len(build_preview(source).pictures) == 12
    check(source, tmp_path, tmp_path / "original", capsys)


def test_set_of_one_class_is_trained_on_once_another_task_is_chosen(tmp_path: Path) -> None:
    content = npz(x=ROWS, y=LABELS * 0, other=LABELS)
    source = open_upload(tmp_path, content)
    facts = source.describe()
    assert facts.problem is not None
    assert (facts.num_samples, facts.input_shape) == (30, (5,))
    for options, task in (({"task": "reconstruction"}, "reconstruction"), ({"targets": "other"}, "classification")):
        mended = open_upload(tmp_path, content, **options)
        assert (mended.describe().problem, mended.describe().task) == (None, task)
        assert len(mended.read().inputs) == 30


def changed(values: Any, row: int, value: float) -> Any:
    copy = np.asarray(values, dtype=np.float64).copy()
    copy.reshape(len(copy), -1)[row, 0] = value
    return copy


BAD: dict[str, tuple[bytes, dict[str, Any], tuple[str, ...]]] = {
    "a pixel that is no number": (
        npz(x=changed(DIGITS / 255, 4, np.nan)[:, None], y=LABELS),
        {},
        ("array x, row 4 (from 0)", "nan"),
    ),
    "an infinite value": (npz(x=changed(ROWS, 6, np.inf), y=LABELS), {}, ("array x, row 6 (from 0)", "inf")),
    "a target that is no number": (npz(x=ROWS, y=changed(LABELS, 5, np.nan)), {}, ("array y, row 5", "nan")),
    "a negative class": (
        npz(x=ROWS, y=changed(LABELS, 8, -1).astype(int)),
        {},
        ("array y, row 8", "the class -1 is negative"),
    ),
    "a class that is not whole": (
        npz(x=ROWS, y=changed(LABELS, 3, 0.5)),
        {"task": "classification"},
        ("array y, row 3", "0.5 is no whole number"),
    ),
    "a class without a name": (
        npz(x=ROWS, y=LABELS, classes=["a", "b"]),
        {},
        ("array y, row 2", "out of range: there are names for 0 to 1"),
    ),
    "a class of the test part alone": (
        npz(x_train=ROWS, y_train=LABELS, x_test=ROWS[:2], y_test=[0, 7]),
        {},
        ("array y_test, row 1", "no training sample has the class 7"),
    ),
    "lengths that differ": (npz(x=ROWS, y=LABELS[:-1]), {}, ("29 rows", "30 samples")),
    "one class": (npz(x=ROWS, y=LABELS * 0), {}, ("array y", "one class only, '0'", "choose the task reconstruction")),
    "one class of names": (npz(x=ROWS, y=np.repeat("cat", 30)), {}, ("one class only, 'cat'", "name another array")),
    "one number": (
        npz(x=ROWS, y=np.full(30, 0.5)),
        {"task": "regression"},
        ("array y", "the same in every row", "choose the task reconstruction"),
    ),
    "no inputs": (npz(a=ROWS, b=LABELS), {}, ("there are: a, b", "Call the inputs x")),
    "an array that is not there": (npz(x=ROWS, y=LABELS), {"targets": "z"}, ("no array z", "x, y")),
    "two channels": (npz(x=COLORS[..., :2], y=LABELS), {}, ("2 channels",)),
    "beyond the range": (
        npz(x=COLORS / 255, y=LABELS),
        {"value_range": [0, 0.5]},
        ("array x, row 0", "beyond the range"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, name: str) -> None:
    content, options, parts = BAD[name]
    refuse(tmp_path, content, *parts, **options)


def test_pickles_are_refused_and_never_opened(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "opened",))

    refuse(tmp_path, npy(np.array([Evil()], dtype=object)), "Python objects", "pickle", name="evil.npy")
    refuse(tmp_path, npz(x=ROWS, y=np.array([Evil()], dtype=object)), "the array y holds Python objects")
    assert not (tmp_path / "opened").exists()


def test_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path, npy(ROWS)[:-20], "ends too early", name="rows.npy").code == "bad_file"
    assert refuse(tmp_path, npz(x=ROWS, y=LABELS)[:-40], "not a sound ZIP").code == "bad_file"
    whole = npz(x=ROWS, y=LABELS)
    torn = whole[:200] + bytes(100) + whole[300:]
    assert refuse(tmp_path, torn, "sound").code == "bad_file"


def test_values_beyond_the_limit_are_refused_before_they_are_read(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 20, 1 << 12)})
    bomb = pack({"x.npy": header.getvalue(), "y.npy": npy(LABELS)})
    assert refuse(tmp_path, bomb, "32.0 GiB", "the limit is 4 GiB").code == "too_large"


def test_archive_of_folders_of_arrays_is_no_array_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "folders.zip", "w") as archive:
        archive.writestr("cat/1.npy", npy(ROWS))
    with pytest.raises(DataError):
        open_upload(tmp_path, (tmp_path / "folders.zip").read_bytes(), "folders.zip").describe()
