"""Blocks that stand for themselves: what the library keeps."""

import pytest
from drawing import block, node
from netwright.graph.bundle import BlockBundle, check_bundle
from netwright.graph.document import Block


def use(*names: str) -> Block:
    return block([node(f"n{i}: block:{name}") for i, name in enumerate(names)])


def codes(name: str, **blocks: Block) -> list[str]:
    return [problem.code for problem in check_bundle(BlockBundle(name=name, blocks=blocks))]


def test_bundle_when_all_that_it_uses_is_there_has_no_problem() -> None:
    assert codes("Outer", Outer=use("Inner", "Leaf"), Inner=use("Leaf", "Leaf"), Leaf=block([])) == []


@pytest.mark.parametrize(
    ("name", "blocks", "code"),
    [
        ("Outer", {}, "document_block_missing"),
        ("Outer", {"Outer": use("Inner")}, "document_block_missing"),
        ("Outer", {"Outer": use("Outer")}, "document_block_recursion"),
        ("Outer", {"Outer": use("A"), "A": use("B"), "B": use("A")}, "document_block_recursion"),
        ("two words", {"two words": use()}, "document_block_name"),
        ("class", {"class": use()}, "document_block_name"),
        ("network", {"network": use()}, "document_block_name"),
    ],
)
def test_bundle_when_it_cannot_stand_for_itself_says_why(name: str, blocks: dict[str, Block], code: str) -> None:
    assert codes(name, **blocks) == [code]


def test_bundle_when_blocks_nest_very_deep_is_looked_through_to_the_end() -> None:
    blocks = {f"B{i}": use(f"B{i + 1}") for i in range(5000)} | {"B5000": use("B0")}
    assert codes("B0", **blocks) == ["document_block_recursion"]
