"""Files to take home over HTTP: what there is, making one, fetching it."""

import time
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import Player, digits, end_all, start
from backend.services.fakes import FakeExecutor
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.formats import FORMATS
from netwright.graph.document import Document
from safetensors.torch import save


@pytest.fixture
def checkpoint(server: RealServer, executor: FakeExecutor) -> tuple[Player, str]:
    """A run with its source and one checkpoint; the id of that."""
    end_all(server)
    player = start(server, executor)
    source = to_source(Document.model_validate(digits()))
    torch.manual_seed(0)
    weights = build_network(source).state_dict()
    (player.worker.folder / "model.py").write_text(source, "utf-8")
    player.send(player.worker.hello(), player.worker.checkpoint(3, save(weights), "best"))
    (found,) = server.client.get(f"/api/runs/{player.run}/checkpoints").json()
    return player, found["id"]


def wait(server: RealServer, read: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while read["state"] in {"waiting", "preparing"}:
        assert time.monotonic() < deadline, read
        time.sleep(0.05)
        read = server.client.get(f"/api/exports/{read['key']}").json()
    return read


def test_formats_when_listed_say_what_is_there_and_what_each_is_for(
    server: RealServer, checkpoint: tuple[Player, str]
) -> None:
    _, id_ = checkpoint
    options = server.client.get(f"/api/checkpoints/{id_}/exports").json()
    assert [option["format"] for option in options] == list(FORMATS)
    first, *others = options
    assert (first["is_ready"], first["bytes"] > 0, first["reason"]) == (True, True, None)
    assert all(not option["is_ready"] and option["bytes"] is None and option["reason"] is None for option in others)
    assert all(option["title"] and option["description"].endswith(".") for option in options)


def test_export_when_ordered_is_made_and_fetched(
    server: RealServer, checkpoint: tuple[Player, str], tmp_path: Path
) -> None:
    _, id_ = checkpoint
    response = server.client.post(f"/api/checkpoints/{id_}/exports?format=onnx")
    assert response.status_code == 202
    read = wait(server, response.json())
    assert (read["state"], read["message"]) == ("ready", None)
    file = server.client.get(f"/api/exports/{read['key']}/download")
    assert "filename*=UTF-8''%E6%95%B0%E5%AD%97%207_8-best-3.onnx" in file.headers["content-disposition"]
    assert len(file.content) == read["bytes"]
    (tmp_path / "x.onnx").write_bytes(file.content)
    onnx.checker.check_model(onnx.load(tmp_path / "x.onnx"), full_check=True)
    options = {each["format"]: each for each in server.client.get(f"/api/checkpoints/{id_}/exports").json()}
    assert (options["onnx"]["is_ready"], options["onnx"]["bytes"]) == (True, read["bytes"])
    # The one address that waits gives the same file.
    assert server.client.get(f"/api/checkpoints/{id_}/download?format=onnx").content == file.content


def test_export_when_the_run_is_deleted_goes_too(server: RealServer, checkpoint: tuple[Player, str]) -> None:
    player, id_ = checkpoint
    assert server.client.get(f"/api/checkpoints/{id_}/download?format=pytorch", timeout=120).status_code == 200
    folder = server.settings.exports_folder
    assert list(folder.glob(f"{player.run}-*"))
    player.end()
    assert server.client.delete(f"/api/runs/{player.run}").status_code == 204
    assert not list(folder.glob(f"{player.run}-*"))


def test_export_when_it_cannot_be_had_says_why(server: RealServer, checkpoint: tuple[Player, str]) -> None:
    player, id_ = checkpoint
    path = f"/api/checkpoints/{id_}/exports"
    assert_problem(server.client.post(f"{path}?format=exe"), 422, "invalid_request")
    assert_problem(server.client.post(f"{path}?format=safetensors"), 422, "invalid_request")
    assert_problem(server.client.post("/api/checkpoints/nosuch/exports?format=onnx"), 404, "not_found")
    assert_problem(server.client.get("/api/exports/nosuch"), 404, "not_found")
    (player.worker.folder / "model.py").unlink()
    assert_problem(server.client.post(f"{path}?format=onnx"), 409, "not_ready")
    options = {each["format"]: each for each in server.client.get(path).json()}
    assert "code of this run is gone" in options["onnx"]["reason"]
    assert options["pytorch"]["reason"] is None, "weights alone need no code"
    next((player.worker.folder / "checkpoints").glob("*.safetensors")).write_bytes(b"other")
    assert_problem(server.client.post(f"{path}?format=pytorch"), 410, "checkpoint_damaged")


def test_network_when_exported_untrained_leaves_with_fresh_weights(server: RealServer, tmp_path: Path) -> None:
    options = server.client.post("/api/exports/formats", json={"document": digits()}).json()
    assert [option["format"] for option in options] == ["onnx", "exported", "bundle"]
    assert [option["code"] for option in options] == [None, None, "no_training"]
    read = server.client.post("/api/exports", json={"document": digits(), "format": "onnx", "seed": 3}).json()
    read = wait(server, read)
    assert (read["state"], read["name"]) == ("ready", "数字 7_8.onnx")
    (tmp_path / "x.onnx").write_bytes(server.client.get(f"/api/exports/{read['key']}/download").content)
    notes = {item.key: item.value for item in onnx.load(tmp_path / "x.onnx").metadata_props}
    assert notes["seed"] == "3"


def test_network_when_it_is_to_train_elsewhere_leaves_as_a_project(server: RealServer) -> None:
    drawn = digits(training={"epochs": 1})
    read = server.client.post("/api/exports", json={"document": drawn, "format": "bundle"}).json()
    assert wait(server, read)["state"] == "ready"
    for body, code in (
        ({"document": digits(), "format": "bundle"}, "cannot_export"),
        ({"document": digits(width=3, training={}), "format": "bundle"}, "invalid_run"),
        ({"document": digits(training={"epochs": "many"}), "format": "bundle"}, "invalid_run"),
        ({"document": digits(), "format": "pytorch"}, "invalid_request"),
    ):
        assert_problem(server.client.post("/api/exports", json=body), 422, code)


def test_network_when_it_has_problems_says_which(server: RealServer) -> None:
    drawn = digits()
    drawn["network"]["nodes"][2]["params"]["out_features"] = -1
    response = server.client.post("/api/exports", json={"document": drawn, "format": "onnx"})
    body = assert_problem(response, 422, "invalid_document")
    assert body["problems"][0]["node"] == "head"
