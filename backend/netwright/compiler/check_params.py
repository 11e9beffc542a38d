"""Parameters of a node: expressions evaluated, values validated, what is wrong said in our own words."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from pydantic import JsonValue, ValidationError

from netwright.graph.expressions import ExpressionError, evaluate, is_expression
from netwright.language import Text, any_of, fault_sentence, listed, say
from netwright.layers.base import LayerParams
from netwright.layers.registry import LAYERS

Number = int | float

MAX_SHOWN = 80
"""Characters of an expression that stand in a sentence about it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of one parameter that would help; ``value`` None takes it away."""

    code: str
    label: str
    changes: tuple[tuple[str, JsonValue], ...]
    parameter: str | None = None
    """The block parameter to be added, with the value 1, where that is the help."""


@dataclass(frozen=True, slots=True)
class ParamIssue:
    """What is wrong with one parameter.  ``message`` follows ``Conv2d `conv`: ``."""

    code: str
    name: str | None
    message: str
    expected: str | None = None
    got: str | None = None
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()


def to_key(params: Mapping[str, JsonValue]) -> bytes:
    """Parameters as canonical bytes: the key of caches, which tells ``1`` from ``1.0`` and ``true``."""
    try:
        return orjson.dumps(params)
    except TypeError:  # a whole number beyond 64 bits, or text that is no text: json writes both
        return json.dumps(params).encode()


def has_expression(value: JsonValue) -> bool:
    """Whether a value is an expression or a list that holds one."""
    if isinstance(value, list):
        return any(has_expression(item) for item in value)
    return is_expression(value)


def resolve_value(value: JsonValue, names: Mapping[str, Number]) -> JsonValue:
    """``value`` with every expression in it evaluated.

    Raises:
        ExpressionError: one of them cannot be.
    """
    if isinstance(value, str) and value.startswith("="):
        return evaluate(value, names)
    if isinstance(value, list):
        return [resolve_value(item, names) for item in value]
    return value


def resolve_params(
    params: Mapping[str, JsonValue], names: Mapping[str, Number]
) -> tuple[dict[str, JsonValue], list[ParamIssue]]:
    """All parameters with their expressions evaluated; those that cannot be are left out and complained about."""
    resolved: dict[str, JsonValue] = {}
    issues = []
    for name, value in params.items():
        try:
            resolved[name] = resolve_value(value, names)
        except ExpressionError as error:
            issues.append(expression_issue(name, value, error, names))
    return resolved, issues


def expression_issue(
    name: str,
    value: JsonValue,
    error: ExpressionError,
    names: Mapping[str, Number],
) -> ParamIssue:
    """An expression that cannot be evaluated; where a name is missing, the nearest that exists or a new parameter helps."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    wishes = []
    if error.missing_name is not None:
        for near in difflib.get_close_matches(error.missing_name, list(names), n=1):
            if isinstance(value, str):
                end = error.position + len(error.missing_name)
                corrected = value[: error.position] + near + value[end:]
                wishes.append(
                    Wish("set_param", say("Write {formula}", formula=corrected[1:].strip()), ((name, corrected),))
                )
        wishes.append(
            Wish(
                "add_parameter",
                say("Add the parameter {name}", name=error.missing_name),
                (),
                error.missing_name,
            )
        )
    wishes.append(Wish("reset_param", say("Use the default of {name}", name=name), ((name, None),)))
    return ParamIssue(
        code="expression_error",
        name=name,
        message=say("{name} cannot be computed from `{text}`: {why}", name=name, text=_cut(text), why=error.message),
        got=text,
        values={"expression": text, "position": error.position, "reason": error.message},
        wishes=tuple(wishes),
    )


