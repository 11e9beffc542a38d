"""Runs over HTTP, with a worker that the test plays over HTTP as well."""

import json
import struct
import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.services.fakes import FakeExecutor, FakeWorker
from netwright.language import STORED
from netwright.training.events import Event
from numpy.typing import NDArray


def digits(width: int = 10, **more: Any) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": "image", "type": "Input", "params": {"shape": [1, 8, 8]}},
        {"id": "flat", "type": "Flatten"},
        {"id": "head", "type": "Linear", "params": {"out_features": width}},
        {"id": "scores", "type": "Output"},
    ]
    ids = [node["id"] for node in nodes]
    edges = [{"source": source, "target": target} for source, target in pairwise(ids)]
    return {"name": "数字 7/8", "network": {"nodes": nodes, "edges": edges}} | more


class Player:
    """A worker that speaks HTTP."""

    def __init__(self, server: RealServer, run: str, attempt: int = 1) -> None:
        self.server, self.run = server, run
        self.worker = FakeWorker(server.settings.runs_folder, run, attempt)

    def send(self, *events: Event) -> dict[str, Any]:
        response = self.post(*events)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    def post(self, *events: Event, **changes: Any) -> Any:
        body = {"attempt": self.worker.spec.attempt, "events": [_plain(event) for event in events]} | changes
        headers = {"authorization": f"Bearer {self.worker.spec.token}"}
        return self.server.stranger.post(f"/api/worker/runs/{self.run}/events", json=body, headers=headers)

    def end(self, state: str = "completed", reason: str = "finished") -> None:
        self.send(self.worker.event("end", state=state, reason=reason))


def _plain(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude={"cursor"}, context=STORED)


def end_all(server: RealServer) -> None:
    """Ends what other tests have left running, so that the one slot is free."""
    for run in server.client.get("/api/runs").json():
        if run["state"] in {"queued", "starting", "running", "paused"}:
            server.client.post(f"/api/runs/{run['id']}/stop")
            if run["state"] != "queued":
                player = Player(server, run["id"], run["attempt"])
                player.worker.seq = player.send()["seq"]
                player.end("stopped", "stopped_by_user")


@pytest.fixture
def player(server: RealServer, executor: FakeExecutor) -> Player:
    """The worker of a run that was just started."""
    end_all(server)
    return start(server, executor)


def start(server: RealServer, executor: FakeExecutor, **body: Any) -> Player:
    response = server.client.post("/api/runs", json={"document": digits(), "training": {}} | body)
    assert response.status_code == 201, response.text
    run = response.json()["id"]
    return wait_for(server, executor, run, 1)


def wait_for(server: RealServer, executor: FakeExecutor, run: str, attempt: int) -> Player:
    deadline = time.monotonic() + 60
    while f"{run}-{attempt}" not in executor.submitted:
        assert time.monotonic() < deadline, "the run was not started"
        time.sleep(0.01)
    return Player(server, run, attempt)


def read(player: Player) -> dict[str, Any]:
    run: dict[str, Any] = player.server.client.get(f"/api/runs/{player.run}").json()
    return run


def test_create_when_all_is_well_starts_a_worker_with_an_immutable_spec(player: Player) -> None:
    run = read(player)
    assert (run["state"], run["attempt"], run["parameters"]) == ("starting", 1, 650)
    assert run["document"]["name"] == "数字 7/8"
    assert (player.worker.folder / "spec.json").is_file()
    assert player.worker.spec.server_file == str(player.server.settings.server_file)


def test_create_when_several_things_are_wrong_says_all_of_them(server: RealServer) -> None:
    training = {"data": {"source": "digits"}, "optimizer": {"type": "Nonsense"}, "metrics": ["Nope"]}
    response = server.client.post("/api/runs", json={"document": digits(7), "training": training})
    problem = assert_problem(response, 422, "invalid_run")
    codes = [each["code"] for each in problem["problems"]]
    assert "output_shape_mismatch" in codes
    assert codes.count("choice_unknown") == 2
    assert not [run for run in server.client.get("/api/runs").json() if run["parameters"] == 455]


