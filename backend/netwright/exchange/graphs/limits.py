"""What no file may ask for, whatever format it is in."""

from collections.abc import Iterable, Sequence

from netwright.exchange.graphs.foreign import ForeignGraph, ForeignInput, Operator, Shape
from netwright.exchange.graphs.report import ImportNote
from netwright.exchange.refusal import ImportRefusedError
from netwright.layers.params import LARGEST

MAX_RANK = 8
USUAL_SIZES = {4: 224, 3: 128, 5: 32}
"""What stands for a size that the file leaves open, by the number of axes."""


def check_shape(shape: Shape, name: str, label: str) -> None:
    """Refuses sizes that no tensor can have.

    Raises:
        ImportRefusedError: a size is negative or beyond 2^31, or there are too many axes.
    """
    if len(shape) > MAX_RANK:
        raise ImportRefusedError(
            "file_damaged", f"`{name[:100]}` in {label} has {len(shape)} axes; at most {MAX_RANK} can be read."
        )
    for size in shape:
        if size is not None and not 0 <= size <= LARGEST:
            raise ImportRefusedError(
                "file_damaged",
                f"`{name[:100]}` in {label} says that it has {size:,} entries along one axis; at most {LARGEST:,} can be. "
                "The file is damaged.",
            )


def choose_shape(inputs: Iterable[ForeignInput], graph: ForeignGraph, label: str) -> list[ForeignInput]:
    """The inputs with sizes that are left open set to usual ones; notes say so.  Sets the graph's batch.

    Raises:
        ImportRefusedError: there is no input, or one without axes.
    """
    chosen = []
    for each in inputs:
        if not each.shape:
            raise ImportRefusedError(
                "file_format_unsupported",
                f"The input `{each.name[:100]}` of {label} is a single number, not a batch of samples.",
            )
        if each.shape[0] is not None:
            graph.batch = each.shape[0]
        rest = each.shape[1:]
        if None in rest or 0 in rest:
            usual = USUAL_SIZES.get(len(each.shape), 16)
            sizes = tuple(size or (3 if axis == 0 and len(rest) == 3 else usual) for axis, size in enumerate(rest))
            text = " x ".join(map(str, sizes))
            graph.notes.append(
                ImportNote(
                    code="size_chosen",
                    message=f"The file leaves sizes of the input `{each.name}` open; {text} is set. Change it at the Input.",
                    values={"input": each.name, "shape": text},
                )
            )
            rest = sizes
        chosen.append(ForeignInput(each.value, each.name, (each.shape[0], *rest), each.dtype))
        graph.shapes[each.value] = (each.shape[0], *rest)
    if not chosen:
        raise ImportRefusedError("file_without_network", f"{label} holds a network without an input.")
    return chosen


def order_operators(operators: Sequence[Operator], known: set[str], label: str) -> list[Operator]:
    """The operators, each behind all that it takes from.

    Raises:
        ImportRefusedError: they run in a circle, or a value comes from nowhere.
    """
    makers: dict[str, int] = {}
    for number, op in enumerate(operators):
        for value in op.outputs:
            if value and (value in makers or value in known):
                raise ImportRefusedError("file_damaged", f"The value `{value[:100]}` of {label} is made twice.")
            makers[value] = number
    from netwright.graph.topology import find_cycles, topological_order

    successors: list[list[int]] = [[] for _ in operators]
    for number, op in enumerate(operators):
        for value in op.inputs:
            if value in makers:
                successors[makers[value]].append(number)
            elif value and value not in known:
                raise ImportRefusedError(
                    "file_damaged",
                    f"The operator {op.kind} of {label} takes `{value[:100]}`, which comes from nowhere.",
                )
    order = topological_order(successors)
    if len(order) < len(operators):
        circle = find_cycles(successors)[0]
        names = ", ".join(operators[number].kind for number in circle[:5])
        raise ImportRefusedError("file_cyclic", f"The operators of {label} run in a circle ({names}); no network does.")
    return [operators[number] for number in order]
