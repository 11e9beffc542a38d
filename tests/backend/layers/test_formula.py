"""The formula node: what a person types becomes a tree, and nothing but the tree becomes source."""

import ast
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from netwright.compiler.calls import build_call
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.layers.base import Call, TensorSpec
from netwright.layers.formula import Formula, FormulaParams
from netwright.layers.formula_language import FUNCTIONS, MAX_DEPTH, FormulaError, parse, to_template
from netwright.layers.formula_shapes import infer_shape
from samples import block, document, node, out
from torch import nn

RUFF = Path(sys.executable).with_name("ruff")
SHAPES = ((3, 4), (3, 4), (1, 4))


def complaint_of(text: str, *shapes: tuple[int, ...]) -> str | None:
    specs = [TensorSpec(shape) for shape in shapes or ((3, 4),)]
    return next((one.message for one in Formula.check(FormulaParams(formula=text), specs)), None)


def value_of(text: str, *tensors: torch.Tensor) -> torch.Tensor:
    result = build_call(Call(template=to_template(parse(text))))(*tensors)
    assert isinstance(result, torch.Tensor)
    return result


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a+b*2", "{0} + {1} * 2"),
        ("(a+b)*2", "({0} + {1}) * 2"),
        ("-a**2", "-({0}**2)"),
        ("(-a)**2", "(-{0}) ** 2"),
        ("a**-2", "{0}**-2"),
        ("2**3**a", "2 ** 3**{0}"),
        ("(a**2)**b", "({0}**2) ** {1}"),
        ("a-(b-c)", "{0} - ({1} - {2})"),
        ("a/(b*c)", "{0} / ({1} * {2})"),
        ("(a<b)*c", "({0} < {1}) * {2}"),
        ("pi*a", "3.141592653589793 * {0}"),
        ("mean(a,1,2)", "torch.mean({0}, dim=(1, 2))"),
        ("amax(a,-1,keepdim=True)", "torch.amax({0}, dim=-1, keepdim=True)"),
        ("minimum(a,2)", "torch.clamp({0}, max=2)"),
        ("maximum(a,b)", "torch.maximum({0}, {1})"),
        ("gelu(a)", "nn.functional.gelu({0})"),
    ],
)
def test_formula_is_printed_with_spaces_and_without_needless_parentheses(text: str, source: str) -> None:
    assert to_template(parse(text)) == source


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 1, "is empty"),
        ("a +", 4, "is missing at the end"),
        ("a b", 3, "An operator is missing before 'b'"),
        ("(a", 1, "never closed"),
        ("a)", 2, "never opened"),
        ("foo(a)", 1, "There is no function foo; there are abs"),
        ("exp", 1, r"write exp\(...\)"),
        ("width * a", 1, "There is no input width"),
        ("a < b < c", 7, "Comparisons do not follow each other"),
        ("a.real", 2, "'.' is not understood"),
        ("a[0]", 2, r"'\[' is not understood"),
        ("a; b", 2, "';' is not understood"),
        ("{a}", 1, "'opening brace' is not understood"),
        ("a if b else c", 3, "An operator is missing before 'if'"),
        ("lambda: a", 7, "':' is not understood"),
        ("__import__('os')", 12, "is not understood"),
        ("1e400 * a", 1, "too big"),
        ("mean(a, dim=1)", 9, "axes follow the tensor"),
        ("exp(a, keepdim=True)", 8, "has no setting keepdim"),
        ("sum(a, 1, keepdim=2)", 19, "True or False"),
        ("(" * 60 + "a" + ")" * 60, MAX_DEPTH + 1, "levels"),
        ("-" * 60 + "a", MAX_DEPTH + 1, "levels"),
        ("2**" * 60 + "a", 3 * MAX_DEPTH + 2, "levels"),
        ("a + " * 200 + "a", 501, "at most 500"),
        ("α * 2", 1, "is not understood"),
        ("a * ２", 5, "is not understood"),
    ],
)
def test_formula_that_cannot_be_read_says_where_and_what(text: str, column: int, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason) as caught:
        parse(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "shapes", "reason"),
    [
        ("a + b", ((3, 4),), "There is no input b: one wire comes in, which is a"),
        ("a + c", ((3, 4), (3, 4)), "There is no input c: 2 wires come in, a to b"),
        ("a + b", ((3, 4), (4,)), "different numbers of axes"),
        ("a + b", ((3, 4), (2, 4)), "N x 3 x 4 and N x 2 x 4 do not go together"),
        ("a / sum(a, 1)", ((3, 4),), "keep them with keepdim=True"),
        ("sum(a, 0)", ((3, 4),), "Axis 0 is the batch"),
        ("softmax(a, -3)", ((3, 4),), "Axis -3 is the batch"),
        ("mean(a, 3)", ((3, 4),), "There is no axis 3: N x 3 x 4 has axes 0 to 2"),
        ("mean(a, 1.5)", ((3, 4),), "as whole numbers"),
        ("mean(a)", ((3, 4),), "takes a tensor and the axes to join, but has 1"),
        ("exp(a, 1)", ((3, 4),), "exp takes one tensor, but has 2"),
        ("where(a, b)", ((3, 4), (3, 4)), "where takes 3 arguments, but has 2"),
        ("exp(2) * a", ((3, 4),), "exp works on a tensor, but gets a number"),
        ("minimum(2, a)", ((3, 4),), "its first argument is a number"),
        ("clamp(a, b, 1)", ((3, 4), (3, 4)), "clamp takes a tensor and two numbers"),
        ("matmul(a, b)", ((4,), (4,)), "three or more axes"),
        ("matmul(a, b)", ((3, 4), (3, 4)), "The last axis of N x 3 x 4 is not the one before the last"),
        ("transpose(a, 0, 1)", ((3, 4),), "is the batch"),
        ("1 + 1", ((3, 4),), "uses no input"),
    ],
)
def test_formula_that_does_not_fit_its_inputs_says_why(
    text: str, shapes: tuple[tuple[int, ...], ...], reason: str
) -> None:
    message = complaint_of(text, *shapes)
    assert message is not None
    assert message.startswith("Formula `{node}`, column ")
    assert reason in message


