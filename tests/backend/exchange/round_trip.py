"""A network out and in again, with equal outputs.

As a program it tries the ready-made networks that the suite has no time for:

    python tests/backend/exchange/round_trip.py onnx|exported [id ...]

tries every one, or those that are named, and prints for each the largest difference, relative to the largest value of its
output.  Pictures are smaller than in the papers where the network allows for other sizes.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.formats import FORMATS
from netwright.exchange.graphs.building import build_network_files
from netwright.exchange.graphs.foreign import ForeignGraph
from netwright.exchange.graphs.onnx_reader import read_onnx
from netwright.exchange.graphs.program_reader import read_program
from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.material import Material
from netwright.exchange.network import answers, input_specs, random_batch
from netwright.exchange.to_onnx import write_onnx
from netwright.exchange.traced import write_exported
from netwright.graph.document import Document
from netwright.graph.io import load_document
from safetensors.torch import load_file, save_file
from torch import nn

TOLERANCE = 1e-5
"""Largest difference, relative to the largest value of an output."""

FORMS: dict[str, tuple[Callable[[Material, Path], None], Callable[[Path, str], ForeignGraph]]] = {
    "onnx": (write_onnx, read_onnx),
    "exported": (write_exported, read_program),
}
OTHERS = [each for each in ARCHITECTURES.values() if each.family != "graph"]
"""Networks of graphs have tests of their own, in ``test_graph_programs``."""

SMALLER = {"resnet": [3, 64, 64], "unet": [1, 188, 188], "googlenet": [3, 64, 64], "googlenet_torchvision": [3, 64, 64]}
"""Inputs by family or id.  The heads beside GoogLeNet, VGG and AlexNet have Linear layers that fit one size alone."""


class RoundTrip(NamedTuple):
    """What came back."""

    document: Document
    report: ImportReport
    difference: float
    """The largest between two outputs, relative to the largest value of the output (to 1 where that is smaller)."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A ready-made network after its round trip."""

    name: str
    difference: float | None
    """None where nothing came back that could be compared."""
    said: str
    seconds: float
    is_equal: bool

    def __str__(self) -> str:
        differs = "-" if self.difference is None else f"{self.difference:.1e}"
        return f"{self.name:<28}{differs:>9}{self.seconds:>7.0f} s   {self.said}"


def round_trip(document: Document, form: str, folder: Path) -> RoundTrip:
    """Exports with weights that are nowhere as they were initialised, imports, and compares."""
    source = to_source(document)
    torch.manual_seed(1)
    network = build_network(source)
    with torch.no_grad():
        for value in network.state_dict().values():
            if value.is_floating_point():
                value.add_(0.01 * torch.randn_like(value))
    save_file(network.state_dict(), folder / "weights.safetensors")
    file = folder / f"model{FORMATS[form].suffix}"
    FORMS[form][0](Material(document, source, folder / "weights.safetensors"), file)
    return way_back(document, network, form, file, folder)


def way_back(document: Document, network: nn.Module, form: str, file: Path, folder: Path) -> RoundTrip:
    """Imports ``file``, to which ``network`` was exported, and compares."""
    read = FORMS[form][1]
    report, _ = build_network_files(read(file, file.name), folder / "document.json", folder / "imported.safetensors")
    imported = load_document((folder / "document.json").read_bytes())
    assert report.placeholders == [], report.placeholders
    assert [problem for problem in check(imported).problems if problem.severity == "error"] == []
    again = build_network(to_source(imported)).eval()
    again.load_state_dict(load_file(folder / "imported.safetensors"), strict=True)
    batch = random_batch(input_specs(document), network, 2, torch.Generator().manual_seed(5))
    with torch.inference_mode():
        wanted, found = network.eval()(**batch), again(*batch.values())
    # A program does not tell what its outputs are called.
    if form == "onnx" and isinstance(wanted, dict):
        assert list(found) == list(wanted)
    difference = 0.0
    for want, got in zip(answers(wanted), answers(found), strict=True):
        assert got.shape == want.shape
        assert bool(got.isfinite().all())
        relative = float((got - want).abs().max()) / max(1.0, float(want.abs().max()))
        difference = max(difference, relative)
    assert difference <= TOLERANCE, f"the outputs differ by {difference:.1e} of the largest"
    return RoundTrip(imported, report, difference)


def smaller(id: str) -> Document:  # noqa: A002
    """A ready-made network, for smaller pictures where it takes them."""
    each = ARCHITECTURES[id]
    drawn = each.build()
    shape = SMALLER.get(id) or (SMALLER.get(each.family) if each.family == "resnet" else None)
    if shape is None:
        return drawn
    nodes = [
        node.model_copy(update={"params": {**node.params, "shape": shape}}) if node.type == "Input" else node
        for node in drawn.network.nodes
    ]
    return drawn.model_copy(update={"network": drawn.network.model_copy(update={"nodes": nodes})})


def try_networks(form: str, ids: list[str]) -> Iterator[Tried]:
    """The networks one after the other (every one, where none is named); whatever goes wrong is one network's fault."""
    for name in ids or list(ARCHITECTURES):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                back = round_trip(smaller(name), form, Path(folder))
            except Exception as error:  # noqa: BLE001 - the next network is tried, and this one is told of
                said = f"FAILED: {type(error).__name__}: {str(error).strip()[:500]}"
                yield Tried(name, None, said, time.monotonic() - begun, is_equal=False)
                continue
        made = back.report
        said = f"{made.num_operators} operators, {made.num_layers} layers, {made.num_nodes} nodes"
        yield Tried(name, back.difference, said, time.monotonic() - begun, is_equal=True)


def main(form: str, ids: list[str]) -> int:
    """Tries the networks; gives how many came back otherwise."""
    tried = []
    for each in try_networks(form, ids):
        print(each, flush=True)
        tried.append(each)
    failed = [each.name for each in tried if not each.is_equal]
    print(f"{len(failed)} of {len(tried)} failed: {', '.join(failed)}" if failed else f"all {len(tried)} equal")
    return len(failed)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1], sys.argv[2:])))
