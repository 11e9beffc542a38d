"""The gestures of the canvas, by mouse: finding, joining, healing, cutting, copying, each one step back."""

import re
from itertools import pairwise
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import STEPS, Editor, wait_until
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def chain(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A document whose nodes are wired one behind the other."""
    ids = [str(node["id"]) for node in nodes]
    edges = [{"source": a, "target": b} for a, b in pairwise(ids)]
    return {"format": 1, "name": "Gestures", "network": {"nodes": list(nodes), "edges": edges}}


def small() -> dict[str, Any]:
    """``image -> conv -> act -> scores``."""
    return chain(
        {"id": "image", "type": "Input", "params": {"shape": [1, 28, 28]}},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": 16, "padding": 1}},
        {"id": "act", "type": "ReLU"},
        {"id": "scores", "type": "Output"},
    )


def wire(page: Page, edge: str) -> Any:
    """The wire ``conv.y>act.x``."""
    return page.locator(f'[data-edge="{edge}"]')


def middle_of(page: Page, edge: str) -> tuple[float, float]:
    """A point on a wire, in pixels of the window."""
    x, y = page.evaluate(
        """edge => {
            const path = document.querySelector(`[data-edge="${edge}"] path`);
            const at = path.getPointAtLength(path.getTotalLength() * 0.25);
            const seen = new DOMPoint(at.x, at.y).matrixTransform(path.getScreenCTM());
            return [seen.x, seen.y];
        }""",
        edge,
    )
    return x, y


def empty_place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the window from one of the canvas."""
    canvas = page.get_by_test_id("canvas").bounding_box()
    assert canvas is not None
    return canvas["x"] + x, canvas["y"] + y


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], key: str | None = None) -> None:
    if key is not None:
        page.keyboard.down(key)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=STEPS)
    page.mouse.up()
    if key is not None:
        page.keyboard.up(key)