def test_check_of_settings_says_before_a_start_what_the_start_would_say(server: RealServer) -> None:
    training = {"data": {"source": "digits", "batch_size": 5000}, "metrics": ["Top20Accuracy"]}
    body = {"document": digits(7), "training": training}
    checked = server.client.post("/api/training/check", json=body)
    assert checked.status_code == 200, checked.text
    problems = checked.json()["problems"]
    assert {(each["code"], each["severity"]) for each in problems} == {
        ("batch_larger_than_data", "warning"),
        ("metric_needs_classes", "warning"),
        ("output_shape_mismatch", "error"),
    }
    # Each with its way out: settings, or edits of the network.
    assert all(fix["settings"] or fix["edits"] for each in problems for fix in each["fixes"])
    assert all(each["fixes"] for each in problems)
    started = assert_problem(server.client.post("/api/runs", json=body), 422, "invalid_run")
    assert started["problems"] == problems


def test_create_when_the_network_is_broken_gives_the_check_s_problems(server: RealServer) -> None:
    response = server.client.post("/api/runs", json={"document": {}, "training": {}})
    assert assert_problem(response, 422, "invalid_run")["problems"][0]["code"]


@pytest.mark.parametrize("source", ["nosuchdata", "mnist", "' OR 1=1"])
def test_create_when_the_data_is_not_there_says_so(server: RealServer, source: str) -> None:
    body = {"document": digits(), "training": {"data": {"source": source}}}
    problem = assert_problem(server.client.post("/api/runs", json=body), 422, "invalid_run")
    assert problem["problems"][0]["field"] == "data.source"


def test_create_when_preprocessing_changes_the_shape_checks_against_that(server: RealServer) -> None:
    steps = [{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [4, 4]}}]
    body = {"document": digits(), "training": {"data": {"preprocess": steps}}}
    problem = assert_problem(server.client.post("/api/runs", json=body), 422, "invalid_run")
    assert problem["problems"][0]["code"] in {"input_shape_mismatch", "bad_option", "bad_transform"}


def test_create_when_neither_document_nor_network_is_sent_is_refused(server: RealServer) -> None:
    assert_problem(server.client.post("/api/runs", json={"training": {}}), 422, "invalid_request")


def test_create_with_both_trains_the_document_and_counts_the_run_to_the_network(
    server: RealServer, executor: FakeExecutor, player: Player
) -> None:
    player.send(player.worker.hello())
    player.end()
    network = server.client.post("/api/networks", json={"document": digits()}).json()["id"]
    older = digits() | {"name": "older"}
    other = start(server, executor, document=older, network_id=network)
    run = read(other)
    assert (run["network_id"], run["document"]["name"]) == (network, "older")


def test_create_when_a_network_is_named_takes_its_newest_and_shows_on_its_card(
    server: RealServer, executor: FakeExecutor, player: Player
) -> None:
    player.send(player.worker.hello())
    player.end()
    network = server.client.post("/api/networks", json={"document": digits()}).json()["id"]
    other = start(server, executor, document=None, network_id=network, name="Mine")
    columns: dict[str, list[Any]] = {"val/Accuracy": [0.5]}
    other.send(other.worker.hello(), other.worker.metrics(1, **columns))
    run = read(other)
    assert (run["network_id"], run["name"], run["network_name"]) == (network, "Mine", "数字 7/8")
    listed = server.client.get(f"/api/runs?network_id={network}").json()
    assert [each["id"] for each in listed] == [other.run]
    card = server.client.get(f"/api/networks/{network}").json()
    assert (card["num_runs"], card["best"]) == (1, {"val/Accuracy": 0.5})


def test_worker_when_it_tells_its_life_is_seen_in_the_run(player: Player) -> None:
    worker = player.worker
    assert player.send(worker.hello(), worker.event("state", state="running", phase="training")) == {
        "seq": 2,
        "commands": [],
    }
    columns: dict[str, list[Any]] = {"train/loss": [2.0, "NaN"], "lr": [0.1, None]}
    player.send(worker.metrics(1, 2, **columns))
    run = read(player)
    assert (run["state"], run["phase"], run["step"], run["device"]) == ("running", "training", 2, "cpu")
    assert run["last"] == {"train/loss": "NaN", "lr": 0.1}
    assert run["best"] == {"train/loss": 2.0}
    player.end()
    run = read(player)
    assert (run["state"], run["reason"], run["cursor"]) == ("completed", "finished", 4)


