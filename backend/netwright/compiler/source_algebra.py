"""Sums of sizes made short: ``width + width + 2 * width`` is written ``4 * width``."""

from collections import Counter

from netwright.graph.expressions import Expression, Name, Num, Operation, Sign, parse, to_python_source

Polynomial = dict[tuple[str, ...], int]
"""Coefficients by monomial; a monomial is its sorted factors, the empty one is the plain number."""


def simplify(text: str) -> str:
    """``text`` with like terms collected where that is shorter, else as ``to_python_source`` has it."""
    plain = to_python_source(text)
    collected = _write(_expand(parse(text)))
    return collected if len(collected) < len(plain) else plain


def _expand(node: Expression) -> Polynomial:
    if isinstance(node, Num) and isinstance(node.value, int):
        return {(): node.value} if node.value else {}
    if isinstance(node, Name):
        return {(node.name,): 1}
    if isinstance(node, Sign):
        inner = _expand(node.operand)
        return inner if node.sign == "+" else {factors: -number for factors, number in inner.items()}
    if isinstance(node, Operation) and node.operator in {"+", "-", "*"}:
        left, right = _expand(node.left), _expand(node.right)
        return _multiply(left, right) if node.operator == "*" else _add(left, right, 1 if node.operator == "+" else -1)
    # A quotient, or a number with a fraction: taken as one factor.
    return {(f"({_text(node)})",): 1}


def _text(node: Expression) -> str:
    match node:
        case Num(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Sign(sign=sign, operand=operand):
            return f"{sign}({_text(operand)})"
        case Operation(operator=operator, left=left, right=right):
            return f"({_text(left)}) {operator} ({_text(right)})"


def _add(left: Polynomial, right: Polynomial, sign: int) -> Polynomial:
    result = Counter(left)
    for factors, number in right.items():
        result[factors] += sign * number
    return {factors: number for factors, number in result.items() if number}


def _multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    result: Counter[tuple[str, ...]] = Counter()
    for a, number in left.items():
        for b, other in right.items():
            result[tuple(sorted(a + b))] += number * other
    return {factors: number for factors, number in result.items() if number}


def _write(polynomial: Polynomial) -> str:
    terms = []
    for factors, number in polynomial.items():
        shown = [str(abs(number))] if abs(number) != 1 or not factors else []
        terms.append(("-" if number < 0 else "+", " * ".join([*shown, *factors])))
    terms.sort(key=lambda term: term[0] == "-")
    text = " ".join(f"{sign} {term}" for sign, term in terms).removeprefix("+ ")
    return to_python_source(text or "0")
