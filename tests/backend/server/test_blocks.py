"""The block library over HTTP."""

from typing import Any

import pytest
from backend.server.helpers import RealServer, assert_problem


def definition(name: str = "Stage", **more: Any) -> dict[str, Any]:
    nodes = [
        {"id": "x", "type": "Input"},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": "=channels"}},
        {"id": "inner", "type": "block:Leaf"},
        {"id": "y", "type": "Output"},
    ]
    edges = [{"source": a, "target": b} for a, b in (("x", "conv"), ("conv", "inner"), ("inner", "y"))]
    leaf = {
        "nodes": [{"id": "x", "type": "Input"}, {"id": "y", "type": "Output"}],
        "edges": [{"source": "x", "target": "y"}],
    }
    blocks = {name: {"parameters": {"channels": 8}, "nodes": nodes, "edges": edges}, "Leaf": leaf}
    return {"name": name, "blocks": blocks, "view": {name: {"conv": [10.5, 20]}}} | more


def create(server: RealServer, name: str = "Stage", description: str = "") -> dict[str, Any]:
    response = server.client.post("/api/blocks", json={"definition": definition(name), "description": description})
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def test_create_when_read_again_is_the_same_block(server: RealServer) -> None:
    created = create(server, description="两个 3x3 \U0001f9e0")
    assert server.client.get(f"/api/blocks/{created['id']}").json() == created
    assert created["description"] == "两个 3x3 \U0001f9e0"
    assert created["definition"]["blocks"]["Stage"]["nodes"][1]["params"] == {"out_channels": "=channels"}
    assert set(created["definition"]["blocks"]) == {"Stage", "Leaf"}


def test_list_when_blocks_are_there_is_by_name_with_pictures_and_without_definitions(server: RealServer) -> None:
    for other in server.client.get("/api/blocks").json():
        server.client.delete(f"/api/blocks/{other['id']}")
    second, first = create(server, "Two"), create(server, "One")
    listed = server.client.get("/api/blocks").json()
    assert [each["id"] for each in listed] == [first["id"], second["id"]]
    assert "definition" not in listed[0]
    outline = listed[0]["outline"]
    assert [(node["label"], node["family"]) for node in outline["nodes"]] == [
        ("x", "io"),
        ("conv", "convolution"),
        ("inner", "block"),
        ("y", "io"),
    ]
    assert (outline["nodes"][1]["x"], outline["nodes"][1]["y"]) == (10.5, 20.0)


def test_update_when_renamed_and_described_keeps_the_rest(server: RealServer) -> None:
    path = f"/api/blocks/{create(server)['id']}"
    renamed = server.client.patch(path, json={"name": "Unit"}).json()
    assert (renamed["name"], renamed["definition"]["name"]) == ("Unit", "Unit")
    assert set(renamed["definition"]["blocks"]) == {"Unit", "Leaf"}
    assert renamed["definition"]["view"] == {"Unit": {"conv": [10.5, 20.0]}}
    described = server.client.patch(path, json={"description": "A sentence."}).json()
    assert (described["name"], described["description"]) == ("Unit", "A sentence.")
    assert described["updated"] >= renamed["updated"]


def test_update_when_another_definition_is_sent_replaces_it(server: RealServer) -> None:
    path = f"/api/blocks/{create(server, description='Kept.')['id']}"
    other = definition("Other")
    other["blocks"]["Other"]["parameters"] = {"channels": 99}
    replaced = server.client.patch(path, json={"definition": other}).json()
    assert (replaced["name"], replaced["description"]) == ("Other", "Kept.")
    assert replaced["definition"]["blocks"]["Other"]["parameters"] == {"channels": 99}


def test_update_when_the_name_is_of_a_block_within_is_refused(server: RealServer) -> None:
    path = f"/api/blocks/{create(server)['id']}"
    assert_problem(server.client.patch(path, json={"name": "Leaf"}), 422, "invalid_request")
    assert server.client.get(path).json()["name"] == "Stage"


def test_delete_when_restored_is_back(server: RealServer) -> None:
    block = create(server)
    path = f"/api/blocks/{block['id']}"
    for _ in range(2):
        assert server.client.delete(path).status_code == 204
    assert block["id"] not in {each["id"] for each in server.client.get("/api/blocks").json()}
    assert_problem(server.client.get(path), 404, "not_found")
    assert_problem(server.client.patch(path, json={"name": "B"}), 404, "not_found")
    for _ in range(2):
        assert server.client.post(f"{path}/restore").json() == block


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (definition(name="Nowhere", blocks={}), "document_block_missing"),
        (definition(blocks={"Stage": {"nodes": [{"id": "a", "type": "block:Stage"}]}}), "document_block_recursion"),
        (definition(blocks={"Stage": {"nodes": [{"id": "a", "type": "block:Gone"}]}}), "document_block_missing"),
        (definition("two words"), "document_block_name"),
    ],
)
def test_create_when_the_block_cannot_stand_for_itself_is_refused_with_the_reason(
    server: RealServer, sent: dict[str, Any], code: str
) -> None:
    before = server.client.get("/api/blocks").json()
    response = server.client.post("/api/blocks", json={"definition": sent})
    problem = assert_problem(response, 422, "invalid_request")
    assert [each["code"] for each in problem["problems"]] == [code]
    assert server.client.get("/api/blocks").json() == before


def test_create_when_the_body_has_another_shape_names_the_field(server: RealServer) -> None:
    broken = definition(blocks={"Stage": {"nodes": [{"id": 3, "type": "ReLU"}]}})
    problem = assert_problem(server.client.post("/api/blocks", json={"definition": broken}), 422, "invalid_request")
    assert problem["problems"][0]["field"] == "definition.blocks.Stage.nodes.0.id"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_block_when_there_is_none_is_not_found(server: RealServer, method: str) -> None:
    assert_problem(server.client.request(method, "/api/blocks/nosuchblock00000"), 404, "not_found")
