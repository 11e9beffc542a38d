"""Prints every figure by which a ready-made network can be held against what is published.

``python tests/bench/exactness.py`` (``make exactness``) prints seven parts and at the end, for each of them, how much was
compared, what differs, and what was not compared and why.  It ends with status 1 where anything differs:

1. parameters and multiply-accumulates of each network beside the published ones (``python -m netwright.architectures``);
2. parameters beside those of the reference table ``../shared/reference/architectures.json``;
3. outputs beside torchvision's own models with the same weights, in eval mode;
4. lines of source beside torchvision's, and what ruff says of the exported source of ResNet-50 and GoogLeNet;
5. test accuracy of the GCN on Cora over ten seeds with the paper's recipe;
6. and 7. whether every network comes back with equal outputs from ONNX and from a PyTorch program, and as how many nodes.

The last three take most of the time: ``--without-round-trips`` and ``--without-training`` leave them out, and the end says so.
What is needed beside Netwright: torchvision in ``.oracle`` (``make .setup/oracle``, part of ``make exactness``); the table, in
``shared/`` beside the checkout; Cora, there or downloaded on the Data page.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from backend.exchange.round_trip import FORMS, try_networks
from backend.exchange.round_trip import TOLERANCE as ROUND_TRIP_TOLERANCE
from bench import graph_bench
from netwright.architectures.__main__ import main as print_published
from netwright.architectures.measure import compare
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.source import to_source
from torchvision_oracle import is_there, run

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "backend" / "architectures"
REFERENCE = ROOT.parent / "shared" / "reference" / "architectures.json"
SOURCES = ("resnet50", "googlenet", "googlenet_torchvision_aux")
RULES = ("--select", "E,F,W,I,B,UP,SIM,RUF,N", "--line-length", "120")
TOLERANCE = 1e-5
GCN_PARAMETERS, GCN_ACCURACY, GCN_RANGE = 23_063, 81.0, 1.0
NO_ORACLE = "torchvision is not in .oracle: make .setup/oracle"


@dataclass(frozen=True, slots=True)
class Part:
    """What was compared, and what was not."""

    what: str
    compared: str = ""
    """How much, in words; empty where nothing was."""
    differing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was not compared, each with its reason."""

    def lines(self) -> list[str]:
        said = "agrees" if self.compared else "NOT COMPARED"
        if self.differing:
            said = f"DIFFERS: {', '.join(self.differing)}"
        first = f"{self.what}: {said}" + (f" ({self.compared})" if self.compared else "")
        return [first, *(f"    not compared: {each}" for each in self.left_out)]


