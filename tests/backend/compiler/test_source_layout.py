"""Lines and expressions of the emitter, one at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from netwright.compiler.source_algebra import simplify
from netwright.compiler.source_layout import layout, layout_def, literal
from netwright.graph.expressions import ExpressionError, evaluate

RUFF = Path(sys.executable).with_name("ruff")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("width + width + width + width", "4 * width"),
        ("2 * width - width", "width"),
        ("growth + (2 * growth + (depth - 1) * growth)", "2 * growth + depth * growth"),
        ("3 - 1", "2"),
        ("(depth) - 1", "depth - 1"),
        ("a - a", "0"),
        ("width // 2 + width // 2", "2 * (width // 2)"),
        ("-a - b", "-a - b"),
        ("a * 0.5 + a * 0.5", "2 * (a * 0.5)"),
        ("(a + b) * 16", "(a + b) * 16"),
    ],
)
def test_sum_is_collected_where_that_is_shorter(text: str, expected: str) -> None:
    result = simplify(text)
    assert len(result) <= len(text)
    assert evaluate(result, {"a": 4, "b": 3, "width": 6, "growth": 5, "depth": 2}) == evaluate(
        text, {"a": 4, "b": 3, "width": 6, "growth": 5, "depth": 2}
    )
    if "0.5" not in text:
        assert result == expected


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "c", "0", "1", "2", "7"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "//"]), inner),
            st.builds("-({})".format, inner),
        ),
        max_leaves=8,
    )


@given(expressions(), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_simplified_expression_has_the_same_value(text: str, a: int, b: int, c: int) -> None:
    names = {"a": a, "b": b, "c": c}
    try:
        value = evaluate(text, names)
    except ExpressionError:
        assume(False)
    assert evaluate(simplify(text), names) == value


@pytest.mark.parametrize(
    "value", [1, -2, 1e-05, 0.1, True, None, "same", "it's", 'say "x"', "a\\b", (1,), (1, (2, "x")), ()]
)
def test_literal_reads_back_as_the_value(value: object) -> None:
    import ast

    assert ast.literal_eval(literal(value)) == value


STATEMENTS = [
    "self.conv = nn.Conv2d({n}in_channels, 2 * width, 3, stride=stride, padding=1, bias=False)",
    "self.conv = nn.Conv2d({n}in_channels, 2 * width, (3, 5), stride=(1, 2), padding=(1, 2), groups=groups, bias=False)",
    "self.stage = nn.Sequential(A(1, channels=2 * width{n}), *(Stage(2 * width, channels=2 * width) for _ in range(n - 1)))",
    "self.stage = nn.Sequential(*(A(in_channels + i * growth, channels=2 * width{n}, rate=rate) for i in range(depth)))",
    "x = torch.cat((first{n}, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth), dim=1)",
    "return torch.cat((first{n}, second, third, fourth, fifth, sixth, seventh, eighth), dim=1)",
    "x = first_branch{n} + second_branch + third_branch + fourth_branch + fifth_branch",
    "return first_branch{n} * second_branch * third_branch * fourth_branch * fifth_branch * sixth_branch",
    'return {{"kind": kind{n}, "price": price, "something": something, "else": other, "more": more}}',
    "left, right = self.one(first{n}_argument, second_argument, third_argument, fourth_argument)",
    "self.norm = nn.LayerNorm((channels{n}, 28, 28), eps=1e-06, elementwise_affine=False)",
]


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("extra", ["", "_and_a_name", "_and_a_name_that_is_so_long_that_no_line_can_hold_more_of_it"])
def test_statement_is_broken_as_the_formatter_breaks_it(statement: str, extra: str) -> None:
    text = statement.format(n=extra if "{n}in" not in statement else extra.strip("_") + (", " if extra else ""))
    head = "class A:\n    def f(self):\n"
    source = head + "\n".join(layout(text, 2)) + "\n"
    result = subprocess.run([RUFF, "format", "--isolated", "-"], input=source.encode(), capture_output=True, check=True)
    assert source == result.stdout.decode()


@pytest.mark.parametrize("count", [0, 1, 3, 5, 12])
def test_head_of_a_function_is_broken_as_the_formatter_breaks_it(count: int) -> None:
    parameters = ["self", *(f"channels_{number}: int = 32" for number in range(count))]
    source = "class A:\n" + "\n".join(layout_def("__init__", parameters, "None", 1)) + "\n        pass\n"
    result = subprocess.run([RUFF, "format", "--isolated", "-"], input=source.encode(), capture_output=True, check=True)
    assert source == result.stdout.decode()
