"""A look before a run, by a real worker of a real fork server."""

import os
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


def look(server: RealServer, **training: Any) -> httpx.Response:
    body = {"document": digits(), "training": {"device": "cpu", **training}}
    return server.client.post("/api/training/preflight", json=body, timeout=60)


def test_look_when_the_run_works_tells_its_figures_and_leaves_nothing(server: RealServer) -> None:
    answer = look(server, epochs=3, data={"batch_size": 32})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["sentence"] is None
    assert (found["device"], found["batch_size"], found["is_busy"]) == ("cpu", 32, False)
    assert found["num_steps"] >= 3
    assert found["peak_bytes"] > 10e6
    assert found["free_bytes"] > found["peak_bytes"] / 1000
    assert found["largest_batch"] == 1617, "all of the training part of the digits"
    # The figures belong together: 1,617 samples an epoch at that speed, the validation part on top.
    training = 1617 / found["samples_per_second"]
    assert training * 0.9 < found["epoch_seconds"] < training * 2
    assert found["run_seconds"] == pytest.approx(3 * found["epoch_seconds"])
    assert server.client.get("/api/runs").json() == []
    assert list((server.settings.home / "preflight").iterdir()) == []


def test_look_when_the_run_cannot_start_says_why_as_the_start_would(server: RealServer) -> None:
    problem = assert_problem(look(server, optimizer={"type": "Nadam"}), 422, "invalid_run")
    assert [each["code"] for each in problem["problems"]] == ["choice_unknown"]
