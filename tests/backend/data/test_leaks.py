"""Columns that may give the answer away: said with the column and the way out, and no false alarm on known sets."""

from pathlib import Path

import numpy as np
import pytest
from backend.data.test_csv import roles, upload
from netwright.data.base import SourceSpec
from netwright.data.facts import Facts
from netwright.data.registry import open_source

NUM = 120
DRAW = np.random.default_rng(2)
X = DRAW.normal(size=NUM)
PRICE = 100.0 + 30.0 * X + DRAW.normal(size=NUM) * 5.0
IS_BIG = (X > 0.2).astype(int)


def table(target: str, /, **columns: object) -> str:
    names = list(columns)
    lines = [",".join(names)]
    lines += [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    assert names[-1] == target
    return "\n".join(lines)


def warnings_of(facts: Facts) -> dict[str, str]:
    return {column.name: str(column.warning) for column in facts.columns if column.warning is not None}


def test_number_when_it_is_the_target_itself_is_said(tmp_path: Path) -> None:
    facts = upload(tmp_path, table("price", x=X, copy=PRICE, price=PRICE)).describe()
    assert warnings_of(facts) == {"copy": "copy is price itself: both have the same number in every row. Ignore it."}
    assert roles(facts)["copy"] == ("number", "feature"), "a person decides"


@pytest.mark.parametrize("factor", [-1.12, 0.0004])
def test_number_when_it_follows_the_target_on_a_line_is_said(tmp_path: Path, factor: float) -> None:
    euros = PRICE * factor + 7.0 + DRAW.normal(size=NUM) * 1e-3 * abs(factor)
    found = warnings_of(upload(tmp_path, table("price", x=X, euros=euros, price=PRICE)).describe())
    assert list(found) == ["euros"]
    assert "lie on a straight line (correlation " in found["euros"]
    assert "Ignore it if it is not known before price is." in found["euros"]


def test_number_when_only_strongly_correlated_is_no_leak(tmp_path: Path) -> None:
    near = PRICE + DRAW.normal(size=NUM) * 1.0
    assert abs(np.corrcoef(near, PRICE)[0, 1]) > 0.99
    assert warnings_of(upload(tmp_path, table("price", x=X, near=near, price=PRICE)).describe()) == {}


def test_number_when_thresholds_tell_the_classes_is_said(tmp_path: Path) -> None:
    score = IS_BIG * 10.0 + DRAW.random(NUM)
    noise = DRAW.normal(size=NUM)
    found = warnings_of(upload(tmp_path, table("label", noise=noise, score=score, label=IS_BIG)).describe())
    assert list(found) == ["score"]
    assert "one threshold tells both classes in every row" in found["score"]
    three = np.digitize(X, [-0.4, 0.4])
    found = warnings_of(upload(tmp_path, table("label", noise=noise, x=X, label=three)).describe())
    assert "so that 2 thresholds tell every row" in found["x"]


def test_number_when_one_row_is_on_the_other_side_is_no_leak(tmp_path: Path) -> None:
    score = IS_BIG * 10.0 + DRAW.random(NUM)
    score[int(np.argmax(IS_BIG))] = 0.5
    assert warnings_of(upload(tmp_path, table("label", score=score, label=IS_BIG)).describe()) == {}


def test_categories_when_many_and_each_has_one_class_are_said(tmp_path: Path) -> None:
    town = [f"t{number}" for number in DRAW.integers(0, 22, 400)]
    land = [("a", "b", "c")[int(name[1:]) % 3] for name in town]
    x = DRAW.normal(size=400)
    found = warnings_of(upload(tmp_path, table("label", x=x, town=town, label=land)).describe())
    assert list(found) == ["town"]
    assert "each of its 22 values comes with one class only" in found["town"]


@pytest.mark.parametrize("name", ["customerId", "customer_id", "Customer ID", "key"])
def test_whole_numbers_when_called_like_an_identifier_are_said(tmp_path: Path, name: str) -> None:
    numbers = DRAW.permutation(NUM) + 5_000
    content = table("price", **{"x": X, name: numbers, "price": PRICE})
    found = warnings_of(upload(tmp_path, content).describe())
    assert found == {name: found[name]}
    assert found[name].startswith(f"{name} looks like an identifier")
    chosen = upload(tmp_path, content, columns={name: {"role": "feature"}}).describe()
    assert warnings_of(chosen) == {}, "who keeps it has judged"
    ignored = upload(tmp_path, content, columns={name: {"role": "ignored"}}).describe()
    assert warnings_of(ignored) == {}


def test_whole_numbers_when_they_count_the_rows_are_said_unless_they_are_moments(tmp_path: Path) -> None:
    found = warnings_of(upload(tmp_path, table("price", x=X, place=np.arange(NUM) * 2, price=PRICE)).describe())
    assert found["place"].startswith("place counts the rows: it grows by 2")
    years = table("price", x=X, year=np.arange(NUM) + 1900, acid=DRAW.permutation(NUM), price=PRICE)
    assert warnings_of(upload(tmp_path, years).describe()) == {}


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_built_in_sets_raise_no_false_alarm(tmp_path: Path, name: str) -> None:
    arrays = open_source(SourceSpec(type=name)).read()
    columns: dict[str, object] = {
        f"f{place} {feature.replace(',', ' ')}": arrays.inputs[:, place]
        for place, feature in enumerate(arrays.features)
    }
    targets = arrays.targets.reshape(-1)
    columns["target"] = [f"class {each}" for each in targets] if arrays.task == "classification" else targets
    facts = upload(tmp_path, table("target", **columns)).describe()
    assert facts.task == arrays.task
    assert warnings_of(facts) == {}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["titanic.csv", "mpg.csv", "california_housing.csv", "winequality-red.csv"])
def test_shared_tables_raise_no_false_alarm(shared_data: Path, tmp_path: Path, name: str) -> None:
    facts = upload(tmp_path, (shared_data / "tabular" / name).read_bytes(), name).describe()
    assert warnings_of(facts) == {}
