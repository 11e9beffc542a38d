"""Imports through the whole application: a real reading process, a real database, and nothing left of what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import onnx
import pytest
import torch
from backend.exchange.files import (
    network_of,
    pickle_that_runs_code,
    safetensors_bytes,
    samples_of,
    state_dict_bytes,
    write_onnx,
    write_program,
)
from backend.server.test_dataset_routes import run
from netwright.graph.document import Document
from netwright.graph.io import dump_document
from netwright.training.config import TrainingConfig
from netwright.training.spec import RunSpec
from samples import block, document, node, out

Scenario = Callable[[httpx.AsyncClient], Awaitable[None]]


def digits_network(classes: int = 10) -> Document:
    nodes = [
        node("image", "Input", shape=[1, 8, 8]),
        node("conv", "Conv2d", out_channels=4, padding=1),
        node("norm", "BatchNorm2d"),
        node("act", "ReLU"),
        node("flat", "Flatten"),
        node("head", "Linear", out_features=classes),
        out(),
    ]
    return document(block(nodes), "Digits")


async def send(client: httpx.AsyncClient, data: bytes, filename: str) -> httpx.Response:
    headers = {"content-type": "application/octet-stream"}
    return await client.post("/api/imports", params={"filename": filename}, content=data, headers=headers, timeout=120)


async def assert_nothing_kept(client: httpx.AsyncClient, home: Path) -> None:
    assert (await client.get("/api/networks")).json() == []
    assert (await client.get("/api/weights")).json() == []
    for folder in ("imports", "weights"):
        assert [*(home / folder).rglob("*")] == [] if (home / folder).exists() else True


@pytest.mark.parametrize("kind", ["onnx", "pt2"])
def test_import_when_a_network_comes_saves_it_with_its_weights_attached(kind: str, tmp_path: Path) -> None:
    made = digits_network()
    path = tmp_path / f"digits.{kind}"
    (write_onnx if kind == "onnx" else write_program)(network_of(made), samples_of(made), path)
    data = path.read_bytes()

    async def scenario(client: httpx.AsyncClient) -> None:
        answer = await send(client, data, path.name)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert body["problems"] == 0
        assert body["report"]["placeholders"] == []
        network = (await client.get(f"/api/networks/{body['network_id']}")).json()
        initial = network["document"]["training"]["initial_weights"]
        assert initial == {"source": f"file:{body['weights']['id']}", "match": "name"}
        compared = await compare(client, network["document"], initial["source"])
        assert {each["state"] for each in compared["nodes"].values()} == {"kept"}
        assert compared["totals"]["unused"] == 0

    run(tmp_path / "home", scenario)


async def compare(client: httpx.AsyncClient, drawn: Any, source: str, match: str | None = None) -> Any:
    answer = await client.post("/api/weights/compare", json={"document": drawn, "source": source, "match": match})
    assert answer.status_code == 200, answer.text
    return answer.json()


def as_json(drawn: Document) -> Any:
    return drawn.model_dump(mode="json")


def test_weights_when_compared_tell_each_node_and_follow_an_edit(tmp_path: Path) -> None:
    state = network_of(digits_network()).state_dict()

    async def scenario(client: httpx.AsyncClient) -> None:
        weights = (await send(client, state_dict_bytes(dict(state)), "digits.pt")).json()["weights"]
        assert (weights["title"], weights["format"], weights["num_tensors"]) == ("digits.pt", "pytorch", len(state))
        source = f"file:{weights['id']}"
        before = await compare(client, as_json(digits_network()), source)
        assert (before["match"], before["title"]) == ("name", "digits.pt")
        after = await compare(client, as_json(digits_network(3)), source)
        assert {path: each["state"] for path, each in after["nodes"].items()} == {
            "conv": "kept",
            "norm": "kept",
            "head": "new",
        }
        assert after["totals"]["values"] - after["totals"]["kept_values"] == 4 * 64 * 3 + 3
        assert (await client.delete(f"/api/weights/{weights['id']}")).status_code == 204
        gone = await client.post(
            "/api/weights/compare", json={"document": as_json(digits_network()), "source": source, "match": None}
        )
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
        assert not [*(tmp_path / "home" / "weights").iterdir()]

    run(tmp_path / "home", scenario)


def training_of(**changes: Any) -> Any:
    config = {"data": {"source": "digits"}, "epochs": 1, "device": "cpu", **changes}
    return TrainingConfig.model_validate(config).model_dump(mode="json")


def test_run_when_it_begins_with_weights_keeps_its_own_copy_and_says_so_in_the_spec(tmp_path: Path) -> None:
    state = network_of(digits_network()).state_dict()

    async def scenario(client: httpx.AsyncClient) -> None:
        weights = (await send(client, state_dict_bytes(dict(state)), "digits.pt")).json()["weights"]
        initial = {"source": f"file:{weights['id']}", "match": "name"}
        training = training_of(initial_weights=initial, frozen=["conv", "norm"])
        body = {"document": as_json(digits_network()), "training": training}
        created = await client.post("/api/runs", json=body)
        assert created.status_code == 201, created.text
        await client.delete(f"/api/weights/{weights['id']}")
        folder = tmp_path / "home" / "runs" / created.json()["id"]
        spec = RunSpec.model_validate_json((folder / "spec.json").read_bytes())
        assert spec.initial_weights is not None
        assert (spec.initial_weights.title, spec.initial_weights.sha256) == ("digits.pt", weights["sha256"])
        assert (folder / "initial.safetensors").stat().st_size == weights["bytes"]
        assert spec.training.frozen == ["conv", "norm"]

    run(tmp_path / "home", scenario)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"initial_weights": {"source": "file:nothere", "match": "name"}}, "weights_missing"),
        ({"frozen": ["conv", "nowhere"]}, "frozen_unknown"),
        ({"frozen": ["conv", "norm", "head"]}, "everything_frozen"),
    ],
)
def test_run_when_weights_or_frozen_nodes_are_wrong_is_refused(changes: Any, code: str, tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        body = {"document": as_json(digits_network()), "training": training_of(**changes)}
        answer = await client.post("/api/runs", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_run")
        assert code in {problem["code"] for problem in answer.json()["problems"]}
        assert (await client.get("/api/runs")).json() == []

    run(tmp_path / "home", scenario)


def test_run_when_nothing_fits_or_a_frozen_layer_is_new_says_so(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        other = (await send(client, state_dict_bytes({"a": torch.zeros(7)}), "other.pt")).json()["weights"]
        initial = {"source": f"file:{other['id']}", "match": "order"}
        body = {"document": as_json(digits_network()), "training": training_of(initial_weights=initial)}
        refused = (await client.post("/api/runs", json=body)).json()
        assert "weights_do_not_fit" in {problem["code"] for problem in refused["problems"]}
        state = dict(network_of(digits_network(3)).state_dict())
        three = (await send(client, state_dict_bytes(state), "three.pt")).json()["weights"]
        initial = {"source": f"file:{three['id']}", "match": "name"}
        # The wrong split makes the answer list every problem, warnings too.
        training = training_of(initial_weights=initial, frozen=["head"], optimizer={"type": "Nothing"})
        problems = (
            await client.post("/api/runs", json={"document": as_json(digits_network()), "training": training})
        ).json()
        found = {problem["code"]: problem for problem in problems["problems"]}
        assert found["frozen_is_new"]["severity"] == "warning"
        assert found["frozen_is_new"]["path"] == "head"

    run(tmp_path / "home", scenario)


def test_import_when_the_file_is_bad_is_refused_and_nothing_runs_or_stays(tmp_path: Path) -> None:
    canary, home = tmp_path / "canary", tmp_path / "home"
    model = onnx.ModelProto()
    model.CopyFrom(_relu())
    tensor = model.graph.initializer.add()
    tensor.name, tensor.data_type, tensor.data_location = "w", 1, onnx.TensorProto.EXTERNAL
    tensor.dims.append(4)
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", str(canary)
    files = {
        "runs code.pt": (pickle_that_runs_code(canary), "file_runs_code"),
        "external.onnx": (model.SerializeToString(), "file_external_data"),
        "lies.safetensors": (
            safetensors_bytes({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}, bytes(8)),
            "file_truncated",
        ),
        "empty.onnx": (b"", "empty_file"),
        "../../../etc/passwd": (b"root:x:0:0", "file_kind_unknown"),
        "truncated.pt": (state_dict_bytes({"a": torch.zeros(100)})[:700], "file_truncated"),
    }

    async def scenario(client: httpx.AsyncClient) -> None:
        for name, (data, code) in files.items():
            answer = await send(client, data, name)
            body = answer.json()
            assert (answer.status_code, body["code"]) == (422, "bad_file"), name
            assert body["problems"][0]["code"] == code, body
            assert body["detail"].endswith(".")
            await assert_nothing_kept(client, home)

    run(home, scenario)
    assert not canary.exists()


def _relu() -> onnx.ModelProto:
    helper = onnx.helper
    value = helper.make_tensor_value_info("x", 1, ("N", 4))
    result = helper.make_tensor_value_info("y", 1, ("N", 4))
    return helper.make_model(helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [result]))


def test_import_when_asked_in_chinese_says_report_and_refusal_in_chinese(tmp_path: Path) -> None:
    """Both are said by the process that reads the file, which knows nothing of who asks."""
    helper = onnx.helper
    value = helper.make_tensor_value_info("x", 1, ("N", "width"))
    result = helper.make_tensor_value_info("y", 1, ("N", "width"))
    node_ = helper.make_node("Nobody", ["x"], ["y"], domain="made.up")
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("made.up", 1)]
    model = helper.make_model(helper.make_graph([node_], "g", [value], [result]), opset_imports=opsets)

    async def scenario(client: httpx.AsyncClient) -> None:
        client.headers["accept-language"] = "zh-CN"
        report = (await send(client, model.SerializeToString(), "strange.onnx")).json()["report"]
        assert [each["reason"] for each in report["placeholders"]] == ["没有对应的层"]
        (note,) = report["notes"]
        assert note["message"] == f"文件没有确定输入 `x` 的大小；已设为 {note['values']['shape']}。可在 Input 处修改。"
        refused = (await send(client, b"root:x:0:0", "passwd")).json()
        assert refused["detail"].startswith("passwd 不是可以读取的文件")
        assert refused["problems"][0]["message"] == refused["detail"]
        client.headers["accept-language"] = "en"
        again = (await send(client, model.SerializeToString(), "strange.onnx")).json()["report"]
        assert [each["reason"] for each in again["placeholders"]] == ["no layer of the catalogue does this"]

    run(tmp_path / "home", scenario)


def test_import_when_the_upload_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> Any:
        yield _relu().SerializeToString()
        await asyncio.sleep(0)
        raise ConnectionError

    async def scenario(client: httpx.AsyncClient) -> None:
        await client.post("/api/imports", params={"filename": "x.onnx"}, content=broken())
        await assert_nothing_kept(client, tmp_path / "home")

    run(tmp_path / "home", scenario)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 99}, "invalid_request"),
        ({"format": "1"}, "invalid_request"),
        ({"nonsense": 1}, "invalid_request"),
    ],
)
def test_document_when_it_is_newer_or_of_another_shape_is_refused(change: Any, code: str, tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        answer = await client.post("/api/networks", json={"document": as_json(digits_network()) | change})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        await assert_nothing_kept(client, tmp_path / "home")

    run(tmp_path / "home", scenario)


def test_document_when_a_block_contains_itself_is_told_but_does_not_hang(tmp_path: Path) -> None:
    inside = block([node("x", "Input"), node("again", "block:Loop"), out("y")])
    made = document(block([node("x", "Input"), node("loop", "block:Loop", repeat=9), out("y")]), Loop=inside)
    assert dump_document(made)

    async def scenario(client: httpx.AsyncClient) -> None:
        answer = await client.post("/api/check", json={"document": as_json(made), "batch_size": 1})
        assert "block_recursion" in {problem["code"] for problem in answer.json()["problems"]}
        weights = (await send(client, state_dict_bytes({"a": torch.zeros(3)}), "a.pt")).json()["weights"]
        compared = await compare(client, as_json(made), f"file:{weights['id']}")
        assert compared["nodes"] == {}

    run(tmp_path / "home", scenario)
