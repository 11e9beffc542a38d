"""A graph through the page: uploaded as tables, drawn, offered to the network that takes it, trained."""

import io
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from e2e.accessibility import faults, settle
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.pictures import keep
from e2e.training import (
    create_network,
    mend,
    naive_value,
    open_training,
    start_run,
    start_training,
    values,
    wait_for_end,
    wait_for_runs,
)
from netwright.data.karate import Karate
from netwright.data.registry import open_source
from netwright.graph.document import Document
from playwright.sync_api import Browser, Page, expect
from samples import gcn

pytestmark = pytest.mark.browser


def as_drawn(document: Document) -> dict[str, Any]:
    document.view = {"network": {node.id: (340.0 * i, 0.0) for i, node in enumerate(document.network.nodes)}}
    return document.model_dump(mode="json")


def karate_tables(folder: Path) -> Path:
    """The karate club as a person would have it: who is a friend of whom, and a few facts about each member."""
    from netwright.data.base import SourceSpec

    arrays = open_source(SourceSpec(type=Karate.type)).read()
    assert arrays.graph is not None
    pairs = [(a, b) for a, b in arrays.graph.edge_index.T.tolist() if a < b]
    friends = [sum(i in pair for pair in pairs) for i in range(34)]
    with_hi = [sum({0, i} == set(pair) for pair in pairs) for i in range(34)]
    with_officer = [sum({33, i} == set(pair) for pair in pairs) for i in range(34)]
    rows = [
        f"m{i},{friends[i]},{with_hi[i]},{with_officer[i]},{arrays.classes[label]}"
        for i, label in enumerate(arrays.targets.tolist())
    ]
    file = folder / "club.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("nodes.csv", "\n".join(["id,friends,knows_hi,knows_officer,side", *rows]))
        archive.writestr("edges.csv", "\n".join(["source,target", *(f"m{a},m{b}" for a, b in pairs)]))
    return file


def rings_and_stars() -> bytes:
    """80 small graphs, a class each, that the number of a vertex's neighbours tells apart."""
    nodes, edges, graphs = ["id,graph,neighbours"], ["graph,source,target"], ["id,shape"]
    for graph in range(80):
        size, is_ring = 5 + graph % 6, graph % 2 == 0
        pairs = [(i, (i + 1) % size) for i in range(size)] if is_ring else [(0, i) for i in range(1, size)]
        graphs.append(f"g{graph},{'ring' if is_ring else 'star'}")
        nodes += [f"{i},g{graph},{sum(i in pair for pair in pairs)}" for i in range(size)]
        edges += [f"g{graph},{a},{b}" for a, b in pairs]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, lines in (("nodes.csv", nodes), ("edges.csv", edges), ("graphs.csv", graphs)):
            archive.writestr(name, "\n".join(lines))
    return buffer.getvalue()


@pytest.mark.timeout(600)
def test_graph_uploaded_as_tables_is_drawn_and_trained(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"http://127.0.0.1:{server.port}/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("upload-dataset").click()
    chooser.value.set_files(karate_tables(tmp_path))
    page.wait_for_url("**/data/*", timeout=60_000)
    dataset = page.url.rsplit("/", 1)[-1]
    expect(page.get_by_role("img", name="A graph of 34 vertices and 78 edges")).to_be_visible()

    network = create_network(server, as_drawn(gcn(34, 16, 7)))
    open_training(page, server, network, dataset, epochs=60)
    disabled = page.get_by_test_id("train-source").locator("option[disabled]")
    expect(disabled.filter(has_text="Digits (no graphs")).to_have_count(1)
    assert not any(text.startswith(("club", "Karate", "Cora")) for text in disabled.all_inner_texts())
    mend(page)
    run = start_training(page)
    wait_for_end(page)
    naive = naive_value(page, "Accuracy")
    assert naive < 0.7, "17 of 34 are on either side"
    assert max(values(server, run, "val/Accuracy")) > max(naive, 0.6)

    # Many graphs with a class each, through the API: the network that the product makes for them tells them apart.
    with server.client() as client:
        sent = client.post("/api/datasets", params={"filename": "shapes.zip"}, content=rings_and_stars())
        many = sent.raise_for_status().json()
        assert (many["kind"], many["task"], many["classes"]) == ("graph", "classification", ["ring", "star"])
        made = client.post(f"/api/datasets/{many['id']}/network").raise_for_status().json()
        drawn = client.get(f"/api/networks/{made['id']}").raise_for_status().json()["document"]
    shapes = start_run(server, drawn, many["id"], epochs=5, lr=0.01)
    wait_for_runs(server, [shapes])
    page.goto(f"http://127.0.0.1:{server.port}/runs/{shapes}")
    assert naive_value(page, "Accuracy") == 0.5
    assert values(server, shapes, "val/Accuracy")[-1] > 0.9


def test_network_of_graphs_shows_vertices_and_edges_on_its_wires(page: Page, server: Server) -> None:
    network = create_network(server, as_drawn(gcn(34, 8, 2)))
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?node=conv1")
    expect(Editor(page).node("conv1")).to_be_visible()
    expect(page.get_by_text("V x 34").first).to_be_visible(timeout=60_000)  # the first check of a new server
    expect(page.get_by_text("2 x E").first).to_be_visible()
    page.get_by_role("button", name="Code", exact=True).click()
    expect(page.get_by_text("from torch_geometric.nn import GCNConv")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_pages_of_graphs_show_whole_and_are_accessible(
    browser: Browser, server: Server, size: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    try:
        page = context.new_page()
        page.goto(server.url)
        network = create_network(server, as_drawn(gcn(34, 8, 2)))
        base = f"http://127.0.0.1:{server.port}"
        for name, address, sight in (
            ("karate", "/data/karate", page.get_by_role("img", name="A graph of 34 vertices and 78 edges")),
            ("motifs", "/data/motifs", page.get_by_text("Some graphs of each class")),
            ("graph-editor", f"/networks/{network}?node=conv1", Editor(page).node("conv1")),
            ("graph-train", f"/networks/{network}?drawer=train", page.get_by_test_id("train-curve")),
        ):
            page.goto(base + address)
            expect(sight.first).to_be_visible()
            settle(page)
            keep(page, f"{name}-{theme}-{size[0]}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} can be scrolled sideways"
            assert not faults(page)
    finally:
        context.close()
