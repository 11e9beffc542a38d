"""How documents of older formats become the present one: one named step a format.

A step takes the parsed JSON of its format and gives that of the next; it never looks at node types or at what the
parameters mean.  Every step has a fixture in ``tests/backend/graph/formats``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from netwright.language import Text, say

CURRENT_FORMAT = 1

Json = dict[str, Any]


def too_new(version: int) -> Text:
    """What is said about a document of a format that only later versions know, without its full stop."""
    return say(
        "This document has format {version}; this version of Netwright reads up to format {known}. "
        "Open it with a newer version",
        version=version,
        known=CURRENT_FORMAT,
    )


class MigrationError(ValueError):
    """A document of an older format does not have the shape that its format says."""


def name_nodes_and_edges(old: Json) -> Json:
    """Format 0 to 1: one flat network whose ``layers`` held their position and whose ``connections`` were pairs.

    ``{"title", "layers": [{"name", "kind", "settings", "x", "y"}], "connections": [[source, target], ...]}``
    """
    layers = _list_of(old.get("layers", []), dict, "layers")
    connections = _list_of(old.get("connections", []), list, "connections")
    if any(len(pair) != 2 for pair in connections):
        raise MigrationError(say("A connection is a pair of names: [source, target]."))
    nodes = []
    positions = {}
    for layer in layers:
        if not isinstance(layer.get("name"), str) or not isinstance(layer.get("kind"), str):
            raise MigrationError(say("Every layer has a name and a kind."))
        nodes.append({"id": layer["name"], "type": layer["kind"], "params": layer.get("settings", {})})
        if "x" in layer and "y" in layer:
            positions[layer["name"]] = [layer["x"], layer["y"]]
    return {
        "format": 1,
        "name": old.get("title", "Untitled"),
        "network": {"nodes": nodes, "edges": [{"source": source, "target": target} for source, target in connections]},
        "view": {"network": positions} if positions else {},
    }


STEPS: Mapping[int, Callable[[Json], Json]] = {0: name_nodes_and_edges}
"""By the format that a step starts from."""


def migrate(document: Json, start: int) -> Json:
    """``document`` of format ``start`` in the present format.

    Raises:
        MigrationError: it does not have the shape of its format.
    """
    for step in range(start, CURRENT_FORMAT):
        document = STEPS[step](document)
    return document


def _list_of(value: object, kind: type, name: str) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise MigrationError(
            say("`{name}` is a list of objects.", name=name)
            if kind is dict
            else say("`{name}` is a list of lists.", name=name)
        )
    return value
