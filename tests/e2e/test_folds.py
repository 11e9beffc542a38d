"""A cross-validation through the page: from the number of folds to the mean and deviation over them."""

import re

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.drawing import wait_until
from e2e.pictures import keep_both
from e2e.training import TRAINING_MS, chain, create_network, open_training, start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NETWORK = chain(
    "Irises",
    ("row", "Input", {"shape": [4]}),
    ("head", "Linear", {"out_features": 3}),
    ("scores", "Output", {}),
)


def test_folds_train_as_one_group_and_are_shown_with_mean_and_deviation(page: Page, server: Server) -> None:
    open_training(page, server, create_network(server, NETWORK), "iris", epochs=2)
    drawer = page.get_by_test_id("train-drawer")
    folds = drawer.get_by_label("Folds", exact=True)
    folds.fill("3")
    folds.press("Tab")
    expect(drawer).to_contain_text("100 samples to train, 50 to validate")
    expect(drawer.get_by_label("Validation share")).to_have_count(0)
    held_out = drawer.get_by_label("Fold held out")
    held_out.fill("4")
    held_out.press("Tab")
    expect(drawer).to_contain_text("There are 3 folds, so that fold 4 cannot be held out.")
    held_out.fill("2")
    held_out.press("Tab")
    expect(drawer.get_by_test_id("train-start")).to_have_text("Train one run, with fold 2 held out")
    keep_both(page, "folds_drawer")
    everything = drawer.get_by_test_id("train-folds")
    expect(everything).to_have_text("Cross-validate: start 3 runs")
    expect(everything).to_be_enabled()
    everything.click()

    page.wait_for_url("**/runs/compare?*")
    runs = page.get_by_test_id("compare-results")
    for fold in (1, 2, 3):
        expect(runs.get_by_role("link", name=f"Irises, fold {fold} of 3")).to_be_visible()
    expect(runs.get_by_role("cell", name="Completed", exact=True)).to_have_count(3, timeout=TRAINING_MS)
    spread = page.get_by_test_id("compare-spread")
    expect(spread).to_contain_text("Irises: 3-fold cross-validation (3 runs)")
    with server.client() as client:
        losses = [run["last"]["val/loss"] for run in client.get("/api/runs").json()]
    mean = sum(losses) / 3
    deviation = (sum((loss - mean) ** 2 for loss in losses) / 2) ** 0.5
    row = spread.get_by_test_id("spread-val/loss")
    expect(row.get_by_role("cell").first).to_have_text(re.compile(r"^[\d.]+ ± [\d.]+$"))

    def shown() -> tuple[float, float]:
        told, told_deviation = row.get_by_role("cell").first.inner_text().split(" ± ")
        return float(told), float(told_deviation)

    wait_until(page, lambda: shown()[0] == pytest.approx(mean, rel=2e-3), f"the mean is {mean}")
    wait_until(page, lambda: shown()[1] == pytest.approx(deviation, rel=2e-2), f"the deviation is {deviation}")
    # One curve with its band in the place of three.
    expect(page.get_by_test_id("compare-val/loss")).to_contain_text("(mean of 3)")
    keep_both(page, "folds_compare")
    assert not faults(page)


def test_test_share_is_put_aside_and_measured_once_with_the_best_checkpoint(page: Page, server: Server) -> None:
    network = create_network(server, NETWORK)
    open_training(page, server, network, "iris", epochs=2)
    drawer = page.get_by_test_id("train-drawer")
    share = drawer.get_by_label("Test share", exact=True)
    expect(share).to_have_value("0")
    share.fill("0.95")
    share.press("Tab")
    expect(drawer).to_contain_text("leave nothing to train on. Lower one.")
    share.fill("0.2")
    share.press("Tab")
    expect(drawer).to_contain_text("105 samples to train, 15 to validate, 30 to test")
    keep_both(page, "test_share_drawer")
    run = start_training(page)
    wait_for_end(page)
    answers = page.get_by_test_id("run-baseline")
    expect(answers.get_by_test_id("test-Accuracy")).to_have_text(re.compile(r"^[01]"))
    expect(answers).to_contain_text("Measured once, when the training had ended, with the best checkpoint")
    with server.client() as client:
        last = client.get(f"/api/runs/{run}").json()["last"]
    shown = float(answers.get_by_test_id("test-Accuracy").inner_text())
    assert shown == pytest.approx(last["test/Accuracy"], abs=5e-4)
    assert faults(page) == []
    keep_both(page, "test_share_run")