# --- whatever is let through is what it says ---------------------------------------------------------------------------


def numbers() -> st.SearchStrategy[str]:
    return st.sampled_from(["1", "2", "0.5", "3.25", "1e-3", "pi"])


def trees() -> st.SearchStrategy[str]:
    leaves = st.one_of(st.sampled_from(["a", "b", "c"]), numbers())

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "<", ">=", "=="]), inner).map(
                lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
            ),
            inner.map(lambda text: f"-({text})"),
            st.tuples(st.sampled_from(["exp", "tanh", "abs", "sigmoid", "relu"]), inner).map(
                lambda p: f"{p[0]}({p[1]})"
            ),
            st.tuples(st.sampled_from(["mean", "amax"]), inner).map(lambda p: f"{p[0]}({p[1]}, 1, keepdim=True)"),
            inner.map(lambda text: f"maximum({text}, 0.5)"),
        )

    return st.recursive(leaves, grow, max_leaves=12)


REFERENCE: dict[str, Any] = {
    "exp": torch.exp,
    "tanh": torch.tanh,
    "abs": torch.abs,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "mean": lambda x, dim, keepdim: torch.mean(x, dim=dim, keepdim=keepdim),
    "amax": lambda x, dim, keepdim: torch.amax(x, dim=dim, keepdim=keepdim),
    "maximum": lambda x, least: torch.clamp(x, min=least),
    "pi": math.pi,
    "__builtins__": {},
}


@settings(max_examples=300)
@given(trees())
def test_formula_gives_what_python_gives_for_the_same_text(text: str) -> None:
    tensors = [
        torch.randn(2, *shape, generator=torch.Generator().manual_seed(number)) for number, shape in enumerate(SHAPES)
    ]
    try:
        shape = infer_shape(parse(text), SHAPES)
    except FormulaError:
        return
    if shape is None:
        return
    try:
        expected = eval(text, REFERENCE | dict(zip("abc", tensors, strict=True)))  # noqa: S307 - made by this test
    except (RuntimeError, OverflowError, ZeroDivisionError, TypeError):  # a bool where torch wants none, 1 / 0
        return
    result = value_of(text, *tensors)
    assert tuple(result.shape[1:]) == shape
    torch.testing.assert_close(result, expected, equal_nan=True)


