"""What a model card says of a run.  Importing this loads no torch."""

from pydantic import Field

from netwright.graph.model import Model


class Curve(Model):
    """Points of one metric; ``steps`` count from 1."""

    name: str
    steps: list[int]
    values: list[float]


class Card(Model):
    """A run in the words of a model card.

    ``metrics`` are those of the checkpoint, ``settings`` lines of a table, ``requirements`` packages with the versions that
    were used, ``reads`` says what ``predict.py`` takes and ``data_needs`` what a person must have to train again.
    """

    title: str
    notes: str = ""
    tags: list[str] = Field(default_factory=list)
    task: str = "classification"
    kind: str = "image"
    data_type: str = ""
    """The registered source, such as ``digits``."""
    data_title: str = ""
    data_citation: str = ""
    data_fingerprint: str = ""
    data_needs: str = ""
    classes: list[str] = Field(default_factory=list)
    input_shape: list[int] = Field(default_factory=list)
    num_outputs: int = 0
    target_columns: list[str] = Field(default_factory=list)
    """Names of several numbers that are predicted."""
    metrics: dict[str, float | str] = Field(default_factory=dict)
    metric_names: dict[str, str] = Field(default_factory=dict)
    """Titles of the metrics by their names."""
    settings: dict[str, str] = Field(default_factory=dict)
    curves: list[Curve] = Field(default_factory=list)
    requirements: dict[str, str] = Field(default_factory=dict)
    reads: str = ""
    predict_command: str = ""
    train_command: str = ""
