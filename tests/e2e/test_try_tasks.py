"""Trying out a checkpoint, by what it is asked with and what it answers with; and how it does on what was held out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.accessibility import faults
from e2e.conftest import PATIENCE_MS, Nursery, Server
from e2e.drawing import box_of, wait_until
from e2e.training import TRAINING_MS, chain, start_run, wait_for_runs
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

MASKS = chain(
    "Masks",
    ("image", "Input", {"shape": [1, 32, 32]}),
    ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("norm", "BatchNorm2d", {}),
    ("act", "ReLU", {}),
    ("head", "Conv2d", {"out_channels": 4, "kernel_size": 1}),
    ("mask", "Output", {}),
)
SMALL = [{"type": "ToFloat", "params": {}}, {"type": "Resize", "params": {"size": [32, 32]}}]
NUMBERS = chain(
    "Numbers", ("row", "Input", {"shape": [10]}), ("head", "Linear", {"out_features": 1}), ("y", "Output", {})
)
DIGITS = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)
WORDS = chain(
    "Words",
    ("tokens", "Input", {"shape": [6], "dtype": "int64"}),
    ("embed", "Embedding", {"num_embeddings": 20, "embedding_dim": 8}),
    ("mean", "PoolOverTime", {"mode": "mean"}),
    ("head", "Linear", {"out_features": 2}),
    ("scores", "Output", {}),
)
TOKENS = {"unit": "words", "vocabulary_size": 20, "max_length": 6, "padding": "end", "lowercase": True}
SINES = chain(
    "Sines",
    ("steps", "Input", {"shape": [32, 1]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 4}),
    ("next", "Output", {}),
)
CLUB: dict[str, Any] = {
    "format": 1,
    "name": "Club",
    "network": {
        "parameters": {},
        "nodes": [
            {"id": "graph", "type": "Graph", "params": {"num_features": 34}},
            {"id": "conv", "type": "GCNConv", "params": {"out_channels": 2}},
            {"id": "side", "type": "Output", "params": {}},
        ],
        "edges": [
            {"source": "graph", "target": "conv", "source_port": "x", "target_port": "x"},
            {"source": "graph", "target": "conv", "source_port": "edge_index", "target_port": "edge_index"},
            {"source": "conv", "target": "side"},
        ],
    },
}


def upload_texts(server: Server) -> str:
    """Sends 160 texts, of fine and of foul weather, and gives the set's id."""
    fine, foul = ("sunny", "warm", "bright", "dry"), ("rainy", "cold", "dark", "wet")
    lines = [
        f"a {words[row % 4]} {words[(row // 4) % 4]} {time},{label}"
        for row in range(20)
        for label, words in (("fine", fine), ("foul", foul))
        for time in ("day", "night", "morning", "week")
    ]
    with server.client() as client:
        table = "\n".join(["text,weather", *lines]).encode()
        sent = client.post("/api/datasets", params={"filename": "weather.csv"}, content=table).raise_for_status().json()
        options = {"options": {"target": "weather"}, "type": "text_table"}
        return str(client.patch(f"/api/datasets/{sent['id']}", json=options).raise_for_status().json()["id"])


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with finished runs, by what they answer with."""
    server = Server(tmp_path_factory.mktemp("home"), nursery=nursery)
    try:
        server.start()
        runs = {
            "masks": start_run(server, MASKS, "shapes", epochs=2, lr=0.05, steps=SMALL),
            "numbers": start_run(server, NUMBERS, "diabetes", epochs=2, lr=0.05),
            "digits": start_run(server, DIGITS, "digits", epochs=4, lr=0.02),
            "words": start_run(
                server,
                WORDS,
                upload_texts(server),
                epochs=8,
                lr=0.05,
                steps=[{"type": "Tokenize", "params": TOKENS}],
            ),
            "sines": start_run(server, SINES, "sine_mix", epochs=3, lr=0.01),
            "club": start_run(server, CLUB, "karate", epochs=20, lr=0.05),
        }
        wait_for_runs(server, runs.values())
        yield server, runs
    finally:
        server.end()


@pytest.fixture
def page(browser: Browser, tried: tuple[Server, dict[str, str]]) -> Iterator[Page]:
    """A page that is signed in; an uncaught error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(tried[0].url)
    yield opened
    context.close()
    assert not errors, errors


def address(tried: tuple[Server, dict[str, str]], run: str, part: str = "") -> str:
    server, runs = tried
    return f"http://127.0.0.1:{server.port}/runs/{runs[run]}?tab=try{part}"


