"""Networks over HTTP."""

import errno
import os
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import digits


def small(name: str = "A", **more: Any) -> dict[str, Any]:
    nodes = [
        {"id": "x", "type": "Input", "params": {"shape": [4]}},
        {"id": "fc", "type": "Linear", "params": {"out_features": 3}},
        {"id": "y", "type": "Output"},
    ]
    edges = [{"source": "x", "target": "fc"}, {"source": "fc", "target": "y"}]
    return {"name": name, "network": {"nodes": nodes, "edges": edges}, "view": {"network": {"fc": [10.5, 20]}}} | more


def create(server: RealServer, **more: Any) -> dict[str, Any]:
    response = server.client.post("/api/networks", json={"document": small(**more)})
    assert response.status_code == 201
    created: dict[str, Any] = response.json()
    return created


def test_create_when_read_again_is_the_same_document(server: RealServer) -> None:
    created = create(server, name="数字 \U0001f9e0")
    read = server.client.get(f"/api/networks/{created['id']}").json()
    assert read == created
    assert read["document"]["name"] == "数字 \U0001f9e0"
    assert read["document"]["network"]["nodes"][1]["params"] == {"out_features": 3}
    assert (read["revision"], read["num_nodes"], read["num_runs"], read["best"]) == (1, 3, 0, {})


def test_list_when_networks_are_there_shows_their_outlines_newest_first(server: RealServer) -> None:
    first, second = create(server, name="first"), create(server, name="second")
    listed = server.client.get("/api/networks").json()
    assert [each["id"] for each in listed[:2]] == [second["id"], first["id"]]
    outline = listed[0]["outline"]
    assert [(node["label"], node["family"]) for node in outline["nodes"]] == [
        ("x", "io"),
        ("fc", "linear"),
        ("y", "io"),
    ]
    assert (outline["nodes"][1]["x"], outline["nodes"][1]["y"]) == (10.5, 20.0)
    assert outline["edges"] == [[0, 1], [1, 2]]


def test_outline_when_types_are_unknown_or_edges_dangle_is_made_all_the_same(server: RealServer) -> None:
    network = {
        "nodes": [{"id": "a", "type": "Nonsense"}, {"id": "b", "type": "block:X"}],
        "edges": [{"source": "a", "target": "ghost"}, {"source": "a", "target": "b"}],
    }
    outline = create(server, network=network)["outline"]
    assert [node["family"] for node in outline["nodes"]] == ["unknown", "block"]
    assert outline["edges"] == [[0, 1]]


def test_save_when_another_tab_saved_in_between_is_refused(server: RealServer) -> None:
    network = create(server)
    path = f"/api/networks/{network['id']}"
    saved = server.client.put(path, json={"document": small("B"), "revision": 1})
    assert (saved.status_code, saved.json()["revision"], saved.json()["name"]) == (200, 2, "B")
    problem = assert_problem(
        server.client.put(path, json={"document": small("C"), "revision": 1}), 409, "stale_revision"
    )
    assert "revision 2" in problem["detail"]
    assert server.client.get(path).json()["name"] == "B"


def test_delete_when_restored_is_back(server: RealServer) -> None:
    network = create(server)
    path = f"/api/networks/{network['id']}"
    for _ in range(2):
        assert server.client.delete(path).status_code == 204
    assert_problem(server.client.get(path), 404, "not_found")
    assert_problem(server.client.get(f"{path}/revisions"), 404, "not_found")
    assert_problem(server.client.put(path, json={"document": small(), "revision": 1}), 404, "not_found")
    for _ in range(2):
        assert server.client.post(f"{path}/restore").json()["id"] == network["id"]
    assert server.client.get(path).json() == network


def test_revisions_when_listed_can_each_be_read(server: RealServer) -> None:
    network = create(server)
    path = f"/api/networks/{network['id']}"
    server.client.put(path, json={"document": small("B"), "revision": 1})
    revisions = server.client.get(f"{path}/revisions").json()
    assert revisions[0]["revision"] == 2
    for each in revisions:
        read = server.client.get(f"{path}/revisions/{each['revision']}").json()
        assert (read["revision"], read["document"]["name"]) == (each["revision"], each["name"])
    assert_problem(server.client.get(f"{path}/revisions/99"), 404, "not_found")


def test_revision_when_named_is_kept_by_the_saves_of_the_same_minute(server: RealServer) -> None:
    network = create(server)
    path = f"/api/networks/{network['id']}"
    assert server.client.patch(f"{path}/revisions/1", json={"label": "before the skip"}).status_code == 204
    for revision in (1, 2, 3):
        server.client.put(path, json={"document": small(f"B{revision}"), "revision": revision})
    revisions = server.client.get(f"{path}/revisions").json()
    named = [each for each in revisions if each["label"] is not None]
    assert [(each["revision"], each["label"], each["name"]) for each in named] == [(1, "before the skip", "A")]
    assert server.client.get(f"{path}/revisions/1").json()["document"]["name"] == "A"
    assert server.client.patch(f"{path}/revisions/1", json={"label": None}).status_code == 204
    assert all(each["label"] is None for each in server.client.get(f"{path}/revisions").json())


@pytest.mark.parametrize(
    ("revision", "label", "status"), [(99, "x", 404), (1, "", 422), (1, "x" * 201, 422), (0, "x", 422)]
)
def test_revision_when_it_cannot_be_named_says_why(server: RealServer, revision: int, label: str, status: int) -> None:
    path = f"/api/networks/{create(server)['id']}/revisions/{revision}"
    code = "not_found" if status == 404 else "invalid_request"
    assert_problem(server.client.patch(path, json={"label": label}), status, code)


