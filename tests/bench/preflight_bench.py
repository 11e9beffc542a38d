"""How long "Try some steps first" takes: from the order to its answer over HTTP, on a warm server (wanted: 5 s).

Each network is the one that its data set's page makes; a ResNet-56 on the digits stands for one that is deep for a CPU.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from e2e.conftest import Server

ROUNDS = 5
SOURCES = ("digits", "wine", "sentences", "waves", "shapes", "karate", "motifs")
PAUSE_SECONDS = 4.0
"""The next worker warms up meanwhile, as it does between two clicks."""


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home))
        server.start()
        try:
            with server.client() as client:
                client.timeout = httpx.Timeout(120)
                for name, order in orders(client).items():
                    measure(client, name, order)
        finally:
            server.stop()


def orders(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """What is asked for, by its name."""
    made = {source: client.post(f"/api/datasets/{source}/network").json()["document"] for source in SOURCES}
    wanted = {source: {"document": document, "training": document["training"]} for source, document in made.items()}
    deep = client.get("/api/architectures/cifar_resnet56").json()["document"]
    for node in deep["network"]["nodes"]:
        if node["type"] == "Input":
            node["params"]["shape"] = [1, 8, 8]
    wanted["ResNet-56 on digits"] = {"document": deep, "training": made["digits"]["training"]}
    return wanted


def measure(client: httpx.Client, name: str, order: dict[str, Any]) -> None:
    times, answer = [], None
    for _ in range(ROUNDS):
        time.sleep(PAUSE_SECONDS)
        began = time.perf_counter()
        answer = client.post("/api/training/preflight", json=order)
        answer.raise_for_status()
        times.append(time.perf_counter() - began)
    print(f"{name:20}  median {statistics.median(times):5.2f} s   worst {max(times):5.2f} s   (wanted: 5)", flush=True)


if __name__ == "__main__":
    main()
