"""CIFAR from archives laid out as the real ones: downloaded from a real server, read without unpickling, exported."""

import csv
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from backend.data.mirrors import Mirror, files_of, serve
from netwright.data.base import DataError, SourceSpec
from netwright.data.cifar import PIXELS, Cifar10, Cifar100
from netwright.data.download import download, missing_files
from netwright.data.registry import SOURCES, open_source
from PIL import Image

Pixels = npt.NDArray[np.uint8]


def pack(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def records(labels: npt.NDArray[np.uint8], pixels: Pixels) -> bytes:
    """``labels`` (N, L) and ``pixels`` (N, 3072) as CIFAR's binary version has them."""
    return np.concatenate([labels, pixels], axis=1).tobytes()


def noise(count: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (count, PIXELS), dtype=np.uint8)


def cifar10(pixels: Pixels, labels: npt.NDArray[np.uint8]) -> bytes:
    parts = zip(np.array_split(pixels, 6), np.array_split(labels[:, None], 6), strict=True)
    names = [*Cifar10.train_members, *Cifar10.test_members]
    return pack({name: records(label, part) for name, (part, label) in zip(names, parts, strict=True)})


def test_cifar10_when_downloaded_over_a_broken_connection_holds_every_picture_with_its_class(tmp_path: Path) -> None:
    pixels, labels = noise(60), (np.arange(60) % 10).astype(np.uint8)
    archive = cifar10(pixels, labels)
    content = {"cifar-10-binary.tar.gz": archive}
    files = files_of(content)
    done: list[int] = []
    with serve(Mirror(content, cut_after=[len(archive) // 3])) as mirror:
        download(files, [mirror.url], tmp_path, lambda count, _: done.append(count), pause_seconds=0)
        assert mirror.requests[1][1] == f"bytes={len(archive) // 3}-"
    assert missing_files(files, tmp_path) == []
    assert done[-1] == len(archive)
    for _ in range(2):  # from the archive, then from what was unpacked beside it
        arrays = open_source(SourceSpec(type="cifar10", path=str(tmp_path))).read()
        assert arrays.test_inputs is not None
        assert arrays.test_targets is not None
        both = np.concatenate([arrays.inputs, arrays.test_inputs])
        np.testing.assert_array_equal(both.reshape(60, PIXELS), pixels)
        np.testing.assert_array_equal(np.concatenate([arrays.targets, arrays.test_targets]), labels)
        assert arrays.inputs.shape[1:] == (3, 32, 32)


def test_cifar100_when_read_takes_the_fine_class(tmp_path: Path) -> None:
    labels = np.stack([np.full(8, 19), np.arange(92, 100)], axis=1).astype(np.uint8)
    part = records(labels, noise(8))
    (tmp_path / "cifar-100-binary.tar.gz").write_bytes(
        pack({"cifar-100-binary/train.bin": part, "cifar-100-binary/test.bin": part})
    )
    arrays = open_source(SourceSpec(type="cifar100", path=str(tmp_path))).read()
    assert arrays.targets.tolist() == list(range(92, 100))
    assert [arrays.classes[label] for label in (0, 58, 99)] == ["apple", "pickup_truck", "worm"]
    assert len(set(Cifar100.classes)) == 100


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (b"no archive", "cifar-10-binary.tar.gz is damaged"),
        (pack({"cifar-10-batches-bin/data_batch_1.bin": bytes(PIXELS + 1)}), "is damaged: .*data_batch_2.bin"),
        (
            pack({name: bytes(100) for name in [*Cifar10.train_members, *Cifar10.test_members]}),
            "has 100 bytes, which are no whole records of 3,073",
        ),
        (cifar10(noise(6), np.full(6, 10, np.uint8)), "holds the label 10, the highest is 9"),
    ],
)
def test_archive_when_it_is_damaged_is_refused_and_leaves_nothing(tmp_path: Path, archive: bytes, message: str) -> None:
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(archive)
    with pytest.raises(DataError, match=message) as caught:
        open_source(SourceSpec(type="cifar10", path=str(tmp_path))).load()
    assert caught.value.code == "bad_file"
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]


def test_archive_when_it_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = cifar10(noise(600), np.zeros(600, np.uint8))
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="is damaged"):
        open_source(SourceSpec(type="cifar10", path=str(tmp_path))).read()


def test_exported_code_when_run_reads_the_same_samples(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    path.write_bytes(cifar10(noise(24), (np.arange(24) % 10).astype(np.uint8)))
    source = open_source(SourceSpec(type="cifar10", path=str(tmp_path)))
    arrays = source.read()
    code = source.code(arrays)
    lines = ["import numpy as np", "from pathlib import Path", *code.imports, code.functions]
    namespace: dict[str, object] = {}
    exec("\n".join(lines), namespace)  # noqa: S102 - what the project gets
    inputs, targets = namespace["load"](path)  # type: ignore[operator]
    np.testing.assert_array_equal(inputs, arrays.inputs)
    np.testing.assert_array_equal(targets, arrays.targets)
    assert targets.dtype == arrays.targets.dtype
    tested, known = namespace["load"](path, is_test=True)  # type: ignore[operator]
    np.testing.assert_array_equal(tested, arrays.test_inputs)
    np.testing.assert_array_equal(known, arrays.test_targets)


@pytest.mark.shared_data
def test_real_pictures_when_packed_as_the_archive_are_read_as_they_are(shared_data: Path, tmp_path: Path) -> None:
    """The first 4,000 pictures of the original, bit for bit: a row of a PNG is one picture, pixel after pixel."""
    folder = shared_data / "cifar10" / "lossless_first4000"
    rows = [np.asarray(Image.open(folder / f"cifar10_batch_{number}.png")) for number in range(4)]
    pixels = np.concatenate(rows).transpose(0, 2, 1).reshape(4000, PIXELS)
    with (folder / "labels_first4000.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    name = next(column for column in table[0] if "label" in column)
    labels = np.array([int(row[name]) for row in table], dtype=np.uint8)
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(cifar10(np.ascontiguousarray(pixels), labels))
    arrays = open_source(SourceSpec(type="cifar10", path=str(tmp_path))).read()
    # What is known of the original: its first labels, the first red pixels of the first picture, a frog.
    assert arrays.targets[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert arrays.inputs[0, 0, 0, :3].tolist() == [59, 43, 50]
    assert arrays.classes[6] == "frog"
    assert SOURCES["cifar10"].facts is not None
