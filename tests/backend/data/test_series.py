"""Series: windows, forecasts, whole sequences and the splits that keep the future out of the training part."""

from pathlib import Path

import numpy as np
import pytest
import torch
from backend.data.test_sample_code import check, upload
from netwright.data.base import DataError, SourceSpec, SplitKeys
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import open_source
from netwright.data.series import cut_windows, read_times
from netwright.data.sniff import sniff_upload
from netwright.data.split_keys import split_by_keys, split_by_time
from netwright.training.config import DataConfig
from pydantic import JsonValue

BY_TIME = DataConfig.model_validate({"split": {"by": "time", "validation": 0.2}})


def days(count: int, start: int = 0) -> list[str]:
    return [str(np.datetime64("2024-01-01") + start + day) for day in range(count)]


TWO_CHANNELS = "day,load,heat\n" + "".join(
    f"{day},{100 + 7 * (n % 5)},{'' if n == 9 else n % 3}\n" for n, day in enumerate(days(60))
)
WALKS = "walk,step,x,y,room\n" + "".join(
    f"w{walk},{step},{walk * 0.1 + step},{step % 2},{('hall', 'door')[walk % 2]}\n"
    for walk in range(8)
    for step in range(5 + walk)
)
TABLES: dict[str, tuple[str, dict[str, JsonValue]]] = {
    "every channel": (TWO_CHANNELS, {"window": 6, "horizon": 2}),
    "one of two channels, every third window": (TWO_CHANNELS, {"window": 5, "stride": 3, "target": "load"}),
    "two named": (TWO_CHANNELS, {"targets": ["heat", "load"], "window": 4}),
    "decimal commas": (TWO_CHANNELS.replace(",", ";").replace("107", "107,5"), {"window": 4}),
    "rows out of order": (
        "\n".join([TWO_CHANNELS.split("\n")[0], *reversed(TWO_CHANNELS.strip().split("\n")[1:])]) + "\n",
        {"window": 4},
    ),
    "german dates": (
        "Tag,Wert\n" + "".join(f"{d[8:]}.{d[5:7]}.{d[:4]},{n}\n" for n, d in enumerate(days(40))),
        {"window": 4},
    ),
    "no header": (TWO_CHANNELS.partition("\n")[2], {"has_header": False, "window": 4}),
    "no time": ("a,b\n" + "".join(f"{n},{n % 4}\n" for n in range(40)), {"window": 4}),
    "series by name": (
        WALKS,
        {"columns": {"walk": {"role": "group"}, "room": {"role": "ignored"}}, "window": 3, "target": "x"},
    ),
    "classes of whole series": (WALKS, {"columns": {"walk": {"role": "group"}}}),
    "classes of whole series, filled up at the end": (
        WALKS,
        {"columns": {"walk": {"role": "group"}}, "padding": "end"},
    ),
    "classes of windows": (WALKS, {"columns": {"walk": {"role": "group"}}, "window": 4, "stride": 2, "target": "room"}),
}


@pytest.mark.parametrize("name", TABLES)
def test_series_when_uploaded_is_read_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content, options = TABLES[name]
    source = upload(tmp_path, "time_series", content, "series.csv", **options)
    facts, arrays = source.describe(), source.read()
    assert facts.num_samples == len(arrays.inputs)
    assert facts.input_shape == arrays.inputs.shape[1:]
    names = check(source, tmp_path, tmp_path / "original", capsys)
    assert names["read"](tmp_path / "original").shape[1:] == arrays.inputs.shape[1:]
    data = prepare(source.load(), DataConfig())
    ready = load_preprocess(data.preprocess_source)(data.train.inputs)
    assert bool(ready.isfinite().all())


def test_windows_hold_what_comes_before_and_targets_what_follows() -> None:
    values = np.stack([np.arange(10.0), 100 + np.arange(10.0)], axis=1)
    windows = cut_windows(values, [1, 0], window=3, horizon=2, stride=2)
    assert windows.starts.tolist() == [0, 2, 4]
    assert windows.inputs[1].tolist() == [[2, 102], [3, 103], [4, 104]]
    assert windows.targets[1].tolist() == [105, 5, 106, 6]
    values[5, 0] = np.nan
    assert cut_windows(values, [0], window=3, horizon=2, stride=1).starts.tolist() == [0, 3, 4, 5]


def test_split_by_time_leaves_out_what_reaches_across_the_border() -> None:
    starts = np.arange(20.0)
    split = split_by_time(np.stack([starts, starts + 4], axis=1), 0.25)
    assert split.validation.tolist() == [15, 16, 17, 18, 19]
    assert split.train.tolist() == list(range(11))
    assert "4 samples reach across the border" in split.notes[0]


