"""Sentences as fields of models: spoken where a model is written for somebody, whole where it is kept."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, SerializationInfo, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from netwright.language.speaking import spoken, translated
from netwright.language.text import Text

STORED: dict[str, Any] = {"is_stored": True}
"""The ``context`` of ``model_dump_json`` for what is kept: sentences keep their templates, for readers of any language."""


def to_stored(text: str) -> Any:
    """A sentence as JSON that loses nothing: ``{"template": ..., "values": ...}``, a plain text as itself."""
    if not isinstance(text, Text):
        return str(text)
    return {"template": text.template, "values": {name: _stored_value(value) for name, value in text.values.items()}}


def _stored_value(value: Any) -> Any:
    if isinstance(value, Text):
        return to_stored(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def from_stored(value: Any) -> Any:
    """What ``to_stored`` was given."""
    if isinstance(value, Mapping) and value.keys() == {"template", "values"} and isinstance(value["template"], str):
        return Text(value["template"], {name: from_stored(inner) for name, inner in dict(value["values"]).items()})
    return value


def dump_stored(text: str | None) -> str | None:
    """A sentence for a column of text."""
    return json.dumps(to_stored(text), ensure_ascii=False) if isinstance(text, Text) else text


def parse_stored(text: str | None) -> str | None:
    """What ``dump_stored`` was given."""
    if text is None or not text.startswith('{"template":'):
        return text
    value = from_stored(json.loads(text))
    return value if isinstance(value, str) else text


def _keep(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    known = from_stored(value)
    return known if isinstance(known, Text) else handler(known)


def _write(value: str, info: SerializationInfo) -> Any:
    if info.context is STORED:
        return to_stored(value)
    return spoken(value) if info.mode == "json" else value


Sentence = Annotated[str, WrapValidator(_keep), PlainSerializer(_write), WithJsonSchema({"type": "string"})]
"""A field that people read.  A plain ``str`` in it (what a person typed) is left as it is."""

SPOKEN_KEYS = frozenset({"description", "unit"})


def _write_schema(schema: dict[str, Any], info: SerializationInfo) -> Any:
    return schema if info.context is STORED else translated(schema, SPOKEN_KEYS)


Schema = Annotated[
    dict[str, Any],
    PlainSerializer(_write_schema, when_used="json"),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""A JSON Schema of ours, whose descriptions people read."""