def test_picture_of_the_data_has_a_mask_over_it_as_strong_as_wanted(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    page.goto(address(tried, "masks"))
    page.get_by_test_id("picture-example").click()
    answer = page.get_by_test_id("mask-answer")
    cover = answer.get_by_test_id("mask-cover")
    expect(cover).to_be_visible(timeout=TRAINING_MS)
    legend = answer.get_by_role("table")
    expect(legend.get_by_role("row")).to_have_count(4)
    expect(legend.get_by_role("rowheader", name="background (clear)")).to_be_visible()
    expect(legend.get_by_role("row", name="triangle")).to_contain_text("%")
    # The mask has the pixels of the network, and the picture below it too.
    natural = "all => all.map(one => [one.naturalWidth, one.naturalHeight])"
    wait_until(
        page, lambda: answer.get_by_role("img").evaluate_all(natural) == [[32, 32], [32, 32]], "not those pixels"
    )
    expect(cover).to_have_css("opacity", "0.6")
    slider = answer.get_by_role("slider", name="Mask")
    slider.focus()
    page.keyboard.press("Home")
    expect(cover).to_have_css("opacity", "0")
    page.keyboard.press("End")
    expect(cover).to_have_css("opacity", "1")
    expect(answer.get_by_role("link", name="Save the mask")).to_have_attribute("download", "mask.png")
    assert not faults(page)

    page.get_by_text("Evaluation", exact=True).click()
    matrix = page.get_by_test_id("confusion")
    expect(matrix).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_test_id("per-class").get_by_role("columnheader", name="IoU")).to_be_visible()
    assert not faults(page)
    matrix.get_by_role("button").first.click()
    samples = page.get_by_role("dialog").get_by_test_id("samples").get_by_role("listitem")
    expect(samples.first.get_by_role("img", name="as it came")).to_be_visible()
    expect(samples.first).to_contain_text("Right pixels")