def test_trash_lists_what_was_deleted_until_it_is_restored(server: RealServer) -> None:
    kept, gone = create(server, name="kept"), create(server, name="gone")
    server.client.delete(f"/api/networks/{gone['id']}")
    deleted = server.client.get("/api/networks/deleted").json()
    found = next(each for each in deleted if each["id"] == gone["id"])
    assert (found["name"], found["num_nodes"]) == ("gone", 3)
    assert found["ends"] - found["deleted"] == 30 * 24 * 3600
    assert kept["id"] not in {each["id"] for each in deleted}
    server.client.post(f"/api/networks/{gone['id']}/restore")
    assert gone["id"] not in {each["id"] for each in server.client.get("/api/networks/deleted").json()}


def test_create_when_the_format_is_newer_says_what_reads_it(server: RealServer) -> None:
    response = server.client.post("/api/networks", json={"document": small(format=99)})
    problem = assert_problem(response, 422, "invalid_request")["problems"][0]
    assert problem["field"] == "document.format"
    assert problem["message"] == (
        "This document has format 99; this version of Netwright reads up to format 1. Open it with a newer version."
    )


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_network_when_there_is_none_is_not_found(server: RealServer, method: str) -> None:
    assert_problem(server.client.request(method, "/api/networks/nosuchnetwork000"), 404, "not_found")


def test_check_when_asked_gives_shapes_and_problems(server: RealServer) -> None:
    report = server.client.post("/api/check", json={"document": small(), "batch_size": 8}).json()
    assert report["ok"] is True
    assert report["nodes"]["fc"]["outputs"]["y"]["shape"] == [None, 3]
    broken = server.client.post("/api/check", json={"document": small(network={})}).json()
    assert broken["ok"] is False
    assert broken["problems"]


def test_code_when_the_network_has_problems_is_refused_with_them(server: RealServer) -> None:
    code = server.client.post("/api/code", json={"document": small()}).json()["source"]
    assert "class Network(nn.Module)" in code
    problem = assert_problem(
        server.client.post("/api/code", json={"document": small(network={})}), 422, "invalid_document"
    )
    assert problem["problems"]


def test_layers_when_listed_are_complete(server: RealServer) -> None:
    layers = server.client.get("/api/layers").json()
    types = [layer["type"] for layer in layers]
    assert "Conv2d" in types
    assert len(types) == len(set(types))
    for layer in layers:
        assert layer["documentation"]["summary"]
        assert layer["params_schema"]["type"] == "object"


def test_link_keeps_the_revision_that_it_names(server: RealServer) -> None:
    created = create(server, name="before")
    link = server.client.post(f"/api/networks/{created['id']}/link", json={}).json()
    assert link == {"revision": 1, "path": f"/networks/{created['id']}/view/1"}
    saved = {"document": small("after"), "revision": 1}
    server.client.put(f"/api/networks/{created['id']}", json=saved).raise_for_status()
    shown = server.client.get(f"/api/networks/{created['id']}/revisions/1").json()
    assert shown["document"]["name"] == "before"
    listed = server.client.get(f"/api/networks/{created['id']}/revisions").json()
    assert [(each["revision"], each["label"]) for each in listed] == [(2, None), (1, "Read-only link")]


def test_link_to_a_named_revision_leaves_its_name(server: RealServer) -> None:
    created = create(server)
    named = f"/api/networks/{created['id']}/revisions/1"
    server.client.patch(named, json={"label": "mine"}).raise_for_status()
    link = server.client.post(f"/api/networks/{created['id']}/link", json={"revision": 1})
    assert link.json()["revision"] == 1
    [listed] = server.client.get(f"/api/networks/{created['id']}/revisions").json()
    assert listed["label"] == "mine"


@pytest.mark.parametrize("body", [{}, {"revision": 7}])
def test_link_to_what_is_not_there_is_not_found(server: RealServer, body: dict[str, Any]) -> None:
    network = create(server)["id"] if body else "abcdefghijklmnop"
    assert_problem(server.client.post(f"/api/networks/{network}/link", json=body), 404, "not_found")


def test_save_when_the_database_is_held_or_the_disk_is_full_says_so_and_goes_well_later(server: RealServer) -> None:
    store = server.services.store
    created = create(server)
    address, body = f"/api/networks/{created['id']}", {"document": small("B"), "revision": 1}
    store.write_now(lambda session: session.connection().exec_driver_sql("PRAGMA busy_timeout = 50").close())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        problem = assert_problem(server.client.put(address, json=body), 503, "database_blocked")
        assert "database is locked" in problem["detail"]
    assert server.client.get(address).json()["revision"] == 1
    assert server.client.put(address, json=body).json()["revision"] == 2
    store.write_now(lambda session: session.connection().exec_driver_sql("PRAGMA max_page_count = 1").close())
    large = small("C") | {"view": {"network": {f"n{i}": [i, i] for i in range(50_000)}}}
    assert_problem(server.client.put(address, json={"document": large, "revision": 2}), 507, "disk_full")
    store.write_now(lambda session: session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000").close())
    assert server.client.put(address, json={"document": large, "revision": 2}).json()["revision"] == 3


def test_create_when_a_file_cannot_be_written_for_want_of_room_says_so(
    server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("netwright.services.runs.write_whole", write)
    before = set(server.services.settings.runs_folder.glob("*"))
    document = small() | {"network": digits()["network"]}
    assert_problem(server.client.post("/api/runs", json={"document": document, "training": {}}), 507, "disk_full")
    assert set(server.services.settings.runs_folder.glob("*")) == before
