"""Nothing is lost: versions are looked at, named and restored, and what was deleted comes back."""

import re
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.training import chain, create_network
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

IMAGE = ("image", "Input", {"shape": [1, 8, 8]})
OLD = chain("Digits", IMAGE, ("flat", "Flatten", {}), ("head", "Linear", {"out_features": 10}), ("y", "Output", {}))
NEW = chain("Digits", IMAGE, ("flat", "Flatten", {}), ("head", "Linear", {"out_features": 20}), ("z", "Output", {}))


def test_version_when_restored_is_what_is_drawn_and_can_be_taken_back(page: Page, server: Server) -> None:
    network = create_network(server, OLD)
    with server.client() as client:
        client.patch(f"/api/networks/{network}/revisions/1", json={"label": "ten"}).raise_for_status()
        client.put(f"/api/networks/{network}", json={"document": NEW, "revision": 1}).raise_for_status()
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}")
    editor = Editor(page)
    expect(editor.node("z")).to_be_visible()
    page.get_by_role("link", name="Versions of this network").click()

    page.get_by_role("button", name="ten").first.click()
    differences = page.get_by_test_id("network-differences")
    expect(differences).to_contain_text("out_features 10 → 20")
    expect(differences.get_by_role("listitem").filter(has_text="added").first).to_contain_text("z")
    expect(editor.node("z")).to_have_attribute("data-difference", "added")
    expect(editor.node("y")).to_have_attribute("data-difference", "removed")
    expect(differences.get_by_role("group", name="head, Linear, changed: out_features 10 → 20")).to_be_visible()

    page.get_by_role("button", name="Restore this version").click()
    page.wait_for_url(re.compile(f"/networks/{network}$"))
    expect(editor.node("y")).to_be_visible()
    expect(editor.node("z")).to_have_count(0)

    # What stood before is a version itself, and is named by keys alone.
    page.get_by_role("link", name="Versions of this network").click()
    page.get_by_text("What this version changed", exact=True).click()
    expect(page.get_by_role("button", name="Restore this version")).to_be_visible()
    page.get_by_role("button", name="Name this version").first.press("Enter")
    page.keyboard.type("twenty")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Change the name twenty")).to_be_focused()


def test_any_two_versions_are_coloured_on_the_drawing_within_blocks_too(page: Page, server: Server) -> None:
    """The second and the fourth of four: neither is the one that stands now, and they do not follow one another."""

    def with_stage(width: int, *names: str) -> dict[str, Any]:
        body: list[tuple[str, str, dict[str, Any]]] = [("a", "Input", {}), *((name, "Dropout", {}) for name in names)]
        body.append(("b", "Output", {}))
        head = ("head", "Linear", {"out_features": width})
        document = chain(
            "Digits", IMAGE, ("flat", "Flatten", {}), ("stage", "block:Stage", {}), head, ("y", "Output", {})
        )
        return {**document, "blocks": {"Stage": chain("Stage", *body)["network"]}}

    versions = [with_stage(10, "old"), with_stage(20, "old"), with_stage(30, "old", "new"), with_stage(40, "new")]
    network = create_network(server, versions[0])
    with server.client() as client:
        for revision, (document, label) in enumerate(
            zip(versions, ("one", "two", "three", "four"), strict=True), start=1
        ):
            if revision > 1:
                body = {"document": document, "revision": revision - 1}
                client.put(f"/api/networks/{network}", json=body).raise_for_status()
            client.patch(f"/api/networks/{network}/revisions/{revision}", json={"label": label}).raise_for_status()
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}/versions")
    editor = Editor(page)

    # The older is what was, whichever was chosen first; what the parameter was and is stands on the card.
    page.get_by_role("button", name="three").first.click()
    page.get_by_role("button", name="Compare the chosen version with this one: one").click()
    expect(editor.node("head")).to_contain_text("out_features 10 → 30")
    expect(editor.node("head")).to_have_attribute("data-difference", "changed")
    expect(editor.node("stage")).to_have_attribute("data-difference", "within")
    expect(editor.node("flat")).not_to_have_attribute("data-difference", re.compile("."))

    # Inside the block, from the list by key: the wire that went and those that came have a sign too.
    differences = page.get_by_test_id("network-differences")
    differences.get_by_role("button", name="new", exact=True).press("Enter")
    expect(page.get_by_label("Where you are")).to_contain_text("Stage")
    expect(editor.node("new")).to_have_attribute("data-difference", "added")
    expect(page.locator('[data-edge="old.y>b.x"]')).to_have_attribute("data-difference", "removed")
    expect(page.locator('[data-wire="old.y>new.x"]')).to_contain_text("+")

    # Another pair by the list of all versions; the legend leads from one difference to the next.
    page.get_by_role("combobox", name="The other version").click()
    page.get_by_role("option", name="four").click()
    legend = differences.get_by_role("toolbar", name="What the signs mean")
    legend.get_by_role("button", name="Removed: 1 node").click()
    expect(editor.node("old")).to_have_attribute("data-selected", "true")
    expect(editor.node("old")).to_have_attribute("data-difference", "removed")
    legend.get_by_role("button", name="Changed: 1 node").click()
    expect(editor.node("head")).to_contain_text("out_features 30 → 40")


def test_version_when_named_says_so_everywhere(page: Page, server: Server) -> None:
    network = create_network(server, OLD)
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}/versions")
    page.get_by_role("button", name="Name this version").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("before the skip")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="before the skip")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="before the skip")).to_be_visible()
    restore = page.get_by_role("button", name="Restore this version")
    restore.hover()
    expect(page.get_by_text("This is the version that stands now.")).to_be_visible()


def test_network_when_deleted_comes_back_from_the_trash(page: Page, server: Server) -> None:
    create_network(server, {**OLD, "name": "Precious"})
    page.goto(f"http://127.0.0.1:{server.port}/networks")
    page.get_by_role("button", name="What to do with Precious").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("link", name="Precious")).to_have_count(0)
    page.get_by_role("link", name="Deleted networks").click()
    page.get_by_role("button", name="Restore Precious").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Networks").or_(
        page.get_by_role("region", name="This page").get_by_role("link", name="Networks")
    ).first.click()
    expect(page.get_by_role("link", name="Precious")).to_be_visible()
