"""Uploaded tables: what is guessed, what can be corrected, and the sentence for every fault."""

import json
from pathlib import Path

import pytest
import torch
from netwright.data.base import DataError, RawData, Source, SourceSpec
from netwright.data.facts import Facts
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import open_source
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig
from pydantic import JsonValue

ROWS = "age,town,income\n" + "".join(
    f"{20 + row % 50},{'north' if row % 3 else 'south'},{row * 1.5}\n" for row in range(60)
)


def upload(folder: Path, content: str | bytes, filename: str = "people.csv", /, **options: JsonValue) -> Source:
    folder.mkdir(exist_ok=True)
    (folder / "original").write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "upload.json").write_text(json.dumps({"filename": filename}))
    return open_source(SourceSpec(type="csv", path=str(folder), options=options))


def roles(facts: Facts) -> dict[str, tuple[str, str]]:
    return {column.name: (column.type, column.role) for column in facts.columns}


def load(source: Source) -> RawData:
    raw = source.load()
    facts = source.describe()
    assert facts.num_samples == len(raw.targets)
    assert facts.input_shape == prepare(raw, DataConfig()).input_shape
    assert facts.num_outputs == (len(raw.classes) or 1)
    return raw


def test_table_when_plain_is_understood(tmp_path: Path) -> None:
    facts = upload(tmp_path, ROWS).describe()
    assert roles(facts) == {
        "age": ("number", "feature"),
        "town": ("category", "feature"),
        "income": ("number", "target"),
    }
    assert (facts.task, facts.num_samples, facts.input_shape, facts.num_outputs) == ("regression", 60, (3,), 1)
    assert facts.notes == ("The target income is a guess: it is the last column that can be predicted.",)
    age = facts.columns[0]
    assert (age.minimum, age.maximum, age.num_distinct, age.num_missing) == (20, 69, 50, 0)


def test_target_when_guessed_is_neither_the_same_in_every_row_nor_a_date(tmp_path: Path) -> None:
    rows = "".join(f"{row % 7},{row % 3},yes,2024-01-{1 + row % 28:02}\n" for row in range(60))
    assert roles(upload(tmp_path, f"a,b,y,day\n{rows}").describe())["b"] == ("number", "target")
    with pytest.raises(DataError, match="choose another target, or add rows of a second class"):
        upload(tmp_path, f"a,b,y,day\n{rows}", target="y").describe()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (ROWS.replace(",", ";"), {}),
        (ROWS.replace(",", "\t"), {}),
        (ROWS.replace(",", "|"), {}),
        (ROWS.replace(",", ";").replace(".", ","), {}),
        (b"\xef\xbb\xbf" + ROWS.encode(), {}),
        (ROWS.encode("utf-16"), {}),
        (ROWS.replace("\n", "\r\n"), {}),
        (ROWS.replace(",", ", "), {}),
        (ROWS.replace("north", '"north"'), {}),
        (ROWS.replace("\n", "\n\n"), {}),
        (ROWS, {"delimiter": ",", "has_header": True, "encoding": "utf-8", "decimal": "."}),
    ],
)
def test_table_when_written_otherwise_is_read_the_same(
    tmp_path: Path, content: str | bytes, options: dict[str, JsonValue]
) -> None:
    expected = load(upload(tmp_path / "plain", ROWS))
    raw = load(upload(tmp_path / "other", content, **options))
    assert torch.equal(raw.inputs, expected.inputs)
    assert torch.equal(raw.targets, expected.targets)
    assert raw.categories == expected.categories == {"town": ("north", "south")}


def test_letters_when_stored_in_an_old_encoding_are_kept(tmp_path: Path) -> None:
    content = "naïve,y\n" + "é,1\nü,2\né,3\nü,4\n" * 3
    source = upload(tmp_path, content.encode("cp1252"), target="y")
    assert source.load().categories == {"naïve": ("é", "ü")}


def test_fields_when_quoted_may_hold_delimiters_and_line_ends(tmp_path: Path) -> None:
    content = 'note,x,y\n"a,\nb",1,2\n"say ""no""",2,4\n"a,\nb",3,5\n"a,\nb",4,7\n'
    source = upload(tmp_path, content, columns={"note": {"type": "category", "role": "feature"}})
    assert source.load().categories == {"note": ("a,\nb", 'say "no"')}
    assert source.table(1) == (["note", "x", "y"], [["a,\nb", "1", "2"]])


