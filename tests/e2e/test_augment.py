"""Preprocessing and augmentation in the training form: put in order, mended, looked at, and trained with."""

import pytest
from e2e.conftest import Server
from e2e.drawing import box_of
from e2e.training import chain, create_network, start_training, wait_for_end
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

FIRST_MS = 60_000
"""How long a busy machine may take to read a set for the first time."""


def small_network() -> dict[str, object]:
    return chain(
        "Augmented digits",
        ("image", "Input", {"shape": [1, 8, 8]}),
        ("flat", "Flatten", {}),
        ("hidden", "Linear", {"out_features": 16}),
        ("act", "ReLU", {}),
        ("head", "Linear", {"out_features": 10}),
        ("scores", "Output", {}),
    )


def open_form(page: Page, server: Server) -> Locator:
    network = create_network(server, small_network())
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=train")
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("steps-preprocess").get_by_role("listitem")).to_have_count(2, timeout=FIRST_MS)
    return drawer


def handle(steps: Locator, place: int) -> Locator:
    return steps.get_by_role("listitem").nth(place).get_by_role("button").first


def test_augmentation_when_put_in_order_is_shown_and_trained_with(page: Page, server: Server) -> None:
    drawer = open_form(page, server)
    augment, preview = drawer.get_by_test_id("steps-augment"), drawer.get_by_test_id("steps-preview")
    after = preview.get_by_role("row").nth(1).get_by_role("img").first
    expect(after).to_be_visible()
    plain = after.get_attribute("src")

    # A crop changes what the network gets, and another chance changes it again.
    add = drawer.get_by_test_id("steps-add-augment")
    add.select_option("RandomCrop")
    expect(after).not_to_have_attribute("src", plain or "")
    cropped = after.get_attribute("src")
    drawer.get_by_test_id("steps-again").click()
    expect(after).not_to_have_attribute("src", cropped or "")

    # At the wrong place, a step says so, with a way out that works.
    add.select_option("RandomErasing")
    add.select_option("RandomRotation")
    wrong = augment.get_by_role("alert")
    expect(wrong).to_contain_text("Put RandomRotation before RandomErasing")
    expect(drawer.get_by_test_id("train-start")).to_have_attribute("aria-disabled", "true")
    wrong.get_by_role("button", name="Move RandomRotation before RandomErasing").click()
    expect(augment.get_by_role("alert")).to_have_count(0)
    expect(augment.get_by_role("listitem")).to_contain_text(["RandomCrop", "RandomRotation", "RandomErasing"])

    # The keyboard moves a step and stays on it; the pointer does the same.
    handle(augment, 1).focus()
    page.keyboard.press("ArrowUp")
    expect(augment.get_by_role("listitem")).to_contain_text(["RandomRotation", "RandomCrop", "RandomErasing"])
    expect(handle(augment, 0)).to_be_focused()
    source, target = box_of(handle(augment, 1)), box_of(handle(augment, 0))
    page.mouse.move(source["x"] + 8, source["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 8, target["y"] - 4, steps=12)
    page.mouse.up()
    expect(augment.get_by_role("listitem")).to_contain_text(["RandomCrop", "RandomRotation", "RandomErasing"])

    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        training = client.get(f"/api/runs/{run}").json()["training"]
    assert [step["type"] for step in training["data"]["augment"]] == ["RandomCrop", "RandomRotation", "RandomErasing"]


def test_preprocessing_when_edited_begins_with_the_sets_own_steps_and_goes_back_to_them(
    page: Page, server: Server
) -> None:
    drawer = open_form(page, server)
    steps = drawer.get_by_test_id("steps-preprocess")
    expect(steps.get_by_role("listitem")).to_contain_text(["ToFloat", "Normalize"])
    drawer.get_by_test_id("steps-add-preprocess").select_option("CenterCrop")
    size = steps.get_by_role("textbox")
    expect(steps.get_by_role("alert")).to_contain_text("28 x 28 cannot be cut out of pictures of 8 x 8")
    size.first.fill("6")
    size.nth(1).fill("6")
    size.nth(1).press("Tab")
    expect(drawer.get_by_text("The network gets 1 x 6 x 6")).to_be_visible()
    drawer.get_by_role("button", name="Remove ToFloat").click()
    expect(steps.get_by_role("alert")).to_contain_text("put ToFloat before it")
    steps.get_by_role("button", name="Put ToFloat before Normalize").click()
    expect(steps.get_by_role("alert")).to_have_count(0)
    drawer.get_by_role("button", name="Use the set's own steps").click()
    expect(drawer.get_by_text("The network gets 1 x 8 x 8")).to_be_visible()
