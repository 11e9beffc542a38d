"""The program: what a checked document runs, in order, with every block resolved.

The emitter prints a class for each :class:`BlockProgram` from its ``nodes`` and ``instances``; ``check`` reports shapes and
costs from the same structure, so that what is drawn is what is checked, trained and exported.

Words.  A *definition* is a block as it is drawn (``network`` is one).  An *instance* is a definition with the values of its
parameters and the specs of its inputs fixed; two uses of a block with equal values and equal input specs are one instance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.layers.base import Call, LayerParams, TensorSpec

Number = int | float


class DocumentInvalidError(ValueError):
    """The document has problems of severity ``error``; ``problems`` holds all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0].message
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first}{more}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Source:
    """Where a wire begins: output number ``output`` of node ``node`` (an Input node of the block has one output, 0).

    For a layer, ``output`` counts ``Layer.outputs``; for a block node, the block's Output nodes in document order.
    """

    node: str
    output: int = 0


@dataclass(frozen=True, slots=True)
class ProgramNode:
    """One node of a definition, in the order of execution.

    ``sources`` are the inputs that it is given, in the order of the call: ports in the order of ``Layer.inputs`` (for a
    block: its Input nodes in document order), the wires of a variadic port in edge order.  ``outputs`` are the names of its
    output ports.

    ``expressions`` maps a parameter's name to what was typed where that holds an expression (``"=2*width"``, or a list
    with such strings inside); the names in it are parameters of the *enclosing* block.  Parameters that are not in
    ``expressions`` are the same in every instance: read them from the instance's ``params`` or ``values``.

    ``is_repeated`` says that the attribute is a list (``stage.0.conv``): the repeat is an expression or larger than 1.
    Otherwise the attribute is the module itself (``stage.conv``).  Only blocks repeat.

    ``is_identity`` is true for a muted node: it has no call and no attribute, its value is its first input's.
    """

    id: str
    type: str
    sources: tuple[Source, ...]
    outputs: tuple[str, ...] = ("y",)
    block: str | None = None
    """Name of the definition that this node uses, None for a layer."""
    expressions: Mapping[str, JsonValue] = field(default_factory=dict)
    repeat: int | str = 1
    """As typed: a number or an expression (``"=depth"``)."""
    is_repeated: bool = False
    is_identity: bool = False
    weights: str | None = None
    """The node whose attribute this one calls, None for its own: both are the same module in every instance."""


@dataclass(frozen=True, slots=True)
class NodeInstance:
    """One node in one instance of its block.

    For a layer ``call`` is its PyTorch call (None where the node is an identity) and ``params`` its validated parameters.
    For a block node ``iterations`` holds the instance of each repetition (one where it does not repeat), in order;
    ``values`` are the parameters passed to it (evaluated, only those that the node sets), ``call`` is None.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    call: Call | None = None
    params: LayerParams | None = None
    values: Mapping[str, Number] = field(default_factory=dict)
    iterations: tuple["BlockInstance", ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BlockInstance:
    """A definition with everything fixed.  Compared by identity: equal instances are one object.

    ``values`` holds every parameter of the block (defaults filled in).  ``nodes`` maps node id to its
    :class:`NodeInstance`, for the nodes of the definition's :attr:`BlockProgram.nodes`.
    """

    block: str
    values: Mapping[str, Number]
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    nodes: Mapping[str, NodeInstance]


@dataclass(frozen=True, slots=True)
class BlockProgram:
    """One definition: a class of the exported module.

    ``class_name`` is a Python class name, unique in the program; the network's is ``Network``.
    ``parameters`` are the block's parameters with their defaults, in document order: arguments of the class.
    ``inputs`` are the arguments of ``forward``: the ids of its Input nodes in document order; of a Graph the names of those of
    its outputs that are used (``x``, ``edge_index``, ``batch``).
    ``outputs`` pairs the id of each Output node, in document order, with the value it returns.
    ``nodes`` are in order of execution, without Input and Output, and without nodes that no output depends on.
    ``instances`` are all distinct instances in the order in which the network meets them; the network has exactly one.
    """

    name: str
    class_name: str
    parameters: Mapping[str, Number]
    inputs: tuple[str, ...]
    outputs: tuple[tuple[str, Source], ...]
    nodes: tuple[ProgramNode, ...]
    instances: tuple[BlockInstance, ...]
    arguments: tuple[tuple[str, str], ...] = ()
    """For each of ``inputs`` the node that gives it and the port."""


@dataclass(frozen=True, slots=True)
class Program:
    """A whole document, ready to be printed.

    ``blocks`` are the definitions that are used, each after all that it uses; the network itself is the last.
    """

    name: str
    blocks: tuple[BlockProgram, ...]

    @property
    def network(self) -> BlockProgram:
        return self.blocks[-1]

    def block(self, name: str) -> BlockProgram:
        """The definition called ``name``.

        Raises:
            KeyError: the program does not use such a block.
        """
        for block in self.blocks:
            if block.name == name:
                return block
        raise KeyError(name)


def build_program(document: Document) -> Program:
    """The program of a document without errors (warnings are fine).

    Raises:
        DocumentInvalidError: the document has errors.
    """
    from netwright.compiler.check import check_program

    program, problems = check_program(document)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or program is None:
        raise DocumentInvalidError(errors)
    return program
