"""A use of a block as source: one call of its class, or a repeat as a person would write the loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netwright.compiler.source_algebra import simplify
from netwright.compiler.source_scope import ANY, NAME, Scope, Symbol, Vector
from netwright.graph.expressions import ExpressionError, evaluate, to_python_source
from netwright.layers.base import Value

Row = tuple[Value, ...]
"""One argument in every repetition, for one instance of the enclosing block."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One argument of a use.  Every repetition gets ``first``; unless later ones get ``rest``, or ``first + i * step``, or
    the items of ``each``."""

    name: str
    first: str
    is_keyword: bool = False
    rest: str | None = None
    step: str | None = None
    each: str | None = None

    def last(self, count: str) -> str | None:
        """The text in the last of ``count`` repetitions, None where it cannot be said."""
        if self.each is not None:
            return None
        if self.step is not None:
            return f"{self.first} + (({count}) - 1) * ({self.step})"
        return self.first if self.rest is None else self.rest


def pass_rows(
    scope: Scope, name: str, rows: Sequence[Row], guesses: tuple[Symbol | None, Symbol | None], steps: Sequence[str]
) -> Passed:
    """How an inferred argument is passed: the simplest form that is right for every instance.

    ``guesses`` are for the first repetition and for the later ones, ``steps`` texts that it may grow by.
    """
    first: Vector = tuple(row[0] for row in rows)
    if all(len(set(row)) == 1 for row in rows):
        return Passed(name, scope.resolve(first, guesses[0], name))
    if all(len(set(row[1:])) <= 1 for row in rows):
        rest: Vector = tuple(row[1] if len(row) > 1 else ANY for row in rows)
        return Passed(name, scope.resolve(first, guesses[0], name), rest=scope.resolve(rest, guesses[1], name))
    if (growth := _growth(rows)) is not None:
        guess = next((symbol for text in steps if (symbol := scope.symbol(text, growth)) is not None), None)
        step = scope.resolve(growth, guess, "growth")
        return Passed(name, scope.resolve(first, guesses[0], name), step=step)
    return Passed(name, "", each=scope.resolve(tuple(rows), None, name))


def _growth(rows: Sequence[Row]) -> Vector | None:
    """What every repetition adds, in each instance; None where it is not always the same."""
    result: list[int] = []
    for row in rows:
        numbers = [value for value in row if type(value) is int]
        steps = {b - a for a, b in pairwise(numbers)}
        if len(numbers) != len(row) or len(steps) != 1:
            return None
        result.append(steps.pop())
    return tuple(result)


def write_use(
    scope: Scope, class_name: str, passed: Sequence[Passed], repeat: int | str | None, *, is_list: bool = False
) -> str:
    """``Stage(1, channels=16)``, or with ``repeat`` (a number or an expression) an ``nn.Sequential`` of them; an
    ``nn.ModuleList`` where several values go through them, which a Sequential cannot pass on."""
    text = _write_use(scope, class_name, passed, repeat)
    if not is_list:
        return text
    inner = text.removeprefix("nn.Sequential(").removesuffix(")")
    return f"nn.ModuleList({inner[2:-1]})" if inner.startswith("*(") else f"nn.ModuleList([{inner}])"


def _write_use(scope: Scope, class_name: str, passed: Sequence[Passed], repeat: int | str | None) -> str:
    if repeat is None:
        return _call(class_name, [(item, item.first) for item in passed])
    count = scope.typed(repeat) if isinstance(repeat, str) else str(repeat)
    if any(item.each is not None or item.step is not None for item in passed):
        return _varying(scope, class_name, passed, count)
    first = _call(class_name, [(item, item.first) for item in passed])
    if all(item.rest is None for item in passed):
        return f"nn.Sequential(*({first} for _ in range({count})))"
    rest = _call(class_name, [(item, item.rest or item.first) for item in passed])
    if repeat == 2:
        return f"nn.Sequential({first}, {rest})"
    return f"nn.Sequential({first}, *({rest} for _ in range({simplify(f'({count}) - 1')})))"


def _varying(scope: Scope, class_name: str, passed: Sequence[Passed], count: str) -> str:
    """Arguments that differ in every repetition: counted up by ``i``, or taken from a tuple each."""
    loops, texts = [], []
    for item in passed:
        text = item.first
        if item.step is not None:
            text = f"{item.first} + i * {_factor(item.step)}"
        elif item.rest is not None:
            text = f"{item.rest} if i else {item.first}"
        elif item.each is not None:
            text = scope.unique(f"next_{item.name}")
            loops.append((text, item.each))
        texts.append((item, text))
    body = _call(class_name, texts)
    needs_i = any(item.step is not None or item.rest is not None for item in passed)
    if not loops:
        return f"nn.Sequential(*({body} for i in range({count})))"
    names, sources = [name for name, _ in loops], [source for _, source in loops]
    if needs_i:
        names, sources = ["i", *names], [f"range({count})", *sources]
    iterable = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)}, strict=True)"
    return f"nn.Sequential(*({body} for {', '.join(names)} in {iterable}))"


def _factor(text: str) -> str:
    return text if text.isidentifier() or text.isdigit() else f"({text})"


def _call(class_name: str, arguments: Sequence[tuple[Passed, str]]) -> str:
    return f"{class_name}({', '.join(f'{item.name}={text}' if item.is_keyword else text for item, text in arguments)})"


def outer_text(text: str, replacements: Mapping[str, str | None]) -> str | None:
    """``text`` over a class's arguments with what a use passes put in their place; None where that cannot be said.

    Where only numbers are left it is their value: 256 rather than ``4 * 64``.
    """
    if any(replacements.get(name) is None for name in NAME.findall(text)):
        return None
    try:
        outer = to_python_source(NAME.sub(lambda match: f"({replacements[match.group()]})", text))
        return outer if NAME.search(outer) else repr(evaluate(outer, {}))
    except ExpressionError:
        return None
