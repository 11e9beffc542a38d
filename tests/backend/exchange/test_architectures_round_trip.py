"""Ready-made networks to ONNX or to a PyTorch program and in again: equal outputs, every operator a layer.

Networks of one family that share their ``look`` are drawn by one function and differ by numbers only, so the smallest of each
is tried here, where it is small (``MAX_PARAMETERS``, ``MAX_MACS``).  All others take minutes: ``python
tests/backend/exchange/test_architectures_round_trip.py onnx|exported [id ...]`` tries every one, or those that are named.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from netwright.architectures.base import Architecture
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
from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import answers, input_specs, random_batch
from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.to_onnx import write_onnx
from netwright.exchange.traced import write_exported
from netwright.graph.document import Document
from netwright.graph.io import load_document
from safetensors.torch import load_file, save_file

MAX_PARAMETERS = 2_000_000
MAX_MACS = 500_000_000
TOLERANCE = 1e-5
"""Largest difference, relative to the largest value of an output."""

FORMS: dict[str, tuple[Callable[[Material, Path], None], Callable[[Path, str], ForeignGraph]]] = {
    "onnx": (write_onnx, read_onnx),
    "exported": (write_exported, read_program),
}
OTHERS = [each for each in ARCHITECTURES.values() if each.family != "graph" and each.id != "bag_sentences"]
"""No rule reads what an exporter makes of EmbeddingBag: see the last test."""


def smallest_of_each() -> list[str]:
    """The ids that are tried in the suite."""
    by_look: dict[tuple[str, str], list[Architecture]] = {}
    for each in OTHERS:
        by_look.setdefault((each.family, each.look), []).append(each)
    chosen = [min(group, key=lambda each: (each.figures.macs, each.figures.parameters)) for group in by_look.values()]
    return [each.id for each in chosen if each.figures.parameters <= MAX_PARAMETERS and each.figures.macs <= MAX_MACS]


def round_trip(document: Document, form: str, folder: Path) -> tuple[Document, ImportReport]:
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
    write, read = FORMS[form]
    write(Material(document, source, folder / "weights.safetensors"), file)
    report, _ = build_network_files(read(file, file.name), folder / "document.json", folder / "imported.safetensors")
    imported = load_document((folder / "document.json").read_bytes())
    assert report.placeholders == []
    assert [problem for problem in check(imported).problems if problem.severity == "error"] == []
    again = build_network(to_source(imported)).eval()
    again.load_state_dict(load_file(folder / "imported.safetensors"), strict=True)
    batch = random_batch(input_specs(document), network, 2, torch.Generator().manual_seed(5))
    with torch.inference_mode():
        wanted, found = network.eval()(**batch), again(*batch.values())
    # A program does not tell what its outputs are called.
    if form == "onnx" and isinstance(wanted, dict):
        assert list(found) == list(wanted)
    for want, got in zip(answers(wanted), answers(found), strict=True):
        torch.testing.assert_close(got, want, rtol=0, atol=TOLERANCE * max(1.0, float(want.abs().max())))
    return imported, report


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("id", smallest_of_each())
def test_architecture_when_it_goes_out_and_in_again_gives_equal_outputs(id: str, form: str, tmp_path: Path) -> None:  # noqa: A002
    imported, _ = round_trip(ARCHITECTURES[id].build(), form, tmp_path)
    if id in DRAWN:
        types = [node.type for node in imported.network.nodes if node.type not in {"Input", "Output"}]
        # A program says that one axis is dropped with a view.
        assert types == [{"Squeeze": "Reshape"}.get(each, each) if form == "exported" else each for each in DRAWN[id]]


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


@pytest.mark.parametrize("form", FORMS)
def test_embedding_bag_when_it_comes_in_is_said_not_to_be_known(form: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, ImportRefusedError), match=r"Placeholder|No output of the network"):
        round_trip(ARCHITECTURES["bag_sentences"].build(), form, tmp_path)


if __name__ == "__main__":
    failed = []
    for name in sys.argv[2:] or [each.id for each in OTHERS]:
        with tempfile.TemporaryDirectory() as folder:
            try:
                _, made = round_trip(ARCHITECTURES[name].build(), sys.argv[1], Path(folder))
                print(
                    name,
                    f"equal; {made.num_operators} operators, {made.num_layers} layers, {made.num_nodes} nodes",
                    flush=True,
                )
            except (AssertionError, ExportError) as error:
                failed.append(name)
                print(name, "FAILED:", str(error).strip()[:500], flush=True)
    sys.exit(f"{len(failed)} failed: {', '.join(failed)}" if failed else 0)
