"""Everything leaves one server as a file and comes into a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.conftest import Nursery, Server, serving
from e2e.test_import import DIGITS, choose_file
from e2e.training import create_network
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(tmp_path: Path, nursery: Nursery) -> Iterator[Server]:
    """A second server that has nothing yet."""
    with serving(tmp_path / "fresh", nursery=nursery) as running:
        yield running


def test_everything_when_exported_comes_into_a_fresh_server(
    page: Page, server: Server, fresh: Server, tmp_path: Path
) -> None:
    create_network(server, DIGITS)
    page.goto(f"http://127.0.0.1:{server.port}/networks")
    page.get_by_role("button", name="Export everything").click()
    dialog = page.get_by_test_id("workspace-export")
    expect(dialog.get_by_test_id("workspace-holds")).to_contain_text("Networks: 1, with their versions. Runs: 0")
    expect(dialog.get_by_role("checkbox", name="Checkpoints")).to_be_checked()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    file = tmp_path / "all.netwright.zip"
    download.value.save_as(file)

    page.goto(fresh.url)
    choose_file(page, file)
    said = page.get_by_test_id("workspace-import")
    expect(said).to_contain_text("Networks: 1. Runs: 0. Blocks: 0. Sets of data: 0. Checkpoints: 0.")
    expect(said).not_to_contain_text("copy")
    said.get_by_role("button", name="Close").click()
    expect(page.get_by_role("link", name="Digits")).to_be_visible()

    choose_file(page, file)
    expect(page.get_by_test_id("workspace-import")).to_contain_text("1 of these was here already and came as a copy")
    page.get_by_test_id("workspace-import").get_by_role("button", name="Close").click()
    expect(page.get_by_role("link", name="Digits")).to_have_count(2)

    file.write_bytes(file.read_bytes()[:300])
    choose_file(page, file)
    expect(page.get_by_test_id("workspace-import").get_by_role("alert")).to_contain_text("is not a sound ZIP")
    expect(page.get_by_test_id("workspace-import")).to_contain_text("Nothing of it was taken.")
