"""A ZIP of series, a table for each, and one that says what they are."""

import json
from pathlib import Path

import numpy as np
import pytest
from backend.data.archives import pack
from backend.data.test_sample_code import check
from netwright.data.base import DataError, Source, SourceSpec
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.preview import build_preview
from netwright.data.registry import open_source
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig
from pydantic import JsonValue

LENGTHS = (4, 7, 5, 6, 4, 5, 7, 6)
WALKS = {
    f"walks/run_{n}.csv": (
        "x;y\n" + "".join(f"{step},5;{'' if (n, step) == (2, 3) else -n}\n" for step in range(LENGTHS[n - 1]))
    ).encode()
    for n in range(1, 9)
}
CLASSES = b"run,who,label\n" + b"".join(b"%d,p%d,%s\n" % (n, n % 3, (b"out", b"in")[n % 2]) for n in range(1, 9))


def upload(folder: Path, content: bytes, **options: JsonValue) -> Source:
    (folder / "original").write_bytes(content)
    (folder / "upload.json").write_text(json.dumps({"filename": "walks.zip"}))
    assert sniff_upload(folder / "original", "walks.zip") == "series_archive"
    return open_source(SourceSpec(type="series_archive", path=str(folder), options=options))


def test_series_when_each_has_a_table_are_filled_up_to_the_longest(tmp_path: Path) -> None:
    source = upload(tmp_path, pack({**WALKS, "classes.csv": CLASSES, "readme.txt": b"Walks"}))
    facts, arrays = source.describe(), source.read()
    assert (facts.task, facts.num_samples, facts.classes, facts.input_shape) == (
        "classification",
        8,
        ("in", "out"),
        (7, 2),
    )
    assert "8 series of 4 to 7 steps; the table classes.csv says what each is." in facts.notes
    assert "1 file that is neither a series nor that table is left out." in facts.notes
    assert arrays.features == ("x", "y")
    assert arrays.targets.tolist() == [0, 1] * 4
    inputs = np.asarray(arrays.inputs, dtype=np.float64)
    for row, length in zip(inputs, LENGTHS, strict=True):
        assert np.isnan(row[: 7 - length]).all()
        assert row[7 - length :, 0].tolist() == [step + 0.5 for step in range(length)]
    assert np.isnan(inputs[1, 3, 1])
    prepared = prepare(source.load(), DataConfig())
    batch = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
    assert batch.isfinite().all()
    assert upload(tmp_path, pack({**WALKS, "classes.csv": CLASSES}), target="who").describe().classes == (
        "p0",
        "p1",
        "p2",
    )


NUMBERS = "run;speed;grade\n" + "".join(f"{n};{n * 1.5};{n % 2}\n" for n in range(1, 9)).replace(".", ",")


def test_number_of_each_series_is_predicted_in_its_own_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = pack({**WALKS, "speeds.csv": NUMBERS.encode()})
    source = upload(tmp_path, content, target="speed", task="regression")
    facts, arrays = source.describe(), source.read()
    assert (facts.task, facts.num_samples, facts.num_outputs, facts.classes) == ("regression", 8, 1, ())
    assert facts.input_shape == (7, 2)
    assert "The number speed of each series is predicted." in facts.notes
    assert {column.name: column.role for column in facts.columns} == {
        "series": "group",
        "x": "feature",
        "y": "feature",
        "speed": "target",
        "grade": "ignored",
    }
    assert arrays.targets.dtype == np.float32
    assert arrays.targets.shape == (8, 1)
    assert arrays.targets[:, 0].tolist() == [n * 1.5 for n in range(1, 9)]
    assert arrays.standardizes_targets
    assert [counts.name for counts in build_preview(source).histograms] == ["steps", "speed", "x", "y"]
    prepared = prepare(source.load(), DataConfig())
    assert (prepared.task, prepared.num_outputs, prepared.target_name) == ("regression", 1, "speed")
    assert prepared.target_scale is not None
    check(source, tmp_path, None, capsys)

    windows = upload(tmp_path, content, target="speed", task="regression", window=3).read()
    assert (windows.inputs.shape[1:], windows.targets.shape[1:]) == ((3, 2), (1,))
    assert sorted(set(windows.targets.ravel().tolist())) == [n * 1.5 for n in range(1, 9)]


