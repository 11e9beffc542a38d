"""Projects as a person unpacks them: they predict and train in a Python that may not import Netwright."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from runpy import run_path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch
import yaml
from drawing import chain, image, node, scores
from netwright.architectures.registry import ARCHITECTURES
from netwright.data.base import SourceSpec
from netwright.exchange.card import Card, Curve
from netwright.exchange.curve_picture import draw_curves
from netwright.exchange.model_card import write_readme
from netwright.graph.document import Document
from netwright.graph.io import load_document
from netwright.services.export_child import make
from netwright.services.export_order import Order, Record
from netwright.training.checkpoints import file_record
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.spec import INITIAL_WEIGHTS, InitialWeights, RunSpec
from netwright.worker.initial import load_initial
from PIL import Image
from project_networks import mlp
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits
from torch import Tensor

ALONE = """
import runpy, sys

# A project must run with what its requirements name: importing any of these raises ImportError from here on.
for name in ("netwright", "pydantic", "fastapi", "sqlalchemy", "onnx", "pandas"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
sys.path.insert(0, ".")
runpy.run_path(sys.argv[0], run_name="__main__")
"""
TABLE = "age,town,label\n" + "".join(
    f"{20 + row % 50},{('north', 'south')[row % 2]},{('no', 'yes')[(row // 2) % 2]}\n" for row in range(60)
)


def digits() -> Document:
    return chain(
        image(1, 8, 8),
        node("conv: Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        node("norm: BatchNorm2d"),
        node("act: ReLU"),
        node("flat: Flatten"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    )


def people() -> Document:
    return chain(node("row: Input", params={"shape": [3]}), node("head: Linear", params={"out_features": 2}), scores())


def trained(
    folder: Path, drawn: Document, source: SourceSpec, begins_with: dict[str, Tensor] | None = None, **config: Any
) -> Order:
    """A short run, and the order of its newest checkpoint."""
    settings = {"epochs": 2, "device": "cpu", "data": {"source": source.type, "batch_size": 64}} | config
    training = TrainingConfig.model_validate(settings)
    spec = RunSpec(run="r1", document=drawn, training=training, source=source, versions={}, created=0.0)
    run = folder / "run"
    run.mkdir()
    initial = run / INITIAL_WEIGHTS
    if begins_with is not None:
        save_file(begins_with, initial)
        kept = file_record(initial)
        weights = InitialWeights(
            source="file:a", title="theirs.pt", match="order", bytes=kept.bytes, sha256=kept.sha256
        )
        spec = spec.model_copy(update={"initial_weights": weights})
    job = build_job(spec, run)
    if spec.initial_weights is not None:
        load_initial(job.network, spec, spec.initial_weights, run)
    events: list[tuple[str, dict[str, Any]]] = []
    torch.set_num_threads(1)
    train(job, lambda kind, /, **fields: events.append((kind, fields)), Control())
    losses = [loss for kind, event in events if kind == "metrics" for loss in event["values"].get("train/loss", [])]
    checkpoint = [event for kind, event in events if kind == "checkpoint"][-1]
    steps = list(range(1, len(losses) + 1))
    record = Record(
        spec=spec,
        name="My | *network*",
        notes="Learns\nquickly.",
        tags=["a: b"],
        metrics=checkpoint["metrics"],
        curves=[Curve(name="train/loss", steps=steps, values=losses)],
        first_losses=losses[:20],
        fingerprint=job.data.fingerprint,
        versions={"torch": torch.__version__},
        initial=None if begins_with is None else str(initial),
    )
    return Order(
        format="bundle",
        document=drawn,
        source=(run / "model.py").read_text("utf-8"),
        weights=str(run / checkpoint["file"]),
        metadata={"run": "r1", "step": str(checkpoint["step"])},
        record=record,
    )


def unpack(order: Order, folder: Path) -> Path:
    target = folder / "out.zip"
    said = make(order, target, io.StringIO())
    assert said.code is None, said.message
    home = folder / "home"
    with zipfile.ZipFile(target) as archive:
        archive.extractall(home)
    return home


def run(home: Path, *arguments: str) -> str:
    result = start(home, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def start(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def test_bundle_when_unpacked_predicts_and_repeats_the_run(tmp_path: Path) -> None:
    home = unpack(trained(tmp_path, digits(), SourceSpec(type="digits")), tmp_path)
    assert {path.name for path in home.iterdir()} == {
        "README.md", "model.py", "model.safetensors", "data.py", "held_out.npy", "train.py", "predict.py",
        "requirements.txt", "document.json", "curve.svg",
    }  # fmt: skip
    assert load_document((home / "document.json").read_bytes()).network == digits().network
    data = load_digits()
    np.save(home / "three.npy", data.images[:3])
    Image.fromarray((data.images[0] * 15.9375).astype(np.uint8)).save(home / "zero.png")
    lines = run(home, "predict.py", "three.npy", "zero.png").splitlines()
    assert [line.split()[1] for line in lines] == ["0", "1", "2", "0"]
    assert all("%" in line for line in lines)
    assert start(home, "predict.py", "nowhere.png").stderr == "nowhere.png is not there.\n"
    before = (home / "model.safetensors").read_bytes()
    printed = run(home, "train.py", "--epochs", "2", "--device", "cpu")
    steps = [line for line in printed.splitlines() if line.startswith("step ")]
    assert len(steps) == 20
    assert all(line.endswith("(as in the run)") for line in steps)
    # What was trained again is the very network that was taken home, and does not replace it.
    assert (home / "model.safetensors").read_bytes() == before
    again, taken = load_file(home / "trained.safetensors"), load_file(home / "model.safetensors")
    assert all(torch.equal(again[name], value) for name, value in taken.items())


def theirs() -> dict[str, Tensor]:
    """Weights of a network for colour pictures and other classes, under names of its own."""
    torch.manual_seed(5)
    return {
        "features.0.weight": torch.randn(8, 3, 3, 3) / 5,
        "features.0.bias": torch.randn(8),
        "features.1.weight": torch.rand(8) + 0.5,
        "features.1.bias": torch.randn(8),
        "features.1.running_mean": torch.randn(8),
        "features.1.running_var": torch.rand(8) + 0.5,
        "features.1.num_batches_tracked": torch.tensor(7),
        "classifier.weight": torch.randn(1000, 288),
        "classifier.bias": torch.randn(1000),
    }


def test_bundle_of_a_run_that_began_with_weights_when_unpacked_begins_with_them_too(tmp_path: Path) -> None:
    order = trained(tmp_path, digits(), SourceSpec(type="digits"), theirs(), frozen=["conv", "norm"])
    home = unpack(order, tmp_path)
    begun, given = load_file(home / INITIAL_WEIGHTS), theirs()
    assert set(begun) == {
        "conv.weight", "conv.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
        "norm.num_batches_tracked",
    }  # fmt: skip
    assert torch.equal(begun["conv.weight"], given["features.0.weight"].sum(1, keepdim=True))
    printed = run(home, "train.py", "--steps", "8", "--device", "cpu")
    assert printed.count("(as in the run)") == 8
    card = (home / "README.md").read_text("utf-8")
    assert "| first weights | `theirs.pt` |" in card
    assert "| frozen | `conv`, `norm` |" in card
    assert "`initial.safetensors`" in card


def test_bundle_when_the_weights_to_begin_with_are_gone_or_others_says_so(tmp_path: Path) -> None:
    order = trained(tmp_path, digits(), SourceSpec(type="digits"), theirs())
    path = tmp_path / "run" / INITIAL_WEIGHTS
    path.write_bytes(path.read_bytes()[:-4] + b"else")
    for _ in range(2):
        said = make(order, tmp_path / "out.zip", io.StringIO())
        assert said.code == "cannot_export"
        assert "theirs.pt) are gone or damaged" in said.message
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("loss", ["HingeLoss", "PerceptronLoss"])
def test_bundle_of_one_score_without_probabilities_when_it_predicts_takes_the_side(tmp_path: Path, loss: str) -> None:
    step = [node("step: Step")] if loss == "PerceptronLoss" else []
    drawn = chain(
        node("x: Input", params={"shape": [2]}), node("sum: Linear", params={"out_features": 1}), *step, scores()
    )
    learning: dict[str, Any] = {
        "objectives": [{"loss": {"type": loss}}],
        "optimizer": {"type": "SGD", "params": {"lr": 0.05}},
    }
    order = trained(tmp_path, drawn, SourceSpec(type="two_clusters"), **learning)
    home = unpack(order, tmp_path)
    network = load_file(home / "model.safetensors")
    points = np.repeat(np.linspace(-1, 1, 41, dtype=np.float32)[:, None], 2, axis=1)
    np.save(home / "points.npy", points)
    lines = run(home, "predict.py", "points.npy").splitlines()
    module = run_path(str(home / "model.py"))
    with torch.inference_mode():
        made = module["Network"]()
        made.load_state_dict(network)
        second = made(module["preprocess"](torch.from_numpy(points)))[:, 0] > 0
    classes = run_path(str(home / "data.py"))["CLASSES"]
    assert set(second.tolist()) == {True, False}
    assert [line.split(": ")[1].split(" ")[0] for line in lines] == [classes[int(each)] for each in second]


def test_bundle_of_labels_when_it_predicts_answers_each_by_itself(tmp_path: Path) -> None:
    learning: dict[str, Any] = {
        "objectives": [{"loss": {"type": "BCEWithLogitsLoss"}}],
        "metrics": ["F1Score"],
        "epochs": 2,
    }
    order = trained(tmp_path, mlp([2], 3), SourceSpec(type="three_discs"), **learning)
    home = unpack(order, tmp_path)
    points = np.array([[-0.4, -0.2], [0.0, 0.9], [3.0, 3.0]], dtype=np.float32)
    np.save(home / "points.npy", points)
    lines = run(home, "predict.py", "points.npy").splitlines()
    module = run_path(str(home / "model.py"))
    with torch.inference_mode():
        network = module["Network"]()
        network.load_state_dict(load_file(home / "model.safetensors"))
        sure = network.eval()(module["preprocess"](torch.from_numpy(points))).sigmoid()
    expected = [
        ", ".join(f"{name} {value:.1%}" for name, value in zip(("left", "right", "top"), row, strict=True))
        for row in sure.tolist()
    ]
    assert [line.partition(": ")[2] for line in lines] == expected
    printed = run(home, "train.py", "--steps", "5", "--device", "cpu")
    assert printed.count("(as in the run)") == 5


def test_bundle_of_a_deterministic_run_when_trained_again_repeats_it(tmp_path: Path) -> None:
    data = {"source": "iris", "batch_size": 45}
    order = trained(tmp_path, mlp([4], 3), SourceSpec(type="iris"), epochs=2, data=data, deterministic=True)
    home = unpack(order, tmp_path)
    assert "torch.use_deterministic_algorithms(True)" in (home / "train.py").read_text("utf-8")
    printed = run(home, "train.py", "--epochs", "2", "--device", "cpu")
    steps = [line for line in printed.splitlines() if line.startswith("step ")]
    assert steps
    assert all(line.endswith("(as in the run)") for line in steps)


def test_bundle_of_an_uploaded_table_when_unpacked_takes_the_person_s_own_file(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "original").write_text(TABLE, "utf-8")
    (upload / "upload.json").write_text(json.dumps({"filename": "100% people.csv"}))
    order = trained(tmp_path, people(), SourceSpec(type="csv", path=str(upload)), data={"batch_size": 8})
    home = unpack(order, tmp_path)
    assert not any(b"north,no" in path.read_bytes() for path in home.iterdir()), (
        "the person's rows stay with the person"
    )
    (home / "new.csv").write_text("town,age\nnorth,33\nsouth,44\n", "utf-8")
    lines = run(home, "predict.py", "new.csv").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["new.csv[1]", "new.csv[2]"]
    assert all("no " in line and "yes " in line for line in lines)
    printed = run(home, "train.py", "--data", str(upload / "original"), "--steps", "5", "--device", "cpu")
    assert printed.count("(as in the run)") == 5
    assert "100% people.csv" in run(home, "train.py", "--help")
    assert "100% people.csv" in (home / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("id", "source", "num_samples"), [("gcn_karate", "karate", 34), ("gcn_motifs_topk", "motifs", 900)]
)
def test_bundle_of_a_network_of_graphs_when_unpacked_predicts_and_repeats_the_run(
    tmp_path: Path,
    id: str,  # noqa: A002  (the architecture's own word)
    source: str,
    num_samples: int,
) -> None:
    order = trained(tmp_path, ARCHITECTURES[id].build(), SourceSpec(type=source), epochs=1)
    home = unpack(order, tmp_path)
    lines = run(home, "predict.py", "data.npz", "--top", "1").splitlines()
    assert len(lines) == num_samples
    assert all("%" in line for line in lines)
    printed = run(home, "train.py", "--epochs", "1", "--device", "cpu")
    steps = [line for line in printed.splitlines() if line.startswith("step ")]
    assert steps
    assert all(line.endswith("(as in the run)") for line in steps)
    again, taken = load_file(home / "trained.safetensors"), load_file(home / "model.safetensors")
    assert all(torch.equal(again[name], value) for name, value in taken.items())
    assert "torch_geometric==" in (home / "requirements.txt").read_text("utf-8")
    card = (home / "README.md").read_text("utf-8")
    assert "features a vertex" in card
    assert yaml.safe_load(card.split("---\n")[1])["pipeline_tag"] == "graph-ml"


def test_bundle_of_an_untrained_network_when_unpacked_is_trained_by_its_script(tmp_path: Path) -> None:
    order = trained(tmp_path, digits(), SourceSpec(type="digits"))
    assert order.record is not None
    record = order.record.model_copy(update={"curves": [], "first_losses": [], "metrics": {}, "fingerprint": None})
    home = unpack(order.model_copy(update={"weights": None, "source": None, "record": record}), tmp_path)
    assert not (home / "model.safetensors").exists()
    assert "has not been trained yet" in (home / "README.md").read_text("utf-8")
    assert "best val/loss" in run(home, "train.py", "--epochs", "1", "--device", "cpu")
    np.save(home / "one.npy", load_digits().images[0])
    assert run(home, "predict.py", "one.npy").startswith("one.npy: ")


def test_model_repository_when_unpacked_has_what_the_hub_reads(tmp_path: Path) -> None:
    order = trained(tmp_path, digits(), SourceSpec(type="digits"))
    home = unpack(order.model_copy(update={"format": "hub"}), tmp_path)
    assert {"README.md", "config.json", "model.safetensors", "model.py"} <= {path.name for path in home.iterdir()}
    head = yaml.safe_load((home / "README.md").read_text("utf-8").split("---\n")[1])
    assert head["library_name"] == "pytorch"
    assert head["license"]
    assert head["tags"] == ["pytorch", "netwright", "a: b"]
    assert head["pipeline_tag"] == "image-classification"
    result = head["model-index"][0]["results"][0]
    assert head["model-index"][0]["name"] == "My | *network*"
    assert {metric["type"] for metric in result["metrics"]} == {"loss", "accuracy"}
    config = json.loads((home / "config.json").read_text("utf-8"))
    assert (config["run"], config["input_shape"], config["id2label"]["3"]) == ("r1", [1, 8, 8], "3")
    assert torch.equal(
        load_file(home / "model.safetensors")["head.weight"], load_file(Path(str(order.weights)))["head.weight"]
    )


def test_bundle_when_made_twice_is_the_same_file(tmp_path: Path) -> None:
    order = trained(tmp_path, digits(), SourceSpec(type="digits"))
    for name in ("a", "b"):
        make(order, tmp_path / name, io.StringIO())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_bundle_when_the_data_is_gone_says_so(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "original").write_text(TABLE, "utf-8")
    order = trained(tmp_path, people(), SourceSpec(type="csv", path=str(upload)))
    (upload / "original").unlink()
    said = make(order, tmp_path / "out.zip", io.StringIO())
    assert (said.code, "is gone from the data folder" in said.message) == ("bad_data", True)
    (upload / "original").write_text(TABLE.replace("20,", "99,", 1), "utf-8")
    said = make(order, tmp_path / "out.zip", io.StringIO())
    assert (said.code, "data has changed since this run" in said.message) == ("bad_data", True)


def test_card_when_texts_are_markdown_shows_them_as_they_are() -> None:
    card = Card(title="<b>|x`\n# y", metrics={"val/loss": "Infinity", "val/Accuracy": "NaN"}, data_title="a|b")
    text = write_readme(card, {"model.py": "the network"}, is_trained=True)
    assert "# \\<b\\>\\|x\\` \\# y" in text
    assert "model-index" not in text, "figures that are none are not told to the Hub"
    yaml.safe_load(text.split("---\n")[1])


@pytest.mark.parametrize("values", [[1.0, 0.5, 900.0], [2.0, 2.0], [3.0]])
def test_curve_when_drawn_is_a_picture_of_all_its_points(values: list[float]) -> None:
    steps = list(range(1, len(values) + 1))
    picture = ET.fromstring(draw_curves([Curve(name="train/loss", steps=steps, values=values)]))  # noqa: S314  (our own)
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [len(values)]
    assert draw_curves([Curve(name="train/loss", steps=[], values=[])]) == ""


def test_bundle_of_arrays_without_targets_gives_them_back_and_repeats_the_run(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.mkdir()
    rows = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)
    np.save(upload / "original.npy", rows)
    (upload / "original.npy").rename(upload / "original")
    drawn = chain(node("x: Input", params={"shape": [5]}), node("back: Linear", params={"out_features": 5}), scores())
    order = trained(
        tmp_path,
        drawn,
        SourceSpec(type="array_rows", path=str(upload)),
        objectives=[{"output": "scores", "loss": {"type": "MSELoss"}}],
        metrics=[],
        checkpoint={"monitor": "val/loss"},
    )
    home = unpack(order, tmp_path)
    printed = run(home, "train.py", "--data", str(upload / "original"), "--steps", "2", "--device", "cpu")
    assert printed.count("(as in the run)") == 2
    np.save(home / "two.npy", rows[:2])
    assert "predict.py FILE --save FOLDER" in (home / "README.md").read_text("utf-8")
    assert len(run(home, "predict.py", "two.npy", "--save", "answers").splitlines()) == 2
    answers = [np.load(home / "answers" / f"two_{number}.npy") for number in (1, 2)]
    assert [answer.shape for answer in answers] == [(5,), (5,)]
    assert not np.array_equal(*answers)
    (home / "two.npy").rename(home / "two.png")
    assert start(home, "predict.py", "two.png").stderr == "two.png is no array file (.npy).\n"
