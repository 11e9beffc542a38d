"""Expressions over parameters: Python's results without Python's eval."""

import ast
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from netwright.graph.expressions import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_VALUE,
    ExpressionError,
    evaluate,
    is_name,
    names_in,
    to_python_source,
)

NAMES = {"width": 16, "depth": 3, "rate": 0.25, "zero": 0, "minus": -7}

numbers = st.integers(0, 1000).map(str) | st.floats(0, 1000).map(repr) | st.sampled_from([".5", "2.", "1e3", "2.5e-2"])
atoms = numbers | st.sampled_from(list(NAMES))
spaces = st.sampled_from(["", " ", "  "])


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operations = st.tuples(inner, spaces, st.sampled_from(["+", "-", "*", "/", "//"]), spaces, inner).map("".join)
    signs = st.tuples(st.sampled_from(["-", "+", "--"]), inner).map("".join)
    return operations | signs | inner.map(lambda text: f"({text})")


expressions = st.recursive(atoms, _extend, max_leaves=12)


def python(text: str) -> int | float:
    """Python's own result; the texts come from the strategies above."""
    return eval(text, {"__builtins__": {}}, dict(NAMES))  # type: ignore[no-any-return]  # noqa: S307


def same(a: float, b: float) -> bool:
    return type(a) is type(b) and (a == b or (math.isnan(a) and math.isnan(b)))


@given(expressions)
def test_evaluate_gives_what_python_gives_or_says_why_not(text: str) -> None:
    assume(len(text) <= MAX_LENGTH)
    try:
        value = evaluate(text, NAMES)
    except ExpressionError as error:
        reason, position = error.message, error.position
    else:
        assert same(value, python(text))
        return
    assert 0 <= position <= len(text)
    assert "divides by zero" in reason or "too big" in reason


@given(expressions)
def test_to_python_source_means_the_same_and_is_stable(text: str) -> None:
    assume(len(text) <= MAX_LENGTH)
    try:
        value = evaluate(text, NAMES)
    except ExpressionError:
        return
    source = to_python_source("=" + text)
    assert same(python(source), value)
    assert to_python_source(source) == source
    assert ast.dump(ast.parse(source, mode="eval")) == ast.dump(ast.parse(text.strip(), mode="eval"))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("=2*width", "2 * width"),
        ("= ( 2*width )+1", "2 * width + 1"),
        ("2*(width+1)", "2 * (width + 1)"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("-a*b", "-a * b"),
        ("a--b", "a - -b"),
        ("=层 // 2", "层 // 2"),
    ],
)
def test_to_python_source_is_what_a_person_would_write(text: str, source: str) -> None:
    assert to_python_source(text) == source


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("=", 1, "empty"),
        ("=2 +", 4, "missing at the end"),
        ("=2 * * 3", 5, "missing before '*'"),
        ("=2 ** 3", 4, "missing before '*'"),
        ("=(2", 1, "never closed"),
        ("=2)", 2, "never opened"),
        ("=2 3", 3, "operator is missing"),
        ("=__import__('os')", 12, "not understood"),
        ("=abs(width)", 4, "operator is missing"),
        ("=width.real", 6, "not understood"),
        ("=a[0]", 2, "not understood"),
        ("=1 if width else 2", 3, "operator is missing"),
        ("=lambda", 1, "cannot be the name"),
        ("=1 / zero", 3, "divides by zero"),
        ("=1 // 0.0", 3, "divides by zero"),
        ("=widht * 2", 1, "'widht'"),
        ("=1e400", 1, "too big"),
        ("=9007199254740993", 1, "too big"),
        ("=9007199254740992 + 1", 18, "too big"),
        ("=1e300 * 1e300", 1, "too big"),
        ("=007", 1, "begin with 0"),
        ("=٣", 1, "digits 0 to 9"),
    ],
)
def test_evaluate_of_what_is_no_expression_says_where_and_why(text: str, position: int, part: str) -> None:
    with pytest.raises(ExpressionError, match=r"\.$") as caught:
        evaluate(text, NAMES)
    assert caught.value.position == position
    assert part in caught.value.message


def test_evaluate_of_a_missing_name_names_it_and_those_that_exist() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("=2 * widht", {"width": 1, "depth": 2})
    assert caught.value.missing_name == "widht"
    assert "width, depth" in caught.value.message


@pytest.mark.parametrize("text", ["1" + "+1" * (MAX_LENGTH // 2), "(" * 51 + "1" + ")" * 51, "-" * 51 + "1"])
def test_evaluate_of_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, {})


def test_evaluate_at_the_limits_works() -> None:
    assert evaluate("1" + "+1" * (MAX_LENGTH // 2 - 1), {}) == MAX_LENGTH // 2
    assert evaluate("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH, {}) == 1
    assert evaluate("x", {"x": MAX_VALUE}) == MAX_VALUE


def test_names_in_gives_every_name_once() -> None:
    assert names_in("=-width * (depth + width) // 2") == {"width", "depth"}


@pytest.mark.parametrize("name", ["conv1", "_x", "层", "é"])
def test_is_name_of_an_identifier_is_true(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "1a", "a b", "class", "None", "a-b", "ﬁ", "𝐱"])
def test_is_name_of_what_python_would_not_keep_is_false(name: str) -> None:
    assert not is_name(name)