def _cut(text: str) -> str:
    """The beginning of what is too long for a sentence."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


@lru_cache(maxsize=8192)
def validate_params(type_name: str, key: bytes) -> tuple[LayerParams | None, tuple[ParamIssue, ...]]:
    """The parameters of a layer, validated by its class, or what is wrong with them.

    ``key`` is ``to_key`` of the resolved values.  The parameters given back are frozen and shared.
    """
    layer = LAYERS[type_name]
    values = json.loads(key)
    try:
        return layer.Params.model_validate(values), ()
    except ValidationError as error:
        by_field: dict[str | None, list[Any]] = {}
        for item in error.errors(include_url=False):
            by_field.setdefault(str(item["loc"][0]) if item["loc"] else None, []).append(item)
        return None, tuple(_issue(layer.Params, name, values, items) for name, items in by_field.items())


def _issue(model: type[LayerParams], name: str | None, values: dict[str, Any], errors: list[Any]) -> ParamIssue:
    if name is None:
        return ParamIssue("parameter_invalid", None, fault_sentence(errors[0]), wishes=_reset_all(values))
    if errors[0]["type"] == "extra_forbidden":
        return unknown_parameter(name, values[name], list(model.model_fields))
    value = values.get(name)
    relevant = _relevant(value, errors)
    expected = any_of(dict.fromkeys(_expectation(error) for error in relevant))
    out_of_range = any(error["type"].startswith(("greater_than", "less_than")) for error in relevant)
    got = json.dumps(value, ensure_ascii=False)
    got = got if len(got) <= 60 else got[:57] + "..."
    wishes = [
        Wish("set_param", say("Set {name} to {value}", name=name, value=json.dumps(fixed)), ((name, fixed),))
        for fixed in _clamped(value, relevant)
    ]
    if not model.model_fields[name].is_required():
        wishes.append(Wish("reset_param", say("Use the default of {name}", name=name), ((name, None),)))
    return ParamIssue(
        code="parameter_out_of_range" if out_of_range else "parameter_invalid",
        name=name,
        message=say("{name} must be {expected}, but is {got}.", name=name, expected=expected, got=got),
        expected=expected,
        got=got,
        values={"name": name, "expected": expected, "got": got},
        wishes=tuple(wishes),
    )


def unknown_parameter(name: str, value: JsonValue, known: Sequence[str]) -> ParamIssue:
    """A parameter that the type does not have: take it away, or give its value to the nearest one."""
    wishes = [
        Wish("rename_param", say("Rename {name} to {near}", name=name, near=near), ((name, None), (near, value)))
        for near in difflib.get_close_matches(name, known, n=1)
    ]
    wishes.append(Wish("remove_param", say("Remove {name}", name=name), ((name, None),)))
    return ParamIssue(
        code="unknown_parameter",
        name=name,
        message=say("there is no parameter {name}; it has {known}.", name=name, known=listed(known))
        if known
        else say("there is no parameter {name}; it has none.", name=name),
        expected=listed(known) if known else say("no parameters"),
        got=name,
        values={"name": name, "known": list(known)},
        wishes=tuple(wishes),
    )


def _reset_all(values: Mapping[str, Any]) -> tuple[Wish, ...]:
    return (Wish("reset_param", say("Use the defaults of all parameters"), tuple((name, None) for name in values)),)


def _relevant(value: object, errors: list[Any]) -> list[Any]:
    """Of a field that takes several kinds (``int | tuple``), the errors of the kind that was meant."""
    if isinstance(value, list):
        inner = [error for error in errors if _is_tuple_branch(error)]
        return inner or errors
    ranged = [error for error in errors if error["type"].startswith(("greater_than", "less_than"))]
    if ranged:
        return ranged
    return errors


def _is_tuple_branch(error: Any) -> bool:
    return any(isinstance(part, str) and "tuple" in part for part in error["loc"][1:]) or any(
        isinstance(part, int) for part in error["loc"][1:]
    )


_WORDS = {
    "int_type": say("a whole number"),
    "int_from_float": say("a whole number"),
    "float_type": say("a number"),
    "finite_number": say("a finite number"),
    "bool_type": say("true or false"),
    "string_type": say("a word"),
    "tuple_type": say("a list of numbers"),
    "list_type": say("a list"),
    "none_required": say("empty"),
    "missing": say("given"),
}


def _expectation(error: Any) -> Text:
    """The end of the sentence ``kernel_size must be ...``."""
    context = error.get("ctx", {})
    items = [part + 1 for part in error["loc"][1:] if isinstance(part, int)]
    match error["type"]:
        case "greater_than_equal":
            said = say("at least {limit}", limit=context["ge"])
        case "greater_than":
            said = say("more than {limit}", limit=context["gt"])
        case "less_than_equal":
            said = say("at most {limit}", limit=context["le"])
        case "less_than":
            said = say("less than {limit}", limit=context["lt"])
        case "literal_error":
            said = say("one of {choices}", choices=context["expected"].replace(" or ", ", "))
        case "too_short":
            said = say("a list of at least {count}", count=context["min_length"])
        case "too_long":
            said = say("a list of at most {count}", count=context["max_length"])
        case "missing" if items:
            said = say("a longer list: one more number is missing")
        case kind:
            said = _WORDS.get(kind) or fault_sentence(error)
    for item in items:
        said = say("{what} (item {item})", what=said, item=item)
    return said


def _clamped(value: object, errors: Sequence[Any]) -> Iterator[JsonValue]:
    """The value brought to the bound that it passes, for numbers and for items of lists."""
    fixed: Any = list(value) if isinstance(value, list) else value
    changed = False
    for error in errors:
        context = error.get("ctx", {})
        bound = context.get("ge", context.get("le"))
        if bound is None or error["type"] not in {"greater_than_equal", "less_than_equal"}:
            return
        items = [part for part in error["loc"][1:] if isinstance(part, int)]
        if isinstance(fixed, list) and items:
            fixed[items[-1]] = bound
            changed = True
        elif isinstance(fixed, (int, float)):
            fixed = bound
            changed = True
    if changed:
        yield fixed
