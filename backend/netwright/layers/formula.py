"""A formula over the inputs, for what has no layer of its own."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, Strict

from netwright.language import all_of, say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.formula_language import (
    FUNCTIONS,
    MAX_LENGTH,
    FormulaError,
    input_name,
    inputs_of,
    parse,
    to_template,
)
from netwright.layers.formula_shapes import infer_shape, matmul_macs
from netwright.layers.params import setting

_ANY = Port("x", dtypes=frozenset({"float32", "int64", "bool"}), variadic=True, least=1)


class FormulaParams(LayerParams):
    formula: Annotated[str, Strict(), Field(min_length=1, max_length=MAX_LENGTH)] = setting(
        "relu(a) ** 2",
        "What is computed. a, b, c ... are the inputs in the order of their wires; + - * / ** and comparisons; functions: "
        f"{', '.join(FUNCTIONS)}. Axes count the batch as 0.",
    )


class Formula(Layer[FormulaParams]):
    """(N, *), ... -> (N, *)."""

    family = "merge"
    Params = FormulaParams
    inputs = (_ANY,)
    outputs = (Port("y", dtypes=_ANY.dtypes),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Computes a formula over its inputs: sums, products, comparisons and a fixed list of PyTorch's functions.",
        formula=r"y = f(a, b, c, \dots)",
        shape="(N, *), ... -> (N, *)",
        use_when="For an activation of one's own, a distance between two branches, a weighted sum: what has no layer. For "
        "example `a * sigmoid(1.702 * a)`, `sum((a - b) ** 2, 1)`, `a / maximum(sum(abs(a), -1, keepdim=True), 1e-6)`.",
        pitfalls="Logarithms, roots and divisions give NaN or infinity where their input reaches zero or below: keep it away "
        "with maximum. Comparisons and sign have no gradient. It learns nothing itself.",
        source="https://docs.pytorch.org/docs/stable/torch.html",
    )

    @classmethod
    def call(cls, params: FormulaParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template=to_template(parse(params.formula)))

    @classmethod
    def check(cls, params: FormulaParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        try:
            tree = parse(params.formula)
            shape = infer_shape(tree, [spec.shape for spec in inputs])
        except FormulaError as error:
            yield cls._wrong(error, inputs)
            return
        if shape is None:
            yield cls._wrong(
                FormulaError(say("The formula uses no input: it would be the same for every sample"), 0), inputs
            )
            return
        unused = sorted(set(range(len(inputs))) - inputs_of(tree))
        if unused:
            names = all_of(input_name(number) for number in unused)
            yield Complaint(
                code="formula_ignores_input",
                message=say("Formula `{node}` does not use {names}: what comes from `{source}` is lost.", names=names),
                port="x",
                field="formula",
                wire=unused[0],
                severity="warning",
                expected=say("a formula that uses every input"),
                got=say("{names} not used", names=names),
                values={"inputs": names},
            )

    @classmethod
    def _wrong(cls, error: FormulaError, inputs: Sequence[TensorSpec]) -> Complaint:
        first = " + ".join(input_name(number) for number in range(len(inputs)))
        are_alike = len({spec.shape for spec in inputs}) == 1
        return Complaint(
            code="formula_error",
            message=say("Formula `{node}`, column {column}: {message}.", column=error.column, message=error.message),
            field="formula",
            expected=say("a formula over the inputs"),
            got=say("column {column}", column=error.column),
            values={"column": error.column, "reason": error.message},
            fixes=(Repair("set_param", {"name": "formula", "value": first if are_alike else "a"}),),
        )

    @classmethod
    def macs(cls, params: FormulaParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return matmul_macs(parse(params.formula), [spec.shape for spec in inputs])

    @classmethod
    def summary(cls, params: FormulaParams) -> str:
        text = " ".join(params.formula.split())
        return text if len(text) <= 36 else f"{text[:35]}..."
