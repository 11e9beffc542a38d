"""Prints every figure by which a ready-made network can be held against what is published.

``python tests/bench/exactness.py`` (``make exactness``) prints, and ends with status 1 where one differs:

1. parameters and multiply-accumulates of each network beside the published ones (``python -m netwright.architectures``);
2. parameters beside those of the reference table ``../shared/reference/architectures.json``, where that folder is there;
3. outputs beside torchvision's own models with the same weights, in eval mode, and lines of source beside its lines, where
   ``.oracle`` is there (``make .setup/oracle``);
4. what ruff says of the exported source of ResNet-50 and GoogLeNet;
5. whether every network that is not of graphs comes back with equal outputs from ONNX and from a PyTorch program, and as how
   many nodes.  That is most of the time it takes: ``--without-round-trips`` leaves it out.

The accuracy of the GCN on Cora over ten seeds takes minutes: ``python tests/bench/graph_bench.py``.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from backend.exchange.round_trip import FORMS
from backend.exchange.round_trip import TOLERANCE as ROUND_TRIP_TOLERANCE
from backend.exchange.round_trip import main as print_round_trips_of
from netwright.architectures.__main__ import main as print_published
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.source import to_source
from torchvision_oracle import is_there, run

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "backend" / "architectures"
REFERENCE = ROOT.parent / "shared" / "reference" / "architectures.json"
SOURCES = ("resnet50", "googlenet", "googlenet_torchvision_aux")
RULES = ("--select", "E,F,W,I,B,UP,SIM,RUF,N", "--line-length", "120")
TOLERANCE = 1e-5


def heading(text: str) -> None:
    sys.stdout.write(f"\n{text}\n{'-' * len(text)}\n")
    sys.stdout.flush()


def print_reference() -> bool:
    heading("Parameters beside the reference table")
    if not REFERENCE.is_file():
        sys.stdout.write("There is no table: ../shared/reference/architectures.json is not there.\n")
        return True
    entries = json.loads(REFERENCE.read_text("utf-8"))["architectures"]
    is_exact = True
    for name, entry in _test_module("test_figures").REFERENCE.items():
        ours, theirs = ARCHITECTURES[name].figures.parameters, entries[entry]["params"]
        is_exact &= ours == theirs
        sys.stdout.write(f"{name:<28}{ours:>14,}{theirs:>14,}  {'equal' if ours == theirs else 'DIFFERS'}  {entry}\n")
    return is_exact


def print_oracle() -> bool:
    heading("Outputs beside torchvision's with the same weights, eval mode")
    if not is_there():
        sys.stdout.write("torchvision is not there: make .setup/oracle puts it into .oracle.\n")
        return True
    done = run(TESTS / "oracle.py")
    if done.returncode != 0:
        sys.stdout.write(done.stderr[-2000:])
        return False
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    is_exact = True
    sys.stdout.write(f"{'network':<28}{'difference':>12}{'largest output':>16}{'relative':>12}\n")
    for name, answer in answers.items():
        relative = answer["difference"] / max(1.0, answer["size"])
        is_exact &= relative <= TOLERANCE
        sys.stdout.write(f"{name:<28}{answer['difference']:>12.1e}{answer['size']:>16.3f}{relative:>12.1e}\n")
    heading("Lines of source beside torchvision's, without docstrings, decorators and comments")
    for name, answer in answers.items():
        if "lines" in answer:
            ours, theirs = answer["lines"]
            is_exact &= ours <= theirs
            sys.stdout.write(f"{name:<28}{ours:>6}{theirs:>6}\n")
    return is_exact


def print_ruff() -> bool:
    heading(f"What ruff says of the exported source ({RULES[1]})")
    is_clean = True
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            path = Path(folder) / f"{name}.py"
            path.write_text(to_source(ARCHITECTURES[name].build()), "utf-8")
            command = [sys.executable, "-m", "ruff", "check", "--isolated", *RULES, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            is_clean &= done.returncode == 0
            sys.stdout.write(f"{name:<28}{done.stdout.strip() or done.stderr.strip()}\n")
    return is_clean


def print_round_trips() -> bool:
    is_equal = True
    for form in FORMS:
        heading(f"Out and in again as {form}: outputs to {ROUND_TRIP_TOLERANCE:.0e} of the largest")
        is_equal &= print_round_trips_of(form, []) == 0
    return is_equal


def _test_module(name: str) -> ModuleType:
    """A module of the tests, for what it knows beside them."""
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str]) -> int:
    heading("Parameters and multiply-accumulates beside the published ones")
    is_exact = print_published([]) == 0
    parts = [print_reference, print_oracle, print_ruff]
    if "--without-round-trips" not in arguments:
        parts.append(print_round_trips)
    for part in parts:
        is_exact &= part()
    heading("All of these agree." if is_exact else "Some of these differ: see above.")
    return 0 if is_exact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
