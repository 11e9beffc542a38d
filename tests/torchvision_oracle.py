"""torchvision as an oracle: a Python of its own that has it on its path is asked (docs/decisions/0029)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import netwright
import pytest
import torch

TESTS = Path(__file__).parent
FOLDER = TESTS.parent / ".oracle"


def is_there() -> bool:
    return (FOLDER / "torchvision").is_dir()


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    package = Path(netwright.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [package, TESTS, FOLDER]))}
    return subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=environment)


def ask(script: Path) -> Any:
    """The JSON that ``script`` prints; skips the test, loudly, where torchvision is not installed for it."""
    if not is_there():
        pytest.skip(f"no torchvision in {FOLDER}: `make .setup/oracle` puts it there")
    done = run(script)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def declare_operators() -> torch.library.Library:
    """Before torchvision is imported: its wheel's operators are built for CUDA and need only be declared.  They
    are, for as long as what is given lives."""
    operators = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]  # torch's own is untyped
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    return operators
