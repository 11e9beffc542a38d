"""From the order to train to the first step: a warm worker, and a plain process beside it."""

import itertools
import statistics
import tempfile
import time
from pathlib import Path

import orjson
from netwright.data.base import SourceSpec
from netwright.executors.local import LocalExecutor
from netwright.graph.document import Block, Document, Edge, Node
from netwright.training.config import TrainingConfig
from netwright.training.spec import AttemptSpec, RunSpec

ROUNDS = 9
PAUSE_SECONDS = 3.0
"""Between two runs: the next worker warms up meanwhile, as it does between two clicks."""


def write_run(folder: Path) -> None:
    """Digits through one convolution."""
    nodes = [
        Node(id="image", type="Input", params={"shape": [1, 8, 8]}),
        Node(id="conv", type="Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        Node(id="act", type="ReLU"),
        Node(id="flat", type="Flatten"),
        Node(id="head", type="Linear", params={"out_features": 10}),
        Node(id="scores", type="Output"),
    ]
    edges = [Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(nodes)]
    spec = RunSpec(
        run=folder.name,
        document=Document(network=Block(nodes=nodes, edges=edges)),
        training=TrainingConfig(epochs=1),
        source=SourceSpec(type="digits"),
        versions={},
        created=time.time(),
    )
    (folder / "attempts").mkdir(parents=True)
    (folder / "spec.json").write_text(spec.model_dump_json(), encoding="utf-8")
    attempt = AttemptSpec(run=folder.name, attempt=1, token="")
    (folder / "attempts" / "1.json").write_text(attempt.model_dump_json(), encoding="utf-8")


def seconds_to_first_step(executor: LocalExecutor, folder: Path, *, plain: bool = False) -> float:
    """Until the loop takes its first batch (it says that it trains); the first loss follows with the next report."""
    write_run(folder)
    began = time.time()
    handle = executor._submit_plain(folder, 1) if plain else executor.submit(folder, 1)
    while executor.poll(handle) == "alive":
        time.sleep(0.01)
    lines = (folder / "attempts" / "1.spool.jsonl").read_bytes().splitlines()
    first = next(event for event in map(orjson.loads, lines) if event["type"] == "state")
    return float(first["time"]) - began


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        executor = LocalExecutor(Path(home))
        executor.start()
        warm, plain = [], []
        time.sleep(10)
        for i in range(ROUNDS):
            warm.append(seconds_to_first_step(executor, Path(home) / f"warm{i}"))
            if i % 3 == 0:
                plain.append(seconds_to_first_step(executor, Path(home) / f"plain{i}", plain=True))
            time.sleep(PAUSE_SECONDS)
        executor.close()
    print(
        f"warm worker    {statistics.median(warm) * 1e3:7.0f} ms, at worst {max(warm) * 1e3:.0f} ms (wanted: 150 or less)"
    )
    print(f"plain process  {statistics.median(plain) * 1e3:7.0f} ms")


if __name__ == "__main__":
    main()
