"""The one file that holds a workspace: out of one real server, into another."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import digits, start
from backend.services.fakes import FakeExecutor

CSV = b"size,colour,kind\n" + b"".join(f"{n},{'red' if n % 2 else 'blue'},{n % 3}\n".encode() for n in range(60))
EXPORT = "/api/workspace/export"
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that has nothing yet."""
    with RealServer(tmp_path_factory.mktemp("other"), FakeExecutor()) as server:
        yield server


@pytest.fixture(scope="module")
def ids(server: RealServer, executor: FakeExecutor) -> dict[str, str]:
    """A network with two versions, an upload, and a run with all that a run can have."""
    client = server.client
    answer = client.post("/api/datasets", params={"filename": "things.csv"}, content=CSV)
    assert answer.status_code == 201, answer.text
    dataset = answer.json()["id"]
    training = {"data": {"source": dataset}}
    network = client.post("/api/networks", json={"document": digits(20, training=training)}).json()
    client.patch(f"/api/networks/{network['id']}/revisions/1", json={"label": "first"})
    saved = client.put(
        f"/api/networks/{network['id']}", json={"document": digits(10, training=training), "revision": 1}
    )
    assert saved.status_code == 200, saved.text
    player = start(server, executor, document=None, network_id=network["id"], training={})
    worker = player.worker
    player.send(worker.hello(), worker.metrics(1, 2, 3), worker.checkpoint(3))
    (worker.folder / "model.py").write_text("raise SystemExit('never executed')\n")
    (worker.folder / "log.txt").write_text("hello\n")
    player.end()
    client.patch(f"/api/runs/{player.run}", json={"name": "good", "notes": "kept", "tags": ["a"]})
    return {"network": network["id"], "dataset": dataset, "run": player.run}


def export(server: RealServer, **params: Any) -> bytes:
    answer = server.client.get(EXPORT, params=params)
    assert answer.status_code == 200, answer.text
    assert ".netwright.zip" in answer.headers["content-disposition"]
    return answer.content


def take_in(server: RealServer, content: bytes) -> Any:
    return server.client.post("/api/workspace/import", params={"filename": "all.zip"}, content=content)


def everything(server: RealServer) -> list[Any]:
    return [server.client.get(f"/api/{kind}").json() for kind in ("networks", "runs", "datasets", "blocks", "weights")]


def test_everything_comes_back(server: RealServer, other: RealServer, ids: dict[str, str]) -> None:
    size = server.client.get("/api/workspace").json()
    assert (size["networks"], size["runs"], size["datasets"]) == (1, 1, 1)
    assert size["checkpoint_bytes"] == len(b"weights") + len(b"{}")
    assert size["data_bytes"] >= len(CSV)
    answer = take_in(other, export(server))
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"networks": 1, "blocks": 0, "runs": 1, "datasets": 1, "checkpoints": 1, "copies": 0}

    def seen(place: RealServer, path: str) -> Any:
        return place.client.get(path).json()

    run, network = ids["run"], ids["network"]
    for path in (
        f"/api/networks/{network}",
        f"/api/networks/{network}/revisions",
        f"/api/networks/{network}/revisions/1",
        f"/api/runs/{run}",
        f"/api/runs/{run}/metrics",
        f"/api/runs/{run}/events",
        f"/api/runs/{run}/checkpoints",
    ):
        assert seen(other, path) == seen(server, path), path
    for path in (f"/api/runs/{run}/log", f"/api/runs/{run}/source"):
        assert other.client.get(path).text == server.client.get(path).text
    checkpoint = seen(other, f"/api/runs/{run}/checkpoints")[0]["id"]
    assert other.client.get(f"/api/checkpoints/{checkpoint}/download").content == b"weights"
    assert (other.settings.home / "data" / "uploads" / ids["dataset"] / "original").read_bytes() == CSV
    assert not list((other.settings.home / "workspace").iterdir())


def test_code_from_a_file_is_never_executed(other: RealServer, ids: dict[str, str]) -> None:
    folder = other.settings.runs_folder / ids["run"]
    assert not (folder / "model.py").exists()
    checkpoint = other.client.get(f"/api/runs/{ids['run']}/checkpoints").json()[0]["id"]
    body = assert_problem(other.client.post(f"/api/checkpoints/{checkpoint}/exports?format=bundle"), 409, "not_ready")
    assert "never executed" in body["detail"]


