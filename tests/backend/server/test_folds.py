"""Cross-validation over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import digits, end_all
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.services import run_rows
from netwright.store.runs import insert_run
from netwright.training.spec import RunSpec

FOUR = {"data": {"source": "digits", "split": {"folds": 4, "fold": 2, "seed": 3}}}


def spec_of(server: RealServer, run: str) -> RunSpec:
    return RunSpec.model_validate_json((server.settings.runs_folder / run / "spec.json").read_text(encoding="utf-8"))


def folders(server: RealServer) -> set[Path]:
    return set(server.settings.runs_folder.glob("*"))


def order(server: RealServer, training: dict[str, Any] = FOUR, **more: Any) -> Any:
    body = {"document": digits(), "training": training} | more
    return server.client.post("/api/runs/cross-validation", json=body)


def test_each_fold_is_a_run_that_holds_its_own_samples_out(server: RealServer) -> None:
    answer = order(server)
    assert answer.status_code == 201, answer.text
    started = answer.json()
    runs = [server.client.get(f"/api/runs/{run}").json() for run in started["runs"]]
    assert [run["name"] for run in runs] == [f"数字 7/8, fold {fold} of 4" for fold in (1, 2, 3, 4)]
    assert all(run["tags"] == [started["tag"]] == ["数字 7/8: 4-fold cross-validation"] for run in runs)
    assert [run["training"]["data"]["split"]["fold"] for run in runs] == [1, 2, 3, 4]
    held_out: list[int] = []
    prints = set()
    for run in started["runs"]:
        spec = spec_of(server, run)
        raw = open_source(spec.source).load()
        data = prepare(raw, spec.training.data)
        prints.add(data.fingerprint)
        held_out.append(len(data.validation))
    assert sum(held_out) == len(raw.targets)
    assert len(prints) == 4, "no two runs train on the same samples"
    end_all(server)


def test_two_cross_validations_are_two_groups_of_the_network_they_came_from(server: RealServer) -> None:
    network = server.client.post("/api/networks", json={"document": digits(name="Folded")}).json()["id"]
    training = {"data": {"source": "digits", "split": {"folds": 2}}}
    body = {"network_id": network, "training": training, "name": "Mine"}
    first, second = (server.client.post("/api/runs/cross-validation", json=body).json() for _ in range(2))
    assert (first["tag"], second["tag"]) == ("Folded: 2-fold cross-validation", "Folded: 2-fold cross-validation 2")
    listed = server.client.get("/api/runs", params={"network_id": network}).json()
    assert {run["id"] for run in listed} == {*first["runs"], *second["runs"]}
    assert {run["name"] for run in listed} == {"Mine, fold 1 of 2", "Mine, fold 2 of 2"}
    end_all(server)


def test_names_are_in_the_language_of_whoever_asks(server: RealServer) -> None:
    body = {"document": digits(), "training": {"data": {"source": "digits", "split": {"folds": 2}}}}
    answer = server.client.post("/api/runs/cross-validation", json=body, headers={"accept-language": "zh-Hans"})
    run = server.client.get(f"/api/runs/{answer.json()['runs'][0]}").json()
    assert "第 1 折，共 2 折" in run["name"]
    assert "2 折交叉验证" in run["tags"][0]
    end_all(server)


@pytest.mark.parametrize(
    ("training", "code", "says"),
    [
        ({"data": {"source": "digits"}}, "invalid_request", "how many folds"),
        ({"data": {"source": "digits", "split": {"folds": 1}}}, "invalid_request", "folds"),
        ({"data": {"source": "iris", "split": {"folds": 2}}}, "invalid_run", "problem"),
        ({"data": {"source": "digits", "split": {"folds": 3, "by": "column"}}}, "invalid_run", "problem"),
    ],
)
def test_what_cannot_be_cross_validated_starts_nothing(
    server: RealServer, training: dict[str, Any], code: str, says: str
) -> None:
    before = server.client.get("/api/runs").json(), folders(server)
    assert says in str(assert_problem(order(server, training), 422, code))
    assert (server.client.get("/api/runs").json(), folders(server)) == before


def test_folds_when_one_cannot_be_written_leave_nothing_behind(
    server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server.client.get("/api/runs").json(), folders(server)
    calls: list[str] = []

    def fail_at_third(*given: Any) -> Any:
        calls.append("")
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return insert(*given)

    insert = insert_run
    monkeypatch.setattr(run_rows, "insert_run", fail_at_third)
    assert order(server).status_code >= 500
    assert (server.client.get("/api/runs").json(), folders(server)) == before


def test_folds_of_a_set_with_a_split_of_its_own_are_refused_with_the_field(server: RealServer) -> None:
    document = server.client.get("/api/architectures/gcn_karate").json()["document"]
    training = {"data": {"source": "karate", "split": {"folds": 3}}}
    problems = assert_problem(order(server, training, document=document), 422, "invalid_run")["problems"]
    found = [each for each in problems if each["code"] == "folds_not_possible"]
    assert [each["field"] for each in found] == ["data.split.folds"]
    assert "a split of its own" in found[0]["message"]
