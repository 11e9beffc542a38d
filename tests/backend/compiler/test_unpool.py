"""Max pools and their way back: the places go along the wire, and with them the size of the picture they belong to."""

from typing import Any

import pytest
import torch
from drawing import block, document, image, node, scores
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from torch import nn


def drawn(height: int, width: int, *wires: str, **back: Any) -> Document:
    nodes = [
        image(3, height, width),
        node("pool: MaxPool2d", params={"return_indices": True}),
        node("back: MaxUnpool2d", params=back),
        scores(),
    ]
    ends = ["image -> pool.x", "pool.y -> back.x", "pool.indices -> back.indices", "back -> scores"]
    return document(block(nodes, *ends, *wires))


@pytest.mark.parametrize(("height", "width", "wires"), [(6, 8, ()), (7, 8, ("image -> back.like",))])
def test_values_go_back_to_the_places_that_the_pool_took_them_from(
    height: int, width: int, wires: tuple[str, ...]
) -> None:
    source = drawn(height, width, *wires)
    assert check(source).problems == []
    x = torch.randn(2, 3, height, width)
    y, indices = nn.MaxPool2d(2, return_indices=True)(x)
    wanted = nn.MaxUnpool2d(2)(y, indices, output_size=x.shape)
    assert torch.equal(build_network(to_source(source))(x), wanted)


def test_places_in_a_picture_of_another_size_are_named_with_what_to_connect() -> None:
    [problem] = check(drawn(7, 8)).problems
    assert (problem.code, problem.node) == ("places_do_not_match", "back")
    assert "makes 6 x 8" in problem.message
    assert "`pool` count through 7 x 8" in problem.message
    assert "`like`" in problem.message


def test_places_when_another_window_would_fit_are_mended_by_one_click() -> None:
    source = drawn(6, 8, kernel_size=3)
    [problem] = check(source).problems
    assert problem.code == "places_do_not_match"
    assert check(apply_edits(source, problem.fixes[0].edits)).problems == []


def test_pool_without_indices_has_one_output_alone() -> None:
    source = drawn(6, 8)
    pool = source.network.nodes[1].model_copy(update={"params": {}})
    nodes = [pool if each.id == "pool" else each for each in source.network.nodes]
    found = check(source.model_copy(update={"network": source.network.model_copy(update={"nodes": nodes})}))
    assert {problem.severity for problem in found.problems} == {"error"}
    assert any("indices" in problem.message for problem in found.problems)


def test_pool_that_gives_places_cannot_be_muted() -> None:
    source = drawn(6, 8)
    nodes = [each.model_copy(update={"muted": each.id == "pool"}) for each in source.network.nodes]
    found = check(source.model_copy(update={"network": source.network.model_copy(update={"nodes": nodes})}))
    assert [problem.code for problem in found.problems] == ["cannot_mute"]