def test_search_at_the_pointer_adds_here_into_a_wire_and_behind_a_dropped_wire(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    search = page.get_by_test_id("quick-add")

    # On the empty canvas: the best match is the first line, and Enter puts it there.
    at = empty_place(page, 500, 480)
    page.mouse.dblclick(*at)
    expect(search.get_by_role("combobox")).to_be_focused()
    place = search.bounding_box()
    assert place is not None
    assert abs(place["x"] - at[0]) < 5
    page.keyboard.type("bn2")
    expect(search.get_by_role("option").first).to_have_text(re.compile("BatchNorm2d"))
    page.keyboard.press("Enter")
    expect(search).to_have_count(0)
    norm = editor.node("norm1")
    expect(norm).to_be_visible()
    box = norm.bounding_box()
    assert box is not None
    assert box["x"] <= at[0] <= box["x"] + box["width"]
    assert box["y"] <= at[1] <= box["y"] + box["height"]

    # What was added last comes first where nothing is asked; Escape changes nothing.
    page.mouse.move(*empty_place(page, 200, 480))
    page.keyboard.press("Shift+A")
    expect(search.get_by_role("option").first).to_have_text(re.compile("BatchNorm2d"))
    page.keyboard.press("Escape")
    expect(search).to_have_count(0)

    # On a wire: into it, as one step.
    page.mouse.dblclick(*middle_of(page, "image.y>conv.x"))
    expect(search).to_contain_text("Between image and conv")
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    expect(wire(page, "image.y>dropout1.x")).to_be_attached()
    expect(wire(page, "dropout1.y>conv.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "image.y>conv.x")).to_be_attached()
    expect(editor.node("dropout1")).to_have_count(0)

    # A wire dropped on the empty canvas: what takes it comes first, what needs a repair under its own heading.
    begin = page.locator('[data-node="conv"][data-kind="output"]').bounding_box()
    assert begin is not None
    drag(page, (begin["x"] + 6, begin["y"] + 6), empty_place(page, 560, 380))
    expect(search).to_contain_text("After conv")
    page.keyboard.type("linear")
    expect(search.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("maxpool2d")
    page.keyboard.press("Enter")
    expect(wire(page, "conv.y>pool1.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(editor.node("pool1")).to_have_count(0)
    expect(wire(page, "conv.y>pool1.x")).to_have_count(0)


def centre(editor: Editor, node: str) -> tuple[float, float]:
    """Where a card can be taken hold of: its middle, away from its ports and words."""
    box = editor.node(node).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_dragged_cards_go_into_wires_leave_them_and_leave_copies_and_a_stroke_cuts(page: Page, server: Server) -> None:
    document = small()
    document["network"]["nodes"].append({"id": "norm", "type": "BatchNorm2d"})
    document["view"] = {
        "network": {
            "image": [0, 0],
            "conv": [340, 0],
            "act": [680, 0],
            "scores": [1020, 0],
            "norm": [340, 200],
        }
    }
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A card without wires goes into the wire on which it is dropped; one step back undoes all of it.
    drag(page, centre(editor, "norm"), middle_of(page, "conv.y>act.x"))
    expect(wire(page, "conv.y>norm.x")).to_be_attached()
    expect(wire(page, "norm.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    expect(wire(page, "conv.y>norm.x")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(wire(page, "norm.y>act.x")).to_be_attached()

    # Alt takes it out again: the wire heals.
    x, y = centre(editor, "norm")
    page.keyboard.down("Alt")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 220, steps=STEPS)
    expect(page.get_by_text("Takes norm out of its wires")).to_be_visible()
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    expect(page.locator('[data-edge*="norm"]')).to_have_count(0)

    # Ctrl leaves the card where it is and puts a copy at the end of the drag.
    before = centre(editor, "conv")
    drag(page, before, (before[0], before[1] + 300), "Control")
    copy = editor.node("conv1")
    expect(copy).to_be_visible()
    wait_until(page, lambda: centre(editor, "conv") == before and centre(editor, "conv1")[1] > before[1] + 250)
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(copy).to_have_count(0)

    # Delete heals, Shift+Delete does not.
    editor.select("conv")
    page.keyboard.press("Delete")
    expect(wire(page, "image.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    editor.select("conv")
    page.keyboard.press("Shift+Delete")
    expect(editor.node("conv")).to_have_count(0)
    expect(page.locator('[data-edge*="act.x"]')).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A stroke with Alt over the empty canvas cuts the wires that it crosses, as one step; the knife does without Alt.
    def across(*edges: str, key: str | None) -> None:
        points = [middle_of(page, edge) for edge in edges]
        left, right = min(x for x, _ in points) - 15, max(x for x, _ in points) + 15
        level = sum(y for _, y in points) / len(points)
        if key is not None:
            page.keyboard.down(key)
        page.mouse.move(left, level - 60)
        page.mouse.down()
        page.mouse.move(left, level - 58, steps=2)
        page.mouse.move(left + 30, level + 60, steps=STEPS)
        page.mouse.move(right - 30, level + 60, steps=STEPS)
        page.mouse.move(right, level - 60, steps=STEPS)
        page.mouse.up()
        if key is not None:
            page.keyboard.up(key)

    across("image.y>conv.x", "conv.y>act.x", key="Alt")
    expect(wire(page, "image.y>conv.x")).to_have_count(0)
    expect(wire(page, "conv.y>act.x")).to_have_count(0)
    expect(wire(page, "act.y>scores.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "image.y>conv.x")).to_be_attached()
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.keyboard.press("k")
    across("image.y>conv.x", key=None)
    expect(wire(page, "image.y>conv.x")).to_have_count(0)
    expect(wire(page, "conv.y>act.x")).to_be_attached()


def test_commands_keys_finding_and_arranging(page: Page, server: Server) -> None:
    document = small()
    document["view"] = {"network": {"image": [0, 0], "conv": [340, 60], "act": [700, 20], "scores": [1020, 0]}}
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # The palette finds a command by its letters, says why one cannot be done, and does the other.
    page.keyboard.press("Control+k")
    palette = page.get_by_test_id("command-palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("mute")
    expect(palette.get_by_text("No command matches")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("align top")
    line = palette.get_by_test_id("pick-alignTop")
    expect(line).to_have_attribute("aria-disabled", "true")
    expect(line).to_contain_text("Select at least 2 nodes.")
    page.keyboard.press("Control+a")
    page.keyboard.type("select all")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    page.keyboard.press("F1")
    page.keyboard.type("align top")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    tops = {editor.node(name).bounding_box()["y"] for name in ("image", "conv", "act", "scores")}  # type: ignore[index]
    assert max(tops) - min(tops) < 1
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")

    # Keys are changed; what another command has is taken only when that is said.
    page.keyboard.press("?")
    row = page.get_by_test_id("keys-find")
    row.hover()
    row.get_by_role("button", name="Add a key to Find a node").click()
    page.keyboard.press("m")
    expect(row).to_contain_text("M is Leave out or take back in.")
    row.get_by_role("button", name="Use it here instead").click()
    expect(row.locator("kbd")).to_have_text([re.compile("Ctrl\\+F"), re.compile("M")])
    expect(page.get_by_test_id("keys-mute").locator("kbd")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(row).to_have_count(0)
    page.reload()
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("m")

    # Finding by id, type or setting; the one under the keyboard is shown and selected, Enter stays with it.
    found = page.get_by_test_id("find")
    expect(found.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("out_channels=16")
    expect(found.get_by_role("option")).to_have_text([re.compile("conv")])
    page.keyboard.press("Enter")
    expect(found).to_have_count(0)
    expect(editor.node("conv")).to_have_attribute("data-selected", "true")
    page.keyboard.press("?")
    page.get_by_role("button", name="Give all commands their own keys back").click()
    expect(page.get_by_test_id("keys-mute").locator("kbd")).to_have_count(1)
    page.keyboard.press("Escape")

    # Selecting by keys, and a look at what is selected.
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("d")
    expect(page.locator("[data-testid^=node-][data-selected=true]")).to_have_count(3)
    page.keyboard.press("i")
    expect(editor.node("image")).to_have_attribute("data-selected", "true")
    expect(editor.node("conv")).not_to_have_attribute("data-selected", "true")
    page.keyboard.press("z")
    expect(editor.node("image")).to_be_in_viewport()


def saved(server: Server, page: Page) -> dict[str, Any]:
    """The document as the server has it, once everything is saved."""
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    with server.client() as client:
        document: dict[str, Any] = client.get(f"/api/networks/{page.url.split('/')[-1].split('?')[0]}").json()[
            "document"
        ]
    return document


def test_frames_notes_and_colours_are_kept_beside_the_network(page: Page, server: Server) -> None:
    document = small()
    document["view"] = {"network": {"image": [0, 0], "conv": [340, 0], "act": [680, 0], "scores": [680, 240]}}
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A frame around what is selected; it takes the cards that stand in it along, as one step.
    editor.select("conv")
    editor.node("act").click(position={"x": 90, "y": 12}, modifiers=["ControlOrMeta"])
    page.keyboard.press("Shift+F")
    frame = page.get_by_test_id("mark-frame1")
    expect(frame.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Feature extractor")
    page.keyboard.press("Enter")
    expect(frame).to_contain_text("Feature extractor")
    title = frame.get_by_role("button", name="Frame: Feature extractor")

    def places() -> dict[str, tuple[float, float]]:
        return {name: centre(editor, name) for name in ("image", "conv", "act")}

    before = places()
    box = title.bounding_box()
    assert box is not None
    drag(page, (box["x"] + 60, box["y"] + 8), (box["x"] + 60, box["y"] + 108))
    wait_until(page, lambda: all(70 <= places()[name][1] - before[name][1] <= 130 for name in ("conv", "act")))
    assert places()["image"] == before["image"]
    page.keyboard.press("Control+z")
    wait_until(page, lambda: places() == before)
    frame.get_by_role("button", name="Frame: Feature extractor").click()
    frame.get_by_role("button", name="Orange").click()
    expect(frame.get_by_role("button", name="Orange")).to_have_attribute("aria-pressed", "true")

    # A note shows Markdown; HTML in it is only text.
    page.mouse.click(*empty_place(page, 120, 500))
    page.keyboard.press("Shift+N")
    expect(page.get_by_test_id("mark-note1").get_by_role("textbox")).to_be_focused()
    page.keyboard.type(
        "**Why** so <img src=x onerror=alert(1)>\n\n- [paper](https://arxiv.org)\n- [bad](javascript:alert(1))"
    )
    page.mouse.click(*empty_place(page, 500, 620))
    note = page.get_by_test_id("mark-note1")
    expect(note.locator("strong")).to_have_text("Why")
    expect(note.locator("img")).to_have_count(0)
    expect(note.get_by_role("link", name="paper")).to_have_attribute("href", "https://arxiv.org")
    expect(note.locator("a[href^=javascript]")).to_have_count(0)

    # A card gets a colour from the menu.
    editor.node("conv").click(button="right", position={"x": 90, "y": 12})
    colours, green = (page.get_by_role("menuitem", name=name) for name in ("Colour of the card", "Card: green"))

    def are_there() -> bool:
        # By the key that opens a submenu: whether a pointer opens it hangs on when it comes to rest.
        colours.press("ArrowRight")
        page.wait_for_timeout(500)
        return green.is_visible()

    wait_until(page, are_there, seconds=60)
    green.click()
    expect(editor.node("conv")).to_have_attribute("data-color", "green")

    # All of it is in the document, apart from the network, and comes back.
    marks = saved(server, page)["marks"]["network"]
    assert marks["frames"]["frame1"]["title"] == "Feature extractor"
    assert marks["frames"]["frame1"]["color"] == "orange"
    assert marks["notes"]["note1"]["text"].startswith("**Why**")
    assert marks["colors"] == {"conv": "green"}
    page.reload()
    expect(page.get_by_test_id("mark-note1").locator("strong")).to_have_text("Why")
    expect(editor.node("conv")).to_have_attribute("data-color", "green")

    # By keys: a mark that has the keyboard moves, and goes with Delete; undo brings it back.
    page.get_by_test_id("mark-note1").get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("mark-note1")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("mark-note1")).to_be_visible()


def test_costs_shapes_and_numbers_are_followed_live(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A wire says where the sizes of its shape come from.
    page.mouse.move(*middle_of(page, "act.y>scores.x"))
    hint = page.get_by_test_id("shape-hint")
    expect(hint).to_contain_text("N x 16 x 28 x 28")
    expect(hint).to_contain_text("16: out_channels of conv")
    expect(hint).to_contain_text("28: shape of image")

    # The table of costs: sorted, its rows lead to the layer, and it goes out as CSV.
    page.get_by_role("button", name="params").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(6)
    table.get_by_role("button", name="Parameters").click()
    expect(table.get_by_role("columnheader", name="Parameters")).to_have_attribute("aria-sort", "descending")
    first = table.locator("tbody tr").first
    expect(first).to_contain_text("conv")
    expect(first).to_contain_text("160")
    expect(table.locator("tfoot")).to_contain_text("160")
    first.get_by_role("button").click()
    expect(editor.node("conv")).to_have_attribute("data-selected", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "path,type,output,parameters,macs,activation_bytes"
    assert lines[1].startswith("conv,Conv2d,N x 16 x 28 x 28,160,112896,")

    # Cards coloured by what they cost say it too.
    page.get_by_text("MACs", exact=True).click()
    expect(editor.node("conv")).to_have_attribute("data-heat", "10")
    expect(editor.node("conv")).to_contain_text("113 kMAC")
    expect(editor.node("act")).to_have_attribute("data-heat", "0")

    # A number is dragged: shapes and costs follow, and all of it is one step.
    field = editor.field("out_channels").first
    box = field.bounding_box()
    assert box is not None
    start = (box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 32, start[1], steps=STEPS)
    expect(field).to_have_value("20")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_text("N x 20 x 28 x 28")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_attribute("data-changed", "true")
    page.mouse.up()
    expect(table.locator("tfoot")).to_contain_text("200")
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("16")
    expect(table.locator("tfoot")).to_contain_text("160")

    # A click still writes.
    field.click()
    expect(field).to_be_focused()
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_text("N x 24 x 28 x 28")


def test_suggested_layer_is_taken_with_tab_changed_with_shift_tab_and_let_go_with_escape(
    page: Page, server: Server
) -> None:
    editor = open_document(
        page,
        server,
        chain(
            {"id": "image", "type": "Input", "params": {"shape": [1, 28, 28]}},
            {"id": "conv", "type": "Conv2d", "params": {"out_channels": 16, "padding": 1}},
        ),
    )
    suggestion = page.get_by_test_id("suggestion")
    editor.select("image")
    expect(suggestion).to_have_count(0)  # its output has a wire

    # Each Tab adds what is shown and wires it, as one step; the next one is shown at once.
    editor.select("conv")
    expect(suggestion).to_have_attribute("data-type", "BatchNorm2d")
    expect(suggestion).to_contain_text("Tab adds it")
    page.keyboard.press("Tab")
    expect(wire(page, "conv.y>norm1.x")).to_be_attached()
    expect(suggestion).to_have_attribute("data-type", "ReLU")
    page.keyboard.press("Tab")
    expect(wire(page, "norm1.y>act1.x")).to_be_attached()
    expect(suggestion).to_have_attribute("data-type", "Conv2d")
    page.keyboard.press("Control+z")
    page.keyboard.press("f")  # what is out of sight is not in the page
    expect(editor.node("norm1")).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(3)

    # Another one, which Tab then takes.
    editor.select("norm1")
    expect(suggestion).to_have_attribute("data-type", "ReLU")
    page.keyboard.press("Shift+Tab")
    expect(suggestion).not_to_have_attribute("data-type", "ReLU")
    other = suggestion.get_attribute("data-type")
    page.keyboard.press("Tab")
    expect(suggestion).not_to_have_attribute("data-type", str(other))
    page.keyboard.press("f")
    expect(page.locator(".react-flow__node")).to_have_count(4)
    expect(page.locator(".react-flow__node").last).to_contain_text(str(other))
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(3)

    # Escape lets go of it, and of nothing else: Tab then leaves the canvas behind the last node. Y shows it again.
    editor.select("norm1")
    expect(suggestion).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestion).to_have_count(0)
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestion).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    expect(page.locator(".react-flow__node:focus")).to_have_count(0)

    # Where the keyboard is elsewhere, nothing is suggested; a mouse takes it by its button.
    editor.select("norm1")
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.get_by_test_id("palette-search").focus()
    expect(suggestion).to_have_count(0)
    page.get_by_test_id("canvas").focus()
    suggestion.get_by_role("button", name="Add ReLU").click()
    expect(wire(page, "norm1.y>act1.x")).to_be_attached()

    # Walking with Tab goes on walking; and it can be switched off, which this browser keeps.
    expect(suggestion).to_have_attribute("data-type", "Conv2d")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator('.react-flow__node[data-node="act1"]')).to_be_focused()
    expect(suggestion).to_have_count(0)
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.get_by_test_id("command-toggleSuggestions").click()
    expect(suggestion).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("command-toggleSuggestions")).to_have_attribute("aria-pressed", "false")


def test_a_wire_is_led_through_points_by_mouse_and_by_keys(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    led = wire(page, "image.y>conv.x").locator("path").first
    expect(led).to_be_attached()
    straight = led.get_attribute("d")
    assert straight is not None
    point = page.get_by_test_id("point-image-conv-0")

    # Put by Ctrl and a double-click; no search opens, and the point has the keyboard.
    page.keyboard.down("Control")
    page.mouse.dblclick(*middle_of(page, "image.y>conv.x"))
    page.keyboard.up("Control")
    expect(point).to_be_focused()
    expect(page.get_by_test_id("quick-add")).to_have_count(0)

    # Dragged, as one step.
    x, y = middle_of_box(point)
    drag(page, (x, y), (x, y + 160))
    wait_until(page, lambda: abs(middle_of_box(point)[1] - y - 160) < 20, "the point did not follow the mouse")
    bent = led.get_attribute("d")
    assert bent != straight
    page.keyboard.press("Control+z")
    wait_until(page, lambda: abs(middle_of_box(point)[1] - y) < 20, "the point did not go back")
    page.keyboard.press("Control+Shift+z")
    expect(led).to_have_attribute("d", str(bent))

    # It is saved beside the network, and is there when the page is opened anew.
    network = page.url.split("/networks/")[1].split("?")[0]
    with server.client() as client:

        def saved() -> list[dict[str, Any]]:
            marks = client.get(f"/api/networks/{network}").json()["document"].get("marks", {})
            ways: list[dict[str, Any]] = marks.get("network", {}).get("ways", [])
            return ways

        wait_until(page, lambda: len(saved()) == 1, "the point was not saved")
    page.reload()
    expect(point).to_be_visible()
    expect(led).to_have_attribute("d", str(bent))

    # Copied with the nodes at both its ends.
    editor.select("image")
    page.keyboard.down("Control")
    editor.select("conv")
    page.keyboard.up("Control")
    page.keyboard.press("Control+d")
    expect(page.locator("[data-mark='point']")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mark='point']")).to_have_count(1)

    # Let go on the line between its neighbours it is gone.
    x, y = middle_of_box(point)
    ends = wire_ends(page, "image.y>conv.x")
    drag(page, (x, y), ((ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2))
    expect(point).to_have_count(0)
    expect(led).to_have_attribute("d", straight)

    # By keys alone: the selected wire gets a point in its middle, which the arrows move and Delete takes away.
    page.mouse.click(*middle_of(page, "image.y>conv.x"))
    expect(wire(page, "image.y>conv.x")).to_have_attribute("data-selected", "true")
    page.keyboard.press("r")
    expect(point).to_be_focused()
    before = point.get_attribute("style")
    page.keyboard.press("ArrowDown")
    expect(point).not_to_have_attribute("style", str(before))
    page.keyboard.press("Delete")
    expect(point).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(point).to_be_visible()

    # Tidying draws anew, and without the points of the old drawing.
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("t")
    expect(point).to_have_count(0)


def middle_of_box(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wire_ends(page: Page, edge: str) -> list[float]:
    """Where a wire begins and ends, in pixels of the window: x, y, x, y."""
    found: list[float] = page.evaluate(
        """edge => {
            const path = document.querySelector(`[data-edge="${edge}"] path`);
            return [0, path.getTotalLength()].flatMap((at) => {
                const place = path.getPointAtLength(at);
                const seen = new DOMPoint(place.x, place.y).matrixTransform(path.getScreenCTM());
                return [seen.x, seen.y];
            });
        }""",
        edge,
    )
    return found
