"""The language of the Formula node: a fixed list of functions over its inputs, read by a parser of our own.

``a``, ``b``, ``c`` ... are the inputs in the order of their wires.  What a person types becomes a tree, the tree is checked
against the inputs' shapes, and only the tree is printed: nothing that is not on the lists here ever reaches the source.

Grammar, loosest first::

    formula    := sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)?
    sum        := product (("+" | "-") product)*
    product    := signed (("*" | "/") signed)*
    signed     := ("-" | "+") signed | power
    power      := atom ("**" signed)?
    atom       := number | input | "pi" | function "(" arguments ")" | "(" formula ")"
    arguments  := formula ("," formula)* ("," "keepdim" "=" ("True" | "False"))?
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from netwright.language import Text, listed, say

MAX_LENGTH = 500
"""Characters in one formula."""

MAX_DEPTH = 30
"""Levels of parentheses, calls and signs."""

MAX_NUMBER = 1e15
"""Numbers beyond this have no meaning in float32 sums."""


class FormulaError(ValueError):
    """What is wrong with a formula; ``column`` counts its characters from 1."""

    def __init__(self, message: Text, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = position + 1


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    position: int


@dataclass(frozen=True, slots=True)
class Input:
    """The wire number ``number``, counted from 0."""

    number: int
    position: int


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: "Tree"
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Tree"
    right: "Tree"
    position: int


@dataclass(frozen=True, slots=True)
class Apply:
    function: str
    arguments: tuple["Tree", ...]
    position: int
    keepdim: bool = False


Tree = Number | Input | Unary | Binary | Apply

ELEMENTWISE = {
    **{
        name: f"torch.{name}"
        for name in ("abs", "sign", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan")
    },
    **{name: f"torch.{name}" for name in ("tanh", "sigmoid", "relu", "erf", "floor", "ceil", "round")},
    **{name: f"nn.functional.{name}" for name in ("softplus", "gelu", "silu", "elu")},
}
"""Functions of one tensor, value by value, as the source writes them."""

REDUCTIONS = {"mean": "torch.mean", "sum": "torch.sum", "amax": "torch.amax", "amin": "torch.amin"}
"""Functions that take one tensor and the axes that they join; ``keepdim=True`` keeps those with size 1."""

ALONG = {"softmax": "torch.softmax", "log_softmax": "torch.log_softmax", "cumsum": "torch.cumsum"}
"""Functions that take one tensor and the axis that they work along."""

OTHERS = ("minimum", "maximum", "clamp", "where", "matmul", "transpose")

FUNCTIONS = (*ELEMENTWISE, *REDUCTIONS, *ALONG, *OTHERS)

_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
_PRECEDENCE = {**dict.fromkeys(_COMPARISONS, 1), "+": 2, "-": 2, "*": 3, "/": 3, "**": 5}
_SIGN = 4
_ATOM = 6
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|[-+*/(),<>=])|(?P<space>[ \t\r\n]+)"
)


@lru_cache(maxsize=1024)
def parse(text: str) -> Tree:
    """The formula as a tree.

    Raises:
        FormulaError: it is none.
    """
    if len(text) > MAX_LENGTH:
        message = say(
            "The formula has {count} characters; at most {limit} are allowed", count=len(text), limit=MAX_LENGTH
        )
        raise FormulaError(message, MAX_LENGTH)
    return _Parser(text).parse()


def inputs_of(tree: Tree) -> frozenset[int]:
    """The numbers of the inputs that a formula uses."""
    match tree:
        case Input(number=number):
            return frozenset({number})
        case Unary(operand=operand):
            return inputs_of(operand)
        case Binary(left=left, right=right):
            return inputs_of(left) | inputs_of(right)
        case Apply(arguments=arguments):
            return frozenset[int]().union(*map(inputs_of, arguments))
        case _:
            return frozenset()


def input_name(number: int) -> str:
    """``a`` for the first wire."""
    return chr(ord("a") + number)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0
        self.depth = 0
        self.tokens = list(self._tokens())

    def _tokens(self) -> "list[tuple[str, str, int]]":
        tokens = []
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                message = say("The character {character} is not understood", character=_shown(self.text[position]))
                raise FormulaError(message, position)
            if match.lastgroup != "space":
                tokens.append((str(match.lastgroup), match.group(), position))
            position = match.end()
        return [*tokens, ("end", "", len(self.text))]

    def parse(self) -> Tree:
        if self.tokens[0][0] == "end":
            raise FormulaError(say("The formula is empty"), 0)
        tree = self._formula(1)
        kind, word, position = self.tokens[self.index]
        if kind != "end":
            message = say(
                "This ) was never opened" if word == ")" else "An operator is missing before {word}", word=_shown(word)
            )
            raise FormulaError(message, position)
        return tree

    def _formula(self, lowest: int) -> Tree:
        left = self._signed()
        while True:
            _, word, position = self.tokens[self.index]
            precedence = _PRECEDENCE.get(word, 0)
            if precedence < lowest or word == "**":
                return left
            if (
                word in _COMPARISONS
                and isinstance(left, Binary)
                and left.operator in _COMPARISONS
                and not self._is_closed()
            ):
                message = say("Comparisons do not follow each other; put parentheses around one of them")
                raise FormulaError(message, position)
            self.index += 1
            left = Binary(word, left, self._formula(precedence + 1), position)

    def _is_closed(self) -> bool:
        """Whether what stands before this place is in parentheses."""
        return self.tokens[self.index - 1][1] == ")"

    def _signed(self) -> Tree:
        _, word, position = self.tokens[self.index]
        if word not in {"-", "+"}:
            return self._power()
        self.index += 1
        with_depth = self._deeper(position, self._signed)
        return Unary(word, with_depth, position)

    def _power(self) -> Tree:
        base = self._atom()
        _, word, position = self.tokens[self.index]
        if word != "**":
            return base
        self.index += 1
        return Binary("**", base, self._deeper(position, self._signed), position)

    def _deeper(self, position: int, read: Callable[[], Tree]) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = say("More than {limit} levels of parentheses, calls and signs", limit=MAX_DEPTH)
            raise FormulaError(message, position)
        tree = read()
        self.depth -= 1
        return tree

    def _atom(self) -> Tree:
        kind, word, position = self.tokens[self.index]
        self.index += 1
        if kind == "number":
            return _number(word, position)
        if kind == "name":
            return self._named(word, position)
        if word == "(":
            tree = self._deeper(position, lambda: self._formula(1))
            self._expect(")", say("This ( is never closed"), position)
            return tree
        raise FormulaError(
            say("A number, an input or a function is missing before {word}", word=_shown(word))
            if word
            else say("A number, an input or a function is missing at the end"),
            position,
        )

    def _named(self, word: str, position: int) -> Tree:
        if self.tokens[self.index][1] == "(":
            if word not in FUNCTIONS:
                message = say("There is no function {word}; there are {known}", word=word, known=listed(FUNCTIONS))
                raise FormulaError(message, position)
            self.index += 1
            return self._deeper(position, lambda: self._call(word, position))
        if word == "pi":
            return Number(math.pi, position)
        if len(word) == 1 and "a" <= word <= "z":
            return Input(ord(word) - ord("a"), position)
        message = say(
            "{word} is a function: write {word}(...); the inputs are a, b, c ... in the order of their wires"
            if word in FUNCTIONS
            else "There is no input {word}; the inputs are a, b, c ... in the order of their wires",
            word=word,
        )
        raise FormulaError(message, position)

    def _call(self, word: str, position: int) -> Tree:
        arguments: list[Tree] = []
        keepdim = False
        while True:
            kind, name, at = self.tokens[self.index]
            if kind == "name" and self.tokens[self.index + 1][1] == "=":
                keepdim = self._keepdim(word, name, at)
                break
            arguments.append(self._formula(1))
            if self.tokens[self.index][1] != ",":
                break
            self.index += 1
        self._expect(")", say("The ( of {word} is never closed", word=word), position)
        return Apply(word, tuple(arguments), position, keepdim)

    def _keepdim(self, function: str, name: str, position: int) -> bool:
        if name != "keepdim" or function not in REDUCTIONS:
            message = say(
                "{function} has no setting {name}; axes follow the tensor, as in mean(a, 1)"
                if name in {"dim", "axis"}
                else "{function} has no setting {name}; mean, sum, amax and amin have keepdim",
                function=function,
                name=name,
            )
            raise FormulaError(message, position)
        _, value, at = self.tokens[self.index + 2]
        if value not in {"True", "False"}:
            raise FormulaError(say("keepdim is True or False"), at)
        self.index += 3
        return value == "True"

    def _expect(self, word: str, message: Text, position: int) -> None:
        if self.tokens[self.index][1] != word:
            found = self.tokens[self.index]
            missing = say("A {word} is missing before {found}", word=word, found=_shown(found[1]))
            raise FormulaError(message if found[0] == "end" else missing, position)
        self.index += 1


def _shown(word: str) -> Text:
    """A word of the formula inside a sentence, which itself has no braces."""
    if word in {"{", "}"}:
        return say("'opening brace'" if word == "{" else "'closing brace'")
    return say("{it}", it=repr(word))


def _number(word: str, position: int) -> Number:
    is_whole = word.isdigit()
    if is_whole and len(word) > 1 and word[0] == "0":
        raise FormulaError(say("A whole number does not begin with 0"), position)
    value: int | float = int(word) if is_whole and len(word) <= 16 else float(word)
    if not math.isfinite(value) or abs(value) > MAX_NUMBER:
        raise FormulaError(say("This number is too big"), position)
    return Number(value, position)


# --- printing --------------------------------------------------------------------------------------------------------


def to_template(tree: Tree) -> str:
    """The formula as Python source, with ``{0}``, ``{1}`` ... for the inputs."""
    return _source(tree)[0]


def _source(tree: Tree) -> tuple[str, int]:
    """The text of a tree and the precedence of its outermost operation."""
    match tree:
        case Number(value=value):
            return repr(value), _ATOM
        case Input(number=number):
            return f"{{{number}}}", _ATOM
        case Unary(operator=operator, operand=operand):
            return f"{operator}{_inside(operand, _ATOM if isinstance(operand, Binary) else _SIGN)}", _SIGN
        case Binary():
            return _binary(tree)
        case Apply():
            return _apply(tree), _ATOM


def _inside(tree: Tree, lowest: int) -> str:
    text, precedence = _source(tree)
    return text if precedence >= lowest else f"({text})"


def _binary(tree: Binary) -> tuple[str, int]:
    own = _PRECEDENCE[tree.operator]
    if tree.operator == "**":  # binds to the right, and tighter than a sign before it
        space = "" if _is_simple(tree.left) and _is_simple(_unsigned(tree.right)) else " "  # as formatters have it
        return f"{_inside(tree.left, own + 1)}{space}**{space}{_inside(tree.right, _SIGN)}", own
    left = _inside(tree.left, own + 1 if tree.operator in _COMPARISONS else own)
    return f"{left} {tree.operator} {_inside(tree.right, own + 1)}", own


def _apply(tree: Apply) -> str:
    name, texts = tree.function, [_source(argument)[0] for argument in tree.arguments]
    if name in ELEMENTWISE:
        return f"{ELEMENTWISE[name]}({texts[0]})"
    if name in REDUCTIONS:
        axes = texts[1] if len(texts) == 2 else f"({', '.join(texts[1:])})"
        return f"{REDUCTIONS[name]}({texts[0]}, dim={axes}{', keepdim=True' if tree.keepdim else ''})"
    if name in ALONG:
        return f"{ALONG[name]}({texts[0]}, dim={texts[1]})"
    if name in {"minimum", "maximum"} and not inputs_of(tree.arguments[1]):
        return f"torch.clamp({texts[0]}, {'max' if name == 'minimum' else 'min'}={texts[1]})"
    return f"torch.{name}({', '.join(texts)})"


def _is_simple(tree: Tree) -> bool:
    return isinstance(tree, (Number, Input))


def _unsigned(tree: Tree) -> Tree:
    return tree.operand if isinstance(tree, Unary) else tree
