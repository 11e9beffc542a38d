"""Which ids and names the exported module can carry."""

from functools import cache, lru_cache

from netwright.graph.expressions import is_name
from netwright.language import Text, say

_EMITTED = frozenset({"self", "torch", "nn", "F", "super"})
"""Names that the exported module uses for itself; a variable of this name would hide what it needs."""

_EMITTED_IN_INIT = _EMITTED | {
    "math",
    "range",
    "len",
    "zip",
    "enumerate",
    "int",
    "float",
    "bool",
    "tuple",
    "list",
    "round",
}


@cache
def module_attributes() -> frozenset[str]:
    """Everything that an ``nn.Module`` already has: ``forward``, ``train``, ``parameters``, ``training`` ..."""
    from torch import nn

    return frozenset(dir(nn.Module()))


@lru_cache(maxsize=8192)
def illegal_id_reason(name: str, *, is_parameter: bool = False) -> Text | None:
    """Why ``name`` cannot be the id of a node (or the name of a block's parameter); None where it can.

    An id becomes an attribute of a PyTorch module, a part of a checkpoint's keys and a variable of ``forward``.
    """
    if not name:
        return say("it is empty")
    if not is_name(name):
        return say(
            "it is not a Python name (letters, digits and underscores, not beginning with a digit, no keyword of Python)"
        )
    if name.startswith("__"):
        return say("names that begin with two underscores are Python's own")
    if is_parameter:
        return say("the exported code uses this name for itself") if name in _EMITTED_IN_INIT else None
    if name in module_attributes():
        return say("every PyTorch module already has something of this name")
    if name in _EMITTED:
        return say("the exported code uses this name for itself")
    return None