def test_events_when_read_in_parts_are_all_there(player: Player) -> None:
    player.send(player.worker.hello(), *[player.worker.metrics(step) for step in range(1, 8)])
    seen: list[int] = []
    cursor = 0
    while True:
        page = player.server.client.get(f"/api/runs/{player.run}/events?after={cursor}&limit=3").json()
        if not page["events"]:
            break
        seen += [each["cursor"] for each in page["events"]]
        cursor = page["cursor"]
    assert seen == list(range(1, 9))
    assert cursor == 8


def test_events_when_asked_for_some_types_are_all_there_in_parts(player: Player) -> None:
    worker = player.worker
    player.send(worker.hello())
    for step in range(1, 8):
        player.send(worker.metrics(step), worker.event("log", message=f"line {step}"))
    player.send(worker.metrics(8))
    path = f"/api/runs/{player.run}/events?types=log,hello"
    seen: list[int] = []
    cursor = 0
    pages = 0
    while cursor < read(player)["cursor"]:
        page = player.server.client.get(f"{path}&after={cursor}&limit=3").json()
        seen += [each["cursor"] for each in page["events"]]
        cursor = page["cursor"]
        pages += 1
    assert seen == [1, 3, 5, 7, 9, 11, 13, 15]
    assert (cursor, pages) == (16, 3)
    assert player.server.client.get(f"{path}&after=99").json() == {"events": [], "cursor": 99}
    for unknown in ("nosuch", "log,nosuch", "", "log,"):
        refused = player.server.client.get(f"/api/runs/{player.run}/events?types={unknown}")
        problem = assert_problem(refused, 422, "invalid_request")
        assert "hello, state, metrics" in problem["detail"]


def test_metrics_when_asked_for_some_gives_columns(player: Player) -> None:
    steps = list(range(1, 501))
    columns: dict[str, list[Any]] = {"train/loss": [1 / step for step in steps], "lr": [0.1] * 500}
    player.send(player.worker.hello())
    player.send(player.worker.metrics(*steps, **columns))
    found = player.server.client.get(f"/api/runs/{player.run}/metrics?names=train/loss,nosuch&max_points=20").json()
    (series,) = found["series"]
    assert (series["name"], series["points"], found["cursor"]) == ("train/loss", 500, 2)
    assert series["steps"][0] == 1
    assert series["steps"][-1] == 500
    assert len(series["steps"]) == len(series["values"]) == len(series["epochs"]) == len(series["elapsed"]) <= 20
    assert len(player.server.client.get(f"/api/runs/{player.run}/metrics").json()["series"]) == 2


def curves_of(server: RealServer, query: dict[str, Any]) -> dict[str, tuple[int, NDArray[np.float64]]]:
    """By run: how many points there are, and the columns of those that were kept."""
    body = server.client.get("/api/runs/curves", params=query).raise_for_status().content
    (size,) = struct.unpack_from("<I", body)
    assert (4 + size) % 8 == 0
    found, offset = {}, 4 + size
    for head in json.loads(body[4 : 4 + size]):
        columns = np.frombuffer(body, "<f8", 4 * head["length"], offset).reshape(4, -1)
        found[head["run"]] = (head["points"], columns)
        offset += columns.nbytes
    assert offset == len(body)
    return found


def test_curves_of_several_runs_are_packed_as_columns_and_thinned(
    server: RealServer, executor: FakeExecutor, player: Player
) -> None:
    steps = list(range(1, 501))
    player.send(player.worker.hello())
    player.send(player.worker.metrics(*steps, **{"train/loss": [1 / step for step in steps]}))
    player.end()
    other = start(server, executor)
    other.send(other.worker.hello(), other.worker.metrics(1, 2, **{"train/loss": [2.0, "NaN"]}))
    query: dict[str, Any] = {
        "run": [player.run, other.run, "nosuchrun0000000", player.run],
        "name": "train/loss",
        "max_points": 20,
    }
    found = curves_of(server, query)
    assert {run: (points, columns.shape[1] <= 20) for run, (points, columns) in found.items()} == {
        player.run: (500, True),
        other.run: (2, True),
    }
    assert found[player.run][1][0, [0, -1]].tolist() == [1, 500]
    assert found[other.run][1][0].tolist() == [1, 2]
    assert np.isnan(found[other.run][1][3][1])
    nothing = server.client.get("/api/runs/curves", params=query | {"name": "nosuch"}).content
    assert json.loads(nothing[4:]) == []
    assert_problem(server.client.get("/api/runs/curves?name=train/loss"), 422, "invalid_request")


