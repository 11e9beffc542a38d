"""Masks and reconstruction through the page: uploaded or built in, trained, and held beside the naive answer."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
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

pytestmark = pytest.mark.browser


def pixels(name: str, channels: int) -> dict[str, Any]:
    """Three small convolutions that answer at every pixel with one score."""
    nodes: list[tuple[str, str, dict[str, Any]]] = [("image", "Input", {"shape": [channels, 64, 64]})]
    for number in (1, 2):
        nodes += [
            (f"conv{number}", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
            (f"norm{number}", "BatchNorm2d", {}),
            (f"act{number}", "ReLU", {}),
        ]
    nodes += [("head", "Conv2d", {"out_channels": 5, "kernel_size": 1}), ("mask", "Output", {})]
    return chain(name, *nodes)


@pytest.mark.shared_data
def test_nuclei_uploaded_with_masks_are_found_better_than_by_saying_background(
    page: Page, server: Server, shared_data: Path, tmp_path: Path
) -> None:
    folder, archive = shared_data / "nuclei-segmentation", tmp_path / "nuclei.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for kind in ("images", "masks"):
            for path in sorted((folder / kind).iterdir()):
                zipped.write(path, f"nuclei/{kind}/{path.name}")
    dataset = upload(page, server, archive)
    shown = page.get_by_test_id("dataset-masks")
    expect(shown.get_by_role("img", name="Mask of picture 1", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Pixels a class")).to_be_visible()
    keep_both(page, "nuclei_data")
    shown.get_by_label("Show the masks").press("Space")
    expect(shown.get_by_role("img", name="Mask of picture 1", exact=True)).to_have_count(0)

    network = create_network(server, pixels("Nuclei", 3))
    open_training(page, server, network, dataset, epochs=3)
    mend(page)  # sets the input's size, and the head to two channels
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("train-loss")).to_have_value("CrossEntropyLoss")
    drawer.get_by_role("button", name="Balance the classes").click()
    rate = drawer.get_by_label("lr", exact=True)
    rate.fill("0.02")
    rate.press("Tab")
    keep_both(page, "nuclei_drawer")
    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        training = client.get(f"/api/runs/{run}").json()["training"]
    weight = training["objectives"][0]["loss"]["params"]["weight"]
    assert weight[1] > 5 * weight[0], "nuclei are few"
    naive = naive_value(page, "JaccardIndex")
    assert naive < 0.5, "always background: nothing of the nuclei"
    assert max(values(server, run, "val/JaccardIndex")) > naive + 0.1
    table = page.get_by_test_id("run-confusion")
    expect(table.locator("td[data-right]")).to_have_count(2)
    expect(page.get_by_test_id("run-per-class").get_by_role("row", name="background")).to_be_visible()
    keep_both(page, "nuclei_run")


def test_small_unet_of_the_gallery_learns_shapes_at_once(page: Page, server: Server) -> None:
    with server.client() as client:
        document = client.get("/api/architectures/unet_small").json()["document"]
    network = create_network(server, document)
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=train")
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("train-source")).to_have_value("shapes", timeout=TRAINING_MS)
    epochs = drawer.get_by_label("Epochs", exact=True)
    epochs.fill("1")
    epochs.press("Tab")
    keep_both(page, "shapes_drawer")
    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        [hello] = client.get(f"/api/runs/{run}/events", params={"types": "hello"}).json()["events"]
    assert values(server, run, "val/JaccardIndex")[-1] > hello["baseline"]["val/JaccardIndex"] + 0.05
    expect(page.get_by_test_id("run-baseline")).to_contain_text("the most frequent class, background, at every pixel")
    expect(page.get_by_test_id("run-per-class").get_by_role("row", name="triangle")).to_be_visible()
    keep_both(page, "shapes_run")


def test_autoencoder_is_suggested_to_give_its_input_back_and_beats_the_mean(page: Page, server: Server) -> None:
    network = create_network(
        server,
        chain(
            "Code",
            ("image", "Input", {"shape": [1, 8, 8]}),
            ("flat", "Flatten", {}),
            ("code", "Linear", {"out_features": 12}),
            ("decode", "Linear", {"out_features": 64}),
            ("sigmoid", "Sigmoid", {}),
            ("shape", "Reshape", {"shape": [1, 8, 8]}),
            ("picture", "Output", {}),
        ),
    )
    open_training(page, server, network, "digits", epochs=1)
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("train-task")).to_have_value("reconstruction")
    expect(drawer.get_by_test_id("train-loss")).to_have_value("MSELoss")
    # Its own target is the class, which this network does not answer: that is said, and can be taken back.
    drawer.get_by_test_id("train-task").select_option("own")
    expect(drawer.get_by_test_id("train-loss")).to_have_value("CrossEntropyLoss")
    expect(drawer.get_by_test_id("train-start")).to_be_disabled()
    drawer.get_by_test_id("train-task").select_option("reconstruction")
    expect(drawer.get_by_test_id("train-loss")).to_have_value("MSELoss")
    epochs = drawer.get_by_label("Epochs", exact=True)
    epochs.fill("6")
    epochs.press("Tab")
    rate = drawer.get_by_label("lr", exact=True)
    rate.fill("0.01")
    rate.press("Tab")
    keep_both(page, "reconstruction_drawer")
    run = start_training(page)
    wait_for_end(page)
    expect(page.get_by_test_id("baseline-MeanAbsoluteError")).to_have_attribute("data-better", "true")
    errors = values(server, run, "val/RootMeanSquaredError")
    assert errors[-1] < errors[0]
    keep_both(page, "reconstruction_run")