def test_line_number_when_fields_span_lines_is_that_of_the_file(tmp_path: Path) -> None:
    content = 'note,x,y\n"a\nb",1,2\nc,2,3\nd,x\n'
    with pytest.raises(
        DataError, match=r"people\.csv, line 5: 2 fields, but line 1 has 3 \(divided by a comma\)"
    ) as caught:
        upload(tmp_path, content).load()
    assert (caught.value.file, caught.value.line) == ("people.csv", 5)


def test_missing_cells_when_marked_in_any_usual_way_are_missing(tmp_path: Path) -> None:
    content = "x,c,y\n1,a,1.5\n?,b,2\nNA,,3\n4,NaN,4\n,a,5\n6,b,6\nnull,a,7\n8,b,8\n"
    source = upload(tmp_path, content, target="y")
    raw = load(source)
    assert raw.inputs[:, 0].isnan().tolist() == [False, True, True, False, True, False, True, False]
    assert raw.inputs[:, 1].isnan().tolist() == [False, False, True, True, False, False, False, False]
    assert [column.num_missing for column in source.describe().columns] == [4, 2, 0]
    prepared = prepare(raw, DataConfig())
    assert load_preprocess(prepared.preprocess_source)(raw.inputs).isfinite().all()


def test_own_missing_mark_when_told_is_missing(tmp_path: Path) -> None:
    raw = upload(tmp_path, "x,y\n1,1\n-999,2\n3,3\n", missing_marks=["-999"]).load()
    assert raw.inputs.isnan().flatten().tolist() == [False, True, False]


def test_rows_without_a_target_when_read_are_left_out_and_said(tmp_path: Path) -> None:
    source = upload(tmp_path, "x,y\n1,a\n2,\n3,b\n4,a\n5,?\n", target="y", task="classification")
    assert source.load().inputs.flatten().tolist() == [1, 3, 4]
    assert "2 rows without a target are left out." in source.describe().notes


def test_columns_when_corrected_are_used_so(tmp_path: Path) -> None:
    options: dict[str, JsonValue] = {
        "target": "town",
        "columns": {"age": {"type": "category"}, "income": {"role": "ignored"}},
    }
    source = upload(tmp_path, ROWS, **options)
    raw = load(source)
    assert (raw.task, raw.classes, raw.features) == ("classification", ("north", "south"), ("age",))
    assert len(raw.categories["age"]) == 50
    assert raw.categories["age"][0] == "20"
    assert "Left out (as chosen): income." in source.describe().notes


def test_target_when_the_guess_is_made_a_feature_is_guessed_anew(tmp_path: Path) -> None:
    facts = upload(tmp_path, ROWS, columns={"income": {"role": "feature"}}).describe()
    assert roles(facts)["town"] == ("category", "target")
    assert roles(facts)["income"] == ("number", "feature")


def test_classes_when_numbers_are_ordered_by_value(tmp_path: Path) -> None:
    raw = upload(tmp_path, "x,y\n1,10\n2,9\n3,10.0\n4,2\n5,9\n").load()
    assert raw.classes == ("2", "9", "10")
    assert raw.targets.tolist() == [2, 1, 2, 0, 1]


def test_task_when_told_wins_over_the_guess(tmp_path: Path) -> None:
    raw = upload(tmp_path, "x,y\n1,10\n2,9\n3,10\n4,2\n", task="regression", target_scale=10.0).load()
    torch.testing.assert_close(raw.targets, torch.tensor([[1.0], [0.9], [1.0], [0.2]]))


def test_useless_columns_when_found_are_left_out_and_said(tmp_path: Path) -> None:
    lines = ["id,note,same,many,x,y"]
    lines += [f"{row},text {row} with words,k,m{row % 120},{row % 7},{row % 5 + 0.5}" for row in range(400)]
    facts = upload(tmp_path, "\n".join(lines)).describe()
    assert {name: role for name, (_, role) in roles(facts).items()} == {
        "id": "ignored",
        "note": "ignored",
        "same": "ignored",
        "many": "ignored",
        "x": "feature",
        "y": "target",
    }
    assert facts.notes[1:] == (
        "Left out (a row number): id.",
        "Left out (text): note.",
        "Left out (the same in every row): same.",
        "Left out (120 categories, more than 100): many.",
    )


def test_many_categories_when_chosen_are_used(tmp_path: Path) -> None:
    lines = ["many,y", *(f"m{row % 120},{row % 5 + 0.5}" for row in range(400))]
    source = upload(tmp_path, "\n".join(lines), columns={"many": {"role": "feature"}})
    assert load(source).inputs.shape == (400, 1)
    assert source.describe().input_shape == (120,)


