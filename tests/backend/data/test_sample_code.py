"""The Python that a set writes about itself reads the very same samples, without Netwright."""

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backend.data.archives import pack, picture, two_classes
from netwright.data.base import Arrays, Source, SourceSpec
from netwright.data.embedded import Iris
from netwright.data.registry import open_source
from netwright.data.split import split_samples
from netwright.training.project.data_script import write_data
from PIL import Image
from pydantic import JsonValue

EMBEDDED = ("digits", "iris", "wine", "breast_cancer", "diabetes")


def upload(folder: Path, kind: str, content: str | bytes, filename: str, **options: JsonValue) -> Source:
    (folder / "original").write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "upload.json").write_text(json.dumps({"filename": filename}))
    return open_source(SourceSpec(type=kind, path=str(folder), options=options))


def read_again(source: Source, folder: Path) -> tuple[Arrays, dict[str, Any], str]:
    """The arrays as the source reads them, and ``data.py`` of a project as it was executed."""
    arrays = source.read()
    labels = arrays.targets.astype(np.int64) if arrays.task == "classification" else None
    split = split_samples(len(arrays.targets), labels, 0.3, 0, arrays.classes)
    scale = float(getattr(source.options, "target_scale", 1.0))
    home = folder / "project"
    home.mkdir()
    files = write_data(source.code(arrays), arrays, split, scale)
    for name, data in files.items():
        (home / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    text = (home / "data.py").read_text("utf-8")
    names: dict[str, Any] = {"__file__": str(home / "data.py"), "__name__": "data"}
    exec(compile(text, "data.py", "exec"), names)  # noqa: S102  (what our sources print)
    return arrays, names, text


def same(left: Any, right: Any) -> bool:
    is_same = left.dtype == right.dtype and left.shape == right.shape
    return bool(is_same and np.array_equal(left, right, equal_nan=left.dtype.kind == "f"))


def check(source: Source, folder: Path, path: Path | None, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    arrays, names, text = read_again(source, folder)
    assert "netwright" not in text
    inputs, targets = names["load"](path)
    assert same(inputs, arrays.inputs)
    assert same(targets, arrays.targets)
    (train, _), (validation, _) = names["load_parts"](path)
    assert len(train) + len(validation) == len(inputs)
    assert capsys.readouterr().err == "", "the fingerprint is that of the run"
    assert ("load_test" in names) == (arrays.test_inputs is not None)
    if arrays.test_inputs is not None:
        tested, known = names["load_test"](path)
        assert same(tested.numpy(), arrays.test_inputs)
        assert same(known.numpy(), arrays.test_targets)
        assert capsys.readouterr().err == "", "the fingerprint is that of the run"
    np.save(folder / "one.npy", arrays.inputs[1])
    assert same(names["read"](folder / "one.npy"), arrays.inputs[1:2])
    return names


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_set_when_read_by_its_code_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    check(open_source(SourceSpec(type=name)), tmp_path, None, capsys)


def test_idx_files_when_read_by_their_code_are_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(0)
    for part in ("train", "t10k"):
        pixels = generator.integers(0, 256, 20 * 784, dtype=np.uint8).tobytes()
        sizes = b"".join(size.to_bytes(4, "big") for size in (20, 28, 28))
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"\0\0\x08\x03" + sizes + pixels))
        labels = b"\0\0\x08\x01" + (20).to_bytes(4, "big") + bytes(n % 10 for n in range(20))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    names = check(open_source(SourceSpec(type="mnist", path=str(tmp_path))), tmp_path, tmp_path, capsys)
    with pytest.raises(SystemExit, match="--data FOLDER"):
        names["load"](None)


