"""The run desk in a real browser: find runs, compare them, and ask a checkpoint."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from e2e.conftest import PATIENCE_MS, Nursery, Server
from e2e.drawing import box_of
from e2e.training import TRAINING_MS, chain, start_run, wait_for_runs
from playwright.sync_api import Browser, Locator, Page, Response, expect

pytestmark = pytest.mark.browser

DIGITS = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)
IRIS = chain("Iris", ("row", "Input", {"shape": [4]}), ("head", "Linear", {"out_features": 3}), ("y", "Output", {}))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with three finished runs, by name: ``slow`` and ``fast`` on digits, ``flowers`` on iris."""
    home = tmp_path_factory.mktemp("home")
    server = Server(home, nursery=nursery)
    try:
        server.start()
        runs = {
            "slow": start_run(server, DIGITS, "digits", name="slow", lr=0.0001, epochs=2),
            "fast": start_run(server, DIGITS, "digits", name="fast", lr=0.02, epochs=4),
            "flowers": start_run(server, IRIS, "iris", name="flowers", lr=0.05, epochs=10),
        }
        with server.client() as client:
            client.patch(f"/api/runs/{runs['slow']}", json={"tags": ["baseline"]}).raise_for_status()
        wait_for_runs(server, runs.values())
        yield server, runs
    finally:
        server.end()


