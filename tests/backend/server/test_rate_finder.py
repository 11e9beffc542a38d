"""Sweeps of the learning rate, by a real worker of a real fork server."""

import os
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import digits
from netwright.executors.local import LocalExecutor


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    os.environ["OMP_NUM_THREADS"] = "1"
    home = tmp_path_factory.mktemp("home")
    with RealServer(home, LocalExecutor(home)) as server:
        yield server


def order(server: RealServer, **training: Any) -> httpx.Response:
    body = {"document": digits(), "training": {"device": "cpu", **training}}
    return server.client.post("/api/training/rates", json=body, timeout=60)


def follow(server: RealServer, sweep: str) -> dict[str, Any]:
    for _ in range(1200):
        found: dict[str, Any] = server.client.get(f"/api/training/rates/{sweep}").json()
        if found["state"] == "over":
            return found
        time.sleep(0.05)
    raise AssertionError("The sweep does not end.")


def test_sweep_when_the_network_learns_suggests_rates_and_leaves_nothing(server: RealServer) -> None:
    answer = order(server, data={"batch_size": 64})
    assert answer.status_code == 202, answer.text
    found = follow(server, answer.json()["id"])
    assert (found["sentence"], found["note"]) == (None, None)
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) > 100
    assert found["rates"][0] == 1e-7
    assert 1e-4 < found["tenth"] < 1
    assert 1e-4 < found["steepest"] < 1
    assert min(found["smoothed"]) < 0.7 * found["smoothed"][0], "the network learnt on the way"
    assert server.client.get("/api/runs").json() == []
    assert list((server.settings.home / "rates").iterdir()) == []


def test_sweep_when_the_data_is_too_small_says_so(server: RealServer) -> None:
    split = {"validation": 0.997, "stratify": False}
    found = follow(server, order(server, data={"batch_size": 4, "split": split}).json()["id"])
    assert "The training part has 5 samples" in found["sentence"]
    assert (found["steepest"], found["tenth"], found["losses"]) == (None, None, [])


def test_sweep_when_the_run_cannot_start_says_why_as_the_start_would(server: RealServer) -> None:
    problem = assert_problem(order(server, optimizer={"type": "Nadam"}), 422, "invalid_run")
    assert [each["code"] for each in problem["problems"]] == ["choice_unknown"]


def test_sweep_when_called_off_is_gone_and_the_next_one_has_its_turn(server: RealServer) -> None:
    first, second = order(server).json()["id"], order(server, data={"batch_size": 256}).json()
    assert second["state"] == "waiting"
    assert server.client.delete(f"/api/training/rates/{first}").status_code == 204
    assert_problem(server.client.get(f"/api/training/rates/{first}"), 404, "not_found")
    assert len(follow(server, second["id"])["losses"]) > 100
