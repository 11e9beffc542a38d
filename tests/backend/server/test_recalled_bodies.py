"""A body that is read by what an earlier one was is read, or refused, as if it were the first."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netwright.compiler.report import TEXTS, CheckRequest
from netwright.graph.io import dump_document
from netwright.server.bodies import check_json, parse_body
from netwright.server.problems import ApiError
from samples import SAMPLES

DRAWN = {name: json.loads(dump_document(make())) for name, make in SAMPLES.items()}
PIECES: list[Any] = [
    {"id": "added", "type": "ReLU"},
    {"id": "é", "type": "LayerNorm", "params": {"eps": 1e-6, "normalized_shape": [3]}},
    {"source": "a", "target": "b"},
    {"source": "a", "target": "ü", "target_port": "x"},
    {"nodes": [{"id": "a", "type": "b"}], "edges": []},
    3,
    "],",
]
TEXT = [
    "",
    ",",
    "]",
    "[",
    "}",
    "{}",
    '"',
    "1",
    "},{",
    '{"id":"a","type":"ReLU"}',
    '"id":"twice",',
    "é",
    "NaN",
    "\\u0022",
]


def written(drawn: Any, batch_size: int = 1) -> bytes:
    """As a browser writes it: without spaces, small numbers in full."""
    text = json.dumps({"document": drawn, "batch_size": batch_size}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("1e-06", "0.000001").encode()


def outcome(raw: bytes) -> tuple[str, Any]:
    """The document, or what is said against the body."""
    try:
        request = parse_body(CheckRequest, raw)
    except ApiError as error:
        return error.code, error.problems
    assert isinstance(request, CheckRequest)
    return "", request.model_dump_json()


def outcome_of_a_first(raw: bytes) -> tuple[str, Any]:
    TEXTS.clear()
    return outcome(raw)


def after(texts: list[bytes], raw: bytes) -> tuple[str, Any]:
    TEXTS.clear()
    for text in texts:
        outcome(text)
    return outcome(raw)


@pytest.mark.parametrize("name", DRAWN)
def test_same_body_twice_is_read_alike(name: str) -> None:
    raw = written(DRAWN[name], 7)
    check_json(raw)
    assert after([raw], raw) == outcome_of_a_first(raw) == ("", CheckRequest.model_validate_json(raw).model_dump_json())


def lists_of(drawn: Any) -> list[list[Any]]:
    blocks = [drawn["network"], *drawn.get("blocks", {}).values()]
    return [block[field] for block in blocks for field in ("nodes", "edges") if field in block]


def change(data: st.DataObject, drawn: Any) -> None:
    """One edit of a list of nodes or wires: a piece comes, goes, moves or changes."""
    pieces = data.draw(st.sampled_from(lists_of(drawn)))
    place = data.draw(st.integers(0, len(pieces)))
    if pieces and data.draw(st.booleans()):
        taken = pieces.pop(place - 1)
        if data.draw(st.booleans()):
            pieces.insert(data.draw(st.integers(0, len(pieces))), taken)
    else:
        pieces.insert(place, copy.deepcopy(data.draw(st.sampled_from(PIECES))))


@given(st.data())
def test_bodies_after_edits_are_read_as_if_each_were_the_first(data: st.DataObject) -> None:
    drawn = copy.deepcopy(data.draw(st.sampled_from(list(DRAWN.values()))))
    texts = [written(drawn)]
    for _ in range(data.draw(st.integers(1, 4))):
        change(data, drawn)
        if data.draw(st.integers(0, 9)) == 0:
            drawn["name"] = "Another"
        raw = written(drawn, data.draw(st.sampled_from([1, 1, 1, 2])))
        assert after(texts, raw) == outcome_of_a_first(raw)
        texts.append(raw)


@given(st.data())
def test_text_changed_anywhere_is_read_or_refused_as_if_it_were_the_first(data: st.DataObject) -> None:
    text = written(data.draw(st.sampled_from(list(DRAWN.values()))))
    begin = data.draw(st.integers(0, len(text)))
    end = min(len(text), begin + data.draw(st.integers(0, 60)))
    raw = text[:begin] + "".join(data.draw(st.lists(st.sampled_from(TEXT), max_size=3))).encode() + text[end:]
    assert after([text], raw) == outcome_of_a_first(raw)


def test_lists_that_look_like_the_networks_are_not_taken_for_them() -> None:
    nodes = [{"id": "image", "type": "Input"}, {"id": "scores", "type": "Output"}]
    drawn = {"network": {"parameters": {}, "nodes": nodes, "edges": []}}
    body: dict[str, Any] = {"training": {"nodes": nodes}, **drawn}
    text = written(body)
    body["training"]["nodes"] = nodes[:1]
    raw = written(body)
    assert after([text], raw) == outcome_of_a_first(raw)
    assert json.loads(outcome(raw)[1])["document"]["training"] == {"nodes": nodes[:1]}


def test_block_called_as_the_network_is_read_for_itself() -> None:
    block: dict[str, Any] = {"nodes": [{"id": "a", "type": "Input"}]}
    drawn = {"network": {"nodes": [{"id": "b", "type": "Input"}]}, "blocks": {"network": block}}
    text = written(drawn)
    block["nodes"][0]["type"] = "Output"
    raw = written(drawn)
    assert after([text], raw) == outcome_of_a_first(raw)


def test_edited_body_shares_what_did_not_change() -> None:
    """What the check takes over from its last looks goes by the nodes being the same objects."""
    drawn = copy.deepcopy(DRAWN["lenet"])
    before = parse_body(CheckRequest, written(drawn))
    drawn["network"]["nodes"][1]["id"] = "renamed"
    after_edit = parse_body(CheckRequest, written(drawn))
    assert isinstance(before, CheckRequest)
    assert isinstance(after_edit, CheckRequest)
    is_same = [
        one is other
        for one, other in zip(before.document.network.nodes, after_edit.document.network.nodes, strict=True)
    ]
    assert is_same == [number != 1 for number in range(len(is_same))]


def test_edit_of_one_list_has_only_its_neighbours_parsed() -> None:
    drawn = copy.deepcopy(DRAWN["lenet"])
    nodes, edges = drawn["network"]["nodes"], drawn["network"]["edges"]
    outcome_of_a_first(written(drawn))
    parsed: list[bytes] = []

    def read(raw: bytes) -> Any:
        parsed.append(raw)
        return json.loads(raw)

    edits: list[Callable[[], object]] = [
        lambda: nodes[3].update(id="renamed"),
        lambda: edges.pop(4),
        lambda: nodes.insert(2, {"id": "norm", "type": "LayerNorm", "params": {"eps": 1e-6}}),
        lambda: edges.append({"source": "renamed", "target": "norm"}),
        nodes.pop,
        lambda: edges.pop(0),
        lambda: nodes[2].update(id="other"),
    ]
    for edit in edits:
        edit()
        raw = written(drawn)
        assert TEXTS.recall(raw, read) is not None
        assert outcome(raw) == ("", CheckRequest.model_validate_json(raw).model_dump_json())
    assert max(map(len, parsed)) < 250
