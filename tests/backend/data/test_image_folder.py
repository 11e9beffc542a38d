"""Uploaded ZIPs of pictures: what is understood, and what is refused before it can do harm."""

import io
import json
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from backend.data.archives import pack, picture, two_classes
from netwright.data.base import DataError, RawData, Source, SourceSpec
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import open_source
from netwright.language import spoken
from netwright.training.config import DataConfig
from PIL import Image
from pydantic import JsonValue


def upload(folder: Path, data: bytes, **options: JsonValue) -> Source:
    folder.mkdir(exist_ok=True)
    (folder / "original").write_bytes(data)
    (folder / "upload.json").write_text(json.dumps({"filename": "pets.zip"}))
    return open_source(SourceSpec(type="image_folder", path=str(folder), options=options))


def load(source: Source) -> RawData:
    raw = source.load()
    facts = source.describe()
    assert facts.num_samples == len(raw.inputs) == len(raw.targets)
    assert facts.input_shape == tuple(raw.inputs.shape[1:])
    assert facts.classes == raw.classes
    return raw


@pytest.mark.parametrize("prefix", ["", "pets/", "a/b/pets/"])
def test_archive_when_plain_is_read_in_order(tmp_path: Path, prefix: str) -> None:
    raw = load(upload(tmp_path, pack(two_classes(prefix))))
    assert raw.classes == ("cat", "dog")
    assert raw.inputs.shape == (8, 3, 8, 12)
    assert raw.inputs.dtype == torch.uint8
    assert raw.targets.tolist() == [0] * 4 + [1] * 4
    assert raw.inputs[:, :, 0, 0].tolist() == [[n * 20, 100 * i, 7] for i in range(2) for n in range(4)]


def test_classes_when_numbers_are_in_their_order(tmp_path: Path) -> None:
    raw = load(upload(tmp_path, pack({f"{label}/a.png": picture() for label in (10, 9, 2, 1)})))
    assert raw.classes == ("1", "2", "9", "10")


def test_archive_when_it_has_train_and_test_keeps_them_apart(tmp_path: Path) -> None:
    members = two_classes("set/train/") | {"set/test/cat/9.png": picture((9, 9, 9)), "set/val/dog/8.png": picture()}
    source = upload(tmp_path, pack(members))
    raw = load(source)
    assert raw.test_inputs is not None
    assert raw.test_targets is not None
    assert (len(raw.inputs), raw.test_targets.tolist()) == (9, [0])
    assert raw.test_inputs[0, :, 0, 0].tolist() == [9, 9, 9]
    assert source.describe().num_test == 1


def test_pictures_of_several_modes_are_converted_and_counted(tmp_path: Path) -> None:
    modes = {"a": "L", "b": "RGBA", "c": "CMYK", "d": "P", "e": "L"}
    members = two_classes() | {f"cat/{name}.tiff": of_mode(mode) for name, mode in modes.items()}
    source = upload(tmp_path, pack(members))
    assert load(source).inputs.shape == (13, 3, 8, 12)
    assert source.describe().notes == (
        "5 of 13 pictures are converted to RGB: 2 grey, 1 RGB with transparency, 1 CMYK, 1 with a palette.",
        "Transparent pixels become white.",
    )
    grey = upload(tmp_path, pack(members), color="grey").describe()
    assert grey.notes[0] == (
        "11 of 13 pictures are converted to grey: 8 RGB, 1 RGB with transparency, 1 CMYK, 1 with a palette."
    )
    assert spoken(grey.notes[0], "zh").startswith("13 张图像中有 11 张被转换为 灰度：RGB 8 张")


def of_mode(mode: str) -> bytes:
    """12 x 8 pixels as a TIFF, which has every mode."""
    file = io.BytesIO()
    Image.new(mode, (12, 8)).save(file, "TIFF")
    return file.getvalue()


def test_junk_when_beside_the_pictures_is_passed_over_and_the_rest_counted(tmp_path: Path) -> None:
    members = two_classes("pets/") | {
        "__MACOSX/pets/cat/._0.png": b"junk",
        "pets/.DS_Store": b"junk",
        "pets/cat/Thumbs.db": b"junk",
        "pets/readme.txt": b"hello",
        "pets/labels.csv": b"a,b",
    }
    source = upload(tmp_path, pack(members))
    assert len(load(source).inputs) == 8
    assert source.describe().notes == ("2 files that are no pictures are left out (.csv, .txt).",)


