"""Documents as JSON: what comes back, what is refused, what older formats become."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netwright.graph.document import Block, Document, Edge, Fold, Marks, Node, Note
from netwright.graph.io import MAX_BYTES, DocumentError, dump_document, graph_hash, load_document
from netwright.graph.migrations import CURRENT_FORMAT, STEPS

FORMATS = Path(__file__).parent / "formats"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
integers = st.integers(-(2**53), 2**53)
floats = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | integers | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
nodes = st.builds(
    Node,
    id=texts,
    type=texts,
    params=st.dictionaries(texts, values, max_size=3),
    repeat=integers | texts,
    muted=st.booleans(),
)
edges = st.builds(Edge, source=texts, target=texts, source_port=st.none() | texts, target_port=st.none() | texts)
blocks = st.builds(
    Block,
    parameters=st.dictionaries(texts, integers | floats, max_size=2),
    nodes=st.lists(nodes, max_size=4),
    edges=st.lists(edges, max_size=4),
)
documents = st.builds(
    Document,
    name=texts,
    network=blocks,
    blocks=st.dictionaries(texts, blocks, max_size=2),
    view=st.dictionaries(texts, st.dictionaries(texts, st.tuples(floats, floats), max_size=2), max_size=2),
    training=st.none() | st.dictionaries(texts, values, max_size=3),
)


def exact(document: Document) -> str:
    """Everything in a document, with ``1``, ``1.0``, ``true`` and ``-0.0`` told apart."""
    return repr(document.model_dump())


def refused(data: bytes | str) -> tuple[str, str]:
    with pytest.raises(DocumentError) as caught:
        load_document(data)
    problem = caught.value.problems[0]
    assert problem.message.endswith(".")
    return problem.code, problem.message


@given(documents)
def test_load_of_a_dump_gives_every_document_back(document: Document) -> None:
    assert exact(load_document(dump_document(document))) == exact(document)


@given(documents)
def test_dump_of_a_loaded_dump_is_the_same_bytes(document: Document) -> None:
    once = dump_document(document)
    assert dump_document(load_document(once)) == once


@given(documents)
def test_graph_hash_is_kept_by_saving_and_by_writing_defaults_out(document: Document) -> None:
    assert graph_hash(load_document(dump_document(document))) == graph_hash(document)
    assert graph_hash(load_document(document.model_dump_json())) == graph_hash(document)


def test_graph_hash_counts_what_has_a_meaning_only() -> None:
    plain = Document(network=Block(nodes=[Node(id="a", type="ReLU"), Node(id="b", type="ReLU")]))
    moved = plain.model_copy(
        update={
            "name": "Other",
            "view": {"network": {"a": (1.0, 2.0)}},
            "marks": {
                "network": Marks(
                    notes={"note1": Note(x=0, y=0, width=9, height=9, text="Why")},
                    colors={"a": "pink"},
                    folds={"fold1": Fold(nodes=["a", "b"])},
                )
            },
            "training": {"epochs": 3},
        }
    )
    assert load_document(dump_document(moved)) == moved
    assert graph_hash(moved) == graph_hash(plain)
    muted = Document(network=Block(nodes=[Node(id="a", type="ReLU", muted=True)]))
    whole = Document(network=Block(nodes=[Node(id="a", type="ReLU", params={"p": 1})]))
    real = Document(network=Block(nodes=[Node(id="a", type="ReLU", params={"p": 1.0})]))
    assert len({graph_hash(one) for one in (plain, muted, whole, real)}) == 4


def test_dump_writes_one_node_a_line_and_leaves_defaults_out() -> None:
    document = Document(
        name="Small",
        network=Block(
            parameters={"width": 8},
            nodes=[Node(id="x", type="Input"), Node(id="层", type="ReLU", muted=True)],
            edges=[Edge(source="x", target="层")],
        ),
        view={"network": {"x": (0.0, 1.5)}},
    )
    assert dump_document(document).decode().splitlines() == [
        "{",
        '  "format": 1,',
        '  "name": "Small",',
        '  "network": {',
        '    "parameters": {"width": 8},',
        '    "nodes": [',
        '      {"id": "x", "type": "Input"},',
        '      {"id": "层", "type": "ReLU", "muted": true}',
        "    ],",
        '    "edges": [',
        '      {"source": "x", "target": "层"}',
        "    ]",
        "  },",
        '  "view": {',
        '    "network": {"x": [0.0, 1.5]}',
        "  }",
        "}",
    ]


def test_load_of_an_unknown_type_keeps_the_node_and_its_parameters() -> None:
    text = '{"network": {"nodes": [{"id": "q", "type": "Quantum", "params": {"spin": [0.5, {"up": true}]}}]}}'
    node = load_document(text).network.nodes[0]
    assert (node.type, node.params) == ("Quantum", {"spin": [0.5, {"up": True}]})


def test_load_of_format_0_gives_the_same_network_in_the_present_format() -> None:
    document = load_document((FORMATS / "format0.json").read_bytes())
    assert (document.format, document.name) == (CURRENT_FORMAT, "First digits")
    assert [(node.id, node.type, node.params) for node in document.network.nodes] == [
        ("image", "Input", {"shape": [1, 28, 28]}),
        ("flat", "Flatten", {}),
        ("head", "Linear", {"out_features": 10}),
        ("future", "NotYetInvented", {"odd": [1, {"deep": True}]}),
        ("scores", "Output", {}),
    ]
    assert document.network.edges == [
        Edge(source="image", target="flat"),
        Edge(source="flat", target="head"),
        Edge(source="head", target="scores"),
    ]
    assert document.view == {"network": {"image": (0.0, 40.0), "flat": (220.0, 40.0), "head": (440.5, 40.0)}}


def test_every_older_format_has_a_step_and_a_fixture() -> None:
    assert list(STEPS) == list(range(CURRENT_FORMAT))
    for step in STEPS:
        assert load_document((FORMATS / f"format{step}.json").read_bytes()).format == CURRENT_FORMAT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"format": 0, "layers": {}}', "`layers` is a list of objects."),
        ('{"layers": [{"name": "a"}]}', "Every layer has a name and a kind."),
        ('{"layers": [], "connections": [["a"]]}', "A connection is a pair of names"),
        ('{"layers": [], "connections": ["ab"]}', "`connections` is a list of lists."),
    ],
)
def test_load_of_a_crooked_older_format_is_refused_with_its_reason(text: str, reason: str) -> None:
    code, message = refused(text)
    assert code == "document_invalid"
    assert reason in message


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        ("", "document_not_json", "line 1, column 1"),
        ('{"name": }', "document_not_json", "line 1, column 10"),
        (b"\xff\xfe{}", "document_not_json", "byte 0"),
        ("[]", "document_not_an_object", "a list"),
        ("true", "document_not_an_object", "a truth value"),
        ("3", "document_not_an_object", "a number"),
        ('{"format": 2}', "document_format_too_new", "format 2"),
        ('{"format": "1"}', "document_format_unknown", "'1'"),
        ('{"format": true}', "document_format_unknown", "True"),
        ('{"format": -1}', "document_format_unknown", "-1"),
        ('{"name": NaN}', "document_bad_number", "NaN"),
        ('{"network": {"parameters": {"w": -Infinity}}}', "document_bad_number", "-Infinity"),
        ('{"network": {"parameters": {"w": 1e400}}}', "document_bad_number", "1e400"),
        ('{"network": {"parameters": {"w": %s}}}' % ("9" * 5000), "document_bad_number", "9999"),
        (r'{"name": "\ud800"}', "document_bad_text", "surrogate"),
        ('{"name": "a", "name": "b"}', "document_doubled_key", "'name'"),
        (
            '{"network": {"nodes": [{"id": "a", "type": "b", "params": {"p": 1, "p": 2}}]}}',
            "document_doubled_key",
            "'p'",
        ),
        ('{"network": {"nodes": [{"id": 1, "type": "b"}]}}', "document_invalid", "network.nodes.0.id"),
        ('{"network": {"nodes": [{"id": "a"}]}}', "document_invalid", "network.nodes.0.type"),
        ('{"colour": "red"}', "document_invalid", "colour"),
        ('{"network": {"nodes": [{"id": "a", "type": "b", "muted": 1}]}}', "document_invalid", "muted"),
        ('{"network": {"parameters": {"w": 9007199254740993}}}', "document_bad_number", "2^53"),
        ("[" * 65 + "]" * 65, "document_too_deep", "64 levels"),
        ('{"training": {"a":' * 40 + "1" + "}}" * 40, "document_too_deep", "64 levels"),
        ("[" * 1_000_000, "document_too_deep", "64 levels"),
    ],
)
def test_load_of_what_is_no_document_is_refused_with_a_sentence(data: bytes | str, code: str, part: str) -> None:
    found, message = refused(data)
    assert found == code
    assert part in message


def test_load_of_brackets_inside_text_is_not_taken_for_depth() -> None:
    name = '["\\{' * 30
    assert load_document(json.dumps({"name": name})).name == name


def test_load_of_too_many_bytes_is_refused_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: Any) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(json, "loads", never)
    code, message = refused(b" " * (MAX_BYTES + 1))
    assert code == "document_too_large"
    assert "8,388,608" in message


def test_load_of_a_byte_order_mark_skips_it() -> None:
    assert load_document(b"\xef\xbb\xbf" + b'{"name": "a"}').name == "a"
