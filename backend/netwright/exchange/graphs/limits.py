"""What no file may ask for, whatever format it is in."""

from collections.abc import Iterable, Sequence

from netwright.exchange.graphs.foreign import ForeignGraph, ForeignInput, Operator, Shape
from netwright.exchange.graphs.report import ImportNote
from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say, sized
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
            "file_damaged",
            say(
                "`{name}` in {label} has {count} axes; at most {limit} can be read.",
                name=name[:100],
                label=label,
                count=len(shape),
                limit=MAX_RANK,
            ),
        )
    for size in shape:
        if size is not None and not 0 <= size <= LARGEST:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "`{name}` in {label} says that it has {size:,} entries along one axis; at most {limit:,} can "
                    "be. The file is damaged.",
                    name=name[:100],
                    label=label,
                    size=size,
                    limit=LARGEST,
                ),
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
                say(
                    "The input `{name}` of {label} is a single number, not a batch of samples.",
                    name=each.name[:100],
                    label=label,
                ),
            )
        if each.shape[0] is not None:
            graph.batch = each.shape[0]
        rest = each.shape[1:]
        if None in rest or 0 in rest:
            usual = USUAL_SIZES.get(len(each.shape), 16)
            sizes = tuple(size or (3 if axis == 0 and len(rest) == 3 else usual) for axis, size in enumerate(rest))
            text = sized(sizes)
            graph.notes.append(
                ImportNote(
                    code="size_chosen",
                    message=say(
                        "The file leaves sizes of the input `{name}` open; {shape} is set. Change it at the Input.",
                        name=each.name,
                        shape=text,
                    ),
                    values={"input": each.name, "shape": text},
                )
            )
            rest = sizes
        chosen.append(ForeignInput(each.value, each.name, (each.shape[0], *rest), each.dtype))
        graph.shapes[each.value] = (each.shape[0], *rest)
    if not chosen:
        raise ImportRefusedError("file_without_network", say("{label} holds a network without an input.", label=label))
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
                raise ImportRefusedError(
                    "file_damaged", say("The value `{value}` of {label} is made twice.", value=value[:100], label=label)
                )
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
                    say(
                        "The operator {kind} of {label} takes `{value}`, which comes from nowhere.",
                        kind=op.kind,
                        label=label,
                        value=value[:100],
                    ),
                )
    order = topological_order(successors)
    if len(order) < len(operators):
        circle = find_cycles(successors)[0]
        names = ", ".join(operators[number].kind for number in circle[:5])
        raise ImportRefusedError(
            "file_cyclic",
            say("The operators of {label} run in a circle ({names}); no network does.", label=label, names=names),
        )
    return [operators[number] for number in order]
