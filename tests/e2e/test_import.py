"""Files in through the page: a network with its weights, and the head changed while the rest is kept."""

from pathlib import Path

import pytest
from backend.exchange.files import network_of, samples_of, state_dict_bytes, write_onnx
from e2e.conftest import Server
from e2e.drawing import wait_until
from e2e.training import TRAINING_MS, chain, create_network, mend, open_training
from playwright.sync_api import Page, expect
from samples import resnet18

pytestmark = pytest.mark.browser

DIGITS = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("norm", "BatchNorm2d", {}),
    ("act", "ReLU", {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def choose_file(page: Page, path: Path) -> None:
    """Imports ``path`` from the list of networks."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").first.click()
    chooser.value.set_files(path)


def test_onnx_file_when_imported_opens_as_blocks_with_weights_that_follow_edits(page: Page, tmp_path: Path) -> None:
    made = resnet18()
    write_onnx(network_of(made), samples_of(made, 2), tmp_path / "resnet18.onnx")
    choose_file(page, tmp_path / "resnet18.onnx")
    dialog = page.get_by_test_id("import-dialog")
    expect(dialog.get_by_test_id("import-summary")).to_have_text(
        "49 operators became 49 layers, drawn as 22 nodes.", timeout=60_000
    )
    expect(dialog).to_contain_text("Basic")
    dialog.get_by_test_id("import-open").click()
    expect(page.get_by_test_id("node-layer2")).to_have_attribute("data-weights", "kept")
    expect(page.get_by_test_id("weights-button")).to_have_text("All weights kept")
    page.get_by_test_id("node-fc").click()
    features = page.locator("#inspector").get_by_role("textbox", name="out_features")
    features.fill("7")
    features.press("Tab")
    expect(page.get_by_test_id("node-fc")).to_have_attribute("data-weights", "new")
    page.get_by_test_id("weights-button").click()
    expect(page.get_by_test_id("weights-fc")).to_contain_text("New")
    expect(page.get_by_test_id("weights-summary")).to_contain_text("40 of 42 tensors come from the file")


def test_file_that_runs_code_when_dropped_is_refused_and_nothing_is_kept(
    page: Page, server: Server, tmp_path: Path
) -> None:
    from backend.exchange.files import pickle_that_runs_code

    bad = tmp_path / "weights.pt"
    bad.write_bytes(pickle_that_runs_code(tmp_path / "canary"))
    choose_file(page, bad)
    expect(page.get_by_test_id("import-dialog").get_by_role("alert")).to_contain_text(
        "holds more than tensors", timeout=60_000
    )
    assert not (tmp_path / "canary").exists()
    wait_until(page, lambda: not list((server.home / "imports").iterdir()), "something was kept")


def test_weights_when_imported_ask_for_their_network_and_tell_what_fits(
    page: Page, server: Server, tmp_path: Path
) -> None:
    import torch

    network = create_network(server, DIGITS)
    state = {"a.weight": torch.ones(4, 1, 3, 3), "a.bias": torch.zeros(4), "z.weight": torch.zeros(99, 256)}
    (tmp_path / "foreign.pt").write_bytes(state_dict_bytes(state))
    page.goto(f"http://127.0.0.1:{server.port}/networks")
    choose_file(page, tmp_path / "foreign.pt")
    dialog = page.get_by_test_id("import-dialog")
    dialog.get_by_test_id("import-network").select_option(network, timeout=60_000)
    expect(dialog.get_by_test_id("weights-summary")).to_contain_text("2 of 9 tensors come from the file")
    dialog.get_by_test_id("import-attach").click()
    expect(page.get_by_test_id("node-conv")).to_have_attribute("data-weights", "kept")
    expect(page.get_by_test_id("node-norm")).to_have_attribute("data-weights", "new")
    expect(page.get_by_test_id("weights-panel")).to_contain_text("foreign.pt")


def test_head_when_changed_behind_frozen_layers_trains_alone(page: Page, server: Server) -> None:
    open_training(page, server, create_network(server, DIGITS), "digits", 1)
    mend(page)
    page.get_by_test_id("train-start").click()
    expect(page.get_by_test_id("continue-best")).to_be_visible(timeout=TRAINING_MS)
    page.get_by_test_id("continue-best").click()
    expect(page.get_by_test_id("node-head")).to_have_attribute("data-weights", "kept")
    for node in ("conv", "norm"):
        page.get_by_test_id(f"node-{node}").click()
        page.locator("#inspector").get_by_role("switch", name="Freeze").check(force=True)
        expect(page.get_by_test_id(f"node-{node}")).to_have_attribute("data-frozen", "own")
    expect(page.get_by_role("button", name="What the network costs")).to_contain_text("trained")
    page.get_by_role("button", name="Train", exact=True).click()
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer).to_contain_text("2 parts are frozen.")
    mend(page)
    drawer.get_by_test_id("train-start").click()
    page.wait_for_url("**/runs/*")
    run = page.url.rpartition("/")[2].partition("?")[0]
    expect(page.get_by_test_id("continue-best")).to_be_visible(timeout=TRAINING_MS)
    with server.client() as client:
        hello = client.get(f"/api/runs/{run}/events", params={"types": "hello", "after": 0, "limit": 10}).json()
        notes = " ".join(hello["events"][0]["notes"])
        assert "tensors from Digits, best checkpoint" in notes
        assert "Frozen: 48 parameters do not move." in notes
        checkpoints = client.get(f"/api/runs/{run}/checkpoints").json()
        assert checkpoints
