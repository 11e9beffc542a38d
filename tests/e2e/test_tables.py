"""An uploaded table through the page: what may give the answer away, what lies far out, and a network that suits it."""

from pathlib import Path

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.pictures import keep_both
from e2e.training import start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROWS = "customer_id,age,town,garden,price\n" + "".join(
    f"{9000 + row * 37 % 120},{400 if row in {7, 50} else 20 + row * 13 % 41},{'north' if row % 3 else 'south'},"
    f"{'' if row % 4 == 0 else row % 11},"
    f"{row * row % 97 + 0.5}\n"
    for row in range(120)
)


def test_table_says_what_gives_the_target_away_and_opens_the_rows_that_lie_far_out(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "houses.csv"
    file.write_text(ROWS)
    page.goto(f"http://127.0.0.1:{server.port}/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("upload-dataset").click()
    chooser.value.set_files(file)
    suspects = page.get_by_test_id("dataset-suspects")
    expect(suspects).to_contain_text("customer_id looks like an identifier", timeout=60_000)
    expect(suspects.get_by_role("listitem")).to_have_count(1)

    outliers = page.get_by_test_id("outliers")
    expect(outliers).to_contain_text("age: 2 values outside of")
    expect(outliers.get_by_role("cell", name="400")).to_have_count(0)
    outliers.get_by_text("age: 2 values outside of").click()
    expect(outliers.get_by_role("cell", name="400", exact=True)).to_have_count(2)
    expect(outliers.get_by_role("row").nth(1)).to_contain_text("8")
    assert faults(page) == []
    keep_both(page, "table_suspects")

    columns = page.get_by_test_id("dataset-columns")
    expect(columns.get_by_label("Role of customer_id")).to_have_value("feature")
    suspects.get_by_role("button", name="Ignore the column customer_id").click()
    expect(columns.get_by_label("Role of customer_id")).to_have_value("ignored")
    expect(suspects).to_have_count(0)

    # Missing values: a strategy of its own for one column, then its rows left out.
    strategy = columns.get_by_label("What is done about missing values of garden")
    expect(columns.get_by_label("What is done about missing values of age")).to_have_count(0)
    strategy.select_option("constant")
    constant = columns.get_by_label("The constant for missing values of garden")
    constant.fill("-1")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        constant.press("Enter")
    page.reload()
    expect(constant).to_have_value("-1")
    # What is refused is said, and what stands is shown again.
    constant.fill("little")
    constant.press("Enter")
    expect(page.get_by_text("'little' is not a number, and constant needs one")).to_be_visible()
    expect(constant).to_have_value("-1")
    strategy.select_option("drop")
    expect(
        page.get_by_text("30 of 120 rows are left out, for they have no value in garden; 90 remain.")
    ).to_be_visible()
    expect(strategy).to_have_value("drop")
    keep_both(page, "table_missing")

    page.get_by_role("button", name="New network for this data").click()
    page.wait_for_url("**/networks/*")
    expect(page.get_by_role("button", name="No problems")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("train-source").locator("option:checked")).to_have_text("houses")
    expect(page.get_by_test_id("rows-left-out")).to_contain_text("30 of 120 rows of the table are left out")
    start_training(page)
    wait_for_end(page)
