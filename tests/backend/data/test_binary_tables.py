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
