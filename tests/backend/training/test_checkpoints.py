"""Checkpoints: what is written can be read by others, and what is damaged is not believed."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from netwright import __version__
from netwright.training.checkpoints import (
    CheckpointError,
    CheckpointFolder,
    FencedError,
    Kind,
    load_rng_state,
    rng_state,
    seed_everything,
)
from safetensors import safe_open


def save(folder: CheckpointFolder, step: int, *kinds: Kind) -> None:
    weights = {"w": torch.randn(8, 3, 2, 2).contiguous(memory_format=torch.channels_last), "n": torch.tensor(step)}
    resume = {"graph_hash": folder.graph_hash, "fingerprint": "f", "rng": rng_state()}
    folder.save(
        kinds or ("last",), step=step, epoch=1, metrics={"val/loss": 0.5, "x": "NaN"}, weights=weights, resume=resume
    )
    folder.forget_old(step)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


@pytest.fixture
def folder(tmp_path: Path) -> CheckpointFolder:
    return CheckpointFolder(tmp_path / "checkpoints", "run1", "hash1", keep=2)


def test_checkpoint_when_saved_is_plain_safetensors_with_its_origin(folder: CheckpointFolder) -> None:
    save(folder, 7, "last", "best")
    with safe_open(folder.folder / "best-7.safetensors", framework="pt") as file:
        metadata = file.metadata()
        assert metadata["netwright"] == __version__
        assert metadata["torch"] == torch.__version__
        assert {"run": "run1", "graph_hash": "hash1", "step": "7", "epoch": "1"}.items() <= metadata.items()
        assert file.get_tensor("w").is_contiguous()
    loaded = folder.load("last-7.safetensors")
    assert loaded.record.metrics == {"val/loss": 0.5, "x": "NaN"}
    assert loaded.resume["fingerprint"] == "f"
    assert not list(folder.folder.glob("*.tmp"))


def test_checkpoints_when_many_are_saved_keep_the_best_and_the_newest(folder: CheckpointFolder) -> None:
    save(folder, 1, "last", "best")
    save(folder, 2, "last")
    save(folder, 3, "last", "best")
    for step in (4, 5):
        save(folder, step)
    assert {(each.kind, each.step) for each in folder.records()} == {("last", 5), ("last", 4), ("best", 3)}
    assert len(list(folder.folder.iterdir())) == 9


def test_checkpoints_when_an_older_one_was_gone_on_from_make_room_first_of_all_later_ones(
    folder: CheckpointFolder,
) -> None:
    save(folder, 8, "last", "best")
    save(folder, 9)
    save(folder, 3)
    assert {(each.kind, each.step) for each in folder.records()} == {("last", 3), ("last", 9), ("best", 8)}
    save(folder, 4, "last", "best")
    assert {(each.kind, each.step) for each in folder.records()} == {("last", 4), ("last", 3), ("best", 4)}


def test_checkpoint_when_weights_share_memory_keeps_every_name(folder: CheckpointFolder) -> None:
    table = torch.randn(4, 3)
    weights = {"a.weight": table, "b.weight": table, "transposed": table.T, "part": table[1:3], "own": torch.ones(2)}
    folder.save(("last",), step=1, epoch=1, metrics={}, weights=weights, resume={"graph_hash": "hash1"})
    loaded = folder.load("last-1.safetensors").weights
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)


def test_checkpoint_when_saved_again_under_one_name_is_whole(folder: CheckpointFolder) -> None:
    save(folder, 1, "last", "best")
    save(folder, 1, "last", "best")
    for name in ("last-1.safetensors", "best-1.safetensors"):
        folder.load(name)


@pytest.mark.parametrize("name", ["last-1.safetensors", "last-1.resume.pt"])
def test_checkpoint_when_a_byte_is_flipped_is_refused(folder: CheckpointFolder, name: str) -> None:
    save(folder, 1)
    damage(folder.folder / name)
    with pytest.raises(CheckpointError, match=r"differs from its SHA-256"):
        folder.load("last-1.safetensors")


def test_checkpoint_when_missing_or_of_another_network_is_refused(folder: CheckpointFolder) -> None:
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        folder.load("last-9.safetensors")
    save(folder, 1)
    other = CheckpointFolder(folder.folder, "run1", "hash2", 3)
    with pytest.raises(CheckpointError, match="another network"):
        other.load("last-1.safetensors")
    (folder.folder / "last-1.resume.pt").unlink()
    with pytest.raises(CheckpointError, match=r"last-1\.resume\.pt is missing"):
        folder.load("last-1.safetensors")


@pytest.mark.parametrize("part", ["last-2.safetensors", "last-2.resume.pt", "last-2.json"])
def test_load_or_older_when_it_is_damaged_takes_an_older_one_and_never_a_newer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    folder = CheckpointFolder(tmp_path / "checkpoints", "run1", "hash1", keep=9)
    for step in (1, 2, 10):
        save(folder, step)
    assert folder.load_or_older("last-2.safetensors").record.step == 2
    damage(folder.folder / part)
    assert folder.load_or_older("last-2.safetensors").record.step == 1
    assert "last-2" in caplog.text
    (folder.folder / "last-1.json").unlink()
    with pytest.raises(CheckpointError, match="No checkpoint up to step 2"):
        folder.load_or_older("last-2.safetensors")


def test_checkpoint_when_a_write_was_cut_off_does_not_exist(folder: CheckpointFolder) -> None:
    """A kill before the record is written leaves files, but no checkpoint; the next attempt clears what was half written."""
    save(folder, 1)
    (folder.folder / "last-1.json").unlink()
    (folder.folder / "last-2.safetensors.123.tmp").write_bytes(b"half")
    again = CheckpointFolder(folder.folder, "run1", "hash1", 2)
    assert again.records() == []
    assert not list(folder.folder.glob("*.tmp"))


def test_checkpoint_when_a_newer_attempt_has_begun_is_not_written(tmp_path: Path) -> None:
    fenced = CheckpointFolder(tmp_path / "c", "run1", "hash1", 2, is_current=lambda: False)
    with pytest.raises(FencedError):
        save(fenced, 1)
    assert not list(fenced.folder.iterdir())


def test_rng_state_when_restored_repeats_every_generator(tmp_path: Path) -> None:
    seed_everything(3)
    random.gauss(0, 1)
    np.random.standard_normal()  # noqa: NPY002
    torch.save(rng_state(), tmp_path / "rng.pt")

    def draw() -> tuple[float, float, float, float]:
        return random.random(), random.gauss(0, 1), np.random.standard_normal(), torch.rand(()).item()  # noqa: NPY002

    expected = draw()
    draw()
    load_rng_state(torch.load(tmp_path / "rng.pt", weights_only=True))
    assert draw() == expected
