"""Expressions over a block's parameters: ``=2 * width + 1``.

Numbers, names, ``+ - * / //``, parentheses and unary minus and plus, with Python's precedence and Python's results.  A
tokenizer and a precedence parser of our own: nothing a person typed ever reaches ``eval``.  A leading ``=`` is allowed
everywhere and means nothing here.
"""

import keyword
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from netwright.language import listed, say

MAX_LENGTH = 500
"""Characters in one expression."""

MAX_DEPTH = 50
"""Levels of parentheses and signs."""

MAX_VALUE = 2**53
"""No number on the way may be larger: beyond it a whole number is not exact in JSON."""


class ExpressionError(ValueError):
    """What is wrong with an expression.

    ``position`` is the index of the character in the text as it was given; ``missing_name`` the name that is not there,
    where that is what is wrong.
    """

    def __init__(self, message: str, position: int, missing_name: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.missing_name = missing_name


@dataclass(frozen=True, slots=True)
class Num:
    value: int | float
    position: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Sign:
    sign: str
    operand: "Expression"
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    operator: str
    left: "Expression"
    right: "Expression"
    position: int


Expression = Num | Name | Sign | Operation

_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<operator>//|[-+*/()])|(?P<space>\s+)"
)
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2}
_SIGN_PRECEDENCE = 3
_ATOM_PRECEDENCE = 4


def is_expression(value: object) -> bool:
    """Whether a parameter's value is an expression: a string that begins with ``=``."""
    return isinstance(value, str) and value.startswith("=")


def is_name(text: str) -> bool:
    """Whether ``text`` can be a name in the exported code: a Python identifier, no keyword, and written as Python will
    store it (Python folds look-alike characters, such as the ligature in ``ﬁ``)."""
    return text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The expression as a tree.

    Raises:
        ExpressionError: it is none.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            say(
                "The expression has {count} characters; at most {limit} are allowed.",
                count=len(text),
                limit=MAX_LENGTH,
            ),
            MAX_LENGTH,
        )
    return _Parser(text).parse()


def evaluate(text: str, names: Mapping[str, int | float]) -> int | float:
    """The value of ``text`` with the block's parameters ``names``, as Python would compute it.

    Raises:
        ExpressionError: the text is no expression, uses a name that is not there, divides by zero, or a number on the
            way is larger than ``MAX_VALUE``.
    """
    return _value(parse(text), names)


def names_in(text: str) -> frozenset[str]:
    """The names that an expression uses.

    Raises:
        ExpressionError: it is no expression.
    """
    found: set[str] = set()
    stack = [parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.name)
        elif isinstance(node, Sign):
            stack.append(node.operand)
        elif isinstance(node, Operation):
            stack += (node.left, node.right)
    return frozenset(found)


def to_python_source(text: str) -> str:
    """The expression as a person would write it in Python: spaces around operators, no needless parentheses.

    Raises:
        ExpressionError: it is no expression.
    """
    return _source(parse(text))[0]


class _Parser:
    """Reads tokens from left to right; ``_expression`` climbs the precedence of operators."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.index = 0
        self.tokens = self._tokenize(1 if text.startswith("=") else 0)

    def _tokenize(self, position: int) -> list[tuple[str, str, int]]:
        tokens = []
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                character = self.text[position]
                raise ExpressionError(
                    say(
                        "The character {character} is not understood; use numbers, names, + - * / // and parentheses.",
                        character=repr(character),
                    ),
                    position,
                )
            kind = str(match.lastgroup)
            if kind != "space":
                tokens.append((kind, match.group(), position))
            position = match.end()
        tokens.append(("end", "", len(self.text)))
        return tokens

    def parse(self) -> Expression:
        if self.tokens[0][0] == "end":
            raise ExpressionError(say("The expression is empty."), len(self.text))
        tree = self._expression(1)
        kind, word, position = self.tokens[self.index]
        if kind != "end":
            raise ExpressionError(
                say("An operator is missing before {word}.", word=repr(word))
                if word != ")"
                else say("This ')' was never opened."),
                position,
            )
        return tree

    def _expression(self, lowest: int) -> Expression:
        left = self._operand()
        while True:
            _, word, position = self.tokens[self.index]
            precedence = _PRECEDENCE.get(word, 0)
            if precedence < lowest:
                return left
            self.index += 1
            left = Operation(word, left, self._expression(precedence + 1), position)

    def _operand(self) -> Expression:
        kind, word, position = self.tokens[self.index]
        self.index += 1
        if kind == "number":
            return Num(_number(word, position), position)
        if kind == "name":
            if not is_name(word):
                raise ExpressionError(say("{word} cannot be the name of a parameter.", word=repr(word)), position)
            return Name(word, position)
        if word not in {"-", "+", "("}:
            raise ExpressionError(
                say("A number or a name is missing before {word}.", word=repr(word))
                if word
                else say("A number or a name is missing at the end."),
                position,
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(say("More than {limit} levels of parentheses and signs.", limit=MAX_DEPTH), position)
        inner = self._expression(1) if word == "(" else Sign(word, self._operand(), position)
        self.depth -= 1
        if word == "(":
            if self.tokens[self.index][1] != ")":
                raise ExpressionError(say("This '(' is never closed."), position)
            self.index += 1
        return inner


def _number(word: str, position: int) -> int | float:
    if not word.isascii():
        raise ExpressionError(say("{word} is not written with the digits 0 to 9.", word=repr(word)), position)
    if word.isdigit():
        if len(word) > 1 and word[0] == "0":
            raise ExpressionError(say("A whole number does not begin with 0."), position)
        return _bounded(int(word), position)
    return _bounded(float(word), position)


def _bounded(value: float, position: int) -> int | float:
    if abs(value) > MAX_VALUE or not math.isfinite(value):
        raise ExpressionError(say("A number here is too big; at most {limit:,} is allowed.", limit=MAX_VALUE), position)
    return value


def _value(node: Expression, names: Mapping[str, int | float]) -> int | float:
    # The tree is at most MAX_LENGTH operations deep, well below Python's limit of frames.
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Name):
        if node.name not in names:
            known = listed(names) if names else say("none")
            raise ExpressionError(
                say(
                    "There is no parameter {name} here; there are: {known}.",
                    name=repr(node.name),
                    known=known,
                ),
                node.position,
                node.name,
            )
        return _bounded(names[node.name], node.position)
    if isinstance(node, Sign):
        operand = _value(node.operand, names)
        return -operand if node.sign == "-" else operand
    left, right = _value(node.left, names), _value(node.right, names)
    if node.operator in {"/", "//"} and right == 0:
        raise ExpressionError(say("This divides by zero."), node.position)
    match node.operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            result = left / right
        case _:
            result = left // right
    return _bounded(result, node.position)


def _source(node: Expression) -> tuple[str, int]:
    """The text of a tree and the precedence of its outermost operation."""
    if isinstance(node, Num):
        return repr(node.value), _ATOM_PRECEDENCE
    if isinstance(node, Name):
        return node.name, _ATOM_PRECEDENCE
    if isinstance(node, Sign):
        text, precedence = _source(node.operand)
        return node.sign + (text if precedence >= _SIGN_PRECEDENCE else f"({text})"), _SIGN_PRECEDENCE
    own = _PRECEDENCE[node.operator]
    left, left_precedence = _source(node.left)
    right, right_precedence = _source(node.right)
    left = left if left_precedence >= own else f"({left})"
    right = right if right_precedence > own else f"({right})"
    return f"{left} {node.operator} {right}", own