def heading(text: str) -> None:
    say(f"\n{text}\n{'-' * len(text)}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def published() -> list[Part]:
    heading("Parameters and multiply-accumulates beside the published ones")
    print_published([])
    rows = list(compare())
    parameters = sum(row.published_parameters is not None for row in rows)
    macs = sum(row.published_gmacs is not None for row in rows)
    unknown = [row.id for row in rows if row.published_parameters is None and row.published_gmacs is None]
    return [
        Part(
            "Published figures",
            f"{parameters} parameter counts, equal; {macs} counts of multiply-accumulates, within 0.1 %",
            tuple(row.id for row in rows if row.faults),
            (f"{len(unknown)} of {len(rows)} networks, of which nothing is published: {', '.join(unknown)}",),
        )
    ]


def reference() -> list[Part]:
    what = "Reference table"
    heading("Parameters beside the reference table")
    if not REFERENCE.is_file():
        say("../shared/reference/architectures.json is not there.")
        return [Part(what, left_out=("all of it: ../shared/reference/architectures.json is not there",))]
    entries = json.loads(REFERENCE.read_text("utf-8"))["architectures"]
    differing = []
    known = _test_module("test_figures").REFERENCE
    for name, entry in known.items():
        ours, theirs = ARCHITECTURES[name].figures.parameters, entries[entry]["params"]
        differing += [name] if ours != theirs else []
        say(f"{name:<28}{ours:>14,}{theirs:>14,}  {'equal' if ours == theirs else 'DIFFERS'}  {entry}")
    others = sorted(set(entries) - set(known.values()))
    left_out = (f"{len(others)} entries that no ready-made network draws: {', '.join(others)}",) if others else ()
    return [Part(what, f"{len(known)} parameter counts, equal", tuple(differing), left_out)]


def oracle() -> list[Part]:
    outputs, sources = "Outputs beside torchvision's", "Lines of source beside torchvision's"
    heading("Outputs beside torchvision's with the same weights, eval mode")
    if not is_there():
        say(NO_ORACLE)
        return [Part(what, left_out=(f"all of it: {NO_ORACLE}",)) for what in (outputs, sources)]
    done = run(TESTS / "oracle.py")
    if done.returncode != 0:
        say(done.stderr[-2000:])
        return [Part(what, differing=("the comparison failed, see above",)) for what in (outputs, sources)]
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    differing = []
    say(f"{'network':<28}{'difference':>12}{'largest output':>16}{'relative':>12}")
    for name, answer in answers.items():
        relative = answer["difference"] / max(1.0, answer["size"])
        # A comparison with NaN is false: so this says it, too.
        differing += [] if relative <= TOLERANCE else [name]
        say(f"{name:<28}{answer['difference']:>12.1e}{answer['size']:>16.3f}{relative:>12.1e}")
    heading("Lines of source beside torchvision's, without docstrings, decorators and comments")
    counted = {name: answer["lines"] for name, answer in answers.items() if "lines" in answer}
    for name, (ours, theirs) in counted.items():
        say(f"{name:<28}{ours:>6}{theirs:>6}")
    return [
        Part(outputs, f"{len(answers)} networks, to {TOLERANCE:.0e} of the largest output", tuple(differing)),
        Part(
            sources,
            f"{len(counted)} networks, none longer",
            tuple(name for name, (ours, theirs) in counted.items() if ours > theirs),
        ),
    ]


def ruff() -> list[Part]:
    heading(f"What ruff says of the exported source ({RULES[1]})")
    differing = []
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            path = Path(folder) / f"{name}.py"
            path.write_text(to_source(ARCHITECTURES[name].build()), "utf-8")
            command = [sys.executable, "-m", "ruff", "check", "--isolated", *RULES, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            differing += [name] if done.returncode != 0 else []
            say(f"{name:<28}{done.stdout.strip() or done.stderr.strip()}")
    return [Part("Exported source through ruff", f"{len(SOURCES)} networks", tuple(differing))]


def cora() -> list[Part]:
    what = "GCN on Cora"
    heading("Test accuracy of the GCN on Cora with the paper's recipe")
    folder = graph_bench.find_cora(None)
    if folder is None:
        say("Cora is not here: download it on the Data page.")
        return [Part(what, left_out=("all of it: the data is not here, download it on the Data page",))]
    accuracies, counts = [], set()
    for seed in range(graph_bench.NUM_SEEDS):
        metrics, parameters, _ = graph_bench.run_seed(seed, folder)
        accuracies.append(100 * metrics["test/Accuracy"])
        counts.add(parameters)
        say(f"seed {seed}: {accuracies[-1]:.1f} %, {parameters:,} parameters")
    mean, spread = statistics.mean(accuracies), statistics.stdev(accuracies)
    differing = [] if counts == {GCN_PARAMETERS} else [f"{counts} parameters where {GCN_PARAMETERS:,} are published"]
    differing += (
        [] if abs(mean - GCN_ACCURACY) <= GCN_RANGE else [f"{mean:.2f} % where 81 +- 1 are wanted (the paper: 81.5)"]
    )
    compared = f"{mean:.2f} +- {spread:.2f} % over {len(accuracies)} seeds, {GCN_PARAMETERS:,} parameters"
    return [Part(what, compared, tuple(differing))]


def round_trips() -> list[Part]:
    parts = []
    for form in FORMS:
        heading(f"Out and in again as {form}: largest difference, relative to the largest output")
        tried = []
        for each in try_networks(form, list(ARCHITECTURES)):
            tried.append(each)
            say(str(each))
        parts.append(
            Part(
                f"Out and in again as {form}",
                f"{len(tried)} networks, to {ROUND_TRIP_TOLERANCE:.0e} of the largest output",
                tuple(each.name for each in tried if not each.is_equal),
            )
        )
    return parts


def _test_module(name: str) -> ModuleType:
    """A module of the tests, for what it knows beside them."""
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verdict(parts: list[Part]) -> str:
    """The last line: never that all agrees where something was not compared."""
    differing = [part.what for part in parts if part.differing]
    if differing:
        return f"These differ: {', '.join(differing)}."
    missing = [part.what for part in parts if not part.compared]
    if missing:
        return f"What was compared agrees. Not compared: {', '.join(missing)}."
    return "All of it was compared, and agrees."


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - {"--without-round-trips", "--without-training"}
    if unknown:
        sys.stderr.write("usage: exactness.py [--without-round-trips] [--without-training]\n")
        return 2
    parts = [*published(), *reference(), *oracle(), *ruff()]
    if "--without-training" in arguments:
        parts.append(Part("GCN on Cora", left_out=("all of it: --without-training",)))
    else:
        parts += cora()
    if "--without-round-trips" in arguments:
        parts += [Part(f"Out and in again as {form}", left_out=("all of it: --without-round-trips",)) for form in FORMS]
    else:
        parts += round_trips()
    heading("What was compared")
    for part in parts:
        for line in part.lines():
            say(line)
    say(f"\n{verdict(parts)}")
    return 1 if any(part.differing for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
