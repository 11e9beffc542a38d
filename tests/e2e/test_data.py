"""Real data through the page: imported, uploaded, trained."""

import zipfile
from pathlib import Path

import pytest
from e2e.conftest import Server
from e2e.training import chain, create_network, mend, naive_value, open_training, start_training, values, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

IDX = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
]


def go(page: Page, server: Server, path: str) -> None:
    page.goto(f"http://127.0.0.1:{server.port}{path}")


def upload(page: Page, server: Server, file: Path) -> str:
    """Uploads through the page of all data and gives the new set's id: its page is then open."""
    go(page, server, "/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("upload-dataset").click()
    chooser.value.set_files(file)
    page.wait_for_url("**/data/*", timeout=60_000)
    return page.url.rsplit("/", 1)[-1]


@pytest.mark.timeout(600)
def test_mnist_imported_by_its_files_reaches_its_accuracy_in_two_epochs(
    page: Page, server: Server, shared_data: Path
) -> None:
    go(page, server, "/data/mnist")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import files").click()
    chooser.value.set_files([shared_data / "mnist" / name for name in IDX])
    expect(page.get_by_text("Some pictures of each class")).to_be_visible(timeout=60_000)

    network = create_network(
        server,
        chain(
            "MNIST",
            ("image", "Input", {"shape": [1, 28, 28]}),
            ("conv1", "Conv2d", {"out_channels": 32, "padding": 1}),
            ("act1", "ReLU", {}),
            ("pool1", "MaxPool2d", {}),
            ("conv2", "Conv2d", {"out_channels": 64, "padding": 1}),
            ("act2", "ReLU", {}),
            ("pool2", "MaxPool2d", {}),
            ("flat", "Flatten", {}),
            ("head", "Linear", {"out_features": 10}),
            ("scores", "Output", {}),
        ),
    )
    open_training(page, server, network, "mnist", epochs=2)
    run = start_training(page)
    wait_for_end(page)
    assert values(server, run, "test/Accuracy")[-1] >= 0.985


def test_titanic_uploaded_as_csv_trains_above_the_majority(page: Page, server: Server, shared_data: Path) -> None:
    dataset = upload(page, server, shared_data / "tabular" / "titanic.csv")
    columns = page.get_by_test_id("dataset-columns")
    columns.get_by_label("Role of survived").select_option("target")
    columns.get_by_label("Role of alive").select_option("ignored")  # the target in words
    expect(columns.get_by_label("Role of alive")).to_have_value("ignored")
    network = create_network(
        server,
        chain(
            "Titanic",
            ("row", "Input", {"shape": [4]}),
            ("hidden", "Linear", {"out_features": 32}),
            ("act", "ReLU", {}),
            ("head", "Linear", {"out_features": 64}),
            ("scores", "Output", {}),
        ),
    )
    open_training(page, server, network, dataset, epochs=20)
    mend(page)
    run = start_training(page)
    wait_for_end(page)
    naive = naive_value(page, "Accuracy")
    assert 0.5 < naive < 0.7, "61.6 % did not survive"
    assert max(values(server, run, "val/Accuracy")) > max(naive + 0.05, 0.7)


@pytest.mark.timeout(600)
def test_sign_language_uploaded_as_class_folders_trains(
    page: Page, server: Server, shared_data: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "sign-language-digits.zip"
    folder = shared_data / "sign-language-digits" / "Dataset"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for picture in sorted(folder.rglob("*.JPG")):
            zipped.write(picture, f"Dataset/{picture.relative_to(folder)}")
    dataset = upload(page, server, archive)
    expect(page.get_by_text("Some pictures of each class")).to_be_visible(timeout=60_000)
    network = create_network(
        server,
        chain(
            "Hands",
            ("image", "Input", {"shape": [3, 64, 64]}),
            ("conv1", "Conv2d", {"out_channels": 16, "stride": 2, "padding": 1}),
            ("act1", "ReLU", {}),
            ("conv2", "Conv2d", {"out_channels": 32, "stride": 2, "padding": 1}),
            ("act2", "ReLU", {}),
            ("pool", "AdaptiveAvgPool2d", {"output_size": 8}),
            ("flat", "Flatten", {}),
            ("head", "Linear", {"out_features": 10}),
            ("scores", "Output", {}),
        ),
    )
    open_training(page, server, network, dataset, epochs=5)
    mend(page)
    run = start_training(page)
    wait_for_end(page)
    naive = naive_value(page, "Accuracy")
    assert naive < 0.2, "ten classes of equal size"
    assert max(values(server, run, "val/Accuracy")) > max(naive + 0.2, 0.5)