def test_vertex_is_chosen_in_its_surroundings_and_a_graph_of_ones_own_is_answered(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    page.goto(address(tried, "club"))
    answer = page.get_by_test_id("answer")
    expect(answer.get_by_role("row")).to_have_count(2, timeout=TRAINING_MS)
    asked = page.get_by_test_id("try-graph")
    expect(asked.get_by_test_id("graph-target")).to_contain_text("In the data: Mr. Hi.")
    asked.get_by_role("button", name="Vertex 8,").press("Enter")
    expect(asked.get_by_label("Vertex", exact=True)).to_have_value("8")
    expect(asked.get_by_test_id("graph-target")).to_contain_text("In the data:")
    expect(asked.get_by_role("button", name="Vertex 8,")).to_have_attribute("aria-pressed", "true")
    asked.get_by_text("My own graph").click()
    expect(answer.get_by_test_id("vertex-answers").get_by_role("row").nth(1)).to_contain_text("%")
    asked.get_by_label("The graph as JSON").fill('{"x": [[1]]}')
    expect(asked).to_contain_text("The row of vertex 0 in x does not have a value for each feature.")
    expect(answer.get_by_role("table")).to_have_count(0)


def shares(page: Page) -> dict[str, float]:
    """Class by class what the answer's table says, in percent; nothing while it is asked."""
    rows = page.get_by_test_id("answer").get_by_role("row")
    told = rows.evaluate_all(
        "rows => rows.map(row => [row.querySelector('th')?.textContent, row.querySelector('td:last-child')?.title])"
    )
    return {name: 100 * float(value) for name, value in told if name and value}


def test_text_is_answered_as_it_is_typed(page: Page, tried: tuple[Server, dict[str, str]]) -> None:
    page.goto(address(tried, "words"))
    text, label = page.get_by_role("textbox", name="A text"), page.get_by_test_id("answer-label")
    expect(label).to_contain_text("%", timeout=TRAINING_MS)
    text.fill("a sunny warm day")
    wait_until(page, lambda: shares(page).get("fine", 0) > 70, "fine weather was not told")
    wait_until(page, lambda: sum(shares(page).values()) == pytest.approx(100), "the shares do not make a whole")
    expect(label).to_contain_text("fine")
    # Nothing is sent off: what is typed is answered.
    text.fill("")
    text.press_sequentially("a cold wet day")
    wait_until(page, lambda: shares(page).get("foul", 0) > 70, "foul weather was not told")
    expect(label).to_contain_text("foul")
    text.press_sequentially(" zebra")
    expect(page.get_by_test_id("answer-tokens").locator("[data-unknown]")).to_have_text("zebra")
    assert not faults(page)


def test_series_that_is_drawn_is_forecast_behind_the_pen(page: Page, tried: tuple[Server, dict[str, str]]) -> None:
    page.goto(address(tried, "sines"))
    drawing = page.get_by_role("img", name="The series")
    forecast, label = drawing.locator("[data-future]"), page.get_by_test_id("answer-label")
    expect(forecast).to_have_count(1, timeout=TRAINING_MS)
    answered, values = label.inner_text(), page.get_by_label("Values")
    box = box_of(drawing)
    height = box["y"] + box["height"] * 0.25
    page.mouse.move(box["x"] + 2, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.87, height, steps=70)
    page.mouse.up()
    expect(label).not_to_have_text(answered)

    def drawn() -> list[float]:
        return [float(line) for line in values.input_value().splitlines()]

    wait_until(page, lambda: len(set(drawn())) == 1, "a level line was drawn")
    assert len(drawn()) == 32
    # The other way round: numbers that are typed are drawn, and a wrong one is named by its place.
    answered = label.inner_text()
    values.fill("\n".join(["0"] * 32))
    expect(label).not_to_have_text(answered)
    values.fill("0\nnothing")
    expect(page.get_by_test_id("try-series")).to_contain_text("nothing")
    assert not faults(page)


def dots(chart: Locator) -> list[tuple[float, float]]:
    """``(cx, cy)`` of each sample of a chart."""
    all_dots = chart.locator("circle").evaluate_all(
        "all => all.map(dot => [dot.cx.baseVal.value, dot.cy.baseVal.value])"
    )
    return [(across, up) for across, up in all_dots]


def test_form_is_answered_and_the_evaluation_of_a_regression_shows_each_sample(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    server, runs = tried
    page.goto(address(tried, "numbers"))
    label, field = (
        page.get_by_test_id("answer-label"),
        page.get_by_test_id("try-form").get_by_role("textbox", name="bmi"),
    )
    expect(label).to_contain_text("progression", timeout=TRAINING_MS)
    before = float(label.inner_text().split()[0])
    field.fill(str(float(field.input_value()) + 20))
    wait_until(page, lambda: float(label.inner_text().split()[0]) > before, "more weight, more of the disease")

    page.get_by_text("Evaluation", exact=True).click()
    scatter, residuals = page.get_by_test_id("chart-scatter"), page.get_by_test_id("chart-residuals")
    expect(scatter).to_be_visible(timeout=TRAINING_MS)
    with server.client() as client:
        best = next(
            one for one in client.get(f"/api/runs/{runs['numbers']}/checkpoints").json() if one["kind"] == "best"
        )
        [numbers] = client.get(f"/api/checkpoints/{best['id']}/evaluation").json()["numbers"]
    off = [predicted - actual for predicted, actual in zip(numbers["predicted"], numbers["actual"], strict=True)]
    for chart in (scatter, residuals):
        expect(chart.locator("circle")).to_have_count(len(off))
    against, rest = dots(scatter), dots(residuals)
    # Up is more: who is further up in the pictures has the larger value.
    highest = min(range(len(against)), key=lambda place: against[place][1])
    assert numbers["predicted"][highest] == pytest.approx(max(numbers["predicted"]))
    furthest = max(range(len(off)), key=lambda place: abs(off[place]))
    level = residuals.locator("line").get_attribute("y1")
    assert level is not None
    assert (float(level) > rest[furthest][1]) == (off[furthest] > 0)
    # The first of the hardest samples is the one that is furthest off.
    worst = page.get_by_test_id("hardest").get_by_test_id("samples").get_by_role("row").nth(1).get_by_role("cell")
    told = float(worst.nth(1).inner_text()) - float(worst.nth(0).inner_text())
    assert told == pytest.approx(off[furthest], abs=1)
    assert not faults(page)


def test_evaluation_of_classes_has_its_curves_and_the_most_uncertain_samples(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    page.goto(address(tried, "digits", "&part=evaluation"))
    roc, precision = page.get_by_test_id("chart-roc"), page.get_by_test_id("chart-precisionRecall")
    expect(roc).to_be_visible(timeout=TRAINING_MS)
    for chart in (roc, precision):
        expect(chart.locator("svg path")).to_have_count(10)
        expect(chart.get_by_role("listitem")).to_have_count(10)
        areas = [float(text.split()[-1]) for text in chart.get_by_role("listitem").all_inner_texts()]
        assert min(areas) > 0.7, "each class is told from the others"
    calibration = page.get_by_test_id("chart-calibration")
    expect(calibration).to_contain_text("Expected calibration error: 0.")
    expect(calibration.locator("svg rect").nth(3)).to_be_attached()
    hardest = page.get_by_test_id("hardest")
    samples = hardest.get_by_test_id("samples").get_by_role("listitem")
    # Most wrong: taken for another class, and most sure of it first.
    expect(samples.first).to_contain_text("→")
    hardest.get_by_text("Most uncertain").click()
    expect(samples.first).to_contain_text("%")
    wait_until(page, lambda: 0 < sure(samples)[0] < 60, "what is told apart least does not come first")
    assert sure(samples)[0] < sure(samples)[-1]
    assert not faults(page)


def sure(samples: Locator) -> list[float]:
    """How sure the network is of each sample that is shown, in percent; 0 alone while none is."""
    return [float(text) for text in re.findall(r"([\d.]+)\s?%", " ".join(samples.all_inner_texts()))] or [0.0]


def digit(path: Path) -> Path:
    """A one, as a picture of 64 x 64 pixels."""
    drawn = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(drawn).rectangle((26, 6, 38, 58), fill=255)
    drawn.save(path)
    return path


def test_picture_is_chosen_pasted_and_dropped(page: Page, tried: tuple[Server, dict[str, str]], tmp_path: Path) -> None:
    page.goto(address(tried, "digits"))
    label, shown = page.get_by_test_id("answer-label"), page.get_by_role("img", name="The chosen picture")
    clear = page.get_by_role("button", name="Clear")
    with page.expect_file_chooser(timeout=TRAINING_MS) as chooser:
        page.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(digit(tmp_path / "one.png"))
    expect(label).to_contain_text("%", timeout=TRAINING_MS)
    chosen = label.inner_text()
    clear.click()
    expect(shown).to_have_count(0)

    bytes_ = list((tmp_path / "one.png").read_bytes())
    page.evaluate(
        "async (bytes) => navigator.clipboard.write("
        "[new ClipboardItem({'image/png': new Blob([new Uint8Array(bytes)], {type: 'image/png'})})])",
        bytes_,
    )
    page.keyboard.press("Control+v")
    expect(shown).to_be_visible()
    expect(label).to_have_text(chosen)
    clear.click()
    expect(label).to_have_count(0)

    data = page.evaluate_handle(
        "(bytes) => { const data = new DataTransfer();"
        "data.items.add(new File([new Uint8Array(bytes)], 'one.png', {type: 'image/png'})); return data; }",
        bytes_,
    )
    page.get_by_test_id("draw-pad").dispatch_event("drop", {"dataTransfer": data})
    expect(shown).to_be_visible()
    expect(label).to_have_text(chosen)
    # What is no picture is told, and what was there stays.
    wrong = tmp_path / "text.png"
    wrong.write_text("no picture")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_test_id("answer")).to_contain_text("picture")
    expect(label).to_have_count(0)


def copied(page: Page, name: str, word: str) -> str:
    """The call that a button copies, which is in the clipboard a moment after the click: the one that has ``word``."""
    page.get_by_role("button", name=f"Copy the {name} call").click()
    found = [""]

    def is_there() -> bool:
        found[0] = page.evaluate("navigator.clipboard.readText()")
        return word in found[0]

    wait_until(page, is_there, "nothing was copied")
    return found[0]


@pytest.mark.parametrize("kind", ["words", "sines", "numbers", "digits"])
def test_calls_that_are_copied_answer_as_the_page_does(
    page: Page, tried: tuple[Server, dict[str, str]], tmp_path: Path, kind: str
) -> None:
    digit(tmp_path / "picture.png")
    page.goto(address(tried, kind))
    if kind == "digits":
        page.locator("input[type=file]").set_input_files(tmp_path / "picture.png", timeout=TRAINING_MS)
    answer = page.get_by_test_id("answer-label")
    expect(answer).to_contain_text(re.compile(r"\d"), timeout=TRAINING_MS)
    shown = answer.inner_text()
    page.get_by_text("From a program", exact=True).click()
    environment = {**os.environ, "NETWRIGHT_TOKEN": tried[0].token}
    for name, word, command in (("curl", "curl ", ["bash", "-ec"]), ("Python", "import ", [sys.executable, "-c"])):
        call = copied(page, name, word)
        done = subprocess.run(
            [*command, call], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["predictions"] if name == "curl" else eval(done.stdout)  # noqa: S307  our own print
        [prediction] = told
        if prediction["label"] is None:
            assert float(shown.split(",")[0].split()[0]) == pytest.approx(prediction["values"][0], rel=0.01, abs=0.01)
        else:
            assert shown.startswith(prediction["label"])
            assert float(shown.split()[-2 if shown.endswith(" %") else -1].rstrip("%")) == pytest.approx(
                100 * max(prediction["probabilities"]), abs=0.1
            )