def test_forecast_when_split_by_time_is_fitted_on_the_past_alone(tmp_path: Path) -> None:
    rows = "day,value\n" + "".join(f"{day},{n if n < 40 else 10_000 + n}\n" for n, day in enumerate(days(50)))
    source = upload(tmp_path, "time_series", rows, "x.csv", window=4)
    data = prepare(source.load(), BY_TIME)
    assert data.train.inputs.max() < 10_000
    assert data.target_scale is not None
    assert data.target_scale.mean[0] < 40
    assert len(data.train) + len(data.validation) < 46
    namespace: dict[str, object] = {}
    exec(data.preprocess_source, namespace)  # noqa: S102  (what we wrote)
    back = namespace["postprocess"](namespace["scale_targets"](data.validation.targets))  # type: ignore[operator]
    assert torch.allclose(back, data.validation.targets)


def test_groups_stay_together_and_a_column_is_obeyed() -> None:
    groups = np.repeat(np.arange(10), 5)
    split = split_by_keys(SplitKeys(groups=groups), "group", 0.3, 0, 50)
    assert not set(groups[split.train]) & set(groups[split.validation])
    assert 10 <= len(split.validation) <= 20
    parts = np.array([0, 1, 0, 1, 0])
    split = split_by_keys(SplitKeys(parts=parts), "column", 0.9, 5, 5)
    assert split.validation.tolist() == [1, 3]
    with pytest.raises(DataError, match="cannot be split by time"):
        split_by_keys(SplitKeys(parts=parts), "time", 0.1, 0, 5)
    with pytest.raises(DataError, match="one group"):
        split_by_keys(SplitKeys(groups=np.zeros(5)), "group", 0.1, 0, 5)


ROWS = "when,who,a,part,label\n" + "".join(
    f"{day},p{n % 7},{n * 0.5},{('train', 'Training', 'val', 'test')[n % 4]},{'yn'[n % 2]}\n"
    for n, day in enumerate(days(120))
)
ROLES: dict[str, JsonValue] = {"when": {"role": "time"}, "who": {"role": "group"}, "part": {"role": "split"}}


def test_table_with_columns_of_the_split_keeps_its_test_part_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = upload(tmp_path, "csv", ROWS, "x.csv", target="label", columns=ROLES)
    facts = source.describe()
    assert (facts.num_samples, facts.num_test, facts.input_shape) == (90, 30, (1,))
    assert facts.splits == ("time", "group", "column")
    sizes = {}
    for by in ("time", "group", "column"):
        data = prepare(source.load(), DataConfig.model_validate({"split": {"by": by, "validation": 0.2}}))
        assert data.test is not None
        sizes[by] = (len(data.train), len(data.validation), len(data.test))
    assert sizes["time"] == (72, 18, 30)
    assert sizes["column"] == (60, 30, 30)
    check(source, tmp_path, tmp_path / "original", capsys)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("2024-02-02", "soon"), "line 34, column when: 'soon' is no time"),
        ((",p4,", ",,"), "line 6, column who: the cell is empty"),
        (("Training", "later"), "line 3, column part: 'later' names no part"),
    ],
)
def test_cell_that_says_nothing_to_the_split_is_named_by_its_line(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        upload(tmp_path, "csv", ROWS.replace(*change, 1), "x.csv", target="label", columns=ROLES).describe()
    assert caught.value.code == "bad_split"


def test_column_of_the_split_without_validation_is_told_with_what_it_holds_and_the_way_out(tmp_path: Path) -> None:
    table = "a,label,part\n" + "".join(f"{n},{'xy'[n % 2]},{'test' if n >= 15 else 'train'}\n" for n in range(20))
    source = upload(tmp_path, "csv", table, "x.csv", target="label", columns={"part": {"role": "split"}})
    facts = source.describe()
    assert facts.splits == ()
    assert facts.no_parts is not None
    assert "Column part names no row for validation; it holds train (15), test (5)." in facts.no_parts
    assert facts.no_parts in facts.notes
    with pytest.raises(
        DataError, match="To split by it, write validation or val or valid or dev in the rows"
    ) as caught:
        prepare(source.load(), DataConfig.model_validate({"split": {"by": "column"}}))
    assert caught.value.column == "split.by"


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("val", "test"), "line 2, column part: no row is for training; write train in some"),
        (("train", "test", "test"), "line 2, column part: all other rows are test, and a run needs one to train on"),
    ],
)
def test_column_of_the_split_that_leaves_a_part_empty_is_named_by_its_line(
    tmp_path: Path, parts: tuple[str, ...], sentence: str
) -> None:
    cells = [parts[min(n, len(parts) - 1)] for n in range(20)]
    table = "a,label,part\n" + "".join(f"{n},{'xy'[n % 2]},{cell}\n" for n, cell in enumerate(cells))
    with pytest.raises(DataError, match=sentence) as caught:
        upload(tmp_path, "csv", table, "x.csv", target="label", columns={"part": {"role": "split"}}).describe()
    assert caught.value.code == "bad_split"


