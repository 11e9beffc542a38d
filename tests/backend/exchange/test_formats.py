"""Weights that leave: what plain PyTorch, without Netwright, makes of them."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.exchange.outgoing import material_of, written
from backend.exchange.test_programs import batch_of, expected, tied
from netwright.exchange.card import Card
from netwright.exchange.formats import FORMATS
from netwright.exchange.material import Material
from netwright.graph.document import Document
from netwright.training.checkpoints import CheckpointFolder
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from samples import SAMPLES
from torch import nn

PROJECTS = ("bundle", "hub")

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
print(json.dumps({
    "foreign": sorted(name for name in sys.modules if name.startswith("netwright")),
    "dtypes": {name: str(value.dtype).removeprefix("torch.") for name, value in weights.items()},
    "parameters": sum(1 for _ in network.parameters()),
}))
"""


def in_plain_pytorch(material: Material, form: str, folder: Path, inputs: dict[str, torch.Tensor]) -> dict[str, Any]:
    """What a person without Netwright has of the file: what the script prints, and the network's answer."""
    file = written(form, material, folder)
    home = folder / "home"
    if form in PROJECTS:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(home)
        file = home / "model.safetensors"
    else:
        home.mkdir()
        (home / "model.py").write_text(material.source, "utf-8")
    torch.save(inputs, home / "inputs.pt")
    command = [sys.executable, "-I", "-c", PLAIN, str(home), str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    assert result.returncode == 0, result.stderr
    said: dict[str, Any] = json.loads(result.stdout)
    assert said["foreign"] == []
    return said | {"answer": torch.load(home / "answer.pt", weights_only=True)}


@pytest.mark.parametrize("form", ["safetensors", "pytorch"])
@pytest.mark.parametrize("name", ["architecture_page", "split_block"])
def test_source_and_weights_load_in_plain_pytorch_and_answer_the_same(tmp_path: Path, name: str, form: str) -> None:
    material, network = material_of(SAMPLES[name](), tmp_path)
    network.eval()
    shape = (1, 28, 28) if name == "architecture_page" else (12,)
    inputs = {material.document.network.nodes[0].id: torch.randn(4, *shape)}
    said = in_plain_pytorch(material, form, tmp_path, inputs)
    with torch.no_grad():
        assert torch.equal(said["answer"], network(**inputs))


@pytest.mark.parametrize("form", ["safetensors", "pytorch", *PROJECTS])
def test_tied_and_bfloat16_weights_and_buffers_when_loaded_in_plain_pytorch_are_all_there(
    tmp_path: Path, form: str
) -> None:
    drawn, source = tied()
    material, network = material_of(drawn, tmp_path, source)
    small = {
        name: value.bfloat16() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    weights = tmp_path / "small.safetensors"
    save_file({name: value.clone() for name, value in small.items()}, weights)
    network.load_state_dict(small)
    inputs = batch_of(drawn, 3)
    said = in_plain_pytorch(replace(material, weights=weights, card=Card(title="Tied")), form, tmp_path, inputs)
    assert said["dtypes"] == {name: str(value.dtype).removeprefix("torch.") for name, value in small.items()}
    assert said["dtypes"]["second.weight"] == said["dtypes"]["norm.running_var"] == "bfloat16"
    # One weight, two biases and the two of the normalisation: what is tied is one parameter there, too.
    assert said["parameters"] == 5
    assert torch.equal(said["answer"], expected(network, inputs)[0])


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
