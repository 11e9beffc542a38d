"""Ready-made networks to ONNX and in again: equal outputs, every operator a layer.

Networks of one family that share their ``look`` are drawn by one function and differ by numbers only, so the smallest of each
is tried here, where it is small (``MAX_PARAMETERS``, ``MAX_MACS``).  All others take minutes: ``python
tests/backend/exchange/test_architectures_round_trip.py [id ...]`` tries every one, or those that are named.
"""

import sys
import tempfile
from pathlib import Path

import pytest
import torch
from netwright.architectures.base import Architecture
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.graphs.building import build_network_files
from netwright.exchange.graphs.onnx_reader import read_onnx
from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import input_specs, random_batch
from netwright.exchange.to_onnx import write_onnx
from netwright.graph.document import Document
from netwright.graph.io import load_document
from safetensors.torch import load_file, save_file

MAX_PARAMETERS = 2_000_000
MAX_MACS = 500_000_000
TOLERANCE = 1e-5
"""Largest difference, relative to the largest value of an output."""

OTHERS = [each for each in ARCHITECTURES.values() if each.family != "graph"]


def smallest_of_each() -> list[str]:
    """The ids that are tried in the suite."""
    by_look: dict[tuple[str, str], list[Architecture]] = {}
    for each in OTHERS:
        by_look.setdefault((each.family, each.look), []).append(each)
    chosen = [min(group, key=lambda each: (each.figures.macs, each.figures.parameters)) for group in by_look.values()]
    return [each.id for each in chosen if each.figures.parameters <= MAX_PARAMETERS and each.figures.macs <= MAX_MACS]


def round_trip(id: str, folder: Path) -> tuple[Document, ImportReport]:  # noqa: A002  (the architecture's own word)
    """Exports with weights that are nowhere as they were initialised, imports, and compares."""
    document = ARCHITECTURES[id].build()
    source = to_source(document)
    torch.manual_seed(1)
    network = build_network(source)
    with torch.no_grad():
        for value in network.state_dict().values():
            if value.is_floating_point():
                value.add_(0.01 * torch.randn_like(value))
    save_file(network.state_dict(), folder / "weights.safetensors")
    file = folder / "model.onnx"
    write_onnx(Material(document, source, folder / "weights.safetensors"), file)
    report, _ = build_network_files(
        read_onnx(file, file.name), folder / "document.json", folder / "imported.safetensors"
    )
    imported = load_document((folder / "document.json").read_bytes())
    assert report.placeholders == []
    assert [problem for problem in check(imported).problems if problem.severity == "error"] == []
    again = build_network(to_source(imported)).eval()
    again.load_state_dict(load_file(folder / "imported.safetensors"), strict=True)
    batch = random_batch(input_specs(document), network, 2, torch.Generator().manual_seed(5))
    with torch.inference_mode():
        wanted, found = network.eval()(**batch), again(*batch.values())
    if not isinstance(wanted, dict):
        wanted, found = {"": wanted}, {"": found}
    assert found.keys() == wanted.keys()
    for name, want in wanted.items():
        got = found[name]
        torch.testing.assert_close(got, want, rtol=0, atol=TOLERANCE * max(1.0, float(want.abs().max())))
    return imported, report


@pytest.mark.parametrize("id", smallest_of_each())
def test_architecture_when_it_goes_to_onnx_and_in_again_gives_equal_outputs(id: str, tmp_path: Path) -> None:  # noqa: A002
    imported, _ = round_trip(id, tmp_path)
    if id in DRAWN:
        types = [node.type for node in imported.network.nodes if node.type not in {"Input", "Output"}]
        assert types == DRAWN[id]


DRAWN = {
    "rnn_last": ["Squeeze", "RNN", "Select", "Linear"],
    "lstm_last": ["Squeeze", "LSTM", "Select", "Linear"],
    "self_attention_mean": ["Squeeze", "Linear", "PositionalEncoding", "MultiheadAttention", "PoolOverTime", "Linear"],
    "vit_digits": [
        *("Conv2d", "Reshape", "Permute", "ClassToken", "LearnedPositionalEncoding"),
        *("TransformerEncoderLayer", "TransformerEncoderLayer", "LayerNorm", "Select", "Linear"),
    ],
}
"""The layers that must be recognised in what the exporter takes apart."""


if __name__ == "__main__":
    failed = []
    for name in sys.argv[1:] or [each.id for each in OTHERS]:
        with tempfile.TemporaryDirectory() as folder:
            try:
                _, made = round_trip(name, Path(folder))
                print(
                    name,
                    f"equal; {made.num_operators} operators, {made.num_layers} layers, {made.num_nodes} nodes",
                    flush=True,
                )
            except (AssertionError, ExportError) as error:
                failed.append(name)
                print(name, "FAILED:", str(error).strip()[:500], flush=True)
    sys.exit(f"{len(failed)} failed: {', '.join(failed)}" if failed else 0)