@pytest.mark.parametrize("max_points", [20, 400, 450])
def test_curves_are_those_of_the_run_before_and_after_it_ended_and_after_it_went_on(
    server: RealServer, executor: FakeExecutor, player: Player, max_points: int
) -> None:
    def assert_same() -> None:
        ((num, columns),) = curves_of(server, query).values()
        whole = server.client.get(f"/api/runs/{player.run}/metrics?names=train/loss&max_points=1000").json()["series"][
            0
        ]
        points = np.array([whole[name] for name in ("steps", "epochs", "elapsed", "values")])
        assert num == points.shape[1] == whole["points"]
        assert columns.shape[1] <= max_points
        assert (columns[3].min(), columns[3].max()) == (points[3].min(), points[3].max())
        kept = np.searchsorted(points[0], columns[0])
        assert kept[[0, -1]].tolist() == [0, num - 1]
        assert columns.tolist() == points[:, kept].tolist()

    def losses(first: int, last: int, spike: float) -> dict[str, list[Any]]:
        return {"train/loss": [spike if step == last - 7 else 1 / step for step in range(first, last + 1)]}

    query: dict[str, Any] = {"run": [player.run], "name": "train/loss", "max_points": max_points}
    player.send(player.worker.hello(), player.worker.checkpoint(300, b"one"))
    player.send(player.worker.metrics(*range(1, 501), **losses(1, 500, 7.0)))
    assert_same()
    player.end("stopped", "stopped_by_user")
    assert_same()
    player.server.client.post(f"/api/runs/{player.run}/resume")
    second = wait_for(server, executor, player.run, 2)
    second.send(second.worker.hello(resumed_from_step=300))
    assert_same()
    second.send(second.worker.metrics(*range(301, 501), **losses(301, 500, 8.0)))
    assert_same()
    second.send(second.worker.metrics(*range(501, 901), **losses(501, 900, 9.0)))
    second.end()
    assert_same()


def test_worker_when_its_batch_is_not_its_own_is_refused(player: Player) -> None:
    event = player.worker.hello()
    assert_problem(player.post(event, attempt=2), 401, "not_signed_in")
    stolen = player.server.stranger.post(
        f"/api/worker/runs/{player.run}/events",
        json={"attempt": 1, "events": []},
        headers={"authorization": "Bearer token-of-the-tests"},
    )
    assert_problem(stolen, 401, "not_signed_in")
    foreign = event.model_copy(update={"run": "b" * 16})
    assert_problem(player.post(foreign), 422, "invalid_request")
    assert_problem(player.post(event.model_copy(update={"seq": 2**60})), 400, "invalid_json")
    assert read(player)["cursor"] == 0


def test_stop_when_asked_twice_reaches_the_worker_and_ends_the_run(player: Player) -> None:
    player.send(player.worker.hello())
    for _ in range(2):
        stopped = player.server.client.post(f"/api/runs/{player.run}/stop").json()
        assert (stopped["state"], stopped["commands_waiting"]) == ("running", ["stop"])
    assert player.send()["commands"] == [{"type": "stop"}]
    player.end("stopped", "stopped_by_user")
    again = player.server.client.post(f"/api/runs/{player.run}/stop").json()
    assert (again["state"], again["commands_waiting"]) == ("stopped", [])


def test_resume_when_stopped_goes_on_from_the_last_whole_checkpoint(player: Player, executor: FakeExecutor) -> None:
    worker = player.worker
    player.send(worker.hello(), worker.metrics(1, 2), worker.checkpoint(1, b"one"), worker.checkpoint(2, b"two"))
    player.end("stopped", "stopped_by_user")
    (worker.folder / "checkpoints" / "last-2.safetensors").write_bytes(b"TWO")
    player.server.client.post(f"/api/runs/{player.run}/resume")
    second = wait_for(player.server, executor, player.run, 2)
    assert second.worker.spec.resume_from == "checkpoints/last-1.safetensors"
    assert_problem(player.post(worker.metrics(3)), 409, "fenced")
    second.send(second.worker.hello(resumed_from_step=1))
    run = read(second)
    assert (run["state"], run["step"], run["attempt"]) == ("running", 1, 2)


