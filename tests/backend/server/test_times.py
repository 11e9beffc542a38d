"""The measured times of a network's nodes over HTTP, as its runs told them."""

from typing import Any

import pytest
from backend.server.helpers import RealServer
from backend.server.test_runs import Player, digits, end_all, start
from backend.services.fakes import FakeExecutor
from netwright.compiler.program import build_program
from netwright.compiler.signatures import layer_signatures
from netwright.graph.document import Document

Json = dict[str, Any]


def block(hidden: int) -> Json:
    """A document whose block holds two layers, used twice."""
    document = digits()
    nodes = [
        {"id": "x", "type": "Input"},
        {"id": "fc", "type": "Linear", "params": {"out_features": hidden}},
        {"id": "act", "type": "ReLU"},
        {"id": "y", "type": "Output"},
    ]
    edges = [{"source": a, "target": b} for a, b in (("x", "fc"), ("fc", "act"), ("act", "y"))]
    network = document["network"]
    network["nodes"].insert(2, {"id": "stage", "type": "block:Stage", "repeat": 2})
    network["edges"] = [
        {"source": a, "target": b}
        for a, b in (("image", "flat"), ("flat", "stage"), ("stage", "head"), ("head", "scores"))
    ]
    return document | {"blocks": {"Stage": {"nodes": nodes, "edges": edges}}}


def times_of(document: Json, forward: float = 1.0) -> Json:
    """What a worker would tell: ``forward`` ms for the first layer, twice as much for the next, and so on."""
    signatures = layer_signatures(build_program(Document.model_validate(document)))
    return {
        "step": 1,
        "epoch": 1,
        "device": "cpu",
        "device_name": "CPU",
        "precision": "float32",
        "batch_size": 64,
        "repeats": 9,
        "is_compiled": False,
        "whole_ms": 20.0,
        "nodes": list(signatures),
        "signatures": list(signatures.values()),
        "forward_ms": [forward * 2**place for place in range(len(signatures))],
        "backward_ms": [0.5] * len(signatures),
    }


@pytest.fixture
def network(server: RealServer) -> str:
    """A saved network."""
    id_: str = server.client.post("/api/networks", json={"document": block(8)}).json()["id"]
    return id_


def train(server: RealServer, executor: FakeExecutor, network: str, *measured: Json) -> Player:
    """A run of the network that tells these times."""
    end_all(server)
    player = start(server, executor, document=None, network_id=network)
    player.send(player.worker.hello(), *(player.worker.event("times", **each) for each in measured))
    player.end()
    return player


def find(server: RealServer, network: str, document: Json) -> Json:
    response = server.client.post(f"/api/networks/{network}/times", json={"document": document})
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def test_times_when_a_run_has_measured_them_are_given_for_layers_and_summed_for_blocks(
    server: RealServer, executor: FakeExecutor, network: str
) -> None:
    assert "No run of this network" in find(server, network, block(8))["reason"]
    player = train(server, executor, network, times_of(block(8), 100.0), times_of(block(8)))
    found = find(server, network, block(8))
    assert found["reason"] is None
    times = found["times"]
    assert (times["run_id"], times["device"], times["batch_size"], times["num_unknown"]) == (player.run, "cpu", 64, 0)
    forward = {path: each["forward_ms"] for path, each in times["nodes"].items()}
    layers = {"flat": 1, "stage.0.fc": 2, "stage.0.act": 4, "stage.1.fc": 8, "stage.1.act": 16, "head": 32}
    assert forward == {**layers, "stage.0": 6, "stage.1": 24, "stage": 30}
    assert times["nodes"]["stage"]["backward_ms"] == 2.0
    # The events of the run have it too: the run's page draws from them.
    events = server.client.get(f"/api/runs/{player.run}/events?types=times").json()["events"]
    assert [event["forward_ms"][0] for event in events] == [100.0, 1.0]


def test_times_when_the_drawing_has_changed_are_given_for_what_is_still_the_same(
    server: RealServer, executor: FakeExecutor, network: str
) -> None:
    old = train(server, executor, network, times_of(block(8)))
    other = block(8)
    other["network"]["nodes"][3]["params"]["out_features"] = 12
    times = find(server, network, other)["times"]
    assert "head" not in times["nodes"]
    assert times["nodes"]["stage"]["forward_ms"] == 30
    assert times["num_unknown"] == 1
    # Another width reaches every layer but the first, and the block that holds them.
    times = find(server, network, block(16))["times"]
    assert set(times["nodes"]) == {"flat"}
    # A newer run of something else is passed over for one whose layers are all those of the drawing.
    revision = server.client.get(f"/api/networks/{network}").json()["revision"]
    body = {"document": block(16), "revision": revision}
    assert server.client.put(f"/api/networks/{network}", json=body).status_code == 200
    new = train(server, executor, network, times_of(block(16)))
    assert find(server, network, block(16))["times"]["run_id"] == new.run
    assert find(server, network, block(8))["times"]["run_id"] == old.run


def test_times_when_there_is_nothing_to_show_say_why(server: RealServer, executor: FakeExecutor, network: str) -> None:
    train(server, executor, network, times_of(block(8)))
    broken = block(8)
    broken["network"]["edges"].pop()
    assert "errors" in find(server, network, broken)["reason"]
    nothing = block(16)
    nothing["network"]["nodes"][1]["type"] = "Reshape"
    nothing["network"]["nodes"][1]["params"] = {"shape": [64]}
    found = find(server, network, nothing)
    assert found["times"] is None
    assert "All layers have changed" in found["reason"]
