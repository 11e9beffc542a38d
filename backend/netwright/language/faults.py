"""What pydantic finds wrong, as sentences that can be translated."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails
from pydantic_core._pydantic_core import list_all_errors

from netwright.language.text import Text, say


@cache
def fault_templates() -> Mapping[str, str]:
    """The message of each type of error that pydantic knows, in JSON's words, with places for its context."""
    return {
        str(known["type"]): str(known.get("message_template_json") or known["message_template_python"])
        for known in list_all_errors()
    }


def fault_sentence(error: ErrorDetails) -> Text:
    """The sentence of one of ``ValidationError.errors()``, without its full stop: ours where a validator of ours raised one,
    else pydantic's own."""
    context: dict[str, Any] = dict(error.get("ctx", {}))
    cause = context.get("error")
    if isinstance(cause, Exception):
        said = cause.args[0] if cause.args else ""
        return said if isinstance(said, Text) else say("{it}", it=said)
    if isinstance(context.get("said"), Text):
        return context["said"]  # type: ignore[no-any-return]  # ErrorDetails leaves the context open
    template = fault_templates().get(error["type"])
    if template is None:
        return say("{it}", it=error["msg"])
    limit = context.get("min_length", context.get("max_length"))
    return say(template, expected_plural="" if limit == 1 else "s", **context)
