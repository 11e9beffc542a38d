"""The module that trains, made from the very source that is exported."""

import hashlib
import linecache
from types import ModuleType

from torch import nn


def load_source(source: str) -> ModuleType:
    """The module of a source that ``compiler.source`` wrote, and of no other: it is executed.

    Tracebacks show its lines.
    """
    name = f"netwright_network_{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    path = f"<{name}>"
    # Python prints the lines of a file it cannot open from this cache; no modification time means: never out of date.
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    module = ModuleType(name)
    exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - our own emitter's output only
    return module


def build_network(source: str) -> nn.Module:
    """``Network()`` of a source that ``compiler.source`` wrote, freshly initialised from torch's global generator."""
    network = load_source(source).Network()
    assert isinstance(network, nn.Module)
    return network
