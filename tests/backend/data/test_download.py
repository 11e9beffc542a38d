"""Downloads from a real HTTP server that breaks off, lies, or is not there."""

from pathlib import Path

import pytest
from backend.data.mirrors import Mirror, files_of, serve
from netwright.data.base import DataError
from netwright.data.download import download
from netwright.data.registry import SOURCES

CONTENT = {"a.gz": bytes(range(256)) * 4000, "b.gz": b"labels" * 50}


def ignore(_done: int, _total: int | None) -> None:
    pass


def test_download_when_all_is_well_puts_every_file_in_place(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    with serve(Mirror(CONTENT)) as mirror:
        download(files_of(CONTENT), [mirror.url], tmp_path / "set", lambda done, total: seen.append((done, total)))
    assert {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()} == CONTENT
    total = sum(map(len, CONTENT.values()))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (total, total)


def test_download_when_the_connection_breaks_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with serve(Mirror(CONTENT, cut_after=[300_000, 200_000])) as mirror:
        download(files_of(CONTENT), [mirror.url], tmp_path, ignore, pause_seconds=0.0)
    assert mirror.requests[:3] == [("a.gz", None), ("a.gz", "bytes=300000-"), ("a.gz", "bytes=500000-")]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == CONTENT


def test_download_when_started_again_goes_on_with_the_part_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.gz.part").write_bytes(CONTENT["a.gz"][:1000])
    (tmp_path / "b.gz").write_bytes(CONTENT["b.gz"])
    with serve(Mirror(CONTENT)) as mirror:
        download(files_of(CONTENT), [mirror.url], tmp_path, ignore)
    assert mirror.requests == [("a.gz", "bytes=1000-")]
    assert (tmp_path / "a.gz").read_bytes() == CONTENT["a.gz"]


def test_download_when_the_server_knows_no_ranges_starts_over(tmp_path: Path) -> None:
    (tmp_path / "a.gz.part").write_bytes(b"wrong" * 1000)
    with serve(Mirror(CONTENT, has_ranges=False)) as mirror:
        download(files_of(CONTENT), [mirror.url], tmp_path, ignore)
    assert (tmp_path / "a.gz").read_bytes() == CONTENT["a.gz"]


def test_download_when_the_part_is_wrong_throws_it_away_and_starts_over(tmp_path: Path) -> None:
    (tmp_path / "a.gz.part").write_bytes(b"wrong" * 1000)
    with serve(Mirror(CONTENT)) as mirror:
        download(files_of(CONTENT), [mirror.url], tmp_path, ignore, pause_seconds=0.0)
    assert mirror.requests[:2] == [("a.gz", "bytes=5000-"), ("a.gz", None)]
    assert (tmp_path / "a.gz").read_bytes() == CONTENT["a.gz"]


def test_download_when_the_first_mirror_is_down_takes_the_next(tmp_path: Path) -> None:
    with serve(Mirror(CONTENT)) as mirror, serve(Mirror({})) as empty:
        mirrors = ["http://127.0.0.1:1/", empty.url, mirror.url]
        download(files_of(CONTENT), mirrors, tmp_path, ignore, pause_seconds=0.0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == CONTENT


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (CONTENT["a.gz"][:-1] + b"x", "wrong SHA-256"),
        (CONTENT["a.gz"] + b"x", "offers 1,024,001 bytes, the file has 1,024,000"),
        (b"<html>", "offers 6 bytes"),
    ],
)
def test_download_when_the_bytes_are_wrong_is_refused_and_leaves_nothing(
    tmp_path: Path, served: bytes, reason: str
) -> None:
    with serve(Mirror({"a.gz": served})) as mirror, pytest.raises(DataError, match=reason) as caught:
        download(files_of(CONTENT)[:1], [mirror.url], tmp_path, ignore, pause_seconds=0.0)
    assert caught.value.code == "download_failed"
    assert "import the file from your disk" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_download_when_cancelled_keeps_what_came_for_the_next_time(tmp_path: Path) -> None:
    class CancelledError(Exception):
        pass

    def cancel(done: int, _total: int | None) -> None:
        if done > 500_000:
            raise CancelledError

    with serve(Mirror(CONTENT)) as mirror:
        with pytest.raises(CancelledError):
            download(files_of(CONTENT), [mirror.url], tmp_path, cancel)
        assert (tmp_path / "a.gz.part").stat().st_size > 500_000
        download(files_of(CONTENT), [mirror.url], tmp_path, ignore)
    assert mirror.requests[1][1] is not None
    assert (tmp_path / "a.gz").read_bytes() == CONTENT["a.gz"]


@pytest.mark.shared_data
def test_real_mnist_when_downloaded_through_a_broken_connection_is_whole(tmp_path: Path, shared_data: Path) -> None:
    source = SOURCES["mnist"]
    content = {file.name: (shared_data / "mnist" / file.name).read_bytes() for file in source.files}
    with serve(Mirror(content, cut_after=[4_000_000])) as mirror:
        download(source.files, [mirror.url], tmp_path, ignore, pause_seconds=0.0)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == content