def test_resume_when_completed_is_refused(player: Player) -> None:
    player.send(player.worker.hello())
    player.end()
    assert_problem(player.server.client.post(f"/api/runs/{player.run}/resume"), 409, "run_cannot_resume")


def test_pause_when_asked_twice_pauses_once(player: Player) -> None:
    player.send(player.worker.hello())
    for _ in range(2):
        player.server.client.post(f"/api/runs/{player.run}/pause")
    assert player.send()["commands"] == [{"type": "pause"}]
    assert player.send(player.worker.event("state", state="paused"))["commands"] == []
    (cpu,) = [each for each in player.server.client.get("/api/queue").json()["devices"] if each["device"] == "cpu"]
    name = player.server.client.get(f"/api/runs/{player.run}").json()["name"]
    assert (cpu["num_running"], cpu["paused"]) == (1, [{"id": player.run, "name": name}])
    for _ in range(2):
        resumed = player.server.client.post(f"/api/runs/{player.run}/resume").json()
        assert (resumed["state"], resumed["commands_waiting"]) == ("paused", ["resume"])


def test_update_when_named_and_tagged_keeps_it(player: Player) -> None:
    path = f"/api/runs/{player.run}"
    body = {"name": "新", "notes": "n" * 1000, "tags": ["a", "b"]}
    updated = player.server.client.patch(path, json=body).json()
    assert {key: updated[key] for key in body} == body
    assert player.server.client.patch(path, json={"tags": []}).json()["name"] == "新"
    assert_problem(player.server.client.patch(path, json={"state": "completed"}), 422, "invalid_request")


def test_delete_when_the_run_is_over_removes_everything(player: Player) -> None:
    path = f"/api/runs/{player.run}"
    assert_problem(player.server.client.delete(path), 409, "run_is_active")
    player.send(player.worker.hello(), player.worker.checkpoint(1))
    player.end()
    assert player.server.client.delete(path).status_code == 204
    assert not player.worker.folder.exists()
    for suffix in ("", "/events", "/metrics", "/checkpoints", "/source", "/log"):
        assert_problem(player.server.client.get(path + suffix), 404, "not_found")


def test_source_when_training_has_not_begun_says_when_it_comes(player: Player) -> None:
    path = f"/api/runs/{player.run}/source"
    assert_problem(player.server.client.get(path), 409, "not_ready")
    (player.worker.folder / "model.py").write_text("# 数字\n", encoding="utf-8")
    response = player.server.client.get(path)
    assert response.text == "# 数字\n"
    assert response.headers["content-type"] == "text/x-python; charset=utf-8"


def test_log_when_read_is_what_the_worker_printed(player: Player) -> None:
    assert player.server.client.get(f"/api/runs/{player.run}/log").text == ""
    (player.worker.folder / "log.txt").write_bytes(b"hello \xff\n")
    assert player.server.client.get(f"/api/runs/{player.run}/log").text == "hello \ufffd\n"


