"""What the values inside a block's class are written as: a literal, an expression over its arguments, a new argument.

A definition is printed once for all its instances.  A value that is inferred (``in_channels``) is a *vector*: one number
for each instance.  Where a size comes from is followed along the wires as a :class:`Symbol`, so that ``=2*width`` channels
are written ``2 * width`` again where the next layer takes them; whatever is written has been compared with the vector.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from netwright.compiler.program import BlockInstance, BlockProgram
from netwright.compiler.source_algebra import simplify
from netwright.compiler.source_layout import literal
from netwright.graph.expressions import ExpressionError, evaluate, to_python_source
from netwright.layers.base import Value


class _Any:
    """Stands in a vector for an instance that has no such value; matches everything."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()
Vector = tuple[Value | _Any, ...]

RESERVED = frozenset({"self", "nn", "torch", "range", "super", "i"})
"""Names that the emitted ``__init__`` uses itself."""

NAME: Final = re.compile(r"(?<![\w.])[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Symbol:
    """How a size is known: an expression over arguments, an axis of one of the block's inputs, a number, or several joined."""

    kind: Literal["text", "input", "number", "sum", "product"]
    text: str = ""
    input: int = 0
    axis: int = 0
    number: int = 0
    parts: tuple["Symbol", ...] = ()


@dataclass(slots=True)
class Argument:
    """An argument of the class.  ``parameter`` is the block's parameter that it is, None for an inferred size, which may be
    bound to ``axis`` (input number, axis) of the block's inputs."""

    name: str
    vector: Vector
    parameter: str | None = None
    default: Value = None
    axis: tuple[int, int] | None = None

    def at(self, number: int) -> Value:
        """The value in instance ``number``, None where it has none."""
        value = self.vector[number]
        return None if isinstance(value, _Any) else value

    @property
    def source(self) -> str:
        """``channels: int = 32``."""
        kinds = {_annotation(value) for value in (*self.vector, self.default) if value is not ANY and value is not None}
        text = f"{self.name}: {' | '.join(sorted(kinds))}"
        return text if self.parameter is None else f"{text} = {literal(self.default)}"


def _annotation(value: object) -> str:
    return "tuple[int, ...]" if isinstance(value, tuple) else type(value).__name__


def matches(vector: Vector, other: Vector) -> bool:
    """Whether two vectors agree, in type too, wherever both have a value."""
    return all(a is ANY or b is ANY or (a == b and type(a) is type(b)) for a, b in zip(vector, other, strict=True))


def constant(vector: Vector) -> bool:
    """Whether all instances agree."""
    known = [value for value in vector if value is not ANY]
    return all(value == known[0] and type(value) is type(known[0]) for value in known)


@dataclass(slots=True)
class Scope:
    """The arguments of one class while it is being written.

    ``instances`` are all instances of the definition, those of programs with other parameters of the network included.
    """

    block: BlockProgram
    instances: Sequence[BlockInstance]
    is_network: bool
    taken: set[str]
    inferred: list[Argument] = field(default_factory=list)
    parameters: dict[str, Argument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, default in self.block.parameters.items():
            vector = tuple(instance.values[name] for instance in self.instances)
            self.parameters[name] = Argument(self.unique(name), vector, name, default)

    def names_in(self, text: str) -> set[str]:
        """The arguments of the class that ``text`` uses."""
        return set(NAME.findall(text)) & {argument.name for argument in (*self.inferred, *self.parameters.values())}

    def arguments_in(self, lines: Sequence[str]) -> list[Argument]:
        """Inferred sizes first, then the parameters that one of ``lines`` uses."""
        used = set().union(*map(self.names_in, lines))
        return [*self.inferred, *(argument for argument in self.parameters.values() if argument.name in used)]

    def unique(self, name: str) -> str:
        """``name``, changed where the class already uses it for something else."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def typed(self, value: object) -> str:
        """Source of what a person typed: an expression, or a list with expressions inside."""
        if isinstance(value, list):
            items = [self.typed(item) for item in value]
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        if not (isinstance(value, str) and value.startswith("=")):
            assert not isinstance(value, (list, dict)), "a parameter's value was validated"
            return literal(value)
        return self._renamed(value)

    def _renamed(self, expression: str) -> str:
        """The expression with parameters under the names that they have in the class."""
        return NAME.sub(lambda match: self.parameters[match.group()].name, to_python_source(expression))

    def symbol(self, text: str, vector: Vector) -> Symbol | None:
        """A symbol for a text over this class's arguments, if it names one and is right for every instance."""
        if not NAME.search(text):
            return None
        result = Symbol("text", text)
        return result if matches(self.evaluate(result), vector) else None

    def evaluate(self, symbol: Symbol) -> Vector:
        """The symbol's value in every instance; ANY where it has none."""
        match symbol.kind:
            case "number":
                return (symbol.number,) * len(self.instances)
            case "input":
                return tuple(instance.inputs[symbol.input].shape[symbol.axis] for instance in self.instances)
            case "text":
                values = {argument.name: argument.vector for argument in (*self.inferred, *self.parameters.values())}
                return tuple(_evaluate(symbol.text, values, i) for i in range(len(self.instances)))
        columns = zip(*(self.evaluate(part) for part in symbol.parts), strict=True)
        return tuple(_combine(symbol.kind == "sum", column) for column in columns)

    def is_free(self, symbol: Symbol) -> bool:
        """Whether the symbol can differ: a plain number is better printed as one."""
        match symbol.kind:
            case "number":
                return False
            case "input":
                return not constant(self.evaluate(symbol))
            case "text":
                return True
        return any(self.is_free(part) for part in symbol.parts)

    def write(self, symbol: Symbol) -> str:
        """The symbol as source; an axis of an input becomes an argument."""
        raw = self._raw(symbol)
        return simplify(raw) if symbol.kind in {"sum", "product"} else to_python_source(raw)

    def _raw(self, symbol: Symbol) -> str:
        if symbol.kind == "text":
            return symbol.text
        if symbol.kind == "input":
            vector = self.evaluate(symbol)
            return literal(vector[0]) if constant(vector) else self._axis_argument(symbol.input, symbol.axis).name
        if symbol.kind == "number":
            return str(symbol.number)
        return (" + " if symbol.kind == "sum" else " * ").join(f"({self._raw(part)})" for part in symbol.parts)

    def resolve(self, vector: Vector, guess: Symbol | None, hint: str) -> str:
        """Source that is right in every instance: the guess, a literal, an argument that is there, else a new one."""
        if guess is not None and self.is_free(guess) and matches(self.evaluate(guess), vector):
            return self.write(guess)
        if constant(vector):
            return literal(next(value for value in vector if value is not ANY))
        for argument in (*self.inferred, *self.parameters.values()):
            if (text := _multiple(argument, vector)) is not None:
                return text
        if self.is_network:
            # Only other values of the network's parameters make it differ, in a way that no expression here tells.
            return literal(vector[0])
        argument = Argument(self.unique(hint), vector)
        self.inferred.append(argument)
        return argument.name

    def _axis_argument(self, number: int, axis: int) -> Argument:
        for argument in self.inferred:
            if argument.axis == (number, axis):
                return argument
        spec = self.instances[0].inputs[number]
        name = "in_features" if len(spec.shape) == 1 or axis > 0 else "in_channels"
        if len(self.block.inputs) > 1:
            name = f"{self.block.inputs[number]}_{name.removeprefix('in_')}"
        vector = self.evaluate(Symbol("input", input=number, axis=axis))
        argument = Argument(self.unique(name), vector, axis=(number, axis))
        self.inferred.append(argument)
        return argument


def _evaluate(text: str, values: Mapping[str, Vector], index: int) -> Value | _Any:
    known = {name: vector[index] for name, vector in values.items()}
    numbers = {name: value for name, value in known.items() if isinstance(value, (int, float))}
    try:
        return evaluate(text, numbers)
    except ExpressionError:
        return None


def _combine(is_sum: bool, column: Sequence[Value | _Any]) -> Value | _Any:
    result = 0 if is_sum else 1
    for value in column:
        if not isinstance(value, int):
            return None
        result = result + value if is_sum else result * value
    return result


def _multiple(argument: Argument, vector: Vector) -> str | None:
    """``name`` or ``k * name`` where that is the vector."""
    factor: int | None = None
    for value, base in zip(vector, argument.vector, strict=True):
        if value is ANY or base is ANY:
            continue
        this = _factor(value, base)
        if this is None or factor not in {None, this}:
            return None
        factor = this
    if not factor:
        return None
    return argument.name if factor == 1 else f"{factor} * {argument.name}"


def _factor(value: object, base: object) -> int | None:
    if value == base and type(value) is type(base):
        return 1
    if type(value) is not int or type(base) is not int or base <= 0 or value % base:
        return None
    return value // base
