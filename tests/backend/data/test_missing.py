"""Missing values of a table by strategy: put in, marked by an input of their own, or their rows left out."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from netwright.data.base import DataError, Source, SourceSpec
from netwright.data.prepare import chain_of, load_preprocess, prepare, required_columns
from netwright.data.registry import open_source
from netwright.training.config import Choice, DataConfig
from pydantic import JsonValue
from sklearn.impute import SimpleImputer

ROWS = "age,town,fare,label\n" + "".join(
    f"{'' if row % 5 == 1 else 20 + row % 50},{('north', 'south', 'NA')[row % 3]},{row % 9},{('yes', 'no')[row % 2]}\n"
    for row in range(60)
)


def upload(folder: Path, content: str | bytes, **options: JsonValue) -> Source:
    (folder / "original").write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "upload.json").write_text(json.dumps({"filename": "people.csv"}))
    return open_source(SourceSpec(type="csv", path=str(folder), options=options))


def fill(source: Source) -> tuple[torch.Tensor, torch.Tensor]:
    """Raw inputs of the training part, and what the preprocessing makes of them."""
    prepared = prepare(source.load(), DataConfig())
    inputs = prepared.train.inputs
    assert isinstance(inputs, torch.Tensor)
    found = load_preprocess(prepared.preprocess_source)(inputs)
    assert found.shape[1:] == source.describe().input_shape == prepared.input_shape
    assert found.isfinite().all()
    return inputs, found


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
def test_numbers_when_filled_and_marked_are_those_of_scikit_learn(tmp_path: Path, strategy: str) -> None:
    options: dict[str, JsonValue] = {"columns": {"town": {"role": "ignored"}}, "standardize": False}
    source = upload(tmp_path, ROWS, missing_numbers=strategy, fill_value=-7.5, missing_indicator=True, **options)
    raw, found = fill(source)
    oracle = SimpleImputer(strategy=strategy, fill_value=-7.5 if strategy == "constant" else None, add_indicator=True)
    wanted = oracle.fit_transform(raw.double().numpy())
    assert list(oracle.get_feature_names_out(["age", "fare"])) == ["age", "fare", "missingindicator_age"]
    np.testing.assert_allclose(found.numpy(), wanted.astype(np.float32), rtol=1e-6)


def test_columns_when_each_has_a_strategy_of_its_own_are_filled_by_it(tmp_path: Path) -> None:
    told: JsonValue = {
        "age": {"missing": "constant", "fill_value": "-1"},
        "town": {"missing": "constant", "fill_value": "south"},
    }
    source = upload(tmp_path, ROWS, columns=told, standardize=False)
    raw, found = fill(source)
    is_missing = raw.isnan()
    assert is_missing[:, 0].any()
    assert is_missing[:, 1].any()
    assert (found[is_missing[:, 0], 0] == -1).all()
    assert found[is_missing[:, 1], 1:3].tolist() == [[0.0, 1.0]] * int(is_missing[:, 1].sum()), "town=south"
    age = next(column for column in source.describe().columns if column.name == "age")
    assert (age.strategy, age.fill_value) == ("constant", "-1")
    assert "own_category" not in age.strategies


def test_rows_when_left_out_are_counted_and_the_code_leaves_out_the_same(tmp_path: Path) -> None:
    source = upload(tmp_path, ROWS, missing_numbers="drop", columns={"town": {"missing": "own_category"}})
    raw, facts = source.load(), source.describe()
    assert facts.num_samples == len(raw.inputs) == 48
    assert not raw.inputs[:, 0].isnan().any()
    assert raw.inputs[:, 1].isnan().any()
    assert "12 of 60 rows are left out, for they have no value in age; 48 remain." in facts.notes
    namespace: dict[str, object] = {}
    code = source.code(source.read())
    imports = "\n".join(["from pathlib import Path", "import numpy as np", "CLASSES = ('no', 'yes')", *code.imports])
    exec(imports + "\n" + code.functions, namespace)  # noqa: S102 - what a project does
    load = namespace["load"]
    assert callable(load)
    inputs, targets = load(tmp_path / "original")
    assert np.array_equal(inputs, raw.inputs.numpy(), equal_nan=True)
    assert targets.tolist() == raw.targets.tolist()


def test_rows_when_left_out_of_parts_say_what_remains_of_each(tmp_path: Path) -> None:
    parts = ("train", "train", "train", "train", "val", "test")
    header, *rows = ROWS.splitlines()
    content = "\n".join([f"{header},part", *(f"{row},{parts[place % 6]}" for place, row in enumerate(rows))])
    columns: JsonValue = {"part": {"role": "split"}}
    notes = (
        upload(tmp_path, content, columns=columns, missing_numbers="drop", missing_categories="drop").describe().notes
    )
    said = next(note for note in notes if "By part" in note)
    kept = [place for place in range(60) if place % 5 != 1 and place % 3 != 2]
    had = {name: parts.count(name) * 10 for name in ("train", "val", "test")}
    left = {name: sum(parts[place % 6] == name for place in kept) for name in had}
    assert left["test"] == 0, "rows of the test part all lack their town"
    for part, name in (("training", "train"), ("validation", "val"), ("test", "test")):
        assert f"{part} {left[name]} of {had[name]}" in said


def test_value_when_nothing_is_put_in_for_it_is_required(tmp_path: Path) -> None:
    source = upload(tmp_path, ROWS, columns={"age": {"missing": "drop"}})
    raw = source.load()
    assert required_columns(raw, chain_of(raw, DataConfig())) == {0: "age"}
    assert (
        required_columns(raw, chain_of(raw, DataConfig(preprocess=[Choice(type="Impute"), Choice(type="OneHot")])))
        == {}
    )
    filled = upload(tmp_path, ROWS, columns={"age": {"role": "ignored"}, "town": {"role": "ignored"}})
    complete = filled.load()
    assert required_columns(complete, chain_of(complete, DataConfig())) == {0: "fare"}


ALL_MISSING = "age,fare,label\n" + "".join(f"{'' if row % 2 else 5},{row},{'ab'[row % 2]}\n" for row in range(20))
WRONG: dict[str, tuple[str, dict[str, JsonValue], str]] = {
    "a strategy of numbers": (
        ROWS,
        {"columns": {"town": {"missing": "mean"}}},
        "town: mean is nothing for a column of this",
    ),
    "a strategy of categories": (ROWS, {"columns": {"age": {"missing": "own_category"}}}, "choose one of mean, median"),
    "no number": (ROWS, {"columns": {"age": {"missing": "constant", "fill_value": "old"}}}, "'old' is not a number"),
    "no category": (
        ROWS,
        {"columns": {"town": {"missing": "constant", "fill_value": "east"}}},
        "'east' is none of its categories; choose one of north, south",
    ),
    "no row of a class": (
        ALL_MISSING,
        {"missing_numbers": "drop"},
        "no row of class b remains. age has 10 missing values",
    ),
    "no row": (
        "age,fare,label\n"
        + "".join(f"{'' if row % 2 else 5},{row if row % 2 else ''},{'ab'[row % 2]}\n" for row in range(20)),
        {"missing_numbers": "drop"},
        "0 rows remain, and at least 2 are needed",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_strategy_when_it_makes_no_sense_is_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    content, options, message = WRONG[name]
    with pytest.raises(DataError, match=message):
        upload(tmp_path, content, **options).describe()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"columns": {"height": {"strategy": "mean"}}}, "there is no column height"),
        ({"columns": {"age": {"strategy": "own_category"}}}, "age holds numbers, which have no category of their own"),
        ({"columns": {"town": {"strategy": "mean"}}}, "town holds categories, which have no mean"),
        ({"columns": {"town": {"strategy": "constant", "fill_value": "east"}}}, "'east' is no category of town"),
        ({"columns": {"age": {"strategy": "constant", "fill_value": "old"}}}, "'old' is no number, which age holds"),
        ({"columns": {"age": {"strategy": "keep"}}}, "age has missing values and the preprocessing does not fill them"),
    ],
)
def test_step_when_a_column_cannot_be_filled_so_says_why(
    tmp_path: Path, params: dict[str, JsonValue], message: str
) -> None:
    raw = upload(tmp_path, ROWS).load()
    config = DataConfig(preprocess=[Choice(type="Impute", params=params), Choice(type="OneHot")])
    with pytest.raises(DataError, match=message):
        prepare(raw, config)


@pytest.mark.shared_data
def test_titanic_when_values_are_filled_marked_or_left_out_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    content = (shared_data / "tabular/titanic.csv").read_bytes()
    raw, found = fill(upload(tmp_path, content, missing_indicator=True, standardize=False))
    inputs = raw.double().numpy()
    missing = np.isnan(inputs)
    marked = found[:, -4:].numpy()
    # Columns with missing values, in the order of the file: age, embarked, deck, embark_town.
    assert marked.sum(axis=0).tolist() == missing[:, missing.any(axis=0)].sum(axis=0).tolist()
    age = missing.any(axis=0).argmax()  # sex, before it, is two inputs
    np.testing.assert_allclose(found[missing[:, age], age + 1].numpy(), np.nanmedian(inputs[:, age]), rtol=1e-6)
    facts = upload(tmp_path, content, columns={"deck": {"role": "ignored"}, "age": {"missing": "drop"}}).describe()
    assert facts.num_samples == 714
    assert "177 of 891 rows are left out, for they have no value in age; 714 remain." in facts.notes
