"""A check of the form's lists reads a set once, and again when its file has changed."""

import os
from pathlib import Path
from typing import Any

import pytest
from netwright.data.base import SourceSpec
from netwright.data.registry import open_source
from netwright.services import steps
from netwright.training.config import DataConfig


def test_check_steps_reads_the_set_once_until_its_files_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    really = open_source

    def count(source: SourceSpec) -> Any:
        opened.append(source.type)
        return really(source)

    monkeypatch.setattr("netwright.services.steps.open_source", count)
    source = SourceSpec(type="digits", path=str(tmp_path))  # embedded: the path only stands for its files
    config = DataConfig()
    for _ in range(3):
        layout, problems = steps.check_steps(source, config)
        assert layout is not None
        assert layout.shape == (1, 8, 8)
        assert problems == []
    assert steps.check_steps(source, DataConfig(task="reconstruction"))[1] == []
    assert opened == ["digits"]
    stat = tmp_path.stat()
    os.utime(tmp_path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    steps.check_steps(source, config)
    assert opened == ["digits", "digits"]
