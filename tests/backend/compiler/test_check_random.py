"""Networks bent out of shape at random: the check always answers, and what it offers works."""

import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from netwright.compiler.check import check, check_json
from netwright.compiler.program import DocumentInvalidError, build_program
from netwright.graph.document import NETWORK, Document, Edge, Node
from netwright.graph.editing import apply_edits
from netwright.graph.io import dump_document
from netwright.layers.registry import LAYERS
from samples import SAMPLES

ODD: list[Any] = [
    0,
    -1,
    1,
    2,
    3,
    7,
    10**9,
    10**12,
    0.5,
    True,
    None,
    "same",
    "=width",
    "=1/0",
    "=(",
    [],
    [3, 3],
    [2, 5],
    ["=2", 1],
    {},
]
REPEATS: list[int | str] = [0, 1, 2, 3, 10**9, "=2", "=nothing"]
PARAMS = sorted({name for layer in LAYERS.values() for name in layer.Params.model_fields})


def bend(document: Document, dice: random.Random) -> None:
    """One thing a person could do, sensible or not."""
    name = dice.choice([NETWORK, *document.blocks])
    block = document.block(name)
    if not block.nodes:
        return
    one, other = dice.choice(block.nodes), dice.choice(block.nodes)
    match dice.randrange(9):
        case 0:
            one.type = dice.choice([*LAYERS, *(f"block:{inner}" for inner in document.blocks), "Nothing"])
        case 1:
            one.params[dice.choice(PARAMS)] = dice.choice(ODD)
        case 2:
            block.edges.append(Edge(source=one.id, target=other.id))
        case 3 if block.edges:
            block.edges.pop(dice.randrange(len(block.edges)))
        case 4:
            block.nodes.remove(one)
        case 5:
            one.repeat = dice.choice(REPEATS)
        case 6:
            one.muted = not one.muted
        case 7:
            one.id = dice.choice([other.id, "forward", "new_one", "x y"])
        case _:
            block.nodes.append(Node(id=f"extra{len(block.nodes)}", type=dice.choice(list(LAYERS))))


def bent(seed: int) -> Document:
    dice = random.Random(seed)
    document = SAMPLES[dice.choice(list(SAMPLES))]().model_copy(deep=True)
    for _ in range(dice.randint(1, 4)):
        bend(document, dice)
    return document


@example(seed=10096851)  # a block without ports, with errors, repeated
@example(seed=127840)  # two blocks of one set of weights, in one of which a block inside breaks off early
@given(st.integers(0, 2**32))
@settings(max_examples=150)
def test_check_of_a_bent_network_answers_and_its_fixes_work(seed: int) -> None:
    document = bent(seed)
    report = check(document)
    assert report == check(document), "deterministic"
    for problem in report.problems[:10]:
        for fix in problem.fixes:
            fixed = apply_edits(document, fix.edits)
            left = {(one.code, one.block, one.node, one.field, one.path, one.message) for one in check(fixed).problems}
            assert (problem.code, problem.block, problem.node, problem.field, problem.path, problem.message) not in left
    if report.ok:
        assert build_program(document).network.name == NETWORK
    else:
        with pytest.raises(DocumentInvalidError):
            build_program(document)


@given(st.integers(0, 2**32))
@settings(max_examples=60)
def test_check_json_of_a_bent_network_equals_check(seed: int) -> None:
    document = bent(seed)
    body = b'{"document":' + dump_document(document) + b"}"
    assert check_json(body) == check(document).model_dump_json().encode()