def test_checkpoints_when_downloaded_are_whole_named_and_resumable(player: Player) -> None:
    content = bytes(range(256)) * 40
    player.send(player.worker.hello(), player.worker.checkpoint(3, content, "best"))
    (found,) = player.server.client.get(f"/api/runs/{player.run}/checkpoints").json()
    assert (found["kind"], found["step"], found["bytes"], found["is_available"]) == ("best", 3, len(content), True)
    path = f"/api/checkpoints/{found['id']}/download"
    whole = player.server.client.get(path)
    assert whole.content == content
    assert "filename*=UTF-8''%E6%95%B0%E5%AD%97%207_8-best-3.safetensors" in whole.headers["content-disposition"]
    part = player.server.client.get(path, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
    outside = player.server.client.get(path, headers={"range": "bytes=99999999-"})
    assert_problem(outside, 416, "range_not_satisfiable")
    assert outside.headers["content-range"] == f"bytes */{len(content)}"
    for odd in ("bytes=x", "lines=1-2", "bytes=", "bytes=5", f"bytes={'1' * 5000}-"):
        assert_problem(player.server.client.get(path, headers={"range": odd}), 400, "invalid_request")
    last = player.server.client.get(path, headers={"range": "bytes=-5"})
    assert last.content == content[-5:]
    assert_problem(player.server.client.get(f"{path}?format=exe"), 422, "invalid_request")


def test_checkpoint_when_its_file_changed_or_went_is_not_given_out(player: Player) -> None:
    player.send(player.worker.hello(), player.worker.checkpoint(3, b"weights"))
    (found,) = player.server.client.get(f"/api/runs/{player.run}/checkpoints").json()
    file = player.worker.folder / "checkpoints" / "last-3.safetensors"
    file.write_bytes(b"wEights")
    assert_problem(player.server.client.get(f"/api/checkpoints/{found['id']}/download"), 410, "checkpoint_damaged")
    file.unlink()
    (gone,) = player.server.client.get(f"/api/runs/{player.run}/checkpoints").json()
    assert gone["is_available"] is False


@pytest.mark.parametrize("file", ["../../../token", "/etc/passwd", "checkpoints/../../x", "checkpoints/nosuch"])
def test_checkpoint_when_its_file_lies_elsewhere_gets_no_row(player: Player, file: str) -> None:
    hello = player.worker.hello()
    event = player.worker.event(
        "checkpoint", kind="last", step=1, epoch=1, file=file, bytes=1, sha256="0" * 64, metrics={}
    )
    assert player.send(hello, event)["seq"] == 2
    assert player.server.client.get(f"/api/runs/{player.run}/checkpoints").json() == []


def test_training_routes_when_asked_answer(server: RealServer) -> None:
    options = server.client.get("/api/training/options").json()
    assert options["losses"]
    assert options["transforms"]
    assert "cpu" in [device["id"] for device in options["devices"]]
    suggested = server.client.post("/api/training/suggest", json={"document": digits(), "source": "digits"}).json()
    assert suggested["problems"] == []
    body = {"training": suggested["config"], "num_samples": 1797}
    curve = server.client.post("/api/training/curve", json=body).json()
    assert len(curve["steps"]) == len(curve["values"]) <= 400
    assert curve["steps"][0] == 1
    bad = {"training": {"schedule": {"type": "Nope"}}, "num_samples": 10}
    assert_problem(server.client.post("/api/training/curve", json=bad), 422, "invalid_request")
    missing = server.client.post("/api/training/suggest", json={"document": digits(), "source": "nosuch"})
    assert_problem(missing, 404, "not_found")


def test_settings_when_asked_for_are_those_each_run_was_started_with(player: Player) -> None:
    client = player.server.client
    settings = {each["id"]: each["training"] for each in client.get("/api/runs/settings").json()}
    assert settings[player.run] == client.get(f"/api/runs/{player.run}").json()["training"]
    assert set(settings) == {run["id"] for run in client.get("/api/runs").json()}


def test_run_when_archived_and_taken_back_says_when_and_loses_nothing(player: Player) -> None:
    client, path = player.server.client, f"/api/runs/{player.run}"
    player.send(player.worker.hello(), player.worker.metrics(1, 2, **{"val/loss": [2.0, 1.0]}))
    put_away = client.patch(path, json={"is_archived": True}).json()
    assert put_away["archived"] is not None
    assert client.patch(path, json={"is_archived": True}).json()["archived"] == put_away["archived"]
    assert client.patch(path, json={"tags": ["kept"]}).json()["archived"] == put_away["archived"]
    back = client.patch(path, json={"is_archived": False}).json()
    assert (back["archived"], back["tags"]) == (None, ["kept"])
    assert back["ranges"]["val/loss"] == {"lowest": 1.0, "lowest_epoch": 1, "highest": 2.0, "highest_epoch": 1}


@pytest.mark.parametrize("tags", [[""], ["x" * 101], ["x"] * 51])
def test_tags_when_empty_too_long_or_too_many_are_refused(player: Player, tags: list[str]) -> None:
    answer = player.server.client.patch(f"/api/runs/{player.run}", json={"tags": tags})
    assert_problem(answer, 422, "invalid_request")
