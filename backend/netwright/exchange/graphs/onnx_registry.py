"""Where rules for ONNX operators are written down by the kind of operator."""

from collections.abc import Callable

from netwright.exchange.graphs.flat import Builder, NoRuleError, Rule
from netwright.exchange.graphs.foreign import Operator
from netwright.language import say

RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Registers a function for operators of these kinds."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


def real(value: float) -> float:
    """A number that was kept in 32 bits as a person wrote it: 1e-05, not 9.999999747378752e-06."""
    return float(f"{value:.6g}")


def spatial_axes(build: Builder, op: Operator) -> int:
    """How many axes lie behind the channels: 1 to 3.

    Raises:
        NoRuleError: none, or more.
    """
    dims = build.rank(op.inputs[0]) - 2
    if not 1 <= dims <= 3:
        raise NoRuleError(say("it works on {count} axes", count=dims + 2))
    return dims