ROWS = "age,town,label\n" + "".join(
    f"{20 + row % 50},{('north', 'south', '')[row % 3]},{('yes', 'no')[row % 2]}\n" for row in range(60)
)
NUMBERS = "age,town,price\n" + "".join(f"{row % 7 or '?'},{'ab'[row % 2]},{row * 1.5}\n" for row in range(60))
TABLES: dict[str, tuple[str | bytes, dict[str, JsonValue]]] = {
    "classes by name, a category missing": (ROWS, {}),
    "own category": (ROWS, {"missing_categories": "own_category"}),
    "a number to predict, numbers missing": (NUMBERS, {}),
    "a scaled target": (NUMBERS, {"target_scale": 7.0}),
    "classes by number": (ROWS.replace("yes", "3").replace("no\n", "3.0\n").replace("3\n", "1\n", 20), {}),
    "the target in the middle": (NUMBERS, {"target": "town"}),
    "semicolons and decimal commas": (NUMBERS.replace(",", ";").replace(".", ","), {}),
    "tabs and lone quotes": (ROWS.replace(",", "\t").replace("north", '"north'), {}),
    "quotes and blank lines": (
        ROWS.replace("north", '"no, ""r""th"').replace("south", " south ").replace("no\n", "no\n\n"),
        {},
    ),
    "cp1252": (ROWS.replace("north", "Zürich").encode("cp1252"), {}),
    "utf-16": (ROWS.replace("north", "北").encode("utf-16"), {}),
    "a byte order mark": (b"\xef\xbb\xbf" + ROWS.encode(), {}),
    "no header": (ROWS.partition("\n")[2], {"has_header": False}),
    "names twice": (ROWS.replace("town", "age"), {}),
    "an empty name": (ROWS.replace("town", ""), {}),
    "rows without a target": (ROWS.replace("yes", "NA", 3), {}),
    "a number as a category": (ROWS, {"columns": {"age": {"type": "category"}}}),
    "names that would run": (
        ROWS.replace("town", "x\"\"\"+exit()+'''\\").replace("north", "{exit()}\\").replace("yes", 'y"""exit()'),
        {},
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_table_when_read_by_its_code_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    content, options = TABLES[name]
    source = upload(tmp_path, "csv", content, '"""\nexit()#.csv', **options)
    names = check(source, tmp_path, tmp_path / "original", capsys)
    read = names["read"](tmp_path / "original")
    assert len(read) == 60, "to predict, the target may be missing"


def test_table_when_predicted_takes_columns_in_any_order_and_names_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = check(upload(tmp_path, "csv", ROWS, "people.csv"), tmp_path, tmp_path / "original", capsys)
    (tmp_path / "new.csv").write_text("town,age\nsouth,33\n,44\n", "utf-8")
    assert names["read"](tmp_path / "new.csv").tolist()[0] == [33.0, 1.0]
    assert np.isnan(names["read"](tmp_path / "new.csv")[1, 1])
    (tmp_path / "odd.csv").write_text("town,age\neast,33\n", "utf-8")
    with pytest.raises(SystemExit, match=r"'east' is no known town\. There are: north, south"):
        names["read"](tmp_path / "odd.csv")
    (tmp_path / "less.csv").write_text("town\nsouth\n", "utf-8")
    with pytest.raises(SystemExit, match="has no column age"):
        names["read"](tmp_path / "less.csv")


def test_samples_when_they_are_others_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, names, _ = read_again(upload(tmp_path, "csv", ROWS, "people.csv"), tmp_path)
    (tmp_path / "other.csv").write_text(ROWS.replace("21,", "22,", 1), "utf-8")
    names["load_parts"](tmp_path / "other.csv")
    assert "not the samples of the run" in capsys.readouterr().err


PARTS = "age,part,{}\n" + "".join(f"{row % 7},{('train', 'train', 'Test')[row % 3]},{{}}\n" for row in range(60))
TESTED: dict[str, tuple[list[object], dict[str, JsonValue]]] = {
    "classes": (["yes", "no"], {}),
    # The first number is in the test part alone.
    "classes by number": ([3, 5, 1, 3, 3, 1], {"task": "classification"}),
    "numbers": ([1.5, 2.25, 9.125, 4.0], {"task": "regression", "target_scale": 3.0}),
    "labels in one cell": (["a|b", "b", "", "a"], {"task": "multilabel"}),
}


@pytest.mark.parametrize("name", TESTED)
def test_table_with_a_test_part_when_read_by_its_code_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    values, options = TESTED[name]
    text = PARTS.format("target", *(values[row % len(values)] for row in range(60)))
    columns: dict[str, JsonValue] = {"part": {"role": "split"}}
    source = upload(tmp_path, "csv", text, "parts.csv", target="target", columns=columns, **options)
    assert source.read().test_inputs is not None
    check(source, tmp_path, tmp_path / "original", capsys)


def test_pictures_with_a_test_part_when_read_by_their_code_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    members = two_classes("set/train/") | {"set/test/cat/9.png": picture((9, 9, 9)), "set/test/dog/8.png": picture()}
    source = upload(tmp_path, "image_folder", pack(members), "pets.zip")
    assert source.read().test_inputs is not None
    check(source, tmp_path, tmp_path / "original", capsys)


def odd_pictures() -> dict[str, bytes]:
    """Every kind that decoding treats of: modes, sizes, turned by EXIF, 16 bits, JPEG."""
    members = two_classes()
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    for kind, options in (("JPEG", {"quality": 90}), ("PNG", {})):
        exif = Image.Exif()
        exif[0x0112] = 6
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, kind, exif=exif, **options)
        members[f"cat/noise.{kind.lower()}"] = buffer.getvalue()
    members["dog/see.png"] = picture((10, 20, 30, 100), (9, 17), "RGBA")
    members["dog/grey.png"] = picture(100, (30, 3), "L")
    members["dog/palette.png"] = picture(3, (12, 8), "P")
    deep = Image.fromarray((np.arange(96, dtype=np.uint16) * 600).reshape(8, 12))
    buffer = io.BytesIO()
    deep.save(buffer, "PNG")
    members["dog/deep.png"] = buffer.getvalue()
    return members


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("color", ["rgb", "grey"])
def test_pictures_when_read_by_their_code_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fit: str, color: str
) -> None:
    members = odd_pictures() | {"cat/exit().png": picture()}
    source = upload(tmp_path, "image_folder", pack(members), "pets.zip", fit=fit, color=color, image_size=[10, 14])
    names = check(source, tmp_path, tmp_path / "original", capsys)
    (tmp_path / "one.png").write_bytes(members["dog/see.png"])
    assert names["read"](tmp_path / "one.png").shape == (1, 3 if color == "rgb" else 1, 10, 14)


def test_set_when_nobody_else_can_read_it_goes_into_the_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Own(Iris):
        code = Source.code  # as a source that says nothing about itself

    check(Own(SourceSpec(type="iris")), tmp_path, None, capsys)


def test_set_with_a_test_part_when_nobody_else_can_read_it_goes_into_the_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Parted(Iris):
        code = Source.code

        def read(self) -> Arrays:
            arrays = super().read()
            return replace(arrays, test_inputs=arrays.inputs[::9], test_targets=arrays.targets[::9])

    check(Parted(SourceSpec(type="iris")), tmp_path, None, capsys)


def test_digit_when_it_is_a_picture_comes_into_the_range_of_the_set(tmp_path: Path) -> None:
    _, names, _ = read_again(open_source(SourceSpec(type="digits")), tmp_path)
    (tmp_path / "white.png").write_bytes(picture(255, (28, 28), "L"))
    assert names["read"](tmp_path / "white.png").tolist() == [[[[16] * 8] * 8]]
