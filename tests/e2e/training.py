"""Training through the page, and what a Python without Netwright makes of the result."""

import re
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from e2e.conftest import Server
from e2e.drawing import Editor
from playwright.sync_api import Page, expect

TRAINING_MS = 480_000
"""How long a training of a minute may take on a busy machine."""


def chain(name: str, *nodes: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """A document whose nodes ``(id, type, params)`` follow one another."""
    return {
        "format": 1,
        "name": name,
        "network": {
            "parameters": {},
            "nodes": [{"id": node, "type": kind, "params": params} for node, kind, params in nodes],
            "edges": [{"source": a[0], "target": b[0]} for a, b in pairwise(nodes)],
        },
    }


def create_network(server: Server, document: dict[str, Any]) -> str:
    """Saves ``document`` and gives its network's id."""
    with server.client() as client:
        answer = client.post("/api/networks", json={"document": document})
        answer.raise_for_status()
        return str(answer.json()["id"])


def start_run(
    server: Server,
    document: dict[str, Any],
    source: str,
    *,
    epochs: int,
    lr: float,
    name: str | None = None,
    steps: Iterable[Any] = (),
) -> str:
    """Starts a run with the suggested training but for these settings, without a page, and gives its id.

    ``steps``: the preprocessing that stands in place of the suggested one; empty leaves that one.
    """
    with server.client() as client:
        asked = {"document": document, "source": source}
        config = client.post("/api/training/suggest", json=asked).raise_for_status().json()["config"]
        config["optimizer"]["params"]["lr"] = lr
        if chosen := list(steps):
            config["data"]["preprocess"] = chosen
        body = {"document": document, "training": {**config, "epochs": epochs}, "name": name}
        return str(client.post("/api/runs", json=body).raise_for_status().json()["id"])


def wait_for_runs(server: Server, runs: Iterable[str]) -> None:
    """Waits until all of them are completed; fails as soon as one can no longer be."""
    waiting = set(runs)
    with server.client() as client:
        while waiting:
            for run in list(waiting):
                state = client.get(f"/api/runs/{run}").raise_for_status().json()["state"]
                assert state in {"queued", "starting", "running", "completed"}, state
                if state == "completed":
                    waiting.remove(run)
            time.sleep(0.2)


def open_document(page: Page, server: Server, document: dict[str, Any]) -> Editor:
    """Saves ``document`` and opens its network."""
    page.goto(f"http://127.0.0.1:{server.port}/networks/{create_network(server, document)}")
    # The first check waits until the server has loaded PyTorch.
    expect(page.get_by_role("button", name=re.compile("problem", re.IGNORECASE))).to_be_visible(timeout=60_000)
    return Editor(page)


def open_training(page: Page, server: Server, network: str, source: str, epochs: int) -> None:
    """Opens the training form over ``network`` and chooses data and length."""
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=train")
    expect(page.get_by_test_id("train-source")).to_be_visible(timeout=TRAINING_MS)
    page.get_by_test_id("train-source").select_option(source)
    length = page.get_by_test_id("train-drawer").get_by_label("Epochs", exact=True)
    # The first suggestion waits for PyTorch, which the server loads behind its first page.
    expect(length).to_be_visible(timeout=TRAINING_MS)
    length.fill(str(epochs))
    length.press("Tab")


def wait_for_check(page: Page) -> None:
    """Until the server has said of the settings as they stand what it would say at a start."""
    expect(page.get_by_test_id("train-drawer").locator("footer")).to_have_attribute("aria-busy", "false")


def mend(page: Page) -> None:
    """Presses the first fix until the form has no problem left."""
    drawer = page.get_by_test_id("train-drawer")
    start = drawer.get_by_test_id("train-start")
    for _ in range(6):
        wait_for_check(page)
        fix = drawer.get_by_test_id("train-problems").get_by_role("button", name="Set ")
        expect(start.or_(fix.first).first).to_be_visible()
        if fix.count() == 0:
            break
        problem = fix.first.inner_text()
        fix.first.click()
        expect(drawer.get_by_role("button", name=problem)).to_have_count(0)
    expect(start).to_be_enabled()


def start_training(page: Page) -> str:
    """Starts and gives the run's id; the run's page is then open."""
    start = page.get_by_test_id("train-start")
    wait_for_check(page)
    expect(start).to_be_enabled()
    start.click()
    page.wait_for_url("**/runs/*")
    return page.url.rsplit("/", 1)[-1].split("?")[0]


def wait_for_end(page: Page) -> None:
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=TRAINING_MS)


def naive_value(page: Page, metric: str) -> float:
    """What the page shows for an answer that needs no network, of the metric that the run must do better by."""
    row = page.get_by_test_id(f"baseline-{metric}")
    expect(row).to_have_attribute("data-better", "true")
    return float(row.locator("td").first.inner_text())


def values(server: Server, run: str, name: str) -> list[float]:
    """All values of one metric of a run."""
    with server.client() as client:
        answer = client.get(f"/api/runs/{run}/metrics", params={"names": name, "max_points": 100_000})
        answer.raise_for_status()
        return [value for series in answer.json()["series"] for value in series["values"]]


def accuracy_in_plain_pytorch(model: Path, weights: Path, samples: Path) -> float:
    """What a Python without Netwright gets from the files that were taken home."""
    plain = Path(__file__).resolve().parent / "plain.py"
    done = subprocess.run(
        [sys.executable, str(plain), str(model), str(weights), str(samples)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)
