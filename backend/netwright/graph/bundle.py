"""A block with everything that it uses: what is kept in the library, and what travels from one document to another."""

from collections.abc import Mapping

from pydantic import Field

from netwright.graph.document import BLOCK_PREFIX, MAX_NAME_LENGTH, NETWORK, Block, Position
from netwright.graph.expressions import is_name
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Text, say


class BlockBundle(Model):
    """The block ``name`` of ``blocks``, and in ``blocks`` all that it uses.

    ``view`` is as in a document: places by block and node.
    """

    name: str = Field(max_length=MAX_NAME_LENGTH)
    blocks: dict[str, Block]
    view: dict[str, dict[str, Position]] = Field(default_factory=dict)


def check_bundle(bundle: BlockBundle) -> list[Problem]:
    """What keeps a bundle from standing for itself: a name that no class can have, a block that is not there, or one that
    is within itself.  Whether its layers fit together shows where it is used."""
    if bundle.name not in bundle.blocks:
        return [
            _problem(
                "document_block_missing",
                bundle.name,
                say("There is no block {name} in what was sent.", name=repr(bundle.name)),
            )
        ]
    problems = [
        _problem(
            "document_block_name",
            name,
            say("{name} cannot be the name of a block: it is no Python name.", name=repr(name)),
        )
        for name in bundle.blocks
        if not is_name(name) or name == NETWORK
    ]
    uses = {name: _used(block) for name, block in bundle.blocks.items()}
    for name, used in uses.items():
        problems += [
            _problem(
                "document_block_missing",
                name,
                say("{name} uses the block {other}, which is not there.", name=repr(name), other=repr(other)),
            )
            for other in used
            if other not in uses
        ]
    recursion = find_recursion(bundle.blocks)
    return problems if recursion is None else [*problems, recursion]


def find_recursion(blocks: Mapping[str, Block]) -> Problem | None:
    """What is said of blocks that use each other in a circle: such a network would never end."""
    circle = _circle({name: _used(block) for name, block in blocks.items()})
    if circle is None:
        return None
    first, *rest = map(repr, circle)
    way = say("{it}", it=first)
    for last in rest:
        way = say("{before} uses {last}", before=way, last=last)
    return _problem("document_block_recursion", circle[0], say("A block is within itself: {way}.", way=way))


def _used(block: Block) -> list[str]:
    types = dict.fromkeys(node.type for node in block.nodes if node.type.startswith(BLOCK_PREFIX))
    return [node_type.removeprefix(BLOCK_PREFIX) for node_type in types]


def _circle(uses: dict[str, list[str]]) -> list[str] | None:
    """Blocks that use each other in a circle, the first named again at the end; None where there is none."""
    finished: set[str] = set()
    for start, used in uses.items():
        way = {} if start in finished else {start: iter(used)}
        while way:
            for name in next(reversed(way.values())):
                if name in way:
                    circle = list(way)
                    return [*circle[circle.index(name) :], name]
                if name in uses and name not in finished:
                    way[name] = iter(uses[name])
                    break
            else:
                finished.add(way.popitem()[0])
    return None


def _problem(code: str, block: str, message: Text) -> Problem:
    return Problem(code=code, block=block, field=f"definition.blocks.{block}", message=message, values={"name": block})
