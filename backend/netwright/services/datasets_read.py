"""Sets of data as the page reads them: facts of the data package turned into the answers of the interface."""

from dataclasses import asdict
from functools import cache
from typing import Any, Literal

from pydantic import JsonValue

from netwright.data.base import DataError, Source
from netwright.data.facts import Facts
from netwright.data.preview import Counts, Preview
from netwright.data.registry import SOURCES
from netwright.graph.problems import Problem
from netwright.language import in_a_row, say
from netwright.services.dataset_models import (
    ClassCount,
    ColumnRead,
    DatasetPreview,
    DatasetRead,
    FileRow,
    GraphDrawing,
    GraphRead,
    Histogram,
    OutliersRead,
    SamplePicture,
    SeriesCurve,
    SheetRead,
    TokenText,
    WayToRead,
)

State = Literal["ready", "missing", "downloading", "preparing", "failed"]


def read_facts(
    source: type[Source],
    facts: Facts | None,
    *,
    dataset_id: str,
    title: str,
    state: State,
    progress: float | None = None,
    problem: Problem | None = None,
    created: float | None = None,
    options: dict[str, JsonValue] | None = None,
    num_bytes: int | None = None,
) -> DatasetRead:
    """``facts`` None: not known yet, as the set is being prepared or failed."""
    if facts is not None and facts.problem is not None:
        state, problem = "failed", to_problem(facts.problem)
    return DatasetRead(
        id=dataset_id,
        type=source.type,
        title=title,
        description=in_a_row([say(source.description), *(facts.notes if facts else ())]),
        citation=say(source.citation),
        kind=source.kind,
        task=facts.task if facts else "classification",
        is_built_in=source.is_built_in,
        state=state,
        progress=progress,
        problem=problem,
        num_samples=facts.num_samples if facts else None,
        num_test=facts.num_test if facts else None,
        num_validation=facts.num_validation if facts else None,
        graph=GraphRead(**asdict(facts.graph)) if facts and facts.graph else None,
        classes=list(facts.classes) if facts else [],
        columns=[_column(asdict(column)) for column in facts.columns] if facts else [],
        input_shape=list(facts.input_shape) if facts else [],
        input_dtype=facts.input_dtype if facts else "float32",
        num_tokens=facts.num_tokens if facts else None,
        splits=list(facts.splits) if facts else [],
        no_parts=facts.no_parts if facts else None,
        num_outputs=facts.num_outputs if facts else None,
        bytes=num_bytes if facts is None or facts.bytes is None else facts.bytes,
        created=created,
        options=options or {},
        options_schema=_options_schema(source),
        read_as=[WayToRead(type=name, title=say(SOURCES[name].title)) for name in source.read_as],
        sheets=[SheetRead(**asdict(sheet)) for sheet in facts.sheets] if facts else [],
        sheet=facts.sheet if facts else None,
        left_out=facts.left_out if facts else None,
    )


@cache
def _options_schema(source: type[Source]) -> dict[str, Any]:
    return source.Options.model_json_schema()


def _column(fields: dict[str, Any]) -> ColumnRead:
    return ColumnRead(**fields | {name: list(fields[name]) for name in ("examples", "strategies")})


def read_preview(preview: Preview) -> DatasetPreview:
    return DatasetPreview(
        balance=[ClassCount(name=name, count=count) for name, count in preview.balance],
        pictures=[SamplePicture(data=data, label=label) for data, label in preview.pictures],
        header=preview.header,
        rows=preview.rows,
        histograms=[_histogram(item) for item in preview.histograms],
        value_range=preview.value_range,
        drawings=[GraphDrawing(**asdict(drawing)) for drawing in preview.drawings],
        masks=preview.masks,
        mask_colors=preview.mask_colors,
        texts=[TokenText(**asdict(text)) for text in preview.texts],
        series=[SeriesCurve(**asdict(one)) for one in preview.series],
        channels=preview.channels,
    )


def _histogram(item: Counts) -> Histogram:
    found = item.outliers
    outliers = None
    if found is not None:
        rows = [FileRow(number=number, cells=cells) for number, cells in found.rows]
        outliers = OutliersRead(count=found.count, low=found.low, high=found.high, rows=rows)
    return Histogram(name=item.name, edges=item.edges, counts=item.counts, outliers=outliers)


def to_problem(error: DataError) -> Problem:
    """The sentence with its place: ``field`` is the column or option, ``values`` hold file and line where they are known."""
    place: tuple[tuple[str, JsonValue], ...] = (("file", error.file), ("line", error.line), ("column", error.column))
    known: dict[str, JsonValue] = {name: value for name, value in place if value is not None}
    return Problem(code=error.code, field=error.column, message=error.message, values=known)
