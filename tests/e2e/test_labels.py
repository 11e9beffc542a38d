"""Several labels a row through the page: marked in an uploaded table, trained, and answered one by one."""

import random
from pathlib import Path

import pytest
from e2e.conftest import Server
from e2e.pictures import keep_both
from e2e.test_data import upload
from e2e.training import chain, create_network, mend, open_training, start_training, values, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def write_table(path: Path) -> None:
    """400 points with three labels that depend on them, under names that do not say what they are."""
    draw = random.Random(0)
    lines = ["a,b,north,east,far"]
    for _ in range(400):
        a, b = draw.uniform(-1, 1), draw.uniform(-1, 1)
        far = "yes" if abs(a) + abs(b) > 1 else "no"
        lines.append(f"{a:.4f},{b:.4f},{int(b > 0)},{int(a > 0.3)},{far}")
    path.write_text("\n".join(lines), encoding="utf-8")


def test_columns_marked_as_labels_train_a_network_that_answers_each(page: Page, server: Server, tmp_path: Path) -> None:
    write_table(tmp_path / "points.csv")
    dataset = upload(page, server, tmp_path / "points.csv")
    columns = page.get_by_test_id("dataset-columns")
    expect(columns).to_be_visible(timeout=60_000)
    for name in ("north", "east", "far"):
        columns.get_by_label(f"Role of {name}").select_option("label")
        expect(columns.get_by_label(f"Role of {name}")).to_have_value("target" if name == "north" else "label")
    expect(page.get_by_text("multi-label classification").first).to_be_visible()
    expect(page.get_by_text("north, east, far").first).to_be_visible()
    keep_both(page, "labels_data")

    document = chain(
        "Labels",
        ("row", "Input", {"shape": [2]}),
        ("hidden", "Linear", {"out_features": 16}),
        ("act", "ReLU", {}),
        ("head", "Linear", {"out_features": 1}),
        ("answer", "Output", {}),
    )
    open_training(page, server, create_network(server, document), dataset, epochs=15)
    mend(page)  # one score a label
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("train-loss")).to_have_value("BCEWithLogitsLoss")
    drawer.get_by_role("button", name="Balance the labels").click()
    rate = drawer.get_by_label("lr", exact=True)
    rate.fill("0.03")
    rate.press("Tab")
    keep_both(page, "labels_drawer")
    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        [objective] = client.get(f"/api/runs/{run}").json()["training"]["objectives"]
    assert len(objective["loss"]["params"]["pos_weight"]) == 3
    expect(page.get_by_test_id("run-baseline")).to_contain_text("the share of the training samples that have it")
    expect(page.get_by_test_id("baseline-F1Score")).to_have_attribute("data-better", "true")
    assert max(values(server, run, "val/ExactMatch")) > 0.6
    expect(page.get_by_test_id("run-per-class").get_by_role("row", name="far")).to_be_visible()
    expect(page.get_by_test_id("run-confusion")).to_have_count(0)
    keep_both(page, "labels_run")

    page.goto(f"http://127.0.0.1:{server.port}/runs/{run}?tab=try")
    inputs = page.get_by_test_id("try-form").get_by_role("textbox")
    expect(inputs).to_have_count(2, timeout=60_000)
    for place, value in enumerate(("0.9", "0.9")):
        inputs.nth(place).fill(value)
        inputs.nth(place).press("Tab")
    expect(page.get_by_test_id("answer-label")).to_contain_text("north, east, far", timeout=60_000)
    keep_both(page, "labels_try")
