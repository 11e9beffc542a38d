"""What a model card says of a run.  Importing this loads no torch."""

from netwright.graph.model import Model


class Curve(Model):
    """Points of one metric; ``steps`` count from 1."""

    name: str
    steps: list[int]
    values: list[float]


class Card(Model):
    """A run in the words of a model card.

    ``metrics`` are those of the checkpoint, ``settings`` lines of a table, ``requirements`` packages with the versions that
    were used, ``commands`` shows how to predict and to train (with a sentence about the data it needs).
    """

    title: str
    notes: str = ""
    tags: list[str] = []
    task: str = "classification"
    kind: str = "image"
    data_title: str = ""
    data_citation: str = ""
    data_fingerprint: str = ""
    data_needs: str = ""
    classes: list[str] = []
    input_shape: list[int] = []
    num_outputs: int = 0
    metrics: dict[str, float | str] = {}
    metric_names: dict[str, str] = {}
    """Titles of the metrics by their names."""
    settings: dict[str, str] = {}
    curves: list[Curve] = []
    requirements: dict[str, str] = {}
    predict_command: str = ""
    train_command: str = ""
