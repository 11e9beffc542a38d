"""Weights that leave: what plain PyTorch, without Netwright, makes of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from backend.exchange.outgoing import material_of, written
from netwright.exchange.formats import FORMATS
from netwright.exchange.material import Material
from netwright.graph.document import Document
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


@pytest.mark.parametrize("form", ["safetensors", "pytorch"])
@pytest.mark.parametrize("name", ["architecture_page", "split_block"])
def test_source_and_weights_load_in_plain_pytorch_and_answer_the_same(tmp_path: Path, name: str, form: str) -> None:
    material, network = material_of(SAMPLES[name](), tmp_path)
    network.eval()
    shape = (1, 28, 28) if name == "architecture_page" else (12,)
    inputs = {material.document.network.nodes[0].id: torch.randn(4, *shape)}
    (tmp_path / "model.py").write_text(material.source, "utf-8")
    torch.save(inputs, tmp_path / "inputs.pt")
    weights = written(form, material, tmp_path)
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
    checkpoints = CheckpointFolder(tmp_path, run="r1", graph_hash="0" * 64, keep=3)
    weights = nn.Linear(2, 3).state_dict()
    [record] = checkpoints.save(("last",), step=200, epoch=2, metrics={}, weights=weights, resume={})
    with safe_open(tmp_path / record.weights.name, framework="pt") as file:
        metadata = file.metadata()
    assert (metadata["run"], metadata["graph_hash"], metadata["step"]) == ("r1", "0" * 64, "200")
    assert metadata["format"] == "pt", "the Hub's loaders ask for it"
    assert set(metadata) >= {"epoch", "netwright", "torch", "python"}


def test_state_dict_holds_plain_tensors_only(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # PyTorch documents it, its stubs do not
    checkpoints = CheckpointFolder(tmp_path, run="r1", graph_hash="0" * 64, keep=3)
    [record] = checkpoints.save(("last",), step=1, epoch=1, metrics={}, weights=network.state_dict(), resume={})
    material = Material(Document(), "", tmp_path / record.weights.name)
    loaded = torch.load(written("pytorch", material, tmp_path), weights_only=True)
    assert type(loaded) is dict
    assert {type(value) for value in loaded.values()} == {torch.Tensor}
    assert all(torch.equal(loaded[name], value) for name, value in network.state_dict().items())


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "w.safetensors"
    damaged.write_bytes(b"\x00" * 64)
    with pytest.raises(SafetensorError):
        written("pytorch", Material(Document(), "", damaged), tmp_path)


def test_formats_are_described_and_the_list_is_made_without_torch_or_pydantic() -> None:
    assert next(iter(FORMATS)) == "safetensors"
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.title
        assert form.suffix.startswith(".")
        assert form.description.endswith(".")
    check = "import sys, netwright.exchange.formats; sys.exit(bool({'torch', 'pydantic', 'onnx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_formats_when_shown_have_their_words_in_every_language() -> None:
    locales = Path(__file__).parents[3] / "frontend" / "src" / "locales"
    for language in ("en", "zh"):
        words = json.loads((locales / language / "exports.json").read_text("utf-8"))["formats"]
        for name, form in FORMATS.items():
            assert words[name]["title"], f"{language}: {name}"
            assert words[name]["about"], f"{language}: {name}"
            if language == "en":
                assert (words[name]["title"], words[name]["about"]) == (form.title, form.description)