def test_pictures_when_of_many_kinds_become_alike(tmp_path: Path) -> None:
    deep = io.BytesIO()
    Image.fromarray(np.full((8, 12), 0x8000, dtype=np.uint16)).save(deep, "PNG")
    members = two_classes() | {
        "cat/a.jpg": picture(kind="JPEG"),
        "cat/b.gif": picture(3, mode="P", kind="GIF"),
        "cat/c.bmp": picture(kind="BMP"),
        "cat/d.webp": picture(kind="WEBP"),
        "cat/e.tif": picture(kind="TIFF"),
        "cat/f.png": picture((255, 0, 0, 0), mode="RGBA"),
        "cat/g.png": deep.getvalue(),
        "cat/h.jpg": picture((0, 0, 0, 0), mode="CMYK", kind="JPEG"),
        "cat/i.png": picture(1, mode="1"),
    }
    raw = load(upload(tmp_path, pack(members)))
    assert raw.inputs.shape == (17, 3, 8, 12)
    by_name = dict(
        zip(sorted(name for name in members if name.startswith("cat")), raw.inputs[:, :, 4, 4].tolist(), strict=False)
    )
    assert by_name["cat/f.png"] == [255, 255, 255]
    assert by_name["cat/g.png"] == [128, 128, 128]
    assert by_name["cat/h.jpg"] == [255, 255, 255]


def test_pictures_when_all_grey_keep_one_channel(tmp_path: Path) -> None:
    data = pack({f"{label}/{n}.png": picture(n, mode="L") for label in "ab" for n in range(2)})
    assert load(upload(tmp_path / "a", data)).inputs.shape == (4, 1, 8, 12)
    assert load(upload(tmp_path / "b", data, color="rgb")).inputs.shape == (4, 3, 8, 12)


def test_size_when_not_told_is_the_commonest_one_and_small(tmp_path: Path) -> None:
    small = upload(tmp_path / "a", pack(two_classes() | {"cat/big.png": picture(size=(300, 300))}))
    assert load(small).inputs.shape == (9, 3, 8, 12)
    assert small.describe().notes == ("1 of 9 pictures is resized and cut to 8 x 12.",)
    large = upload(tmp_path / "b", pack({f"{label}/a.png": picture(size=(640, 480)) for label in "ab"}))
    assert load(large).inputs.shape == (2, 3, 96, 128)


@pytest.mark.parametrize(("fit", "corner"), [("crop", [255, 0]), ("stretch", [255, 0]), ("pad", [0, 0])])
def test_fit_when_told_says_what_happens_to_other_shapes(tmp_path: Path, fit: str, corner: list[int]) -> None:
    wide = Image.new("L", (40, 20), 255)
    wide.paste(0, (20, 0, 40, 20))
    buffer = io.BytesIO()
    wide.save(buffer, "PNG")
    data = pack({"a/1.png": buffer.getvalue(), "b/1.png": buffer.getvalue()})
    raw = load(upload(tmp_path, data, fit=fit, image_size=[20, 20]))
    assert raw.inputs.shape == (2, 1, 20, 20)
    assert [raw.inputs[0, 0, 0, 0].item(), raw.inputs[0, 0, 0, 19].item()] == corner


def test_picture_when_turned_by_its_note_stands_upright(tmp_path: Path) -> None:
    image = Image.new("L", (8, 8), 0)
    image.paste(255, (0, 0, 8, 4))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    raw = load(upload(tmp_path, pack({"a/1.png": buffer.getvalue(), "b/1.png": buffer.getvalue()})))
    assert raw.inputs[0, 0, :, 0].tolist() == [0] * 4 + [255] * 4


def test_set_when_decoded_once_is_mapped_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack(two_classes())
    first = load(upload(tmp_path, data))

    def refuse(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr("netwright.data.image_folder.decode", refuse)
    again = load(upload(tmp_path, data))
    assert torch.equal(first.inputs, again.inputs)
    again.inputs.zero_()
    assert torch.equal(load(upload(tmp_path, data)).inputs, first.inputs)


def test_set_when_prepared_trains_on_normalized_pictures(tmp_path: Path) -> None:
    prepared = prepare(load(upload(tmp_path, pack(two_classes()))), DataConfig())
    batch = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
    assert batch.mean().abs() < 1e-5


def header_of_png(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(body)) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def encrypted() -> bytes:
    data = bytearray(pack(two_classes()))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    return bytes(data)


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, x=np.array([{"a": 1}], dtype=object))
    return buffer.getvalue()


def cut_jpeg() -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()[:1500]


