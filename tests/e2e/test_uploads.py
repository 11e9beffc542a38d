"""Files of data on their way through the page: chosen, dropped."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from backend.data.archives import workbook
from e2e.conftest import Server
from e2e.test_data import go, upload
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const page = document.querySelector("main section");
  for (const type of ["dragenter", "dragover", "drop"])
    page.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file on the page of all data."""
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def people(count: int) -> list[list[str | float | None]]:
    return [["age", "town", "label"], *([20.0 + n % 50, "ab"[n % 2], ("no", "yes")[n % 3 > 0]] for n in range(count))]


def test_workbook_is_offered_by_the_dialog_and_read(page: Page, server: Server, tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(workbook(people(40)))
    go(page, server, "/data")
    accepted = page.locator("input[type=file]")
    with server.client() as client:
        rules = client.get("/api/uploads/rules").json()
    expect(accepted).to_have_attribute("accept", ",".join(rules["suffixes"]))
    offered = (accepted.get_attribute("accept") or "").split(",")
    assert {".xlsx", ".parquet", ".csv", ".zip", ".npz"} <= set(offered)
    upload(page, server, tmp_path / "people.xlsx")
    expect(page.get_by_test_id("dataset-columns").get_by_label("Role of label")).to_have_value("target")


def test_file_that_is_dropped_is_uploaded(page: Page, server: Server) -> None:
    go(page, server, "/data")
    expect(page.get_by_test_id("upload-dataset")).to_be_visible()
    rows = "\n".join(",".join(map(str, row)) for row in people(40))
    drop(page, "people.csv", rows.encode())
    page.wait_for_url("**/data/*")
    expect(page.get_by_test_id("dataset-columns").get_by_label("Role of label")).to_have_value("target")
    with server.client() as client:
        titles = [one["title"] for one in client.get("/api/datasets").json() if not one["is_built_in"]]
    assert titles == ["people"]


def test_arrays_of_pictures_are_shown_and_can_be_read_as_rows(page: Page, server: Server, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (30, 12, 10, 3), dtype=np.uint8)
    labels = np.arange(30) % 3
    buffer = io.BytesIO()
    np.savez(buffer, x_train=pictures, y_train=labels, x_test=pictures[:6], y_test=labels[:6])
    (tmp_path / "dots.npz").write_bytes(buffer.getvalue())
    upload(page, server, tmp_path / "dots.npz")
    expect(page.get_by_test_id("dataset-pictures").get_by_role("img")).to_have_count(15)
    expect(page.get_by_text("3 x 12 x 10").or_(page.get_by_text("3 × 12 × 10")).first).to_be_visible()
    page.get_by_test_id("dataset-read-as").select_option("array_rows")
    expect(page.get_by_text("360").first).to_be_visible()
    expect(page.get_by_test_id("dataset-pictures")).to_have_count(0)
    expect(page.get_by_test_id("dataset-read-as")).to_have_value("array_rows")