def test_long_series_is_shown_by_its_lows_and_highs_so_that_no_peak_is_lost(tmp_path: Path) -> None:
    peaks = {3: 99.0, 1_234: -77.0}
    steps = [f"{peaks.get(step, step % 2 / 2)},{'' if step < 1_000 else step}\n" for step in range(5_000)]
    members = {f"run_{n}.csv": ("x,y\n" + "".join(steps)).encode() for n in range(1, 4)}
    grades = b"run,grade\n" + b"".join(b"%d,%d.5\n" % (n, n) for n in range(1, 4))
    preview = build_preview(upload(tmp_path, pack({**members, "grades.csv": grades})))
    first = preview.series[0]
    assert (first.name, first.num_steps, len(preview.series)) == ("grade 1.5", 5_000, 3)
    x, y = first.channels
    assert len(x) == len(y) <= 600
    assert (max(filter(None, x)), min(filter(None, x))) == (99.0, -77.0)
    assert x.index(99.0) / len(x) == pytest.approx(3 / 5_000, abs=0.01)
    assert x.index(-77.0) / len(x) == pytest.approx(1_234 / 5_000, abs=0.01)
    known = [value is not None for value in y]
    assert known.index(True) / len(y) == pytest.approx(0.2, abs=0.01)
    assert (y[-2], y[-1]) != (None, None)
    (tmp_path / "short").mkdir()
    short = build_preview(upload(tmp_path / "short", pack({**WALKS, "classes.csv": CLASSES}))).series
    assert [one.num_steps for one in short] == [4, 5, 4, 7, 6, 5]
    assert {len(one.channels[0]) for one in short} == {7}, "shorter ones are filled up"


def test_what_is_learnt_of_series_is_guessed_by_the_targets_values(tmp_path: Path) -> None:
    content = pack({**WALKS, "speeds.csv": NUMBERS.encode()})
    assert upload(tmp_path, content, target="speed").describe().task == "regression"
    few = upload(tmp_path, content, target="grade").describe()
    assert (few.task, few.classes) == ("classification", ("0", "1"))
    told = upload(tmp_path, content, target="speed", task="classification").describe()
    assert (told.task, len(told.classes)) == ("classification", 8)


def test_number_of_a_series_that_is_none_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match="label: it holds no numbers, so no number can be predicted; choose classification"
    ):
        upload(tmp_path, pack({**WALKS, "classes.csv": CLASSES}), target="label", task="regression").describe()


def test_series_when_something_has_no_partner_say_how_many(tmp_path: Path) -> None:
    rows = CLASSES.splitlines(keepends=True)
    content = pack({**WALKS, "classes.csv": b"".join([*rows[:-1], b"99,p1,in\n"])})
    facts = upload(tmp_path, content).describe()
    assert facts.num_samples == 7
    assert "1 series is in no row of it and is left out." in facts.notes
    assert "1 of its rows names no series." in facts.notes


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (WALKS, "has 8 series .*, but no table that says what they are"),
        (
            {"a.csv": b"a,b\n1,2\n", "b.csv": b"c,d\n1,2\n", "c.csv": b"e,f\n1,2\n"},
            "no two tables with the same columns",
        ),
        (
            {**WALKS, "walks/run_3.csv": b"x;y\n1;2\n1;often\n", "classes.csv": CLASSES},
            r"walks/run_3\.csv, line 3, column y: 'often' is not a number",
        ),
    ],
)
def test_archive_when_it_cannot_be_joined_is_refused_with_the_way_out(
    tmp_path: Path, members: dict[str, bytes], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        upload(tmp_path, pack(members)).describe()


@pytest.mark.shared_data
def test_indoor_movement_when_uploaded_as_it_is_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    source = upload(tmp_path, (shared_data / "timeseries/IndoorMovement.zip").read_bytes())
    facts, arrays = source.describe(), source.read()
    assert (facts.num_samples, facts.classes, facts.input_shape) == (314, ("-1", "1"), (129, 4))
    assert arrays.target_name == "class_label"
    assert np.bincount(np.asarray(arrays.targets, dtype=np.int64)).tolist() == [156, 158]
