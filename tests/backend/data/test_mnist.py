"""MNIST and Fashion-MNIST from their real files, and their files when they do not belong together."""

import gzip
from pathlib import Path

import pytest
import torch
from netwright.data.base import DataError, SourceSpec
from netwright.data.download import missing_files
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import SOURCES, open_source
from netwright.training.config import DataConfig


def write_part(folder: Path, part: str, pictures: bytes, labels: bytes) -> None:
    (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pictures))
    (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))


def three_pictures() -> bytes:
    return b"\0\0\x08\x03" + b"".join(size.to_bytes(4, "big") for size in (3, 28, 28)) + bytes(3 * 28 * 28)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (b"\0\0\x08\x01\0\0\0\x02ab", "holds 2 labels for 3 pictures"),
        (b"\0\0\x08\x01\0\0\0\x03\x01\x0a\x02", "holds the label 10, the highest is 9"),
    ],
)
def test_files_when_they_do_not_belong_together_are_refused(tmp_path: Path, labels: bytes, message: str) -> None:
    write_part(tmp_path, "train", three_pictures(), labels)
    with pytest.raises(DataError, match=message):
        open_source(SourceSpec(type="mnist", path=str(tmp_path))).load()


def test_source_when_it_has_no_folder_says_so() -> None:
    with pytest.raises(DataError, match="needs the folder of its files"):
        open_source(SourceSpec(type="mnist")).load()


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "folder"), [("mnist", "mnist"), ("fashion_mnist", "fashion-mnist")])
def test_real_files_when_read_are_what_the_facts_say(shared_data: Path, name: str, folder: str) -> None:
    source, path = SOURCES[name], shared_data / folder
    raw = open_source(SourceSpec(type=name, path=str(path))).load()
    facts = source.facts
    assert facts is not None
    assert raw.test_inputs is not None
    assert raw.test_targets is not None
    assert raw.inputs.shape == (facts.num_samples, 1, 28, 28)
    assert raw.inputs.dtype == torch.uint8
    assert len(raw.test_inputs) == len(raw.test_targets) == facts.num_test
    assert raw.inputs.nbytes + raw.test_inputs.nbytes == facts.bytes
    assert len(raw.targets.bincount()) == len(raw.classes) == facts.num_outputs
    lines = (path / "SHA256SUMS").read_text().splitlines()
    sums = {line.split()[1]: line.split()[0] for line in lines}
    assert {file.name: file.sha256 for file in source.files} == {file.name: sums[file.name] for file in source.files}
    assert [file.bytes for file in source.files] == [(path / file.name).stat().st_size for file in source.files]
    assert missing_files(source.files, path) == []


@pytest.mark.shared_data
def test_real_mnist_when_prepared_has_the_well_known_mean_and_deviation(shared_data: Path) -> None:
    raw = open_source(SourceSpec(type="mnist", path=str(shared_data / "mnist"))).load()
    prepared = prepare(raw, DataConfig(source="mnist"))
    assert prepared.test is not None
    assert (len(prepared.train), len(prepared.validation), len(prepared.test)) == (54_000, 6_000, 10_000)
    batch = load_preprocess(prepared.preprocess_source)(torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1))
    assert batch.flatten().tolist() == pytest.approx([-0.1307 / 0.3081, (1 - 0.1307) / 0.3081], rel=2e-3)
