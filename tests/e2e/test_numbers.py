"""Numbers through the page: a table of houses, and a table of which several numbers are predicted together."""

import csv
from pathlib import Path

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.pictures import keep_both
from e2e.test_data import upload
from e2e.training import (
    TRAINING_MS,
    chain,
    create_network,
    mend,
    naive_value,
    open_training,
    start_training,
    values,
    wait_for_end,
)
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.timeout(600)]

MLP = chain(
    "Numbers",
    ("row", "Input", {"shape": [4]}),
    ("hidden", "Linear", {"out_features": 32}),
    ("act", "ReLU", {}),
    ("head", "Linear", {"out_features": 7}),
    ("value", "Output", {}),
)


def head(source: Path, target: Path, count: int) -> Path:
    """The first rows of a table."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [row for row, _ in zip(csv.reader(file), range(count + 1), strict=False)]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def train(page: Page, server: Server, dataset: str, *, epochs: int) -> str:
    open_training(page, server, create_network(server, MLP), dataset, epochs=epochs)
    mend(page)
    rate = page.get_by_test_id("train-drawer").get_by_label("lr", exact=True)
    rate.fill("0.01")
    rate.press("Tab")
    run = start_training(page)
    wait_for_end(page)
    return run


def test_houses_uploaded_as_a_table_are_valued_better_than_by_their_mean(
    page: Page, server: Server, shared_data: Path, tmp_path: Path
) -> None:
    file = head(shared_data / "tabular" / "california_housing.csv", tmp_path / "houses.csv", 2000)
    dataset = upload(page, server, file)
    columns = page.get_by_test_id("dataset-columns")
    expect(columns.get_by_label("Role of median_house_value")).to_have_value("target", timeout=60_000)
    page.get_by_label("target_scale", exact=True).fill("100000")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("The target is divided by 100000.")).to_be_visible()
    run = train(page, server, dataset, epochs=20)
    naive = naive_value(page, "MeanAbsoluteError")
    assert min(values(server, run, "val/MeanAbsoluteError")) < 0.75 * naive


def test_two_numbers_of_a_table_are_predicted_together_and_told_apart(
    page: Page, server: Server, shared_data: Path
) -> None:
    dataset = upload(page, server, shared_data / "tabular" / "mpg.csv")
    columns = page.get_by_test_id("dataset-columns")
    columns.get_by_label("Role of mpg").select_option("target")
    expect(columns.get_by_label("Role of mpg")).to_have_value("target")
    columns.get_by_label("Role of weight").select_option("value")
    # The target that was there is then one of them too.
    expect(columns.get_by_label("Role of mpg")).to_have_value("value")
    expect(columns.get_by_label("Role of weight")).to_have_value("value")
    expect(page.get_by_text("2 numbers are predicted together: mpg, weight.")).to_be_visible()
    keep_both(page, "numbers_data")

    run = train(page, server, dataset, epochs=20)
    expect(page.get_by_test_id("run-baseline")).to_contain_text("always the mean of the training targets")
    naive = naive_value(page, "MeanAbsoluteError")
    assert min(values(server, run, "val/MeanAbsoluteError")) < 0.6 * naive
    table = page.get_by_test_id("run-per-class")
    expect(table.get_by_role("columnheader").first).to_have_text("Target")
    for name in ("mpg", "weight"):
        explained = table.get_by_role("row", name=name).get_by_role("cell").last.inner_text()
        assert float(explained) > 0.3, "R2 of the mean is 0"
    assert faults(page) == []
    keep_both(page, "numbers_run")

    page.goto(f"http://127.0.0.1:{server.port}/runs/{run}?tab=try")
    answer = page.get_by_test_id("answer-numbers")
    expect(answer.get_by_role("rowheader")).to_have_text(["mpg", "weight"], timeout=TRAINING_MS)
    page.get_by_text("Evaluation", exact=True).click()
    plots = page.get_by_test_id("chart-scatter")
    expect(plots).to_have_count(2, timeout=TRAINING_MS)
    expect(plots.first).to_contain_text("mpg")
    expect(plots.nth(1)).to_contain_text("weight")
    expect(page.get_by_test_id("samples").get_by_role("row").nth(1)).to_contain_text("mpg")
    assert faults(page) == []
    keep_both(page, "numbers_try")
