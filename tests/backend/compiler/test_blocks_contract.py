"""What the page makes of a network when blocks are made and unpacked is the same network."""

import json
from pathlib import Path
from typing import Any

import pytest
from netwright.compiler.check import check
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.layers.registry import LAYERS

CONTRACT = json.loads((Path(__file__).parents[2] / "contract" / "blocks.json").read_text("utf-8"))
CASES: list[dict[str, Any]] = CONTRACT["cases"]


def read(document: dict[str, Any]) -> Document:
    return Document.model_validate_json(json.dumps(document))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_network_when_blocks_are_made_or_unpacked_has_equal_totals_and_outputs(case: dict[str, Any]) -> None:
    before, after = check(read(case["document"])), check(read(case["after"]))
    assert after.problems == before.problems == []
    assert after.totals == before.totals
    outputs = [node["id"] for node in case["document"]["network"]["nodes"] if node["type"] == "Output"]
    assert [after.nodes[name].inputs for name in outputs] == [before.nodes[name].inputs for name in outputs]
    assert "class Network" in to_source(read(case["after"]))


def test_ports_of_the_contract_are_those_of_the_layers() -> None:
    for name, ports in CONTRACT["ports"].items():
        layer = LAYERS[name]
        assert [(port["name"], port["variadic"]) for port in ports["inputs"]] == [
            (port.name, port.variadic) for port in layer.inputs
        ]
        # As a card comes: a port that a setting brings is not there yet.
        assert ports["outputs"] == [port.name for port in layer.outputs if port.only_if is None]
