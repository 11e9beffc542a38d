"""Steering outlives workers: real server processes, real workers, kill -9."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backend.server.test_runs import digits
from backend.server.test_survival import Process, assert_told_once, is_over
from leftovers import end_leftovers


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    server = Process(tmp_path / "home")
    yield server
    server.stop()
    end_leftovers(server.home)


def begin(server: Process, name: str = "Run", **training: Any) -> str:
    body = {"document": digits(), "training": training, "name": name}
    response = server.client.post("/api/runs", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def send(server: Process, run: str, what: str, **body: Any) -> dict[str, Any]:
    response = server.client.post(f"/api/runs/{run}/{what}", json=body or None)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def of(server: Process, run: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in server.events(run) if event["type"] == kind]


def changed(server: Process, run: str) -> list[tuple[str, float]]:
    """Values that became others; an event that only acknowledges a command that was sent again has none."""
    events = of(server, run, "change")
    return [(each["name"], each["value"]) for each in events if each["before"] != each["value"]]


def values(server: Process, run: str) -> list[tuple[int, float]]:
    (series,) = server.client.get(f"/api/runs/{run}/metrics?names=train/loss&max_points=1000000").json()["series"]
    return list(zip(series["steps"], series["values"], strict=True))


def test_paused_run_when_its_worker_is_killed_rests_at_the_same_step_under_a_new_one(server: Process) -> None:
    run = begin(server, epochs=1000, data={"batch_size": 2})
    server.wait(run, lambda found: found["step"] > 5)
    send(server, run, "set", lr=0.0005)
    server.wait(run, lambda found: not found["commands_waiting"])
    send(server, run, "pause")
    paused = server.wait(run, lambda found: found["state"] == "paused")
    # Beside it there may be the best one's, where the pause came at the very end of an epoch.
    kinds = [each["kind"] for each in of(server, run, "checkpoint") if each["step"] == paused["step"]]
    assert kinds.count("last") == 1, "a pause leaves one checkpoint of its own step"
    server.worker(run).send_signal(signal.SIGKILL)
    again = server.wait(run, lambda found: found["attempt"] == 2 and found["state"] == "paused")
    assert again["step"] == paused["step"]
    assert again["commands_waiting"] == []
    hellos = of(server, run, "hello")
    assert [each["resumed_from_step"] for each in hellos] == [0, paused["step"]]
    assert max(server.steps(run)) == paused["step"], "nothing was trained in a pause"
    send(server, run, "resume")
    server.wait(run, lambda found: found["state"] == "running" and found["step"] > paused["step"] + 5)
    for _ in range(2):
        send(server, run, "stop")
    over = server.wait(run, is_over)
    assert_told_once(server.events(run))
    steps = server.steps(run)
    assert steps == list(range(1, over["step"] + 1)), "the curve has no gap and nothing twice"
    assert changed(server, run) == [("lr", 0.0005)]


def test_completed_run_when_extended_and_killed_is_what_a_longer_run_would_have_been(server: Process) -> None:
    training: dict[str, Any] = {"data": {"batch_size": 16}, "device": "cpu"}
    long = begin(server, epochs=6, **training)
    server.wait(long, is_over)
    run = begin(server, epochs=2, **training)
    assert server.wait(run, is_over)["state"] == "completed"
    for _ in range(2):
        send(server, run, "set", epochs=6)
    server.wait(run, lambda found: found["attempt"] == 2 and found["epoch"] >= 3)
    server.worker(run).send_signal(signal.SIGKILL)
    over = server.wait(run, is_over)
    assert (over["state"], over["reason"], over["epochs"], over["epoch"]) == ("completed", "finished", 6, 6)
    assert over["commands_waiting"] == []
    assert values(server, run) == values(server, long)
    assert changed(server, run) == [("epochs", 6)]
    assert_told_once(server.events(run))
    # Asked again for what it is already, nothing happens; for less, it says why not.
    assert send(server, run, "set", epochs=6)["state"] == "completed"
    refused = server.client.post(f"/api/runs/{run}/set", json={"epochs": 5})
    assert (refused.status_code, refused.json()["code"]) == (409, "run_cannot_change")
    assert refused.json()["detail"] == "Epoch 6 is reached already. Choose 6 epochs or more."


def test_branch_when_with_everything_is_the_longer_run_and_with_weights_begins_anew(server: Process) -> None:
    training: dict[str, Any] = {"data": {"batch_size": 16}, "device": "cpu"}
    long = begin(server, epochs=4, **training)
    server.wait(long, is_over)
    run = begin(server, epochs=2, name="First", **training)
    server.wait(run, is_over)
    checkpoints = server.client.get(f"/api/runs/{run}/checkpoints").json()
    last = next(each for each in checkpoints if each["kind"] == "last")

    def branch(**body: Any) -> dict[str, Any]:
        made = server.client.post(f"/api/checkpoints/{last['id']}/branch", json=body)
        assert made.status_code == 201, made.text
        return server.wait(made.json()["id"], is_over)

    whole = branch(mode="everything", epochs=4)
    assert (whole["state"], whole["epochs"], whole["epoch"]) == ("completed", 4, 4)
    assert values(server, whole["id"]) == values(server, long)
    assert whole["last"]["val/loss"] == server.read(long)["last"]["val/loss"]
    assert whole["origin"] == {
        "run": run,
        "name": server.read(run)["name"],
        "checkpoint": last["id"],
        "step": last["step"],
        "epoch": 2,
        "mode": "everything",
        "changes": [],
    }
    weights = branch(mode="weights", epochs=1, lr=0.0002, name="Again")
    assert (weights["name"], weights["epochs"], weights["origin"]["mode"]) == ("Again", 1, "weights")
    first, steps = values(server, long)[0], values(server, weights["id"])
    assert steps[0][0] == 1
    assert steps[0][1] < first[1] / 2, "it begins with weights that have learned"
    assert weights["training"]["optimizer"]["params"]["lr"] == 0.0002
    refused = server.client.post(f"/api/checkpoints/{last['id']}/branch", json={"mode": "everything"})
    assert (refused.status_code, refused.json()["code"]) == (409, "run_cannot_change")
    # It outlives the run that it came from.
    assert server.client.delete(f"/api/runs/{run}").status_code == 204
    assert server.read(whole["id"])["origin"]["name"] == whole["origin"]["name"]


def test_branch_when_made_holds_the_checkpoints_and_the_changes_that_it_goes_on_with(server: Process) -> None:
    run = begin(server, epochs=1000, data={"batch_size": 16})
    server.wait(run, lambda found: found["epoch"] >= 2)
    send(server, run, "set", lr=1e-9)  # nothing gets better from here on
    server.wait(run, lambda found: not found["commands_waiting"])
    send(server, run, "set", epochs=900)
    send(server, run, "stop")
    over = server.wait(run, is_over)
    checkpoints = server.client.get(f"/api/runs/{run}/checkpoints").json()
    last, best = (next(each for each in checkpoints if each["kind"] == kind) for kind in ("last", "best"))
    body = {"mode": "everything", "epochs": over["epoch"] + 2}
    branch = server.client.post(f"/api/checkpoints/{last['id']}/branch", json=body).json()["id"]
    held = server.client.get(f"/api/runs/{branch}/checkpoints").json()
    of_parent = {(each["kind"], each["step"], each["sha256"]) for each in (last, best)}
    assert {(each["kind"], each["step"], each["sha256"]) for each in held if each["is_available"]} == of_parent
    done = server.wait(branch, is_over)
    changes = [(each["name"], each["value"]) for each in done["origin"]["changes"]]
    assert changes[0] == ("lr", 1e-9)
    # What a branch of the branch goes on with is known without the runs before it.
    assert server.client.delete(f"/api/runs/{run}").status_code == 204
    (newest, *_) = server.client.get(f"/api/runs/{branch}/checkpoints").json()
    again = server.client.post(f"/api/checkpoints/{newest['id']}/branch", json={**body, "epochs": over["epoch"] + 3})
    grandchild = server.wait(again.json()["id"], is_over)
    kept = [(each["name"], each["value"]) for each in grandchild["origin"]["changes"]]
    assert kept == [*changes, ("epochs", over["epoch"] + 2)]
    assert grandchild["last"]["lr"] <= 1e-9


def test_branch_when_made_of_a_last_checkpoint_that_is_as_good_as_the_best_holds_both(server: Process) -> None:
    run = begin(server, epochs=1)
    server.wait(run, is_over)
    checkpoints = {each["kind"]: each for each in server.client.get(f"/api/runs/{run}/checkpoints").json()}
    assert checkpoints["last"]["step"] == checkpoints["best"]["step"]
    for kind, kinds in {"last": {"last", "best"}, "best": {"best"}}.items():
        body = {"mode": "everything", "epochs": 2}
        branch = server.client.post(f"/api/checkpoints/{checkpoints[kind]['id']}/branch", json=body).json()["id"]
        held = server.client.get(f"/api/runs/{branch}/checkpoints").json()
        assert {each["kind"] for each in held if each["step"] == checkpoints["last"]["step"]} == kinds


def test_checkpoint_when_asked_for_in_the_middle_of_an_epoch_is_one_and_stays(server: Process) -> None:
    run = begin(server, epochs=1000, data={"batch_size": 2})
    server.wait(run, lambda found: found["step"] > 5)
    send(server, run, "checkpoint")
    for _ in range(3):  # sending again is harmless, whether it is done by then or not
        if server.read(run)["commands_waiting"]:
            send(server, run, "checkpoint")
    server.wait(run, lambda found: not found["commands_waiting"])
    send(server, run, "stop")
    server.wait(run, is_over)
    kinds = [each["kind"] for each in of(server, run, "checkpoint")]
    assert 1 <= kinds.count("step") <= 4
    kept = [each for each in server.client.get(f"/api/runs/{run}/checkpoints").json() if each["kind"] == "step"]
    assert all(each["is_available"] for each in kept)
