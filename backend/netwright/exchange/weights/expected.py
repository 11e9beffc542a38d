"""Which tensors a document's network holds, by the path of their node, without building the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from netwright.graph.document import Document
from netwright.layers.base import Call, Value


@dataclass(frozen=True, slots=True)
class Expected:
    """A tensor of a network: ``path`` is its node's (``stage.0.conv``), ``name`` its own in the node's module (``weight``).

    ``is_parameter`` is false for a buffer (running statistics).  ``groups`` is the node's own, 1 where it has none.
    """

    path: str
    name: str
    shape: tuple[int, ...]
    is_parameter: bool = True
    groups: int = 1

    @property
    def key(self) -> str:
        """Its key in the network's ``state_dict``."""
        return f"{self.path}.{self.name}"


def expected_tensors(document: Document) -> list[Expected]:
    """The tensors of a document's network in order of execution.  Layers that have problems are left out."""
    return list(_iterate(document))


def _iterate(document: Document) -> Iterator[Expected]:
    from netwright.compiler.calls import is_module
    from netwright.compiler.check import iterate_calls

    for path, call in iterate_calls(document):
        if not is_module(call):
            continue
        groups = call.arguments.get("groups", 1)
        for name, shape, is_parameter in _tensors(
            call.target, call.prelude, tuple(call.arguments.items()), call.positional
        ):
            yield Expected(path, name, shape, is_parameter, groups if isinstance(groups, int) else 1)


@lru_cache(maxsize=4096)
def _tensors(
    target: str, prelude: str | None, arguments: tuple[tuple[str, Value], ...], positional: int
) -> tuple[tuple[str, tuple[int, ...], bool], ...]:
    """Names and shapes of a module's ``state_dict``, and whether each is a parameter; the module takes no memory."""
    from netwright.compiler.calls import build_module

    module = build_module(Call(target, dict(arguments), positional, prelude=prelude), "meta")
    parameters = {name for name, _ in module.named_parameters()}
    return tuple((name, tuple(tensor.shape), name in parameters) for name, tensor in module.state_dict().items())
