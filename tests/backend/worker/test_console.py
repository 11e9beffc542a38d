"""``netwright train``: a document in, checkpoints and source out, an exit code that means something."""

import itertools
import json
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.cli import app
from netwright.graph.document import Block, Document, Edge, Node
from netwright.training.checkpoints import CheckpointFolder
from netwright.worker.console import Screen
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner


def write_document(path: Path, outputs: int = 10, **training: Any) -> Path:
    nodes = [
        Node(id="image", type="Input", params={"shape": [1, 8, 8]}),
        Node(id="flat", type="Flatten"),
        Node(id="head", type="Linear", params={"out_features": outputs}),
        Node(id="scores", type="Output"),
    ]
    edges = [Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(nodes)]
    document = Document(network=Block(nodes=nodes, edges=edges), training=training or None)
    path.write_text(document.model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture
def run_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, ["train", *map(str, arguments)])


def test_train_when_the_document_is_good_leaves_checkpoints_source_and_figures(tmp_path: Path, run_train: Any) -> None:
    file = write_document(tmp_path / "d.json", data={"source": "digits", "batch_size": 32}, epochs=50)
    result = run_train(file, "--epochs", 2, "--device", "cpu", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "val/Accuracy" in result.output
    assert "best checkpoint:" in result.output
    assert json.loads((tmp_path / "out" / "spec.json").read_text())["training"]["epochs"] == 2
    records = CheckpointFolder(tmp_path / "out" / "checkpoints", "local", "", 3).records()
    assert {each.kind for each in records} == {"best", "last"}
    assert set(load_file(tmp_path / "out" / "checkpoints" / records[0].weights.name)) == {"head.weight", "head.bias"}
    assert "class Network" in (tmp_path / "out" / "model.py").read_text()
    again = run_train(file, "--output", tmp_path / "out")
    assert again.exit_code == 1
    assert "holds a run already" in again.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_train_when_a_signal_ends_it_leaves_a_checkpoint_of_where_it_was(
    tmp_path: Path, run_train: Any, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    show = Screen._show_metrics

    def signal_once(screen: Screen, fields: dict[str, Any]) -> None:
        show(screen, fields)
        if fields["epoch"] == 2:
            signal.raise_signal(number)

    monkeypatch.setattr(Screen, "_show_metrics", signal_once)
    file = write_document(tmp_path / "d.json", data={"source": "digits"}, epochs=5000, device="cpu")
    result = run_train(file, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "stopped: Stopped after step" in result.output
    (last, *_) = CheckpointFolder(tmp_path / "out" / "checkpoints", "local", "", 3).records()
    assert f"Stopped after step {last.step}." in result.output


@pytest.mark.parametrize(
    ("training", "outputs", "sentence"),
    [
        ({}, 10, "has no `training`"),
        ({"data": {"source": "digits"}}, 7, "CrossEntropyLoss needs 10 scores, one a class, but `scores` gives 7."),
        ({"data": {"source": "mine"}}, 10, "The data set `mine` is not built in."),
        ({"data": {"source": "mnist"}}, 10, "MNIST is not here yet"),
        ({"epochs": 0, "data": {"source": "digits"}}, 10, "epochs"),
        ({"device": "cuda:77", "data": {"source": "digits"}}, 10, "cuda:77"),
    ],
)
def test_train_when_something_is_wrong_says_it_and_fails(
    tmp_path: Path, run_train: Any, training: dict[str, Any], outputs: int, sentence: str
) -> None:
    result = run_train(write_document(tmp_path / "d.json", outputs, **training))
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert not list((tmp_path / "runs").glob("*")), "nothing was trained, so nothing is left behind"


def test_train_when_the_folder_cannot_be_written_or_holds_a_file_of_that_name_says_so(
    tmp_path: Path, run_train: Any
) -> None:
    file = write_document(tmp_path / "d.json", data={"source": "digits"})
    result = run_train(file, "--output", file / "out")
    assert result.exit_code == 1
    assert "d.json/out cannot be read or written: Not a directory." in result.output
    (tmp_path / "model.py").write_text("mine", encoding="utf-8")
    result = run_train(file, "--output", tmp_path)
    assert "holds a run already (model.py)" in result.output
    assert (tmp_path / "model.py").read_text(encoding="utf-8") == "mine"


def test_train_when_it_is_refused_leaves_a_folder_as_it_was(tmp_path: Path, run_train: Any) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("keep", encoding="utf-8")
    file = write_document(tmp_path / "d.json", outputs=7, data={"source": "digits"})
    assert run_train(file, "--output", folder).exit_code == 1
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("split", [{"folds": 3, "fold": 2}, {"test": 0.2}, {"test": 0.2, "folds": 3}])
def test_train_when_the_split_is_a_fold_or_has_a_test_share_trains(
    tmp_path: Path, run_train: Any, split: dict[str, Any]
) -> None:
    file = write_document(tmp_path / "d.json", data={"source": "digits", "batch_size": 64, "split": split}, epochs=1)
    result = run_train(file, "--device", "cpu", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output


def test_train_when_the_file_is_missing_or_no_document_says_so(tmp_path: Path, run_train: Any) -> None:
    assert "cannot be read" in run_train(tmp_path / "nothing.json").output
    (tmp_path / "bad.json").write_text("[1, 2", encoding="utf-8")
    result = run_train(tmp_path / "bad.json")
    assert result.exit_code == 1
    assert "is no document" in result.output


def test_train_when_the_loss_blows_up_fails_with_the_step(tmp_path: Path, run_train: Any) -> None:
    file = write_document(
        tmp_path / "d.json",
        data={"source": "digits"},
        optimizer={"type": "SGD", "params": {"lr": 1000.0, "momentum": 0.99}},
        objectives=[{"loss": {"type": "MSELoss"}}],
        epochs=20,
    )
    result = run_train(file, "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "The loss of step" in result.output


def test_train_when_weights_are_given_begins_with_them_and_keeps_what_is_frozen(tmp_path: Path, run_train: Any) -> None:
    weights = {"head.weight": torch.full((10, 64), 0.25), "head.bias": torch.zeros(10)}
    save_file(weights, tmp_path / "w.safetensors")
    config: dict[str, Any] = {
        "data": {"source": "digits"},
        "epochs": 1,
        "optimizer": {"type": "SGD", "params": {"lr": 1e-9}},
    }
    file = write_document(tmp_path / "d.json", **config)
    result = run_train(file, "--device", "cpu", "--output", tmp_path / "out", "--weights", tmp_path / "w.safetensors")
    assert result.exit_code == 0, result.output
    records = CheckpointFolder(tmp_path / "out" / "checkpoints", "local", "", 3).records()
    trained = load_file(tmp_path / "out" / "checkpoints" / records[0].weights.name)
    torch.testing.assert_close(trained["head.weight"], weights["head.weight"], atol=1e-5, rtol=0)
    spec = json.loads((tmp_path / "out" / "spec.json").read_text())
    assert spec["initial_weights"]["title"] == "w.safetensors"


def test_train_when_the_weights_lie_with_a_server_or_are_damaged_says_so(tmp_path: Path, run_train: Any) -> None:
    initial = {"source": "file:abc", "match": "name"}
    file = write_document(tmp_path / "d.json", data={"source": "digits"}, epochs=1, initial_weights=initial)
    result = run_train(file, "--output", tmp_path / "one")
    assert result.exit_code == 1
    assert "with --weights" in result.output
    (tmp_path / "bad.safetensors").write_bytes(b"short")
    result = run_train(file, "--output", tmp_path / "two", "--weights", tmp_path / "bad.safetensors")
    assert result.exit_code == 1
    assert "no safetensors file" in result.output
