"""A document that is read piece by piece is the one that is read at once."""

import copy
import json
from typing import Any

import pytest
from broken_documents import CASES
from hypothesis import given
from hypothesis import strategies as st
from netwright.graph.document import Document
from netwright.graph.io import dump_document
from netwright.graph.recall import recall_document
from pydantic import ValidationError
from samples import SAMPLES

ODD: list[Any] = [None, 0, -1.5, True, "x", [], {}, [None], {"id": "a"}, {"x": 1}, 2**53 + 1, "y" * 201]


def recalled(data: Any) -> Document:
    """The document that was recalled, as one of the plain kind, which alone is equal to one."""
    return Document.model_construct(**dict(recall_document(data)))


@pytest.mark.parametrize("make", SAMPLES.values(), ids=list(SAMPLES))
def test_recall_gives_what_validation_gives(make: Any) -> None:
    body = dump_document(make())
    for _ in range(2):  # the second time from memory
        assert recalled(json.loads(body)) == Document.model_validate_json(body)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "1" + "0" * 30 not in case.document.model_dump_json()],
    ids=lambda case: case.code,
)
def test_recall_gives_a_document_with_problems_as_it_is(case: Any) -> None:
    body = case.document.model_dump_json()
    assert recalled(json.loads(body)) == Document.model_validate_json(body)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places(item, (*path, key)))]


DRAWN = [json.loads(dump_document(make())) for make in SAMPLES.values()]


@given(st.data())
def test_recall_takes_and_refuses_what_validation_takes_and_refuses(data: st.DataObject) -> None:
    body = {"document": copy.deepcopy(data.draw(st.sampled_from(DRAWN)))}
    *way, last = data.draw(st.sampled_from([place for place in places(body) if place]))
    holder: Any = body
    for key in way:
        holder = holder[key]
    holder[last] = data.draw(st.sampled_from(ODD))
    bent = json.dumps(body["document"])
    try:
        expected = Document.model_validate_json(bent)
    except ValidationError:
        with pytest.raises(ValidationError):
            recall_document(body["document"])
    else:
        assert recalled(body["document"]) == expected
