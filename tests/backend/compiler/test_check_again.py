"""An answer that takes over what the last looks found is the one that a look without memory gives."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netwright.compiler.check import check_document_json
from netwright.graph.document import Document
from netwright.graph.io import dump_document
from netwright.graph.recall import recall_document
from netwright.language import use_language
from samples import SAMPLES

DRAWN = {name: json.loads(dump_document(make())) for name, make in SAMPLES.items()}
FLAT = sorted(name for name, drawn in DRAWN.items() if not drawn.get("blocks"))
WIDTHS: list[Any] = [1, 3, 16, 64, 0, "=width", 2.0, True, None]


def answers(data: Any) -> tuple[bytes, bytes]:
    """With memory and without: what is not recalled is looked at whole."""
    return check_document_json(recall_document(data)), check_document_json(
        Document.model_validate_json(json.dumps(data))
    )


Drawn = dict[str, Any]


def change_node(data: st.DataObject, nodes: list[Drawn]) -> None:
    node = data.draw(st.sampled_from(nodes))
    fields: dict[str, list[Any]] = {
        "muted": [True, False],
        "repeat": [1, 2],
        "id": ["renamed", "other", nodes[0]["id"]],
        "type": ["ReLU", "Flatten", "Split", "Nothing", "Input"],
        "share": [nodes[0]["id"], nodes[-1]["id"], None],
    }
    field = data.draw(st.sampled_from(["params", *fields]))
    if field != "params":
        node[field] = data.draw(st.sampled_from(fields[field]))
    elif node.get("params"):
        node["params"][data.draw(st.sampled_from(sorted(node["params"])))] = data.draw(st.sampled_from(WIDTHS))


def change_nodes(data: st.DataObject, nodes: list[Drawn]) -> None:
    taken = nodes.pop(data.draw(st.integers(0, len(nodes) - 1)))
    other = data.draw(st.sampled_from([None, taken, {"id": "added", "type": "ReLU"}]))
    if other is not None or not nodes:
        nodes.insert(data.draw(st.integers(0, len(nodes))), other or taken)


def change_wires(data: st.DataObject, network: Drawn) -> None:
    ends = st.sampled_from([node["id"] for node in network["nodes"]])
    if network["edges"] and data.draw(st.booleans()):
        network["edges"].remove(data.draw(st.sampled_from(network["edges"])))
    else:
        network["edges"].append({"source": data.draw(ends), "target": data.draw(ends)})


def edit(data: st.DataObject, network: Drawn) -> None:
    """One edit of those that a person makes, sound or not."""
    match data.draw(st.sampled_from(["node", "nodes", "wires"])):
        case "node":
            change_node(data, network["nodes"])
        case "nodes":
            change_nodes(data, network["nodes"])
        case "wires":
            change_wires(data, network)


@pytest.mark.parametrize("name", FLAT)
@settings(max_examples=20)
@given(data=st.data())
def test_answer_after_edits_is_that_of_a_look_without_memory(name: str, data: st.DataObject) -> None:
    drawn = copy.deepcopy(DRAWN[name])
    for _ in range(data.draw(st.integers(1, 5))):
        edit(data, drawn["network"])
        again, whole = answers(drawn)
        assert again == whole


def test_answer_in_another_language_takes_over_no_words() -> None:
    drawn = DRAWN[FLAT[0]]
    for language in ("en", "zh", "en"):
        with use_language(language):
            again, whole = answers(drawn)
        assert again == whole


def test_document_that_changes_in_place_is_looked_at_whole() -> None:
    """Only what is recalled is for reading only."""
    document = Document.model_validate_json(json.dumps(DRAWN["lenet"]))
    before = check_document_json(document)
    layer = next(node for node in document.network.nodes if "out_channels" in node.params)
    layer.params["out_channels"] = 7
    assert check_document_json(document) != before