def test_column_when_it_gives_the_target_away_is_left_out(tmp_path: Path) -> None:
    lines = ["answer,x,label", *(f"{'yes' if row % 2 else 'no'},{row % 13},{row % 2}" for row in range(60))]
    facts = upload(tmp_path, "\n".join(lines)).describe()
    assert roles(facts)["answer"] == ("category", "ignored")
    chosen = upload(tmp_path, "\n".join(lines), columns={"answer": {"role": "feature"}}).describe()
    assert roles(chosen)["answer"] == ("category", "feature")


def test_names_when_doubled_or_empty_are_told_apart(tmp_path: Path) -> None:
    facts = upload(tmp_path, "a,a,,y\n1,2,3,4.5\n2,3,4,5.5\n").describe()
    assert [column.name for column in facts.columns] == ["a", "a_2", "column 3", "y"]
    assert "The name a stands twice; column 2 is called a_2." in facts.notes


def test_header_when_absent_is_noticed(tmp_path: Path) -> None:
    numbers = upload(tmp_path / "a", "1,2\n3,4.5\n5,6\n").describe()
    words = upload(tmp_path / "b", "red,big\nblue,big\nred,small\nblue,small\n").describe()
    named = upload(tmp_path / "c", "colour,size\nblue,big\nred,small\nred,big\nblue,small\n").describe()
    assert [column.name for column in numbers.columns] == ["column 1", "column 2"]
    assert [column.name for column in words.columns] == ["column 1", "column 2"]
    assert [column.name for column in named.columns] == ["colour", "size"]
    assert (numbers.num_samples, words.num_samples, named.num_samples) == (3, 4, 4)


def test_word_among_numbers_when_described_is_a_problem_that_can_be_corrected(tmp_path: Path) -> None:
    content = ROWS.replace("24,north,6.0", "old,north,6.0")
    problem = upload(tmp_path, content).describe().problem
    assert problem is not None
    assert (problem.code, problem.file, problem.line, problem.column) == ("not_a_number", "people.csv", 6, "age")
    assert "people.csv, line 6, column age: 'old' is not a number" in str(problem)
    with pytest.raises(DataError, match="line 6, column age"):
        upload(tmp_path, content).load()
    assert upload(tmp_path, content, missing_marks=["old"]).describe().problem is None
    assert upload(tmp_path, content, columns={"age": {"type": "category"}}).describe().problem is None
    assert upload(tmp_path, content, columns={"age": {"role": "ignored"}}).describe().problem is None


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", None, "people.csv is empty"),
        (" \n\n", None, "people.csv is empty"),
        ("a,b\n", None, "has 0 rows of data; at least 2"),
        ("a,b\n1,2\n", None, "has 1 row of data; at least 2"),
        ("a\n1\n2\n", None, "has one column"),
        ("a,b\n1,2\n1,2,3\n3,4\n", 3, "line 3: 3 fields, but line 1 has 2"),
        ("a,b\n1,2\n3\n3,4\n", 3, "line 3: 1 fields, but line 1 has 2"),
        ('a,b\n1,"2\n3,4\n', 2, "line 2: a quoted field begins in this record and never ends"),
        ('a,b\n1,"2"x\n3,4\n', 2, "line 2: text follows a closing quote"),
        ("a,b\n1,2\n3,\x004\n", 3, "line 3: there is a zero byte"),
        ("a,b\n1,1e60\n2,3.5\n3,4\n", 2, "line 2, column b: 1e60 is larger than a float32 holds"),
        ("a,b\n1,x\n2,x\n3,x\n", None, "one class only, 'x'"),
        ("a,b\n1,7.5\n2,7.5\n3,7.5\n", None, "it is the same in every row"),
        ("a,b\n1,7\n1,8\n1,9\n", None, r"no column is left to learn from. Left out \(the same in every row\): a"),
        ("a,b\n1,\n2,\n3,\n", None, "rows with a target: 0"),
    ],
)
def test_file_when_bad_is_refused_with_place_and_reason(
    tmp_path: Path, content: str, line: int | None, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        upload(tmp_path, content, target="b" if "b" in content else None).load()
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "wealth"}, "has no column wealth; it has: age, town, income"),
        ({"columns": {"wealth": {"role": "ignored"}}}, "has no column wealth"),
        ({"colour": "red"}, "option colour is unknown; it knows: target"),
        ({"delimiter": "x"}, "option delimiter is wrong"),
        ({"target": "town", "task": "regression"}, "it holds no numbers"),
        ({"columns": {"town": {"type": "text", "role": "feature"}}}, "text cannot be an input"),
        ({"encoding": "utf-16"}, "Choose another encoding|one column"),
    ],
)
def test_options_when_they_do_not_fit_are_refused(tmp_path: Path, options: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(DataError, match=message):
        upload(tmp_path, ROWS, **options).describe()


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("text_records.MAX_ROWS", 10),
        ("text_records.MAX_COLUMNS", 2),
        ("text_table.MAX_BYTES", 100),
        ("text_records.MAX_CELLS", 30),
    ],
)
def test_file_when_beyond_a_limit_is_refused_with_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(f"netwright.data.{limit}", value)
    with pytest.raises(DataError, match=r"is too large: .*the limit is") as caught:
        upload(tmp_path, ROWS).load()
    assert caught.value.code == "too_large"


