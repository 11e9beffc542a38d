"""Weights that leave: what plain PyTorch, without Netwright, makes of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.formats import FORMATS, Format
from netwright.training.checkpoints import CheckpointFolder
from safetensors import SafetensorError, safe_open
from samples import SAMPLES
from torch import nn

PLAIN = """
import importlib.util, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        assert not name.startswith("netwright"), "the exported network must stand alone"

sys.meta_path.insert(0, Refuse())
folder, weights_path = sys.argv[1:]
import torch

spec = importlib.util.spec_from_file_location("model", f"{folder}/model.py")
model = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model)
network = model.Network().eval()
if weights_path.endswith(".safetensors"):
    from safetensors.torch import load_file
    weights = load_file(weights_path)
else:
    weights = torch.load(weights_path, weights_only=True)
network.load_state_dict(weights)
inputs = torch.load(f"{folder}/inputs.pt", weights_only=True)
with torch.no_grad():
    torch.save(network(**inputs), f"{folder}/answer.pt")
print(json.dumps(sorted(name for name in sys.modules if name.startswith("netwright"))))
"""


def checkpoint_of(network: nn.Module, folder: Path) -> Path:
    """A checkpoint as a run writes it."""
    checkpoints = CheckpointFolder(folder / "checkpoints", run="r1", graph_hash="0" * 64, keep=3)
    [record] = checkpoints.save(("last",), step=200, epoch=2, metrics={}, weights=network.state_dict(), resume={})
    return checkpoints.folder / record.weights.name


def converted(form: Format, checkpoint: Path, folder: Path) -> Path:
    if form.write is None:
        return checkpoint
    target = folder / f"weights{form.suffix}"
    form.write(checkpoint, target)
    return target


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["architecture_page", "split_block"])
def test_source_and_weights_load_in_plain_pytorch_and_answer_the_same(tmp_path: Path, name: str, form: str) -> None:
    document = SAMPLES[name]()
    source = to_source(document)
    torch.manual_seed(0)
    network = build_network(source).eval()
    shape = (1, 28, 28) if name == "architecture_page" else (12,)
    inputs = {document.network.nodes[0].id: torch.randn(4, *shape)}
    (tmp_path / "model.py").write_text(source, "utf-8")
    torch.save(inputs, tmp_path / "inputs.pt")
    weights = converted(FORMATS[form], checkpoint_of(network, tmp_path), tmp_path)
    result = subprocess.run(
        [sys.executable, "-I", "-c", PLAIN, str(tmp_path), str(weights)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == []
    with torch.no_grad():
        assert torch.equal(torch.load(tmp_path / "answer.pt", weights_only=True), network(**inputs))


def test_metadata_says_what_the_weights_belong_to(tmp_path: Path) -> None:
    with safe_open(checkpoint_of(nn.Linear(2, 3), tmp_path), framework="pt") as file:
        metadata = file.metadata()
    assert (metadata["run"], metadata["graph_hash"], metadata["step"]) == ("r1", "0" * 64, "200")


def test_state_dict_holds_plain_tensors_only(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch documents it, its stubs do not
    loaded = torch.load(converted(FORMATS["pytorch"], checkpoint_of(network, tmp_path), tmp_path), weights_only=True)
    assert type(loaded) is dict
    assert {type(value) for value in loaded.values()} == {torch.Tensor}
    assert all(torch.equal(loaded[name], value) for name, value in network.state_dict().items())


@pytest.mark.parametrize(
    "form", [each for each in FORMATS.values() if each.write is not None], ids=lambda each: each.name
)
def test_damaged_checkpoint_is_refused(tmp_path: Path, form: Format) -> None:
    damaged = tmp_path / "w.safetensors"
    damaged.write_bytes(b"\x00" * 64)
    assert form.write is not None
    with pytest.raises(SafetensorError):
        form.write(damaged, tmp_path / f"out{form.suffix}")


def test_formats_are_described_and_the_list_is_made_without_torch() -> None:
    assert next(iter(FORMATS)) == "safetensors"
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.suffix.startswith(".")
        assert form.description.endswith(".")
    check = "import sys, netwright.exchange.formats; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
