"""Taking a network home from the page: every format of a checkpoint, and an untrained network."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from e2e.conftest import Server
from e2e.pictures import keep
from e2e.training import chain, create_network, values, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PREPARING_MS = 180_000
NETWORK = chain(
    "Small CNN",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3}),
    ("act", "ReLU"  , {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)  # fmt: skip
ALONE = """
import runpy, sys
sys.modules["netwright"] = None  # importing it raises ImportError from here on
sys.path.insert(0, ".")
sys.argv = ["train.py", "--steps", "5", "--device", "cpu"]
runpy.run_path("train.py", run_name="__main__")
"""


def take(page: Page, item: str, folder: Path) -> Path:
    """Clicks an item of the open menu and waits for its file."""
    with page.expect_download(timeout=PREPARING_MS) as download:
        page.get_by_test_id(f"export-{item}").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target


def test_checkpoint_when_taken_home_runs_elsewhere(server: Server, page: Page, tmp_path: Path) -> None:
    with server.client() as client:
        body = {"document": NETWORK, "training": {"epochs": 1, "device": "cpu"}, "name": "Digits"}
        run = client.post("/api/runs", json=body).json()["id"]
    page.goto(f"http://127.0.0.1:{server.port}/runs/{run}")
    wait_for_end(page)

    page.get_by_test_id("formats-best").click()
    expect(page.get_by_test_id("export-onnx")).to_contain_text("Runs without PyTorch")
    expect(page.get_by_test_id("export-safetensors")).to_contain_text("KiB")
    keep(page, "formats")
    with page.expect_download(timeout=PREPARING_MS) as download:
        page.get_by_test_id("export-onnx").click()
        expect(page.get_by_text("Preparing ONNX")).to_be_visible()
        keep(page, "preparing")
    download.value.save_as(tmp_path / "best.onnx")
    assert download.value.suggested_filename.startswith("Digits-best-")
    session = onnxruntime.InferenceSession(tmp_path / "best.onnx")
    (scores,) = session.run(["scores"], {"image": np.zeros((5, 1, 8, 8), np.float32)})
    assert scores.shape == (5, 10)

    page.get_by_test_id("formats-best").click()
    archive = take(page, "bundle", tmp_path)
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(tmp_path / "project")
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE], cwd=tmp_path / "project", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    losses = [float(line.split("loss ")[1].split()[0]) for line in done.stdout.splitlines()]
    assert losses == values(server, run, "train/loss")[:5]


def test_network_when_exported_before_training_leaves_as_code_document_and_onnx(
    server: Server, page: Page, tmp_path: Path
) -> None:
    network = create_network(server, NETWORK)
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}")
    page.get_by_test_id("export-network").click()
    expect(page.get_by_test_id("export-bundle")).to_contain_text("open Train and choose some first")
    expect(page.get_by_test_id("export-bundle")).to_have_attribute("aria-disabled", "true")
    keep(page, "network-formats")
    assert "class Network(nn.Module)" in take(page, "source", tmp_path).read_text("utf-8")
    page.get_by_test_id("export-network").click()
    assert json.loads(take(page, "document", tmp_path).read_bytes())["name"] == "Small CNN"
    page.get_by_test_id("export-network").click()
    file = take(page, "onnx", tmp_path)
    assert file.name == "Small CNN.onnx"
    assert onnxruntime.InferenceSession(file).get_inputs()[0].name == "image"
