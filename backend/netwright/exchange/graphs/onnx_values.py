"""Activations and merges of ONNX: what works value by value."""

import numpy as np

from netwright.exchange.graphs.flat import Builder, NoRuleError
from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.onnx_registry import real, rule
from netwright.language import say

# --- activations -----------------------------------------------------------------------------------------------------

_PLAIN = {
    "Relu": "ReLU",
    "Sigmoid": "Sigmoid",
    "Tanh": "Tanh",
    "nw.Silu": "SiLU",
    "HardSwish": "Hardswish",
    "Mish": "Mish",
    "Softsign": "Softsign",
}


@rule(*_PLAIN)
def plain_activation(build: Builder, op: Operator) -> None:
    build.add(op, _PLAIN[op.kind])


@rule("LeakyRelu")
def leaky_relu(build: Builder, op: Operator) -> None:
    build.add(op, "LeakyReLU", {"negative_slope": real(op.attributes.get("alpha", 0.01))})


@rule("Elu")
def elu(build: Builder, op: Operator) -> None:
    build.add(op, "ELU", {"alpha": real(op.attributes.get("alpha", 1.0))})


@rule("Selu")
def selu(build: Builder, op: Operator) -> None:
    alpha, gamma = op.attributes.get("alpha", 1.67326), op.attributes.get("gamma", 1.0507)
    if abs(alpha - 1.67326) > 1e-4 or abs(gamma - 1.0507) > 1e-4:
        raise NoRuleError(say("its constants are not SELU's"))
    build.add(op, "SELU")


@rule("Celu")
def celu(build: Builder, op: Operator) -> None:
    build.add(op, "CELU", {"alpha": real(op.attributes.get("alpha", 1.0))})


@rule("Softplus")
def softplus(build: Builder, op: Operator) -> None:
    build.add(op, "Softplus")


@rule("HardSigmoid")
def hard_sigmoid(build: Builder, op: Operator) -> None:
    if abs(op.attributes.get("alpha", 0.2) - 1 / 6) > 1e-5 or abs(op.attributes.get("beta", 0.5) - 0.5) > 1e-5:
        raise NoRuleError(say("its slope is not Hardsigmoid's"))
    build.add(op, "Hardsigmoid")


@rule("Gelu", "nw.Gelu")
def gelu(build: Builder, op: Operator) -> None:
    build.add(op, "GELU", {"approximate": op.attributes.get("approximate", "none")})


@rule("PRelu")
def prelu(build: Builder, op: Operator) -> None:
    slope = build.array(op.inputs[1])
    count = slope.size
    if count not in {1, build.sample_shape(op.inputs[0])[0]} or (slope.shape and max(slope.shape) != count):
        raise NoRuleError(say("it has neither one slope nor one a channel"))
    build.add(op, "PReLU", {"num_parameters": count} if count > 1 else {}, weights={"weight": slope.reshape(-1)})


@rule("Clip")
def clip(build: Builder, op: Operator) -> None:
    low, high = (op.attributes.get(name) for name in ("min", "max"))
    low = build.optional_array(op, 1) if low is None else low
    high = build.optional_array(op, 2) if high is None else high
    if low is not None and float(low) == 0.0 and high is None:
        build.add(op, "ReLU")
    elif low is not None and high is not None and (float(low), float(high)) == (0.0, 6.0):
        build.add(op, "ReLU6")
    elif low is not None and high is not None:
        build.add(op, "Hardtanh", {"min_val": float(low), "max_val": float(high)})
    else:
        raise NoRuleError(say("it cuts on one side only"))