@pytest.fixture
def page(browser: Browser, desk: tuple[Server, dict[str, str]]) -> Iterator[Page]:
    """A page that is signed in; an uncaught error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(desk[0].url)
    yield opened
    context.close()
    assert not errors, errors


def tick(page: Page, name: str, role: Literal["checkbox", "switch"] = "checkbox") -> None:
    """The choice goes through the address, so that the box may show it a moment later."""
    box = page.get_by_role(role, name=name)
    box.click()
    expect(box).to_be_checked()


def take_home(page: Page, item: str) -> bytes:
    """The file that an entry of the menu gives."""
    page.get_by_role("button", name="Take home").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=item).click()
    return Path(download.value.path()).read_bytes()


def read_table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def zoom(chart: Locator) -> None:
    """Drags over the middle of a chart."""
    over, everything = chart.locator(".u-over"), chart.get_by_role("button", name="Show all (double-click)")
    for _ in range(3):  # a chart that is made anew in the middle of a drag is dragged over again
        width, height = over.evaluate("element => [element.clientWidth, element.clientHeight]")
        over.drag_to(
            over,
            source_position={"x": width * 0.3, "y": height / 2},
            target_position={"x": width * 0.7, "y": height / 2},
        )
        try:
            expect(everything).to_be_visible(timeout=10_000)
        except AssertionError:
            continue
        return
    expect(everything).to_be_visible()


def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_table_when_filtered_and_columns_chosen_keeps_the_view_in_the_address(
    page: Page, desk: tuple[Server, dict[str, str]]
) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs")
    query, rows = page.get_by_test_id("runs-query"), page.locator("[data-testid^=run-row-]")
    expect(rows).to_have_count(3)
    query.fill("val/Accuracy>0.5 lr>=0.02 network:digits")
    expect(rows).to_have_count(1)
    expect(page.get_by_test_id(f"run-row-{runs['fast']}")).to_be_visible()
    page.get_by_test_id("runs-columns").click()
    page.get_by_label("Search the columns").fill("params.lr")
    tick(page, "optimizer.params.lr")
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="optimizer.params.lr")).to_be_visible()
    page.goto(page.url)  # as a link that somebody was sent
    expect(query).to_have_value("val/Accuracy>0.5 lr>=0.02 network:digits")
    expect(rows).to_have_count(1)
    expect(rows.get_by_text("0.02", exact=True)).to_be_visible()

    query.fill("stat:completed")
    expect(page.get_by_test_id("runs-query-faults")).to_contain_text("Did you mean state?")
    query.fill("")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="baseline").click()
    expect(rows).to_have_count(1)
    expect(query).to_have_value("tag:baseline")

    # Nothing is lost: what is deleted is back with one press, what is archived stands where archived ones are shown.
    before = rows.bounding_box()
    tick(page, "Select slow")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    assert rows.bounding_box() == before, "a row that is ticked moves away from the pointer"
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(1)


def test_runs_when_compared_share_charts_and_show_what_differs(page: Page, desk: tuple[Server, dict[str, str]]) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs?q=network:digits")
    for name in ("slow", "fast"):
        tick(page, f"Select {name}")
    page.get_by_test_id("runs-compare").click()
    page.wait_for_url("**/runs/compare?*")
    loss = page.get_by_test_id("compare-val/loss")
    expect(loss.locator("canvas")).to_be_visible()
    for name in ("slow", "fast"):
        expect(loss.get_by_role("listitem").filter(has_text=name)).to_contain_text(".")
    page.get_by_role("radio", name="Compare the others with slow").click()
    expect(page.get_by_role("radio", name="Compare the others with slow")).to_be_checked()
    better = page.get_by_test_id(f"compare-run-{runs['fast']}").get_by_title("Better than the baseline")
    expect(better.first).to_contain_text("+")
    expect(page.get_by_test_id("compare-val/Accuracy")).to_be_visible()
    page.get_by_role("tab", name="Settings").click()
    settings = page.get_by_test_id("compare-settings")
    expect(settings.get_by_role("rowheader", name="optimizer.params.lr")).to_be_visible()
    expect(settings.get_by_role("rowheader", name="seed")).to_have_count(0)
    page.get_by_role("tab", name="Network").click()
    expect(page.get_by_test_id("compare-network")).to_contain_text("Both mean the same network.")
    page.get_by_role("tab", name="Parallel coordinates").click()
    parallel = page.get_by_test_id("compare-parallel")
    expect(parallel.locator("svg")).to_contain_text("optimizer.params.lr")
    parallel.get_by_role("button", name="fast").focus()
    expect(parallel.locator("path[data-state=active]")).to_have_count(1)
    expect(parallel.locator("path[data-state=quiet]")).to_have_count(1)
    lines = read_table(take_home(page, "Raw values, CSV"))
    assert {line["name"] for line in lines} == {"slow", "fast"}
    assert {"train/loss", "val/loss", "val/Accuracy"} <= {line["metric"] for line in lines}


def test_compared_charts_are_taken_home_as_they_are_shown(page: Page, desk: tuple[Server, dict[str, str]]) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs/compare?ids={runs['slow']},{runs['fast']}&x=epoch")
    loss, accuracy = page.get_by_test_id("compare-val/loss"), page.get_by_test_id("compare-val/Accuracy")
    titles = page.get_by_test_id("compare-curves").get_by_role("heading")
    expect(loss.get_by_role("listitem").filter(has_text="fast")).to_contain_text(".")
    page.get_by_role("button", name="Keep val/Accuracy on top").click()
    expect(titles.first).to_have_text("val/Accuracy")
    # The cursors of all charts stand at the same logged point: the second epoch, the first and the last half lie further off.
    over = accuracy.locator(".u-over")
    over.hover(position={"x": over.evaluate("element => element.clientWidth") * 0.4, "y": 20})
    for chart in (accuracy, loss):
        expect(chart.get_by_role("list")).to_contain_text("at epoch 2")
    zoom(accuracy)  # from 1.9 to 3.1 of the epochs 1 to 4
    page.get_by_role("slider", name="Smoothing").press("End")
    page.wait_for_url("**smooth=0.99**")
    rows = read_table(take_home(page, "As shown, CSV"))
    assert rows[0]["chart"] == "val/Accuracy"
    assert {row["axis"] for row in rows} == {"epoch"}
    shown = [row for row in rows if (row["chart"], row["curve"]) == ("val/Accuracy", "fast")]
    assert [float(row["x"]) for row in shown] == [2, 3]
    losses = [row for row in rows if (row["chart"], row["curve"]) == ("val/loss", "fast")]
    assert [float(row["x"]) for row in losses] == [2, 3], "all charts are zoomed together"
    with server.client() as client:
        (known,) = client.get(f"/api/runs/{runs['fast']}/metrics", params={"names": "val/loss"}).json()["series"]
    first, second = known["values"][:2]
    assert float(losses[0]["value"]) == second
    assert float(losses[0]["smoothed"]) == pytest.approx((0.99 * first + second) / 1.99)
    loss.get_by_role("button", name="Show all (double-click)").click()
    expect(page.get_by_role("button", name="Show all (double-click)")).to_have_count(0)  # all come back together too


def test_one_run_lets_its_curves_go_and_keeps_what_was_noted(page: Page, desk: tuple[Server, dict[str, str]]) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs/{runs['fast']}?smooth=0.5")
    loss = page.get_by_test_id("curve-loss")
    expect(loss.get_by_role("listitem").filter(has_text="train")).to_contain_text(".")
    loss.locator(".u-over").hover()
    expect(page.get_by_test_id("curve-lr").get_by_role("list")).to_contain_text("at step")
    zoom(loss)
    (shown,) = [one for one in json.loads(take_home(page, "As shown, JSON"))["charts"] if one["title"] == "Loss"]
    low, high = shown["range"]
    train = next(curve for curve in shown["curves"] if curve["series"] == "train/loss")
    with server.client() as client:
        (known,) = client.get(f"/api/runs/{runs['fast']}/metrics", params={"names": "train/loss"}).json()["series"]
    assert train["x"] == [step for step in known["steps"] if low <= step <= high]
    assert len(train["smoothed"]) == len(train["x"]) < len(known["steps"])
    svg = take_home(page, "As shown, SVG").decode()
    assert svg.count('class="raw"') == svg.count('class="curve"') - 1, "all but the learning rate are smoothed"
    assert take_home(page, "As shown, PNG").startswith(b"\x89PNG")
    raw = read_table(take_home(page, "Raw values, CSV"))
    assert [int(row["step"]) for row in raw if row["metric"] == "train/loss"] == known["steps"]
    with zipfile.ZipFile(io.BytesIO(take_home(page, "Raw values, TensorBoard event files"))) as archive:
        assert [name.split("/")[0] for name in archive.namelist()] == ["fast"]

    def is_saved(response: Response) -> bool:
        return response.request.method == "PATCH" and response.ok

    notes, tags = page.get_by_role("textbox", name="Notes"), page.get_by_role("combobox", name="Tags")
    notes.fill("The best rate so far.")
    with page.expect_response(is_saved):
        notes.blur()
    tags.fill("keep")
    with page.expect_response(is_saved):
        tags.press("Enter")
    page.reload()
    expect(notes).to_have_value("The best rate so far.")
    page.get_by_role("tab", name="Log", exact=True).click()
    log, search = page.get_by_test_id("run-log"), page.get_by_role("searchbox", name="Search the log")
    expect(log).to_contain_text("Attempt 1 begins")
    search.fill("checkpoint")
    expect(log).not_to_contain_text("Attempt 1 begins")
    expect(log).to_contain_text("Saved the best checkpoint")
    search.fill("nobody wrote this")
    expect(log).to_contain_text('No line holds "nobody wrote this".')
    page.goto(f"{base(server)}/runs?q=tag:keep notes:rate")
    expect(page.locator("[data-testid^=run-row-]")).to_have_count(1)


def test_table_when_sorted_grouped_and_archived_shows_the_rows_it_says(
    page: Page, desk: tuple[Server, dict[str, str]]
) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs")
    rows, names = page.locator("[data-testid^=run-row-]"), page.locator("[data-testid^=run-row-] a")
    expect(rows).to_have_count(3)
    by_name = page.get_by_title("Sort by Name")
    by_name.click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(rows).to_contain_text(["fast", "flowers", "slow"])
    by_name.click()
    expect(rows).to_contain_text(["slow", "flowers", "fast"])
    page.get_by_role("combobox", name="Group by").click()
    page.get_by_role("option", name="Data", exact=True).click()
    groups = page.get_by_test_id("runs-group")
    expect(groups).to_contain_text(["digits", "iris"])
    expect(groups.first).to_contain_text("2 runs")
    groups.first.get_by_role("button").click()
    expect(rows).to_contain_text(["flowers"])
    groups.first.get_by_role("button").click()
    expect(rows).to_contain_text(["slow", "fast", "flowers"])
    tick(page, "Only what differs", "switch")
    expect(page.get_by_role("columnheader", name="optimizer.params.lr")).to_be_visible()
    expect(page.get_by_role("columnheader", name="State")).to_have_count(0)  # all are completed
    expect(page.get_by_role("columnheader", name="seed", exact=True)).to_have_count(0)

    tick(page, "Select flowers")
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(rows).to_contain_text(["slow", "fast"])
    tick(page, "Archived too (1)", "switch")
    expect(page.get_by_test_id(f"run-row-{runs['flowers']}")).to_contain_text("archived")
    tick(page, "Select flowers")
    page.get_by_role("button", name="Take out of the archive").click()
    expect(page.get_by_test_id(f"run-row-{runs['flowers']}")).not_to_contain_text("archived")
    expect(names.first).to_be_visible()


def test_zoom_stays_while_a_run_trains_and_runs_are_stopped_together(
    page: Page, desk: tuple[Server, dict[str, str]]
) -> None:
    server, runs = desk
    endless = [
        start_run(server, DIGITS, "digits", name=f"endless {number}", lr=0.001, epochs=1_000_000) for number in (1, 2)
    ]
    try:
        page.goto(f"{base(server)}/runs/compare?ids={endless[0]},{runs['slow']}")
        loss = page.get_by_test_id("compare-train/loss")
        expect(loss.get_by_role("listitem").filter(has_text="endless 1")).to_contain_text(".", timeout=TRAINING_MS)
        zoom(loss)

        def shown() -> dict[str, Any]:
            charts = json.loads(take_home(page, "As shown, JSON"))["charts"]
            return next(chart for chart in charts if chart["title"] == "train/loss")

        before = shown()["range"]
        told = loss.get_by_role("img", name="train/loss")
        summary = page.locator(f"[id='{told.get_attribute('aria-describedby')}']")
        words = summary.inner_text()
        expect(summary).not_to_have_text(words, timeout=TRAINING_MS)  # points came
        assert shown()["range"] == before

        page.goto(f"{base(server)}/runs?q=name:endless")
        tick(page, "Select endless 1")
        tick(page, "Select endless 2")
        page.get_by_role("button", name="Stop", exact=True).click()
        for run in endless:
            row = page.get_by_test_id(f"run-row-{run}")
            expect(row).to_contain_text("Stopped", timeout=TRAINING_MS)
    finally:
        with server.client() as client:
            for run in endless:  # the other tests count the runs
                client.post(f"/api/runs/{run}/stop")
            while any(client.get(f"/api/runs/{run}").json()["state"] not in {"stopped", "failed"} for run in endless):
                time.sleep(0.1)
            for run in endless:
                client.delete(f"/api/runs/{run}").raise_for_status()


def test_digit_when_drawn_is_answered_and_the_evaluation_opens_samples(
    page: Page, desk: tuple[Server, dict[str, str]]
) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs/{runs['fast']}")
    page.get_by_role("tab", name="Try it").click()
    pad = page.get_by_test_id("draw-pad")
    expect(pad).to_be_visible(timeout=TRAINING_MS)
    box = box_of(pad)
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + box["height"] - 30, steps=12)
    page.mouse.up()
    expect(page.get_by_test_id("answer-label")).to_contain_text("%", timeout=TRAINING_MS)
    expect(page.get_by_test_id("answer").get_by_role("row")).to_have_count(10)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_test_id("answer-label")).to_have_count(0)

    page.get_by_text("Evaluation", exact=True).click()
    matrix = page.get_by_test_id("confusion")
    expect(matrix).to_be_visible(timeout=TRAINING_MS)
    cell = matrix.get_by_role("button").first
    count = int(cell.inner_text())
    cell.click()
    samples = page.get_by_role("dialog").get_by_test_id("samples").get_by_role("listitem")
    expect(samples).to_have_count(min(count, 24))
    expect(samples.first.get_by_role("img")).to_be_visible()


def test_file_of_rows_when_sent_comes_back_with_the_answers(
    page: Page, desk: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    server, runs = desk
    page.goto(f"{base(server)}/runs/{runs['flowers']}?tab=try")
    expect(page.get_by_test_id("answer-label")).to_contain_text("%", timeout=TRAINING_MS)
    names = page.get_by_test_id("try-form").get_by_role("textbox")
    # The name alone, without the mark of a field that must be filled.
    name_of = "field => field.labels[0].firstChild.textContent"
    expect(names).to_have_count(4)
    labels = [names.nth(place).evaluate(name_of) for place in range(4)]
    file = tmp_path / "flowers.csv"
    file.write_text(",".join(["id", *labels]) + "\nfirst,5.1,3.5,1.4,0.2\nlast,6.5,3.0,5.5,2.0\n")
    with page.expect_download(timeout=TRAINING_MS) as download:
        page.get_by_test_id("batch").locator("input[type=file]").set_input_files(file)
    assert download.value.suggested_filename == "flowers-predictions.csv"
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert [row["id"] for row in rows] == ["first", "last"]
    assert rows[0]["predicted label"] == "setosa"
    expect(page.get_by_test_id("batch-done")).to_be_visible()
    file.write_text("id,other\nfirst,1\n")
    page.get_by_test_id("batch").locator("input[type=file]").set_input_files(file)
    expect(page.get_by_test_id("batch")).to_contain_text("has no column")


def test_curves_are_taken_home_as_event_files_and_come_back_as_an_imported_run(
    page: Page, desk: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    server, _ = desk
    page.goto(f"{base(server)}/runs?q=name:fast")
    tick(page, "Select fast")
    with page.expect_download() as download:
        page.get_by_role("button", name="TensorBoard files").click()
    file = tmp_path / "tensorboard.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        (name,) = archive.namelist()
        events = archive.read(name)

    # What is cut off is told with its file and byte, and nothing of it comes.
    cut = tmp_path / "events.out.tfevents.cut"
    cut.write_bytes(events[:-3])
    page.get_by_test_id("curves-file").set_input_files(cut)
    expect(page.get_by_test_id("curves-faults")).to_contain_text(
        "events.out.tfevents.cut is cut off: the record at byte"
    )
    whole = tmp_path / "events.out.tfevents.elsewhere"
    whole.write_bytes(events)
    # While it is sent and read this is said, and it can be called off: here by a server that never answers.
    page.route("**/api/curves?*", lambda _: None)
    page.get_by_test_id("curves-file").set_input_files(whole)
    progress = page.get_by_test_id("curves-progress")
    expect(progress).to_contain_text("events.out.tfevents.elsewhere")
    progress.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)
    page.unroute("**/api/curves?*")
    page.get_by_test_id("curves-file").set_input_files(whole)
    expect(page.get_by_text("1 run imported.")).to_be_visible()
    expect(page.get_by_test_id("curves-faults")).to_have_count(0)
    page.goto(f"{base(server)}/runs?q=reason:imported")
    rows = page.locator("[data-testid^=run-row-]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("events.out.tfevents.elsewhere")
    rows.get_by_role("link", name="events.out.tfevents.elsewhere").click()
    expect(page.get_by_test_id("run-state")).to_contain_text("its curves were read from events.out.tfevents.elsewhere")
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_text("This run was imported: its curves are here")).to_be_visible()
    with server.client() as client:  # the other tests count the runs
        client.delete(f"/api/runs/{page.url.split('/runs/')[1].split('?')[0]}").raise_for_status()
