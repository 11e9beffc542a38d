"""Run folders of a small real run, and an executor whose fork server all tests of this folder share."""

import importlib.util
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from netwright.data.base import SourceSpec
from netwright.executors.local import LocalExecutor
from netwright.graph.document import Block, Document, Edge, Node
from netwright.training.config import TrainingConfig
from netwright.training.spec import AttemptSpec, RunSpec


def build_document() -> Document:
    nodes = [
        Node(id="image", type="Input", params={"shape": [1, 8, 8]}),
        Node(id="conv", type="Conv2d", params={"out_channels": 4, "kernel_size": 3}),
        Node(id="act", type="ReLU"),
        Node(id="drop", type="Dropout", params={"p": 0.1}),
        Node(id="flat", type="Flatten"),
        Node(id="head", type="Linear", params={"out_features": 10}),
        Node(id="scores", type="Output"),
    ]
    edges = [Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(nodes)]
    return Document(network=Block(nodes=nodes, edges=edges))


class Run:
    """A run's folder and what its attempts have written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_attempt(self, number: int, **fields: Any) -> None:
        (self.folder / "attempts").mkdir(exist_ok=True)
        attempt = AttemptSpec(run=self.folder.name, attempt=number, token="secret", **fields)  # noqa: S106  (of a fake server)
        (self.folder / "attempts" / f"{number}.json").write_text(attempt.model_dump_json(), encoding="utf-8")

    def events(self, attempt: int = 1) -> list[dict[str, Any]]:
        """Whole lines of an attempt's spool."""
        path = self.folder / "attempts" / f"{attempt}.spool.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def of(self, kind: str, attempt: int = 1) -> list[dict[str, Any]]:
        return [event for event in self.events(attempt) if event["type"] == kind]

    def last_step(self, attempt: int = 1) -> int:
        return max((event["steps"][-1] for event in self.of("metrics", attempt)), default=0)

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8")


MakeRun = Callable[..., Run]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """``make_run("a", epochs=3)``: single samples as batches, so that an epoch has 1,617 steps and a test can be in time."""

    def make(name: str = "r1", source: SourceSpec | None = None, batch_size: int = 1, **config: Any) -> Run:
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        training = TrainingConfig.model_validate(
            {"epochs": 2, "device": "cpu", "data": {"batch_size": batch_size}} | config
        )
        spec = RunSpec(
            run=name,
            document=build_document(),
            training=training,
            source=source or SourceSpec(type="digits"),
            versions={},
            created=time.time(),
        )
        (folder / "spec.json").write_text(spec.model_dump_json(), encoding="utf-8")
        run = Run(folder)
        run.write_attempt(1)
        return run

    return make


@pytest.fixture(scope="session")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalExecutor]:
    os.environ["OMP_NUM_THREADS"] = "1"
    made = LocalExecutor(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    """The failing server of the worker's tests."""
    path = Path(__file__).parents[1] / "worker" / "conftest.py"
    spec = importlib.util.spec_from_file_location("worker_conftest", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fake = module.FakeServer(tmp_path / "server.json")
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def wait_for() -> Callable[..., None]:
    def wait(condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.005)

    return wait
