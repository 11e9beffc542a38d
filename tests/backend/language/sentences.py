"""The sentences of the sources, read off them: every ``say("...")`` of every package."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "backend" / "netwright"


@dataclass(frozen=True)
class Said:
    """A template and where it is written; ``template`` None where the call is not over a literal."""

    package: str
    place: str
    template: str | None
    source: str = ""


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def name_of(call: ast.Call) -> str:
    """``say`` for ``say(...)``, ``append`` for ``notes.append(...)``."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def literals(node: ast.expr) -> Iterator[str | None]:
    """The texts that an expression may be; None for what is not written there."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        yield None


@cache
def said() -> tuple[Said, ...]:
    """Every call of ``say`` in the sources; ``not_found`` says what it is given as a sentence of its own."""
    found = []
    for path, tree in sources().items():
        package = path.relative_to(PACKAGE).parts[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and name_of(node) in {"say", "not_found"}:
                if isinstance(node.func, ast.Attribute):
                    continue  # a method of another thing, such as a definition's `say`
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                found += [Said(package, place, text, ast.unparse(node)) for text in literals(node.args[0])]
    return tuple(found)
