"""Python statements broken into lines the way ``ruff format`` breaks them, for the few forms that the emitter writes."""

import re
from collections.abc import Iterator, Sequence

WIDTH = 88
INDENT = 4
_OPEN, _CLOSE = "([{", ")]}"
_KEYWORD = re.compile(r"\w+=(?!=)")


def literal(value: object) -> str:
    """``repr``, with the double quotes that formatters want."""
    if isinstance(value, str):
        text = repr(value)
        # repr chooses double quotes by itself only where the text holds a single one.
        return text if text[0] == '"' or '"' in text else f'"{text[1:-1]}"'
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def layout(statement: str, level: int) -> Iterator[str]:
    """The lines of a statement ``target = expression``, ``return expression`` or ``expression`` at an indent level."""
    targets = _assignment(statement)
    if targets and not _fits(targets, statement, level):
        yield from _many_targets(targets, statement[len(targets) :], level)
        return
    for prefix in ("return ", targets):
        if prefix and statement.startswith(prefix):
            yield from _expression(prefix, statement[len(prefix) :], "", level)
            return
    yield from _expression("", statement, "", level)


def _fits(targets: str, statement: str, level: int) -> bool:
    """Whether the names left of ``=`` stand on one line with the beginning of what is right of it."""
    start = _last_bracket(statement)
    head = statement if start is None else statement[: start + 1]
    return ", " not in targets or len(_space(level)) + min(len(statement), len(head)) <= WIDTH


def _many_targets(targets: str, expression: str, level: int) -> Iterator[str]:
    """More names than a line holds: each on a line of its own."""
    yield f"{_space(level)}("
    yield from (f"{_space(level + 1)}{name}," for name in targets.removesuffix(" = ").split(", "))
    yield from _expression(") = ", expression, "", level)


def layout_def(name: str, parameters: Sequence[str], returns: str, level: int) -> Iterator[str]:
    """The lines of a function's head."""
    line = f"{_space(level)}def {name}({', '.join(parameters)}) -> {returns}:"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{_space(level)}def {name}("
    inner = f"{_space(level + 1)}{', '.join(parameters)}"
    if len(inner) <= WIDTH:
        yield inner
    else:
        yield from (f"{_space(level + 1)}{parameter}," for parameter in parameters)
    yield f"{_space(level)}) -> {returns}:"


def layout_import(line: str) -> Iterator[str]:
    """The lines of an import."""
    head, _, names = line.partition(" import ")
    if len(line) <= WIDTH or not names:
        yield line
        return
    yield f"{head} import ("
    yield from (f"{_space(1)}{name}," for name in names.split(", "))
    yield ")"


def _space(level: int) -> str:
    return " " * (INDENT * level)


def _assignment(statement: str) -> str:
    """``self.conv = `` of an assignment, else nothing."""
    depth = 0
    for index, character in enumerate(statement):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif character == "=" and depth == 0 and statement[index - 1 : index + 2] == " = ":
            return statement[: index + 2]
    return ""


def _expression(prefix: str, expression: str, suffix: str, level: int) -> Iterator[str]:
    line = f"{_space(level)}{prefix}{expression}{suffix}"
    if len(line) <= WIDTH:
        yield line
        return
    operands = _split(expression, (" + ", " * "), keep=True)
    clauses = _split(expression, (" for ",), keep=True)
    if len(clauses) > 1 or (len(operands) > 1 and not prefix.endswith("(")):
        parts = clauses if len(clauses) > 1 else operands
        yield from _parenthesised(prefix, expression, parts, suffix, level)
        return
    start = _last_bracket(expression)
    if start is None or expression[start + 1 : -1].strip() == "":
        yield line  # a name that is longer than the line: nothing to break
        return
    start, end = _bracket_that_fits(expression, start, WIDTH - len(f"{_space(level)}{prefix}"))
    head, body, tail = expression[: start + 1], expression[start + 1 : end], expression[end:]
    clauses = _split(body, (" for ",), keep=True)
    yield f"{_space(level)}{prefix}{head}"
    inner = f"{_space(level + 1)}{body.rstrip(',') if tail[0] != ')' or head[-2:] != ' (' else body}"
    if len(inner) <= WIDTH and head[-1] != "{":
        yield inner
    elif len(clauses) > 1:
        for clause in clauses:
            yield from _expression("", clause, "", level + 1)
    else:
        for item in _split(body.rstrip(","), (", ",), keep=False):
            yield from _item(item, level + 1)
    yield f"{_space(level)}{tail}{suffix}"


_SHORT_TAIL = re.compile(r"(?:\.\w+)?$")


def _bracket_that_fits(expression: str, start: int, width: int) -> tuple[int, int]:
    """Where to break: the last pair of brackets, or one before it (``ones(...)`` of ``ones(...).triu(1)``, ``f(...)`` of
    ``f(...)[0]``) where what stands before the last is longer than the line."""
    end = len(expression) - 1
    first = start, end
    while start + 1 > width:
        before = _SHORT_TAIL.sub("", expression[:start])
        earlier = _last_bracket(before)
        if earlier is None:
            return first
        start, end = earlier, len(before) - 1
    return start, end


def _item(item: str, level: int) -> Iterator[str]:
    """One argument on a line of its own; its name or star stays before what is broken."""
    prefix = match.group() if (match := _KEYWORD.match(item)) else ""
    if item.startswith("*("):
        prefix = "*"
    value = item[len(prefix) :]
    operands = _split(value, (" + ", " * "), keep=True)
    if len(_space(level)) + len(item) < WIDTH or len(operands) == 1:
        yield from _expression(prefix, value, ",", level)
        return
    # Inside brackets an operation needs none of its own.
    yield from _expression(prefix, operands[0], "", level)
    for operand in operands[1:-1]:
        yield from _expression("", operand, "", level)
    yield from _expression("", operands[-1], ",", level)


def _parenthesised(prefix: str, expression: str, parts: Sequence[str], suffix: str, level: int) -> Iterator[str]:
    yield f"{_space(level)}{prefix}("
    if len(_space(level + 1)) + len(expression) <= WIDTH:
        yield f"{_space(level + 1)}{expression}"
    else:
        for part in parts:
            yield from _expression("", part, "", level + 1)
    yield f"{_space(level)}){suffix}"


def _split(text: str, separators: tuple[str, ...], *, keep: bool) -> list[str]:
    """``text`` split where a separator stands outside all brackets and strings; kept, it leads the following part."""
    parts, start = [], 0
    for index in _outside(text):
        separator = next((separator for separator in separators if text.startswith(separator, index)), None)
        if separator is not None and index >= start:
            parts.append(text[start:index])
            start = index + (1 if keep else len(separator))
    parts.append(text[start:])
    return parts


def _outside(text: str) -> Iterator[int]:
    """The places of characters that stand in no bracket and in no string."""
    depth, quote, escaped = 0, "", False
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote and not escaped else quote
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif depth == 0:
            yield index


def _last_bracket(text: str) -> int | None:
    """Index of the bracket that the text's last character closes."""
    if text[-1:] not in tuple(_CLOSE):
        return None
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        if text[index] in _CLOSE:
            depth += 1
        elif text[index] in _OPEN:
            depth -= 1
            if depth == 0:
                return index
    return None
