"""Options of every upload of series, however it is packed: types of fields, and the correction of a column."""

from typing import Annotated, Literal

from pydantic import Field

from netwright.data.facts import ColumnType
from netwright.graph.model import Model

Stride = Annotated[int, Field(ge=1, le=10_000, description="How many steps lie between the beginnings of two windows.")]
Padding = Annotated[
    Literal["start", "end"],
    Field(description="Where shorter series are filled up, so that all have one length."),
]
MissingSteps = Annotated[
    Literal["previous", "zero"],
    Field(description="What a missing value becomes: the last known one of its channel, or the channel's mean."),
]
StandardizeOption = Annotated[
    bool, Field(description="Channels to mean 0 and standard deviation 1, measured on the training part.")
]
StandardizeTargets = Annotated[
    bool,
    Field(
        description="Whether the loss sees what is predicted as deviations from the training part's mean, so that large "
        "numbers are learned as easily as small ones. Metrics and predictions stay in the column's own unit.",
    ),
]


class SeriesColumnOptions(Model):
    """A correction of one column."""

    type: ColumnType | None = Field(default=None, description="What the cells are; empty: as guessed.")
    role: Literal["feature", "ignored", "time", "group"] | None = Field(
        default=None,
        description="A channel, nothing, the moment of a row, or which series a row belongs to; empty: as guessed.",
    )