ALLOWED_NODES = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Call,
    ast.Attribute,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
    ast.keyword,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)
WORDS = [
    *"abcxyz",
    *FUNCTIONS,
    "keepdim",
    "True",
    "dim",
    "torch",
    "nn",
    "self",
    "__class__",
    "eval",
    "import",
    "lambda",
    "pi",
]
PIECES = [
    *WORDS,
    *"()[]{},.:;=<>!+-*/%@&|^~'\"\\#\n \t",
    "**",
    "<=",
    "==",
    "0",
    "1",
    "-1",
    "1e5",
    "0x1",
    "1j",
    "1_000",
    "é",
    "ａ",
    "\u2028",
]


def assert_harmless(text: str) -> None:
    """The text is refused, or its source holds nothing but numbers, inputs, operators and functions of the list."""
    try:
        template = to_template(parse(text))
    except FormulaError:
        return
    source = template
    for number in range(26):
        source = source.replace(f"{{{number}}}", f"v{number}")
    tree = ast.parse(source, mode="eval")
    for item in ast.walk(tree):
        assert isinstance(item, ALLOWED_NODES), ast.dump(item)
        if isinstance(item, ast.Name):
            assert item.id in {"torch", "nn"} or item.id.startswith("v")
        if isinstance(item, ast.Attribute):
            assert item.attr in {*FUNCTIONS, "functional"}
        if isinstance(item, ast.Constant):
            assert isinstance(item.value, (int, float))
        if isinstance(item, ast.keyword):
            assert item.arg in {"dim", "keepdim", "min", "max"}


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_outside_the_grammar_reaches_the_source_from_pieces(text: str) -> None:
    assert_harmless(text)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_nothing_outside_the_grammar_reaches_the_source_from_any_text(text: str) -> None:
    assert_harmless(text)


@settings(max_examples=60)
@given(trees())
def test_source_of_a_formula_is_formatted(text: str) -> None:
    template = to_template(parse(text))
    line = f"x = {template.format(*'abc')}\n"
    if len(line) > 89:
        return
    result = subprocess.run([RUFF, "format", "--isolated", "-"], input=line.encode(), capture_output=True, check=True)
    assert result.stdout.decode() == line


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_sentence_about_a_wrong_formula_has_no_braces_and_a_column_inside_the_text(text: str) -> None:
    specs = [TensorSpec((3, 4))]
    for complaint in Formula.check(FormulaParams(formula=text or " "), specs):
        assert "{" not in complaint.message.replace("{node}", "")
        assert 1 <= complaint.values["column"] <= len(text or " ") + 1


def test_formula_in_a_network_is_one_line_of_forward() -> None:
    nodes = [
        node("x", "Input", shape=[4]),
        node("fc", "Linear", out_features=4),
        node("swish", "Formula", formula="a * sigmoid(1.702*a) + b"),
        out(),
    ]
    source = to_source(document(block(nodes, "x fc swish scores, x swish")))
    assert "return y * torch.sigmoid(1.702 * y) + x" in source
    network = build_network(source)
    x = torch.randn(2, 4)
    y = network.get_submodule("fc")(x)
    torch.testing.assert_close(network(x), y * torch.sigmoid(1.702 * y) + x)
    assert isinstance(network, nn.Module)


def test_attention_written_as_a_formula_costs_its_products() -> None:
    params = FormulaParams(formula="matmul(softmax(matmul(a, transpose(b, 1, 2)), -1), b)")
    inputs = [TensorSpec((5, 8)), TensorSpec((7, 8))]
    assert list(Formula.check(params, inputs)) == []
    assert Formula.macs(params, inputs, [TensorSpec((5, 8))]) == 2 * 5 * 7 * 8
