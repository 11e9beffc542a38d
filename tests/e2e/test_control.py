"""A run is steered through the page: looked at before, paused, changed, extended, branched, and moved in the queue."""

import re
import resource

import psutil
import pytest
from e2e.conftest import Server
from e2e.training import TRAINING_MS, chain, create_network, open_training, start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MLP = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("drop", "Dropout", {"p": 0.1}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def state(page: Page, wanted: str) -> None:
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", wanted, timeout=TRAINING_MS)


def moment(page: Page, key: str) -> None:
    expect(page.get_by_test_id("run-timeline").locator(f'[data-moment="{key}"]').first).to_be_visible(timeout=60_000)


def test_run_is_looked_at_paused_changed_extended_and_branched(page: Page, server: Server) -> None:
    network = create_network(server, MLP)
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=train")
    expect(page.get_by_test_id("train-source")).to_be_visible(timeout=60_000)  # a cold server loads torch first
    open_training(page, server, network, "digits", epochs=5000)
    page.get_by_test_id("preflight-look").click()
    expect(page.get_by_test_id("preflight")).to_contain_text("samples/s", timeout=60_000)
    expect(page.get_by_test_id("preflight")).to_contain_text("an epoch")
    run = start_training(page)
    state(page, "running")
    expect(page).to_have_title(re.compile(r"^\d+% Digits - Netwright$"))

    page.get_by_test_id("run-pause").click()
    state(page, "paused")
    moment(page, "paused")
    page.get_by_test_id("run-checkpoint").click()
    moment(page, "checkpoint")
    with server.client() as client:
        epoch = int(client.get(f"/api/runs/{run}").json()["epoch"])
    page.get_by_test_id("run-change").click()
    dialog = page.get_by_test_id("change-values")
    dialog.get_by_label("Learning rate").fill("0.002")
    dialog.get_by_label("Epochs in all").fill(str(epoch + 2))
    page.get_by_test_id("change-save").click()
    moment(page, "rate")
    moment(page, "epochs")
    state(page, "paused")
    page.get_by_test_id("run-resume").click()
    wait_for_end(page)
    moment(page, "resumed")
    with server.client() as client:
        told = client.get(f"/api/runs/{run}/events?types=change&limit=10000").json()["events"]
    changed = {each["name"]: each["value"] for each in told if each["before"] != each["value"]}
    assert changed == {"lr": 0.002, "epochs": epoch + 2}
    expect(page.get_by_test_id("run-epoch")).to_contain_text(f"{epoch + 2} of {epoch + 2}")

    page.get_by_test_id("run-extend").click()
    page.get_by_test_id("extend-run").get_by_label("More epochs").fill("3")
    page.get_by_test_id("extend-start").click()
    moment(page, "wentOn")
    wait_for_end(page)
    expect(page.get_by_test_id("run-epoch")).to_contain_text(f"{epoch + 5} of {epoch + 5}")

    page.get_by_test_id("branch-step").click()
    form = page.get_by_test_id("branch-run")
    form.get_by_label("The weights only").check()
    form.get_by_label("Name").fill("Branched")
    form.get_by_label("Epochs in all").fill("1")
    page.get_by_test_id("branch-start").click()
    origin = page.get_by_test_id("run-origin")
    expect(origin).to_contain_text("Branched with the weights of step")
    wait_for_end(page)
    origin.get_by_role("link", name="Digits").click()
    page.wait_for_url(f"**/runs/{run}")


def worker_of(server: Server, run: str) -> psutil.Process:
    with server.client() as client:
        (hello,) = client.get(f"/api/runs/{run}/events?types=hello").json()["events"]
    return psutil.Process(hello["pid"])


def test_run_that_memory_was_too_small_for_starts_again_with_the_batch_that_fits(page: Page, server: Server) -> None:
    hungry = chain(
        "Hungry",
        ("image", "Input", {"shape": [1, 8, 8]}),
        ("larger", "Upsample", {"size": [1024, 1024]}),
        ("mean", "AdaptiveAvgPool2d", {"output_size": 4}),
        ("flat", "Flatten", {}),
        ("head", "Linear", {"out_features": 10}),
        ("scores", "Output", {}),
    )
    training = {"epochs": 50, "device": "cpu", "data": {"source": "digits", "batch_size": 64}}
    with server.client() as client:
        run = client.post("/api/runs", json={"document": hungry, "name": "Hungry", "training": training}).json()["id"]
    page.goto(f"http://127.0.0.1:{server.port}/runs/{run}")
    state(page, "running")
    page.get_by_test_id("run-pause").click()
    state(page, "paused")
    worker = worker_of(server, run)
    # A picture of a batch takes 4 MiB: some of them still fit, 64 do not.
    room = worker.memory_info().vms + 160 * 2**20
    resource.prlimit(worker.pid, resource.RLIMIT_AS, (room, room))
    page.get_by_test_id("run-resume").click()
    state(page, "failed")
    alert = page.get_by_role("alert").filter(has_text="Memory ran out")
    expect(alert).to_contain_text("at a batch of 64. It was in larger (Upsample), which got 64 x 1 x 8 x 8.")
    again = page.get_by_test_id("run-again")
    expect(again).to_contain_text(re.compile(r"\d"))
    fits = int(re.sub(r"\D", "", again.inner_text()))
    assert 1 <= fits < 64
    again.click()
    page.wait_for_url(lambda url: "/runs/" in url and run not in url)
    state(page, "running")
    with server.client() as client:
        found = client.get(f"/api/runs/{page.url.rsplit('/', 1)[-1]}").json()
        assert found["training"]["data"]["batch_size"] == fits
        assert found["training"]["epochs"] == 50
        client.post(f"/api/runs/{found['id']}/stop")


def test_waiting_runs_are_moved(page: Page, server: Server) -> None:
    names = ["First", "Second", "Third"]
    with server.client() as client:
        runs = [
            client.post(
                "/api/runs",
                json={
                    "document": MLP,
                    "name": name,
                    "training": {"epochs": 5000, "device": "cpu", "data": {"source": "digits"}},
                },
            ).json()["id"]
            for name in names
        ]
    page.goto(f"http://127.0.0.1:{server.port}/runs")
    rows = page.get_by_test_id("queue-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Second")
    rows.nth(1).get_by_test_id("queue-up").click()
    expect(rows.first).to_contain_text("Third")
    rows.nth(1).get_by_label("Priority of Second").select_option("1")
    expect(rows.first).to_contain_text("Second")
    page.goto(f"http://127.0.0.1:{server.port}/runs/{runs[2]}")
    place = page.get_by_test_id("queue-place")
    expect(place).to_contain_text("Place 2 of 2")
    place.get_by_test_id("queue-up").click()
    expect(place).to_contain_text("Place 1 of 2")
    with server.client() as client:
        client.post(f"/api/runs/{runs[0]}/pause").raise_for_status()
    expect(page.get_by_test_id("queue-holder")).to_contain_text("First is paused and keeps its place on cpu")
    page.goto(f"http://127.0.0.1:{server.port}/runs")
    page.get_by_label("Runs at once on cpu").select_option("2")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Second")
    with server.client() as client:
        for run in runs:
            client.post(f"/api/runs/{run}/stop")