def test_a_second_import_gives_copies_that_belong_together(server: RealServer, other: RealServer) -> None:
    before = {run["id"] for run in other.client.get("/api/runs").json()}
    answer = take_in(other, export(server))
    assert answer.json()["copies"] == 3, answer.text
    runs = other.client.get("/api/runs").json()
    (copy,) = [run for run in runs if run["id"] not in before]
    assert copy["network_id"] not in {run["network_id"] for run in runs if run["id"] in before}
    read = other.client.get(f"/api/runs/{copy['id']}").json()
    assert (read["notes"], read["tags"]) == ("kept", ["a"])
    events = other.client.get(f"/api/runs/{copy['id']}/events").json()["events"]
    assert {event["run"] for event in events} == {copy["id"]}
    document = other.client.get(f"/api/networks/{copy['network_id']}").json()["document"]
    assert document["training"]["data"]["source"] in {each["id"] for each in other.client.get("/api/datasets").json()}
    spec = json.loads((other.settings.runs_folder / copy["id"] / "spec.json").read_text())
    assert spec["run"] == copy["id"]


def test_what_is_not_wished_stays_behind(server: RealServer, ids: dict[str, str]) -> None:
    names = zipfile.ZipFile(
        io.BytesIO(export(server, network=ids["network"], checkpoints=False, data=False))
    ).namelist()
    assert not [name for name in names if "checkpoints/" in name or "datasets/" in name]
    assert_problem(server.client.get(EXPORT, params={"network": "nobody"}), 404, "not_found")


def _zip(members: dict[str, bytes], *, told: bool = True) -> bytes:
    """The members again, with a manifest that is right where ``told``."""
    manifest = json.loads(members.pop("manifest.json"))
    if told:
        manifest["members"] = {
            name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in members.items()
        }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return target.getvalue()


def _edit(part: str, **fields: Any) -> Change:
    def change(members: dict[str, bytes]) -> None:
        lines = [json.loads(line) for line in members[f"rows/{part}.jsonl"].splitlines()]
        lines[-1] |= fields
        members[f"rows/{part}.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return change


def _twice(part: str) -> Change:
    def change(members: dict[str, bytes]) -> None:
        members[f"rows/{part}.jsonl"] *= 2

    return change


def _put(name: str, data: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        members[name] = data

    return change


def _manifest(**fields: Any) -> Change:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | fields).encode()

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_manifest(format=99), "newer Netwright"),
        (_manifest(kind="another"), "no export of a workspace"),
        (_put("files/runs/../../../evil.txt", b"x"), "no export writes"),
        (_put("/etc/evil", b"x"), "no export writes"),
        (_put("rows/runs.jsonl", b"{nonsense\n"), "line 1 of runs"),
        (_edit("runs", surprise=1), "Its surprise does not fit."),
        (_edit("runs", state="line 1 of runs"), "line 1 of runs"),
        (_edit("runs", id="../../evil"), "line 1 of runs"),
        (_edit("checkpoints", file="../evil", kind="last"), "of checkpoints"),
        (_twice("events"), "do not go together"),
        (_edit("events", run_id="aaaaaaaaaaaaaaaa"), "of events"),
        (_edit("metrics", points=10**6), "of metrics"),
        (_edit("revisions", document='{"format": 1, "name": 3}'), "of revisions"),
        (_put("rows/revisions.jsonl", b""), "newest version"),
    ],
)
def test_a_lying_file_is_refused_and_nothing_is_taken(
    server: RealServer, other: RealServer, change: Change, words: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(export(server))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    refused_whole(other, _zip(members), words)


def refused_whole(other: RealServer, content: bytes, words: str) -> None:
    before, files = everything(other), _files(other.settings.home)
    body = assert_problem(take_in(other, content), 422, "bad_file")
    assert words in body["detail"], body["detail"]
    assert everything(other) == before
    assert _files(other.settings.home) == files


def _files(home: Path) -> set[Path]:
    return {path for name in ("runs", "data/uploads", "weights", "workspace") for path in (home / name).rglob("*")}


def test_a_changed_byte_a_cut_end_and_another_zip_are_refused(server: RealServer, other: RealServer) -> None:
    whole = export(server)
    refused_whole(other, whole[: len(whole) // 2], "not a sound ZIP")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    log = next(name for name in members if name.endswith("log.txt"))
    members[log] = b"HELLO\n"
    refused_whole(other, _zip(members, told=False), "differs from what the manifest says")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("cat.png", b"x")
    refused_whole(other, target.getvalue(), "manifest.json")


def test_what_fails_in_the_middle_leaves_nothing(
    server: RealServer, other: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = export(server)
    before, files = everything(other), _files(other.settings.home)
    rename = Path.rename

    def break_down(path: Path, target: Path) -> Path:
        if path.parent.name == "datasets":
            raise OSError("the disk is gone")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", break_down)
    assert take_in(other, content).status_code == 500
    monkeypatch.undo()
    assert everything(other) == before
    assert _files(other.settings.home) == files
