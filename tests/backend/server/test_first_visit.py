"""What a first visit finds: an example network, made once."""

from pathlib import Path

import pytest
from backend.server.helpers import RealServer
from backend.services.fakes import FakeExecutor


def names(server: RealServer) -> list[tuple[str, bool]]:
    return [(each["name"], each["is_example"]) for each in server.client.get("/api/networks").json()]


def test_first_visit_finds_an_example_that_trains_as_it_is(tmp_path: Path) -> None:
    with RealServer(tmp_path, FakeExecutor(), has_example=True) as server:
        assert names(server) == [("Small CNN for digits", True)]
        [example] = server.client.get("/api/networks").json()
        read = server.client.get(f"/api/networks/{example['id']}").json()
        assert read["is_example"]
        body = {"network_id": read["id"], "training": read["document"]["training"]}
        started = server.client.post("/api/runs", json=body)
        assert started.status_code == 201, started.text
        [run] = server.client.get("/api/runs").json()
        assert (run["network_id"], run["data_source"]) == (read["id"], "digits")


def test_example_when_deleted_never_comes_again(tmp_path: Path) -> None:
    with RealServer(tmp_path, FakeExecutor(), has_example=True) as server:
        [example] = server.client.get("/api/networks").json()
        server.client.delete(f"/api/networks/{example['id']}").raise_for_status()
        assert names(server) == []
    with RealServer(tmp_path, FakeExecutor(), has_example=True) as server:
        assert names(server) == []
        # It can be brought back from the trash, as any network.
        server.client.post(f"/api/networks/{example['id']}/restore").raise_for_status()
        assert names(server) == [("Small CNN for digits", True)]


def test_workspace_that_holds_networks_gets_no_example_then_or_later(tmp_path: Path) -> None:
    with RealServer(tmp_path, FakeExecutor()) as server:
        assert names(server) == []
        mine = server.client.post("/api/networks", json={"document": {"name": "Mine"}}).json()
    with RealServer(tmp_path, FakeExecutor(), has_example=True) as server:
        assert names(server) == [("Mine", False)]
        server.client.delete(f"/api/networks/{mine['id']}").raise_for_status()
    with RealServer(tmp_path, FakeExecutor(), has_example=True) as server:
        assert names(server) == []


@pytest.mark.parametrize(("language", "name"), [("", "Small CNN for digits"), ("zh-CN", "digits 小型 CNN")])
def test_example_is_named_in_the_language_of_the_machine(tmp_path: Path, language: str, name: str) -> None:
    with RealServer(tmp_path, FakeExecutor(), has_example=True, language=language) as server:
        assert names(server) == [(name, True)]


def test_example_when_asked_for_is_made_again_once_in_the_language_of_the_page(tmp_path: Path) -> None:
    with RealServer(tmp_path, FakeExecutor()) as server:
        made = server.client.post("/api/networks/example", headers={"accept-language": "zh"}).json()
        assert (made["name"], made["is_example"]) == ("digits 小型 CNN", True)
        assert server.client.post("/api/networks/example").json()["id"] == made["id"]
        server.client.delete(f"/api/networks/{made['id']}").raise_for_status()
        again = server.client.post("/api/networks/example").json()
        assert again["id"] != made["id"]
        assert names(server) == [("Small CNN for digits", True)]
