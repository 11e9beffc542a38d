"""Excel workbooks and Parquet files are tables like any other."""

from pathlib import Path

import pytest
from backend.data.archives import Row, workbook
from backend.data.test_sample_code import check, upload
from netwright.data.base import DataError
from netwright.data.sniff import sniff_upload


def person(n: int) -> Row:
    return [20 + n % 50 if n != 5 else None, ("north", "south & west")[n % 2], ("yes", "no")[n % 3 > 0]]


ROWS: list[Row] = [["age", "town", "label"], *map(person, range(40))]


def test_workbook_when_uploaded_is_read_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("python_calamine")
    source = upload(tmp_path, "csv", workbook(ROWS), "people.xlsx")
    assert sniff_upload(tmp_path / "original", "people.xlsx") == "csv"
    facts = source.describe()
    assert (facts.num_samples, facts.classes) == (40, ("no", "yes"))
    age = facts.columns[0]
    assert (age.type, age.num_missing, age.examples[0]) == ("number", 1, "20")
    check(source, tmp_path, tmp_path / "original", capsys)
    assert source.code(source.read()).requirements == ("python-calamine",)


FLOWERS: list[Row] = [["petal", "kind"]]
FLOWERS += [[float(n), ("iris", "rose")[n % 2]] for n in range(30)]


def test_workbook_of_several_sheets_when_one_is_chosen_is_read_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = workbook([["Written in May"]], {"people": ROWS, "nothing": [], "flowers": FLOWERS})
    facts = upload(tmp_path, "csv", content, "two.xlsx").describe()
    assert facts.sheet == "people", "the first that holds a table; a cover is none"
    assert [(each.name, each.num_rows, each.num_columns) for each in facts.sheets] == [
        ("one", 1, 1),
        ("people", 41, 3),
        ("nothing", 0, 0),
        ("flowers", 31, 2),
    ]
    assert (
        "The sheet people was read, one of 4: one (1 x 1), people (41 x 3), nothing (0 x 0), flowers (31 x 2)."
        in facts.notes
    )
    source = upload(tmp_path, "csv", content, "two.xlsx", sheet="flowers")
    assert source.describe().classes == ("iris", "rose")
    names = check(source, tmp_path, tmp_path / "original", capsys)
    (tmp_path / "new.xlsx").write_bytes(workbook([["petal"], [7.0]]))
    assert names["read"](tmp_path / "new.xlsx").tolist() == [[7.0]], "to predict, the sheet may be called otherwise"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("people", r"there is no sheet people. Choose one of one \(41 x 3\)"),
        ("nothing", r"the sheet nothing is empty. Choose one of one \(41 x 3\)"),
    ],
)
def test_sheet_when_there_is_none_or_it_is_empty_is_refused_with_those_that_there_are(
    tmp_path: Path, sheet: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        upload(tmp_path, "csv", workbook(ROWS, {"nothing": []}), "x.xlsx", sheet=sheet).describe()
    assert (caught.value.code, caught.value.column) == ("bad_option", "sheet")


def test_workbook_without_a_cell_or_with_a_password_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"empty\.xlsx is empty: none of its sheets holds a cell") as caught:
        upload(tmp_path, "csv", workbook([], {"two": []}), "empty.xlsx").describe()
    assert caught.value.code == "empty_file"
    # What Excel writes under a password is a compound file with a stream of this name, not a ZIP.
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    (tmp_path / "locked").write_bytes(locked)
    with pytest.raises(DataError, match=r"locked\.xlsx is protected by a password. Take the password off in Excel"):
        sniff_upload(tmp_path / "locked", "locked.xlsx")


def test_workbook_of_texts_is_taken_for_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("python_calamine")
    rows: list[Row] = [["text", "label"]]
    rows += [[f"a message of number {n}", ("a", "b")[n % 2]] for n in range(20)]
    source = upload(tmp_path, "text_table", workbook(rows), "x.xlsx")
    assert sniff_upload(tmp_path / "original", "x.xlsx") == "text_table"
    check(source, tmp_path, tmp_path / "original", capsys)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # fastparquet's writer leaves a file to the collector
def test_parquet_when_uploaded_is_read_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fastparquet = pytest.importorskip("fastparquet")
    import pandas as pd

    days = pd.date_range("2024-01-01", periods=40)
    frame = pd.DataFrame({"day": days, "load": [n % 7 + 0.5 for n in range(40)], "heat": [None, *range(39)]})
    fastparquet.write(str(tmp_path / "made.parquet"), frame)
    content = (tmp_path / "made.parquet").read_bytes()
    source = upload(tmp_path, "time_series", content, "load.parquet", window=4)
    assert sniff_upload(tmp_path / "original", "load.parquet") == "time_series"
    facts = source.describe()
    assert facts.input_shape == (4, 2)
    assert facts.columns[0].examples[0] == "2024-01-01"
    check(source, tmp_path, tmp_path / "original", capsys)


@pytest.mark.parametrize("content", [b"PAR1" + b"x" * 100, workbook(ROWS)[:-200]], ids=["parquet", "excel"])
def test_damaged_file_is_refused_by_a_sentence(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("fastparquet")
    (tmp_path / "original").write_bytes(content)
    with pytest.raises(DataError) as caught:
        upload(tmp_path, sniff_upload(tmp_path / "original", "x.bin"), content, "x.bin").describe()
    assert caught.value.code == "bad_file"