REAL = {
    "tabular/titanic.csv": ("classification", 891, ("0", "1"), "survived"),
    "tabular/mpg.csv": ("regression", 398, (), "mpg"),
    "tabular/california_housing.csv": ("regression", 20640, (), "median_house_value"),
    "tabular/winequality-red.csv": ("classification", 1599, ("3", "4", "5", "6", "7", "8"), "column 12"),
    "tabular/adult-train.csv": ("classification", 32561, ("<=50K", ">50K"), "column 15"),
    "tabular/adult-test.csv": ("classification", 16281, ("<=50K.", ">50K."), "column 15"),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", sorted(REAL))
def test_real_table_when_uploaded_trains_without_a_correction(shared_data: Path, tmp_path: Path, name: str) -> None:
    task, num_samples, classes, target = REAL[name]
    source = upload(tmp_path, (shared_data / name).read_bytes(), Path(name).name)
    facts = source.describe()
    raw = load(source)
    assert (facts.task, facts.num_samples, facts.classes, facts.problem) == (task, num_samples, classes, None)
    assert raw.target_name == target
    prepared = prepare(raw, DataConfig())
    for part in (prepared.train, prepared.validation):
        batch = load_preprocess(prepared.preprocess_source)(part.inputs)
        assert batch.isfinite().all()
        assert batch.shape == (len(part), *facts.input_shape)


@pytest.mark.shared_data
def test_titanic_when_uploaded_counts_what_is_missing_and_finds_the_leak(shared_data: Path, tmp_path: Path) -> None:
    facts = upload(tmp_path, (shared_data / "tabular/titanic.csv").read_bytes(), "titanic.csv").describe()
    missing = {column.name: column.num_missing for column in facts.columns if column.num_missing}
    assert missing == {"age": 177, "embarked": 2, "deck": 688, "embark_town": 2}
    assert [column.name for column in facts.columns if column.role == "ignored"] == ["alive"]


@pytest.mark.shared_data
def test_messages_when_quotes_are_unbalanced_are_all_read(shared_data: Path, tmp_path: Path) -> None:
    source = upload(
        tmp_path,
        (shared_data / "text/sms_spam.tsv").read_bytes(),
        "sms_spam.tsv",
        target="column 1",
        columns={"column 2": {"type": "category", "role": "feature"}},
    )
    assert len(source.load().targets) == 5574


def test_column_of_dates_is_said_to_teach_nothing_of_days_to_come(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{1 + row % 28:02d},{row},{'ab'[row % 2]}\n" for row in range(84))
    (tmp_path / "original").write_text("day,size,label\n" + rows, encoding="utf-8")
    facts = open_source(SourceSpec(type="csv", path=str(tmp_path))).describe()
    warnings = {column.name: str(column.warning) for column in facts.columns if column.warning}
    assert "day holds 28 moments, and each becomes a category of its own" in warnings["day"]
    assert "label" not in warnings


def test_rows_that_no_run_sees_are_counted_for_the_training_form(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("size,label\n1,a\n2,b\n3,\n4,a\n5,b\n", encoding="utf-8")
    facts = open_source(SourceSpec(type="csv", path=str(tmp_path))).describe()
    assert str(facts.left_out).startswith("1 of 5 rows of the table is left out: it has no target")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        ('[{"a": 1, "b": 2}]', "JSON"),
        ('\ufeff{"rows": [1, 2]}', "JSON"),
        ('<?xml version="1.0"?><rows/>', "XML"),
    ],
)
def test_text_that_is_no_table_is_called_what_it_is(content: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"table.csv is {what}") as raised:
        sniff_upload(tmp_path / "table.csv", "table.csv")
    assert "table" in str(raised.value)


def test_target_when_its_name_is_that_of_a_column_with_one_class_says_why_another_was_taken(tmp_path: Path) -> None:
    rows = "a,b,label\n" + "".join(f"{i},{i % 3},x\n" for i in range(12))
    (first, *_) = upload(tmp_path, rows).describe().notes
    assert first == (
        "The target b is a guess: it is the last column that can be predicted, for label is 'x' in every row; to predict that, "
        "add rows of a second class."
    )