def test_column_of_the_split_without_a_part_to_validate_with_leaves_that_to_chance(tmp_path: Path) -> None:
    for word, num_test in (("test", 5), ("train", None)):
        table = "a,label,part\n" + "".join(f"{n},{'xy'[n % 2]},{word if n > 14 else 'train'}\n" for n in range(20))
        source = upload(tmp_path, "csv", table, "x.csv", target="label", columns={"part": {"role": "split"}})
        facts = source.describe()
        assert (facts.num_test, facts.splits) == (num_test, ())
        data = prepare(source.load(), DataConfig.model_validate({"split": {"validation": 0.2}}))
        assert len(data.validation) == round(0.2 * facts.num_samples)


def test_text_in_a_channel_far_down_is_named_by_its_line(tmp_path: Path) -> None:
    rows = [f"{n},{n % 9}" for n in range(50_000)]
    rows[40_000] = "40000,broken"
    for kind in ("time_series", "csv"):
        facts = upload(tmp_path, kind, "\n".join(["step,value", *rows]), "long.csv").describe()
        assert facts.problem is not None
        assert (facts.problem.line, facts.problem.column) == (40_002, "value")


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (TWO_CHANNELS, {"window": 60}, "at least 2 are needed. Take a shorter window"),
        (TWO_CHANNELS, {"columns": {"load": {"role": "time"}, "heat": {"role": "ignored"}}}, "no column of numbers"),
        (TWO_CHANNELS, {"target": "cold"}, "no column cold"),
        (TWO_CHANNELS, {"targets": ["day", "load"]}, "holds no numbers"),
        (
            WALKS.replace("w3,2,2.3,0,door", "w3,2,2.3,0,hall"),
            {"columns": {"walk": {"role": "group"}}, "target": "room"},
            "the series w3 begins as door but line 22 says hall",
        ),
        (WALKS, {"columns": {"room": {"role": "time"}}}, "its cells are no times"),
    ],
)
def test_series_that_cannot_be_cut_is_refused(
    tmp_path: Path, content: str, options: dict[str, JsonValue], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        upload(tmp_path, "time_series", content, "x.csv", **options).describe()


def test_times_are_read_as_people_write_them() -> None:
    for cells, form in (
        (["1949-01", "1949-02"], "iso"),
        (["2024-01-31 13:00", "2024-01-31 14:00"], "iso"),
        (["2024-01-31T13:00:00Z", "2024-01-31T13:00:01Z"], "iso"),
        (["31.01.2024", "01.02.2024"], "%d.%m.%Y"),
        (["1", "2.5"], "number"),
    ):
        found = read_times(cells)
        assert found is not None
        assert found[1] == form
        assert found[0][0] < found[0][1]
    assert read_times(["2024-01-31", "yesterday"]) is None


def test_upload_is_taken_for_a_series_only_where_dates_grow(tmp_path: Path) -> None:
    def guess(text: str) -> str:
        (tmp_path / "t").write_text(text)
        return sniff_upload(tmp_path / "t", "t.csv")

    assert guess(TWO_CHANNELS) == "time_series"
    assert guess("a,b\n" + "".join(f"{n},{n}\n" for n in range(30))) == "csv"
    shuffled = TWO_CHANNELS.split("\n")
    assert guess("\n".join([shuffled[0], *shuffled[5:10], *shuffled[1:5]])) == "csv"


@pytest.mark.parametrize("name", ["sine_mix", "waves"])
def test_written_facts_of_series_are_those_of_the_arrays(name: str) -> None:
    source = open_source(SourceSpec(type=name))
    facts, arrays = source.describe(), source.read()
    assert facts.num_samples == len(arrays.targets)
    assert facts.input_shape == arrays.inputs.shape[1:]
    assert facts.splits == arrays.split_keys.ways
    assert facts.num_outputs == (len(arrays.classes) or arrays.targets.shape[1])
    assert arrays.inputs.tobytes() == source.read().inputs.tobytes()


def test_repeating_the_last_value_of_the_sine_mix_is_far_from_its_noise() -> None:
    arrays = open_source(SourceSpec(type="sine_mix")).read()
    assert arrays.forecast is not None
    last = np.repeat(
        arrays.inputs.astype(np.float32)[:, -1, list(arrays.forecast.channels)], arrays.forecast.horizon, axis=1
    )
    assert np.abs(last - arrays.targets.astype(np.float32)).mean() > 0.35