@rule("Softmax", "LogSoftmax")
def softmax(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    is_old = op.attributes.get("opset", 13) < 13
    axis = op.attributes.get("axis", 1 if is_old else -1) % rank
    if is_old and axis != rank - 1:
        raise NoRuleError(say("it works over several axes at once"))
    build.add(op, op.kind, {"dim": axis if axis < rank - 1 or rank == 2 else -1})


@rule("Dropout")
def dropout(build: Builder, op: Operator) -> None:
    ratio = build.optional_array(op, 1)
    p = op.attributes.get("ratio", 0.5) if ratio is None else float(ratio)
    build.add(op, "Dropout", {"p": real(p)})


# --- merges ----------------------------------------------------------------------------------------------------------


@rule("Add", "Sum")
def add(build: Builder, op: Operator) -> None:
    for data, other in (op.inputs[:2], op.inputs[1::-1]):
        if len(op.inputs) == 2 and build.is_constant(other) and not build.is_constant(data):
            add_constant(build, op, data, build.array(other))
            return
    _merge(build, op, "Add")


def add_constant(build: Builder, op: Operator, data: str, constant: Array) -> None:
    """A number, or a vector for each step of a sequence: waves, or learned."""
    if constant.size == 1:
        build.add(op, "Formula", {"formula": f"a + {_number(constant)}"}, [data])
        return
    shape = build.sample_shape(data)
    table = constant.reshape(constant.shape[1:]) if constant.ndim == 3 and constant.shape[0] == 1 else constant
    if len(shape) != 2 or list(table.shape) != shape:
        raise NoRuleError(say("it adds a constant that is neither a number nor a vector for each step"))
    if np.allclose(table, _waves(*shape), atol=1e-5):
        build.add(op, "PositionalEncoding", {}, [data])
    else:
        build.add(op, "LearnedPositionalEncoding", {"max_length": shape[0]}, [data], {"weight": table})


def _waves(steps: int, features: int) -> Array:
    """Sines and cosines of positions as in Vaswani et al. 2017."""
    rate = 10000.0 ** (-np.arange(0, features, 2) / features)
    angle = np.arange(steps)[:, None] * rate
    table: Array = np.stack((np.sin(angle), np.cos(angle)), axis=2).reshape(steps, -1)[:, :features]
    return table


@rule("Mul")
def multiply(build: Builder, op: Operator) -> None:
    _join(build, op, "Multiply", "*")


@rule("Sub")
def subtract(build: Builder, op: Operator) -> None:
    _join(build, op, "Subtract", "-")


@rule("Div")
def divide(build: Builder, op: Operator) -> None:
    _join(build, op, "Divide", "/")


@rule("Max")
def maximum(build: Builder, op: Operator) -> None:
    _merge(build, op, "Maximum")


@rule("Min")
def minimum(build: Builder, op: Operator) -> None:
    _merge(build, op, "Minimum")


def _join(build: Builder, op: Operator, type_name: str, sign: str) -> None:
    """Two tensors by the layer, a tensor and a number by a formula."""
    left, right = op.inputs
    constants = [build.array(value) if build.is_constant(value) else None for value in op.inputs]
    if constants[1] is not None and constants[1].size == 1:
        build.add(op, "Formula", {"formula": f"a {sign} {_number(constants[1])}"}, [left])
    elif constants[0] is not None and constants[0].size == 1:
        build.add(op, "Formula", {"formula": f"{_number(constants[0])} {sign} a"}, [right])
    else:
        _merge(build, op, type_name)


def _number(constant: Array) -> str:
    value = real(float(constant.reshape(-1)[0]))
    return f"({value!r})" if value < 0 else repr(value)


_FORMULAS = {
    "Exp": "exp(a)",
    "Log": "log(a)",
    "Sqrt": "sqrt(a)",
    "Abs": "abs(a)",
    "Neg": "-a",
    "Sin": "sin(a)",
    "Cos": "cos(a)",
    "Sign": "sign(a)",
    "Erf": "erf(a)",
    "Reciprocal": "1 / a",
}


@rule(*_FORMULAS)
def formula(build: Builder, op: Operator) -> None:
    """What has no layer of its own but can be written."""
    build.add(op, "Formula", {"formula": _FORMULAS[op.kind]})


@rule("Pow")
def power(build: Builder, op: Operator) -> None:
    exponent = build.array(op.inputs[1])
    if exponent.size != 1:
        raise NoRuleError(say("its exponent is no single number"))
    build.add(op, "Formula", {"formula": f"a ** {_number(exponent)}"})


def _merge(build: Builder, op: Operator, type_name: str) -> None:
    if len(op.inputs) == 1:
        build.same(op)
        return
    build.add(op, type_name, inputs=op.inputs)


@rule("Concat")
def concat(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    axis = op.attributes["axis"] % rank
    if len(op.inputs) == 1:
        build.same(op)
        return
    build.add(op, "Concat", {"dim": axis}, inputs=op.inputs)
