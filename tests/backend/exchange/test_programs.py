"""ONNX and exported programs: named, for batches of any size, with the values that PyTorch gives."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from backend.exchange.outgoing import METADATA, material_of, written
from drawing import block, chain, image, node, scores
from netwright.exchange import traced
from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import answers, largest_difference, random_batch
from netwright.graph.document import Document
from netwright.layers.boundary import InputParams
from safetensors.torch import load_file, save_file
from samples import SAMPLES
from torch import nn

FORMS = ("onnx", "exported")
NETWORKS = ("two_inputs_two_outputs", "densenet", "split_block")
"""Several inputs and outputs; blocks that repeat; a block with several ports."""


def run(form: str, file: Path, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor] | list[torch.Tensor]:
    """What a person who has nothing but the file gets: by name from ONNX, in order from a program."""
    if form == "onnx":
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_outputs()]
        found = session.run(names, {name: value.numpy() for name, value in batch.items()})
        return dict(zip(names, map(torch.from_numpy, found), strict=True))
    with torch.no_grad():
        return answers(torch.export.load(file).module()(**batch))


def batch_of(drawn: Document, size: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(size)
    return {
        one.id: torch.randn(size, *one.params["shape"])  # type: ignore[misc]  # lists of sizes
        for one in drawn.network.nodes
        if one.type == "Input"
    }


def expected(network: nn.Module, batch: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    network.eval()
    with torch.inference_mode():
        return answers(network(**batch))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_program_when_run_for_batches_of_other_sizes_equals_pytorch(tmp_path: Path, name: str, form: str) -> None:
    drawn = SAMPLES[name]()
    material, network = material_of(drawn, tmp_path)
    file = written(form, material, tmp_path)
    for size in (1, 2, 7):
        batch = batch_of(drawn, size)
        found = run(form, file, batch)
        values = list(found.values()) if isinstance(found, dict) else found
        assert largest_difference(expected(network, batch), values) < 1e-5


def test_onnx_when_read_has_the_document_s_names_a_free_batch_and_its_origin(tmp_path: Path) -> None:
    drawn = SAMPLES["two_inputs_two_outputs"]()
    material, _ = material_of(drawn, tmp_path)
    file = written("onnx", material, tmp_path)
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    assert [value.name for value in model.graph.input] == ["image", "table"]
    assert [value.name for value in model.graph.output] == ["kind", "price"]
    firsts = [value.type.tensor_type.shape.dim[0].dim_param for value in (*model.graph.input, *model.graph.output)]
    assert firsts == ["N"] * 4
    notes = {item.key: item.value for item in model.metadata_props}
    assert METADATA.items() <= notes.items()
    assert "ONNX Runtime" in notes["checked"]
    assert str(Path(torch.__file__).parent).encode() not in file.read_bytes(), "no path of this machine leaves"


def test_exported_program_when_opened_says_where_it_comes_from(tmp_path: Path) -> None:
    material, _ = material_of(SAMPLES["two_inputs_two_outputs"](), tmp_path)
    file = written("exported", material, tmp_path)
    extra = {traced.METADATA_FILE: ""}
    torch.export.load(file, extra_files=extra)
    notes = json.loads(extra[traced.METADATA_FILE])
    assert METADATA.items() <= notes.items()
    assert json.loads(notes["outputs"]) == ["kind", "price"]
    with zipfile.ZipFile(file) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert str(Path(torch.__file__).parent).encode() not in text, "no path of this machine leaves"


def tied() -> tuple[Document, str]:
    """Two linear layers with one weight, tied by hand."""
    from netwright.compiler.source import to_source

    drawn = chain(
        node("x: Input", params={"shape": [6]}),
        node("first: Linear", params={"out_features": 6}),
        node("norm: BatchNorm1d"),
        node("second: Linear", params={"out_features": 6}),
        node("y: Output"),
    )
    source = to_source(drawn)
    line = next(one for one in source.splitlines() if "self.second =" in one)
    return drawn, source.replace(line, f"{line}\n        self.second.weight = self.first.weight")


@pytest.mark.parametrize("form", ["safetensors", "pytorch", *FORMS])
def test_tied_weights_and_buffers_when_they_leave_are_all_there(tmp_path: Path, form: str) -> None:
    drawn, source = tied()
    material, network = material_of(drawn, tmp_path, source)
    assert network.second.weight is network.first.weight  # type: ignore[union-attr]
    file = written(form, material, tmp_path)
    batch = batch_of(drawn, 3)
    want = expected(network, batch)[0]
    if form in FORMS:
        found = run(form, file, batch)
        value = found["y"] if isinstance(found, dict) else found[0]
        assert torch.allclose(value, want, atol=1e-6)
        return
    weights = load_file(file) if form == "safetensors" else torch.load(file, weights_only=True)
    assert set(weights) == set(network.state_dict())
    from netwright.compiler.module import build_network

    again = build_network(source)
    again.load_state_dict(weights)
    assert again.second.weight is again.first.weight  # type: ignore[union-attr]
    assert torch.equal(expected(again, batch)[0], want)


@pytest.mark.parametrize("form", ["safetensors", "pytorch", *FORMS])
def test_bfloat16_weights_when_they_leave_keep_their_values(tmp_path: Path, form: str) -> None:
    drawn = SAMPLES["split_block"]()
    material, network = material_of(drawn, tmp_path)
    small = {
        name: value.bfloat16() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    file = tmp_path / "small.safetensors"
    save_file(small, file)
    material = Material(drawn, material.source, file, metadata=METADATA)
    network.load_state_dict(small)
    out = written(form, material, tmp_path)
    if form in FORMS:
        # bfloat16 fits into float32 exactly: that is what programs compute in.
        batch = batch_of(drawn, 3)
        found = run(form, out, batch)
        values = list(found.values()) if isinstance(found, dict) else found
        assert largest_difference(expected(network, batch), values) < 1e-6
    else:
        weights = load_file(out) if form == "safetensors" else torch.load(out, weights_only=True)
        assert all(weights[name].dtype == value.dtype for name, value in small.items())
        assert all(torch.equal(weights[name], value) for name, value in small.items())


def test_indices_when_traced_stay_within_the_embedding() -> None:
    specs = {"words": InputParams(shape=(40,), dtype="int64")}
    batch = random_batch(specs, nn.Sequential(nn.Embedding(5, 2)), 9, torch.Generator().manual_seed(0))
    assert batch["words"].dtype == torch.int64
    assert set(batch["words"].flatten().tolist()) == {0, 1, 2, 3, 4}


def adaptive() -> Document:
    stage = block(
        [node("x: Input"), node("pool: AdaptiveMaxPool2d", params={"output_size": 5}), node("y: Output")],
        "x -> pool -> y",
    )
    return chain(image(2, 12, 12), node("stage: block:Stage"), node("flat: Flatten"), scores(), Stage=stage)


def test_onnx_when_it_has_no_word_for_an_operation_names_the_node_and_the_other_formats(tmp_path: Path) -> None:
    material, _ = material_of(adaptive(), tmp_path)
    with pytest.raises(
        ExportError, match=r"no operation for `stage\.pool`: `adaptive_max_pool2d`.*exported, safetensors"
    ) as caught:
        written("onnx", material, tmp_path)
    assert caught.value.node == "stage.pool"
    assert written("exported", material, tmp_path).stat().st_size > 0


def test_program_when_it_gives_other_values_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    material, _ = material_of(SAMPLES["split_block"](), tmp_path)
    monkeypatch.setattr(
        traced, "answers", lambda outputs: [value + 1e-2 * torch.randn(1) for value in answers(outputs)]
    )
    with pytest.raises(ExportError, match="gives other values than PyTorch"):
        written("onnx", material, tmp_path)
    assert not (tmp_path / "out.onnx").exists()


def shaky() -> Document:
    """Its outputs are small differences of large numbers, which single precision does not hold."""
    return chain(
        node("x: Input", params={"shape": [12]}),
        node("up: Formula", params={"formula": "a + 10000"}),
        node("down: Formula", params={"formula": "a - 10000"}),
        node("y: Output"),
    )


def test_program_when_pytorch_itself_rounds_that_much_is_offered_and_says_what_was_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    material, _ = material_of(shaky(), tmp_path)
    monkeypatch.setattr(traced, "answers", _slightly_other())
    notes = {item.key: item.value for item in onnx.load(written("onnx", material, tmp_path)).metadata_props}
    allowed = float(notes["checked"].rpartition("allowed ")[2].rstrip(")"))
    assert 1e-4 < allowed <= 1e-2


def _slightly_other() -> Callable[[Any], list[torch.Tensor]]:
    """Answers in single precision are off by 1e-3."""
    return lambda outputs: [value + (1e-3 if value.dtype == torch.float32 else 0.0) for value in answers(outputs)]


def test_weights_when_they_are_of_another_network_are_refused(tmp_path: Path) -> None:
    material, _ = material_of(SAMPLES["split_block"](), tmp_path)
    save_file({"other": torch.ones(2)}, tmp_path / "w.safetensors")
    other = Material(material.document, material.source, tmp_path / "w.safetensors")
    with pytest.raises(ExportError, match="does not fit the network"):
        written("exported", other, tmp_path)


@pytest.mark.parametrize(
    ("left", "right", "difference"),
    [
        ([1.0, 2.0], [1.0, 2.5], 0.25),
        ([100.0, 1.0], [100.0, 1.5], 0.005),
        ([float("nan"), float("inf")], [float("nan"), float("inf")], 0.0),
        ([float("nan")], [1.0], float("inf")),
        ([1.0, 2.0], [1.0], float("inf")),
    ],
)
def test_difference_when_measured_is_relative_and_minds_what_is_not_finite(
    left: list[float], right: list[float], difference: float
) -> None:
    found = largest_difference([torch.tensor(left)], [torch.from_numpy(np.array(right, dtype=np.float32))])
    assert found == pytest.approx(difference)
