"""Edits of a document, by the cases that the page's twin passes too."""

import json
from pathlib import Path
from typing import Any

import pytest
from netwright.graph.document import Document
from netwright.graph.editing import EditError, apply_edits
from netwright.graph.edits import Edit, SetName
from pydantic import TypeAdapter

CASES = json.loads((Path(__file__).parents[2] / "contract" / "edits.json").read_text(encoding="utf-8"))
EDITS: TypeAdapter[list[Edit]] = TypeAdapter(list[Edit])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_apply_edits_for_a_contract_case_gives_what_both_twins_expect(case: dict[str, Any]) -> None:
    document = Document.model_validate_json(json.dumps(case["document"]))
    edits = EDITS.validate_json(json.dumps(case["edits"]))
    if case["expected"] == {"error": True}:
        with pytest.raises(EditError, match=r"\.$"):
            apply_edits(document, edits)
    else:
        assert json.loads(apply_edits(document, edits).model_dump_json()) == case["expected"]
    assert json.loads(document.model_dump_json()) == case["document"], "the document given is never changed"


def test_contract_cases_cover_every_edit() -> None:
    covered = {edit["op"] for case in CASES for edit in case["edits"]}
    operations = set(EDITS.json_schema()["items"]["discriminator"]["mapping"])
    assert covered == operations
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_apply_edits_gives_a_document_that_shares_nothing_with_the_first() -> None:
    document = Document.model_validate_json(json.dumps(CASES[0]["document"]))
    changed = apply_edits(document, [SetName(name="Other")])
    changed.network.nodes[0].params["shape"] = [9]
    changed.view["network"].clear()
    assert document.network.nodes[0].params["shape"] == [4]
    assert document.view["network"]
