"""Experiments over HTTP."""

from typing import Any

from backend.server.helpers import RealServer, assert_problem


def test_experiment_when_started_makes_networks_and_tagged_runs_with_one_seed(server: RealServer) -> None:
    cards: list[dict[str, Any]] = server.client.get("/api/experiments").json()
    card = next(each for each in cards if each["id"] == "activations")
    answer = server.client.post("/api/experiments/activations/start")
    assert answer.status_code == 201
    started = answer.json()
    runs = [server.client.get(f"/api/runs/{run}").json() for run in started["runs"]]
    assert [run["name"] for run in runs] == card["runs"]["en"]
    assert all(run["tags"] == [started["tag"]] == [card["name"]["en"]] for run in runs)
    assert len({run["network_id"] for run in runs}) == len(runs)
    settings = {each["id"]: each["training"] for each in server.client.get("/api/runs/settings").json()}
    assert all(settings[run] == settings[started["runs"][0]] for run in started["runs"])


def test_experiment_when_its_data_is_not_there_makes_nothing_and_says_what_to_do(server: RealServer) -> None:
    before = server.client.get("/api/networks").json()
    answer = server.client.post("/api/experiments/degradation/start")
    assert "Download it on the Data page" in assert_problem(answer, 422, "invalid_run")["detail"]
    assert server.client.get("/api/networks").json() == before


def test_experiment_when_unknown_is_not_found(server: RealServer) -> None:
    assert_problem(server.client.post("/api/experiments/nonsense/start"), 404, "not_found")
