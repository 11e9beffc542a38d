"""What the checker says of the ready-made networks, held against what is published of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netwright.architectures.base import FIGURES_NAME, Architecture, Figures
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.compiler.report import CheckReport, TensorShape
from netwright.graph.document import Document

LARGEST_DIFFERENCE = 0.001
"""Of our multiply-accumulates from the published ones, which are rounded to a thousandth of 1e9."""


def measure(architecture: Architecture) -> Figures:
    """The figures of a network as it is drawn.

    Raises:
        AssertionError: the checker finds a problem in it.
    """
    drawn = architecture.build()
    report = _check(drawn)
    targets = {edge.target for edge in drawn.network.edges}
    entries = [node.id for node in drawn.network.nodes if node.id not in targets]
    exits = [node.id for node in drawn.network.nodes if node.type == "Output"]
    sweep: dict[str, tuple[int, ...]] = {}
    if architecture.sweep is not None:
        reports = [_check(_turned(drawn, architecture.sweep.parameter, value)) for value in architecture.sweep.values]
        sweep = {name: tuple(each.nodes[name].parameters for each in reports) for name in architecture.sweep.nodes}
    return Figures(
        parameters=report.totals.parameters,
        macs=report.totals.macs,
        inputs={name: _shape(report.nodes[name].outputs) for name in entries},
        outputs={name: _shape(report.nodes[name].inputs) for name in exits},
        sweep=sweep,
    )


def _check(drawn: Document) -> CheckReport:
    report = check(drawn)
    assert not report.problems, (drawn.name, [problem.message for problem in report.problems])
    return report


def _turned(drawn: Document, parameter: str, value: int) -> Document:
    parameters = {**drawn.network.parameters, parameter: value}
    return drawn.model_copy(update={"network": drawn.network.model_copy(update={"parameters": parameters})})


def _shape(ports: dict[str, TensorShape]) -> tuple[int, ...]:
    """Of the first port, without the axis that is left open: the batch, or the vertices of a graph."""
    return tuple(size for size in next(iter(ports.values())).shape if isinstance(size, int))


def write_figures(path: Path) -> None:
    """Writes down the figures of all networks, one a line."""
    lines = [f"  {json.dumps(each.id)}: {json.dumps(_plain(measure(each)))}" for each in ARCHITECTURES.values()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _plain(figures: Figures) -> dict[str, object]:
    plain: dict[str, object] = {
        "parameters": figures.parameters,
        "macs": figures.macs,
        "inputs": dict(figures.inputs),
        "outputs": dict(figures.outputs),
    }
    return plain | ({"sweep": dict(figures.sweep)} if figures.sweep else {})


FIGURES_PATH = Path(__file__).with_name(FIGURES_NAME)


@dataclass(frozen=True, slots=True)
class Row:
    """One network beside what is published of it.  ``faults`` says what differs, in words."""

    id: str
    figures: Figures
    published_parameters: int | None
    published_gmacs: float | None
    faults: tuple[str, ...]


def compare() -> Iterator[Row]:
    """Every network, measured now."""
    for each in ARCHITECTURES.values():
        figures, published = measure(each), each.published
        yield Row(
            id=each.id,
            figures=figures,
            published_parameters=published.parameters if published else None,
            published_gmacs=published.gmacs if published else None,
            faults=tuple(_faults(each, figures)),
        )


def _faults(architecture: Architecture, figures: Figures) -> Iterator[str]:
    published = architecture.published
    if published is None:
        return
    if published.parameters is not None and published.parameters != figures.parameters:
        yield f"{published.parameters:,} parameters are published"
    if published.gmacs is not None and abs(figures.macs / 1e9 / published.gmacs - 1) > LARGEST_DIFFERENCE:
        yield f"{published.gmacs} GMAC are published"
    if published.output is not None and published.output not in figures.outputs.values():
        yield f"an output of {published.output} is published"