BAD: dict[str, tuple[bytes, str, str]] = {
    "slip": (pack(two_classes() | {"../evil.png": picture()}), "unsafe_archive", "'../evil.png' points outside"),
    "slip with backslashes": (pack(two_classes() | {"a\\..\\..\\evil.png": b""}), "unsafe_archive", "points outside"),
    "absolute path": (pack(two_classes() | {"/etc/cat/evil.png": picture()}), "unsafe_archive", "has an absolute path"),
    "drive": (pack(two_classes() | {"C:/cat/evil.png": picture()}), "unsafe_archive", "has an absolute path"),
    "link": (pack([*two_classes().items(), link("cat/l.png", "/etc/passwd")]), "unsafe_archive", "is a symbolic link"),
    "encrypted": (encrypted(), "unsafe_archive", "is encrypted"),
    "huge picture": (
        pack(two_classes() | {"cat/x.png": header_of_png(50_000, 50_000)}),
        "too_large",
        "the limit is 50,000,000",
    ),
    "large picture": (
        pack(two_classes() | {"cat/x.png": header_of_png(9_000, 8_000)}),
        "too_large",
        "cat/x.png has 9,000 x 8,000 pixels, the limit is 50,000,000",
    ),
    "very large picture": (
        pack(two_classes() | {"cat/x.png": header_of_png(12_000, 11_000)}),
        "too_large",
        "the limit is 50,000,000",
    ),
    "damaged": (
        pack(two_classes() | {"cat/x.jpg": cut_jpeg()}),
        "bad_picture",
        r"1 picture cannot be decoded: cat/x.jpg \(it ends too early\)\. Replace it or take it out, and upload again\.",
    ),
    "no picture inside": (
        pack(two_classes() | {"cat/x.png": b"hello"}),
        "bad_picture",
        r"cat/x.png \(its bytes are no picture",
    ),
    "empty": (pack({}), "bad_file", "holds no pictures"),
    "no pictures": (pack({"a/readme.txt": b"hello"}), "bad_file", "holds no pictures"),
    "pickled arrays": (pickled(), "bad_file", "can run code when they are opened; they are not read"),
    "office": (
        pack({"[Content_Types].xml": b"", "_rels/.rels": b"", "x/a.xml": b"", "x/b.rels": b""}),
        "bad_file",
        "Office document",
    ),
    "one class": (pack({"cat/a.png": picture(), "cat/b.png": picture()}), "bad_file", "one class only, 'cat'"),
    "no class": (pack({"a.png": picture(), "b.png": picture()}), "bad_file", "'a.png' is in no class folder"),
    "mixed depth": (pack(two_classes() | {"x.png": picture()}), "bad_file", "'x.png' is in no class folder"),
    "test class unknown": (
        pack(two_classes("train/") | {"test/cow/1.png": picture()}),
        "bad_file",
        "cow is in the test folder only",
    ),
    "cut": (pack(two_classes())[:-40], "bad_file", "is not a sound ZIP"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_archive_when_bad_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    data, code, message = BAD[name]
    source = upload(tmp_path, data)
    with pytest.raises(DataError, match=message) as caught:
        source.load()
    assert caught.value.code == code
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".bin", ".part"}] == []


def test_bomb_when_it_would_unpack_to_much_is_refused_by_its_sizes(tmp_path: Path) -> None:
    bomb = pack(two_classes() | {f"cat/{number}.bmp": bytes(50 << 20) for number in range(6)})
    with pytest.raises(DataError, match=r"300 MiB packed into .* KiB, the limit is a ratio of 100") as caught:
        upload(tmp_path, bomb).load()
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("archive.MAX_MEMBERS", 7, "8 files, the limit is 7"),
        ("archive.MAX_MEMBER_BYTES", 10, "MiB a file"),
        ("archive.MAX_UNPACKED_BYTES", 100, "GiB unpacked"),
        ("archive.MAX_DIRECTORY_BYTES", 100, "a list of members"),
        ("image_folder.MAX_DECODED_BYTES", 100, "Choose a smaller image_size"),
    ],
)
def test_archive_when_beyond_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(f"netwright.data.{limit}", value)
    with pytest.raises(DataError, match=message) as caught:
        upload(tmp_path, pack(two_classes())).load()
    assert caught.value.code == "too_large"


def test_options_when_out_of_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="from 1 to 1024 pixels"):
        upload(tmp_path, pack(two_classes()), image_size=[0, 10]).load()
    with pytest.raises(DataError, match="option color is wrong"):
        upload(tmp_path, pack(two_classes()), color="blue")


@pytest.mark.shared_data
def test_sign_language_digits_when_uploaded_are_read_with_their_outliers(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "sign-language-digits"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted((root / "Dataset").rglob("*.JPG")):
            archive.write(path, path.relative_to(root))
    source = upload(tmp_path, buffer.getvalue())
    raw = load(source)
    assert raw.inputs.shape == (2062, 3, 100, 100)
    assert raw.classes == tuple("0123456789")
    assert all(204 <= count <= 208 for count in raw.targets.bincount().tolist())
    assert source.describe().notes == ("3 of 2,062 pictures are resized and cut to 100 x 100.",)


def test_pictures_that_a_camera_noted_as_turned_are_upright_and_whole(tmp_path: Path) -> None:
    note = Image.Exif()
    note[0x0112] = 6  # a quarter turn clockwise
    pixels = np.zeros((16, 24, 3), dtype=np.uint8)
    pixels[:, :4] = 255  # the left edge, which is the top of the upright picture
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", exif=note, quality=95)
    raw = load(upload(tmp_path, pack({f"{name}/{i}.jpg": buffer.getvalue() for name in ("a", "b") for i in range(3)})))
    assert raw.inputs.shape == (6, 3, 24, 16), "none of it is cut off"
    assert raw.inputs[0, :, :3].float().mean() > 240
    assert raw.inputs[0, :, 6:].float().mean() < 15
