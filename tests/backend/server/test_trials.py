"""Trying a checkpoint out over HTTP: what is refused, with which code.  What is answered, the services' tests hold."""

import httpx
import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import Player, end_all, start
from backend.services.fakes import FakeExecutor

ROWS = {"rows": [{"a": 1.0}]}


def ask_all(client: httpx.Client, checkpoint: str) -> list[httpx.Response]:
    path = f"/api/checkpoints/{checkpoint}"
    return [
        client.get(f"{path}/trial"),
        client.post(f"{path}/predict", json=ROWS),
        client.post(f"{path}/predict-file?filename=a.csv", content=b"a\n1\n"),
        client.get(f"{path}/evaluation"),
        client.get(f"{path}/evaluation/samples"),
    ]


@pytest.fixture
def checkpoint(server: RealServer, executor: FakeExecutor) -> str:
    """The id of a checkpoint whose run has written no code yet."""
    end_all(server)
    player: Player = start(server, executor)
    player.send(player.worker.hello(), player.worker.checkpoint(1))
    checkpoints: list[dict[str, str]] = server.client.get(f"/api/runs/{player.run}/checkpoints").json()
    return checkpoints[0]["id"]


def test_trial_when_there_is_no_such_checkpoint_says_so(server: RealServer) -> None:
    for answer in ask_all(server.client, "0" * 16):
        assert_problem(answer, 404, "not_found")


def test_trial_when_the_code_of_the_run_is_not_there_says_so(server: RealServer, checkpoint: str) -> None:
    for answer in ask_all(server.client, checkpoint):
        assert_problem(answer, 409, "not_ready")


def test_trial_when_the_file_is_gone_says_so(server: RealServer, checkpoint: str) -> None:
    for file in server.settings.runs_folder.glob("*/checkpoints/*.safetensors"):
        file.unlink()
    for answer in ask_all(server.client, checkpoint):
        assert_problem(answer, 410, "checkpoint_damaged")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**ROWS, "pictures": ["aGFsbG8="]},
        {"rows": []},
        {"rows": [{}] * 257},
        {"rows": [{"a": [1]}]},
        {"pictures": ["a"] * 257},
        {"samples": []},
    ],
)
def test_predict_when_the_body_does_not_fit_is_refused(
    server: RealServer, checkpoint: str, body: dict[str, object]
) -> None:
    assert_problem(server.client.post(f"/api/checkpoints/{checkpoint}/predict", json=body), 422, "invalid_request")


@pytest.mark.parametrize("query", ["order=best", "limit=101", "limit=0", "target=-1", "offset=-1"])
def test_samples_when_the_query_does_not_fit_are_refused(server: RealServer, checkpoint: str, query: str) -> None:
    answer = server.client.get(f"/api/checkpoints/{checkpoint}/evaluation/samples?{query}")
    assert_problem(answer, 422, "invalid_request")
