"""Files of data on their way through the page: chosen, dropped, broken off and gone on with."""

import base64
import io
import socket
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from backend.data.archives import Row, workbook
from e2e.conftest import Server
from e2e.test_data import go, upload
from playwright.sync_api import Page, Route, expect

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


def people(count: int) -> list[Row]:
    rows: list[Row] = [["age", "town", "label"]]
    rows += [[20.0 + n % 50, "ab"[n % 2], ("no", "yes")[n % 3 > 0]] for n in range(count)]
    return rows


def test_workbook_is_offered_by_the_dialog_and_read(page: Page, server: Server, tmp_path: Path) -> None:
    flowers: list[Row] = [["petal", "kind"]]
    flowers += [[float(n), ("iris", "rose")[n % 2]] for n in range(30)]
    (tmp_path / "people.xlsx").write_bytes(workbook(people(40), {"flowers": flowers}))
    go(page, server, "/data")
    accepted = page.locator("input[type=file]")
    with server.client() as client:
        rules = client.get("/api/uploads/rules").json()
    expect(accepted).to_have_attribute("accept", ",".join(rules["suffixes"]))
    offered = (accepted.get_attribute("accept") or "").split(",")
    assert {".xlsx", ".parquet", ".csv", ".zip", ".npz"} <= set(offered)
    upload(page, server, tmp_path / "people.xlsx")
    columns = page.get_by_test_id("dataset-columns")
    expect(columns.get_by_label("Role of label")).to_have_value("target")
    sheets = page.get_by_test_id("dataset-sheet")
    expect(sheets.locator("option")).to_have_text(["one: 41 rows, 3 columns", "flowers: 31 rows, 2 columns"])
    sheets.select_option("flowers")
    expect(columns.get_by_label("Role of kind")).to_have_value("target")
    expect(sheets).to_have_value("flowers")


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


def large_npz() -> bytes:
    """20 MB of pictures that are read at once."""
    random = np.random.default_rng(0)
    buffer = io.BytesIO()
    np.savez(buffer, x=random.integers(0, 256, (20_000, 32, 32), dtype=np.uint8), y=np.arange(20_000) % 3)
    return buffer.getvalue()


def test_upload_whose_connection_is_cut_goes_on_where_it_was(server: Server) -> None:
    content = large_npz()
    about = {"filename": "dots.npz", "bytes": len(content), "last_modified": 7}
    with server.client() as client:
        upload = client.post("/api/uploads", json=about).json()
        head = (
            f"PATCH /api/uploads/{upload['id']}?offset=0 HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Authorization: Bearer {server.token}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head.encode() + content[: 6 << 20])
            while not client.get("/api/uploads").json()[0]["offset"]:
                time.sleep(
                    0.01
                )  # the part has begun: from here on the server waits for its end before it says where it is
        again = client.post("/api/uploads", json=about).json()
        assert again["id"] == upload["id"]
        # What the server had read by then is there, and is the beginning of the file.
        assert 0 < again["offset"] <= 6 << 20
        assert again["crc32"] == zlib.crc32(content[: again["offset"]])
        wrong = client.patch(f"/api/uploads/{upload['id']}?offset=1000000000", content=b"x")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")
        rest = client.patch(f"/api/uploads/{upload['id']}?offset={again['offset']}", content=content[again["offset"] :])
        assert rest.json()["offset"] == len(content), rest.text
        made = client.post(f"/api/uploads/{upload['id']}/finish", json={"crc32": zlib.crc32(content)})
        assert (made.status_code, made.json()["num_samples"]) == (201, 20_000)
        assert client.get("/api/uploads").json() == []


def test_upload_that_arrives_damaged_is_refused_and_not_kept(server: Server) -> None:
    with server.client() as client:
        about = {"filename": "a.csv", "bytes": 8, "last_modified": 1}
        upload = client.post("/api/uploads", json=about).json()
        early = client.post(f"/api/uploads/{upload['id']}/finish", json={"crc32": 0})
        assert "0 of 8 bytes" in early.json()["detail"]
        client.patch(f"/api/uploads/{upload['id']}?offset=0", content=b"a,b\n1,2\n")
        refused = client.post(f"/api/uploads/{upload['id']}/finish", json={"crc32": 1})
        assert "CRC-32" in refused.json()["detail"]
        assert client.get("/api/uploads").json() == []
        assert client.delete(f"/api/uploads/{upload['id']}").status_code == 404


def test_upload_that_breaks_off_goes_on_from_the_page_and_after_a_reload(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "dots.npz"
    file.write_bytes(large_npz())
    go(page, server, "/data")
    begins: list[int] = []

    def cut_second(route: Route) -> None:
        begins.append(int(route.request.url.rpartition("=")[2]))
        if len(begins) in {2, 3}:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/uploads/*?offset=*", cut_second)
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("upload-dataset").click()
    chooser.value.set_files(file)
    page.get_by_role("button", name="Go on with the upload of dots.npz").click()
    expect(page.get_by_role("button", name="Go on with the upload of dots.npz")).to_be_visible()
    page.reload()
    left = page.get_by_test_id("unfinished-uploads")
    expect(left).to_contain_text("dots.npz")
    with page.expect_file_chooser() as chooser:
        left.get_by_role("button", name="Choose the file").click()
    chooser.value.set_files(file)
    page.wait_for_url("**/data/*")
    expect(page.get_by_test_id("dataset-pictures")).to_be_visible()
    # The first part went once; nothing but what was cut was sent again.
    assert begins == [0, 8 << 20, 8 << 20, 8 << 20, 16 << 20]
    with server.client() as client:
        assert client.get("/api/uploads").json() == []
