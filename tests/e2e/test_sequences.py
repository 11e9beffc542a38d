"""Texts and time series through the page: uploaded, looked at, trained, better than saying the usual thing."""

from pathlib import Path

import numpy as np
import pytest
from e2e.conftest import Server
from e2e.test_data import upload
from e2e.training import chain, create_network, mend, naive_value, open_training, start_training, values, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.timeout(600)]

WINDOW, HORIZON, STRIDE = 24, 36, 5
"""Months: two years are seen, three are forecast."""


def test_messages_uploaded_as_a_table_are_told_from_spam(
    page: Page, server: Server, shared_data: Path, tmp_path: Path
) -> None:
    messages = (shared_data / "text" / "sms_spam.tsv").read_text("utf-8").split("\n")[:1500]
    (tmp_path / "messages.tsv").write_text("\n".join(messages), "utf-8")
    dataset = upload(page, server, tmp_path / "messages.tsv")
    expect(page.get_by_test_id("dataset-read-as")).to_have_value("text_table")
    expect(page.get_by_role("heading", name="Some texts as the network meets them")).to_be_visible(timeout=60_000)
    network = create_network(
        server,
        chain(
            "Spam",
            ("words", "Input", {"shape": [7], "dtype": "int64"}),
            ("embed", "Embedding", {"num_embeddings": 100, "embedding_dim": 16}),
            ("lstm", "LSTM", {"hidden_size": 16}),
            ("last", "PoolOverTime", {"mode": "last"}),
            ("head", "Linear", {"out_features": 5}),
            ("scores", "Output", {}),
        ),
    )
    open_training(page, server, network, dataset, epochs=5)
    mend(page)  # the length of a text, the rows of the embedding, the classes
    run = start_training(page)
    wait_for_end(page)
    naive = naive_value(page, "Accuracy")
    assert 0.8 < naive < 0.9, "86 % of those held out are no spam"
    assert max(values(server, run, "val/Accuracy")) > max(naive + 0.03, 0.9)


def test_sunspots_uploaded_as_a_series_are_forecast(page: Page, server: Server, shared_data: Path) -> None:
    file = shared_data / "timeseries" / "monthly-sunspots.csv"
    dataset = upload(page, server, file)
    expect(page.get_by_test_id("dataset-read-as")).to_have_value("time_series")
    expect(page.get_by_role("heading", name="Some samples")).to_be_visible(timeout=60_000)
    page.get_by_label("horizon", exact=True).fill(str(HORIZON))
    page.get_by_label("stride", exact=True).fill(str(STRIDE))
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text(f"Of each {WINDOW} steps the next {HORIZON} of Sunspots")).to_be_visible(timeout=60_000)
    network = create_network(
        server,
        chain(
            "Sunspots",
            ("months", "Input", {"shape": [5, 2]}),
            ("gru", "GRU", {"hidden_size": 16}),
            ("last", "PoolOverTime", {"mode": "last"}),
            ("head", "Linear", {"out_features": 1}),
            ("next", "Output", {}),
        ),
    )
    open_training(page, server, network, dataset, epochs=10)
    expect(page.get_by_test_id("split-by")).to_have_value("time")
    mend(page)
    run = start_training(page)
    wait_for_end(page)
    # In sunspots, though the network learns deviations: repeating the last month is what it has to beat.
    naive = naive_value(page, "MeanAbsoluteError")
    assert naive == pytest.approx(error_of_the_last_value(file), rel=0.01)
    assert min(values(server, run, "val/MeanAbsoluteError")) < 0.9 * naive


def test_movements_uploaded_as_a_file_for_each_series_are_told_apart(
    page: Page, server: Server, shared_data: Path
) -> None:
    dataset = upload(page, server, shared_data / "timeseries" / "IndoorMovement.zip")
    expect(page.get_by_text("314 series of 19 to 129 steps; the table dataset/MovementAAL_target.csv")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_role("heading", name="Some series of each class")).to_be_visible(timeout=60_000)
    network = create_network(
        server,
        chain(
            "Movements",
            ("strengths", "Input", {"shape": [5, 2]}),
            ("flat", "Flatten", {}),
            ("hidden", "Linear", {"out_features": 32}),
            ("act", "ReLU", {}),
            ("head", "Linear", {"out_features": 5}),
            ("scores", "Output", {}),
        ),
    )
    open_training(page, server, network, dataset, epochs=12)
    mend(page)
    run = start_training(page)
    wait_for_end(page)
    naive = naive_value(page, "Accuracy")
    assert 0.45 < naive < 0.6, "half of them change the room"
    assert max(values(server, run, "val/Accuracy")) > naive + 0.15


def error_of_the_last_value(file: Path) -> float:
    """Mean absolute error over the validation windows of saying the last month again and again."""
    months = np.array([float(line.split(",")[1]) for line in file.read_text().splitlines()[1:] if line])
    starts = np.arange(0, len(months) - WINDOW - HORIZON + 1, STRIDE)
    last = starts[-round(0.1 * len(starts)) :]
    return float(np.mean([np.abs(months[at + WINDOW :][:HORIZON] - months[at + WINDOW - 1]) for at in last]))
