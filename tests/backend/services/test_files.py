"""Files of runs: whole or not at all, verified, and never outside of their folder."""

from pathlib import Path

import pytest
from netwright.services.best import mode_of
from netwright.services.checkpoints import clean_name
from netwright.services.files import find_inside, is_intact, remove_folder, write_whole

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_is_intact_when_one_byte_or_the_size_differs_is_false(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"abc")
    assert is_intact(tmp_path, "weights", 3, SHA256_OF_ABC)
    assert not is_intact(tmp_path, "weights", 4, SHA256_OF_ABC)
    file.write_bytes(b"abd")
    assert not is_intact(tmp_path, "weights", 3, SHA256_OF_ABC)
    file.unlink()
    assert not is_intact(tmp_path, "weights", 3, SHA256_OF_ABC)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "link", "folder", "", "a/../../outside"])
def test_find_inside_when_a_name_leads_out_finds_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").write_text("x")
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (inside / "link").symlink_to(tmp_path / "outside")
    assert find_inside(inside, name) is None


def test_write_whole_when_a_secret_is_written_sets_the_mode_from_the_start(tmp_path: Path) -> None:
    write_whole(tmp_path / "secret", "1", mode=0o600)
    write_whole(tmp_path / "secret", "2", mode=0o600)
    assert (tmp_path / "secret").read_text() == "2"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_remove_folder_when_it_is_gone_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "run" / "deep").mkdir(parents=True)
    remove_folder(tmp_path / "run")
    remove_folder(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("val/loss", "min"),
        ("train/loss", "min"),
        ("test/Accuracy", "max"),
        ("val/MeanAbsoluteError", "min"),
        ("lr", None),
        ("system/rss_bytes", None),
        ("val/Nonsense", None),
        ("other/loss", None),
        ("", None),
    ],
)
def test_mode_of_when_given_a_metric_says_which_way_is_good(name: str, mode: str | None) -> None:
    assert mode_of(name) == mode


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("数字 7/8", "数字 7_8"),
        ("", "checkpoint"),
        ("../..", "checkpoint"),
        ('a"\r\nb', "a_b"),
        ("x" * 500, "x" * 80),
        ("数" * 500, "数" * 53),
        ("gpj\u202e.net", "gpj_.net"),
    ],
)
def test_clean_name_when_given_anything_is_a_file_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean
