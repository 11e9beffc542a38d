"""A new attempt goes on from the newest whole checkpoint, told or not."""

import hashlib
import json
from pathlib import Path

from netwright.services.resume import find_resumable
from netwright.store.tables import CheckpointRow


def put(folder: Path, name: str, step: int, *, has_record: bool = True) -> CheckpointRow:
    """A checkpoint on disk, and the row that it has where it was told of."""
    content = name.encode()
    digest = hashlib.sha256(content).hexdigest()
    (folder / "checkpoints").mkdir(exist_ok=True)
    (folder / "checkpoints" / f"{name}.safetensors").write_bytes(content)
    if has_record:
        weights = {"name": f"{name}.safetensors", "bytes": len(content), "sha256": digest}
        record = {"step": step, "weights": weights, "kind": "last"}
        (folder / "checkpoints" / f"{name}.json").write_text(json.dumps(record))
    return CheckpointRow(file=f"checkpoints/{name}.safetensors", step=step, bytes=len(content), sha256=digest)


def test_find_resumable_when_several_were_told_takes_the_newest_that_is_whole(tmp_path: Path) -> None:
    old, middle, new = (put(tmp_path, f"last-{step}", step) for step in (1, 2, 3))
    assert find_resumable(tmp_path, [new, middle, old]) == new.file
    (tmp_path / new.file).write_bytes(b"last-X")
    assert find_resumable(tmp_path, [new, middle, old]) == middle.file
    (tmp_path / middle.file).with_suffix(".json").unlink()
    assert find_resumable(tmp_path, [new, middle, old]) == old.file


def test_find_resumable_when_all_that_were_told_are_forgotten_takes_a_newer_one(tmp_path: Path) -> None:
    told = put(tmp_path, "last-1", 1)
    (tmp_path / told.file).unlink()
    newer = put(tmp_path, "last-5", 5)
    put(tmp_path, "last-4", 4)
    put(tmp_path, "last-9", 9, has_record=False)
    (tmp_path / "checkpoints" / "best-8.json").write_text("{")
    assert find_resumable(tmp_path, [told]) == newer.file


def test_find_resumable_when_there_is_nothing_begins_anew(tmp_path: Path) -> None:
    assert find_resumable(tmp_path, []) is None
