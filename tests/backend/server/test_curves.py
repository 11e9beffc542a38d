"""Curves over HTTP: out of one run, into another that is marked as imported."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import start
from backend.services.fakes import FakeExecutor

EXPORT = "/api/curves/tensorboard"


@pytest.fixture(scope="module")
def run(server: RealServer, executor: FakeExecutor) -> str:
    player = start(server, executor)
    worker = player.worker
    player.send(worker.hello(), worker.metrics(1, 2, 3))
    player.end()
    server.client.patch(f"/api/runs/{player.run}", json={"name": "mine: a/b"}).raise_for_status()
    return player.run


def take_in(server: RealServer, content: bytes, filename: str) -> Any:
    return server.client.post("/api/curves", params={"filename": filename}, content=content)


def points(server: RealServer, run: str) -> dict[str, tuple[list[int], list[Any]]]:
    series = server.client.get(f"/api/runs/{run}/metrics").raise_for_status().json()["series"]
    return {each["name"]: (each["steps"], each["values"]) for each in series}


def ids(server: RealServer) -> set[str]:
    return {run["id"] for run in server.client.get("/api/runs").raise_for_status().json()}


def test_exported_runs_come_back_as_imported_ones_with_the_same_curves(server: RealServer, run: str) -> None:
    answer = server.client.get(EXPORT, params=[("run", run)])
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = archive.namelist()
        assert name.startswith("mine a b/events.out.tfevents.")
        assert archive.testzip() is None
    made = take_in(server, answer.content, "tensorboard.zip")
    assert made.status_code == 201, made.text
    (imported,) = made.json()["runs"]
    read = server.client.get(f"/api/runs/{imported}").raise_for_status().json()
    assert (read["name"], read["state"], read["reason"]) == ("mine a b", "completed", "imported")
    assert "tensorboard.zip" in read["message"]
    assert [read[field] for field in ("document", "training", "totals", "parameters", "network_id")] == [None] * 5
    before, after = points(server, run), points(server, imported)
    assert after.keys() == before.keys()
    for metric, (steps, values) in before.items():
        assert after[metric][0] == steps
        assert after[metric][1] == pytest.approx(values)
    mine = server.client.get(f"/api/runs/{run}").raise_for_status().json()
    assert read["best"].keys() == mine["best"].keys()
    settings = {each["id"]: each["training"] for each in server.client.get("/api/runs/settings").json()}
    assert settings[imported] == {}
    assert_problem(server.client.get(f"/api/runs/{imported}/source"), 409, "not_ready")
    assert_problem(server.client.post(f"/api/runs/{imported}/resume"), 409, "run_cannot_resume")
    for move in ("stop", "pause", "checkpoint"):
        assert server.client.post(f"/api/runs/{imported}/{move}").raise_for_status().json()["state"] == "completed"
    assert server.client.delete(f"/api/runs/{imported}").status_code == 204


def test_an_imported_run_travels_in_the_file_of_a_workspace(server: RealServer) -> None:
    (imported,) = take_in(server, b"step,loss\n1,0.5\n2,0.25\n", "old.csv").json()["runs"]
    file = server.client.get("/api/workspace/export").raise_for_status().content
    before = ids(server)
    made = server.client.post("/api/workspace/import", params={"filename": "all.zip"}, content=file)
    assert made.status_code == 201, made.text
    copies = [server.client.get(f"/api/runs/{run}").raise_for_status().json() for run in ids(server) - before]
    (copy,) = [run for run in copies if run["name"] == "old"]
    assert (copy["reason"], copy["training"]) == ("imported", None)
    assert points(server, copy["id"]) == points(server, imported) == {"loss": ([1, 2], [0.5, 0.25])}


def test_folders_of_a_zip_are_runs_and_one_damaged_file_imports_none(server: RealServer, run: str) -> None:
    content = server.client.get(EXPORT, params=[("run", run)]).raise_for_status().content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        events = archive.read(archive.namelist()[0])

    def pack(second: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("logs/first/events.out.tfevents.1.host", events)
            archive.writestr("logs/second/deep/events.out.tfevents.2.host", second)
            archive.writestr("logs/second/model.pt", b"nothing of ours")
        return buffer.getvalue()

    made = take_in(server, pack(events), "logs.zip").json()
    names = [server.client.get(f"/api/runs/{each}").json()["name"] for each in made["runs"]]
    assert (names, made["left_out"]) == (["first", "second/deep"], 1)

    before = ids(server)
    problem = assert_problem(take_in(server, pack(events[:-3]), "logs.zip"), 422, "bad_file")
    assert problem["problems"][0]["code"] == "file_truncated"
    assert "logs.zip: logs/second/deep/events.out.tfevents.2.host is cut off: the record at byte " in problem["detail"]
    assert ids(server) == before


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "empty.csv", "empty_file"),
        (b"a,b\n1,2\n", "table.csv", "file_kind_unknown"),
        (b"\x00" * 40, "events.out.tfevents.1", "file_damaged"),
        (b"PK\x03\x04 and then nothing", "logs.zip", "bad_file"),
        (b"step,loss\n", "none.csv", "file_kind_unknown"),
    ],
)
def test_what_holds_no_curves_is_refused_with_a_sentence(
    server: RealServer, content: bytes, filename: str, code: str
) -> None:
    problem = assert_problem(take_in(server, content, filename), 422, "bad_file")
    assert problem["problems"][0]["code"] == code
    assert filename in problem["detail"]


def test_an_import_that_nobody_waits_for_is_called_off_and_leaves_nothing(server: RealServer) -> None:
    before = ids(server)
    content = b"step,loss\n" + b"".join(b"%d,0.5\n" % step for step in range(400_000))
    with pytest.raises(httpx.TimeoutException):
        server.client.post("/api/curves", params={"filename": "long.csv"}, content=content, timeout=0.2)
    # The next one waits until the first has been given up.
    (run,) = take_in(server, b"step,loss\n1,0.5\n", "short.csv").json()["runs"]
    assert ids(server) - before == {run}


def test_export_of_no_such_run_is_not_found(server: RealServer) -> None:
    assert_problem(server.client.get(EXPORT, params=[("run", "nosuchrun0000000")]), 404, "not_found")
