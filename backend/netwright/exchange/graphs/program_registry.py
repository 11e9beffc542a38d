"""Where rules for ATen operators are written down by the kind of operator, and what they ask an operator for."""

from collections.abc import Callable

from netwright.exchange.graphs.flat import Builder, NoRuleError, Rule
from netwright.exchange.graphs.foreign import Array, Operator
from netwright.language import say

RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Registers a function for operators of these kinds."""

    def register(function: Rule) -> Rule:
        RULES.update((f"aten.{kind}", function) for kind in kinds)
        return function

    return register


def array_of(build: Builder, op: Operator, name: str) -> Array | None:
    """The constant argument ``name``; None where it is left out."""
    value = op.attributes.get(name)
    return build.array(value) if isinstance(value, str) and value else None


def needed(build: Builder, op: Operator, name: str) -> Array:
    array = array_of(build, op, name)
    if array is None:
        raise NoRuleError(say("it has no constant `{name}`", name=name))
    return array


def data_of(op: Operator) -> str:
    """The value it works on."""
    return str(op.attributes.get("input") or op.attributes.get("self") or op.inputs[0])
