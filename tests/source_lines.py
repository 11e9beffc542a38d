"""How long a source is, whatever its line breaks and comments."""

import ast
from collections.abc import Iterator


def lines_of(source: str, members: tuple[str, ...] | None = None) -> Iterator[int]:
    """Lines of the classes and functions ``members`` (of all) without docstrings, decorators, comments and line breaks."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and (members is None or node.name in members):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ClassDef | ast.FunctionDef):
                    inner.decorator_list = []
                    if ast.get_docstring(inner) is not None:
                        inner.body = inner.body[1:] or [ast.Pass()]
            yield len([line for line in ast.unparse(node).splitlines() if line.strip()])
