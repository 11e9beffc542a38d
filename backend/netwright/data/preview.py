"""What a page shows of a set before anything is trained: class balance, a few pictures, rows, histograms."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from netwright.data.base import CLASS_TASKS, Arrays, RawData, Source
from netwright.data.mask_pictures import mask_colors, mask_url
from netwright.data.preview_graph import Drawing, degrees, draw
from netwright.data.preview_sequences import (
    MAX_CHANNELS,
    SeriesExample,
    TokenExample,
    series_examples,
    token_counts,
    token_examples,
)

MAX_ROWS = 50
MAX_PICTURES = 100
PICTURES_PER_CLASS = 5
NUM_UNSORTED = 12
"""Pictures of a set that has no classes."""
MAX_PICTURE_SIDE = 160
MAX_HISTOGRAMS = 60
NUM_BINS = 24
MAX_OUTLIERS = 20
MASKED_PICTURES = 24
MASK_OPACITY = 150


@dataclass(frozen=True, slots=True)
class Counts:
    """A histogram: ``counts[i]`` values lie in ``[edges[i], edges[i + 1])``, the last bin holds its upper edge too."""

    name: str
    edges: list[float]
    counts: list[int]
    outliers: Outliers | None = None


@dataclass(frozen=True, slots=True)
class Outliers:
    """``count`` values below ``low`` or above ``high``: more than 3 times the distance of the quartiles beyond them (the outer
    fences of J. Tukey: Exploratory Data Analysis, 1977).  ``rows`` are those that lie farthest out, as
    :meth:`Source.samples_as_read` gives them."""

    count: int
    low: float
    high: float
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Preview:
    """``balance`` is (class or label, samples) of the training part, ``pictures`` (PNG as a data URL, class) a few of each
    class, ``header`` and ``rows`` the file's own, ``value_range`` the least and the greatest raw input."""

    balance: list[tuple[str, int]]
    pictures: list[tuple[str, str]]
    header: list[str]
    rows: list[list[str]]
    histograms: list[Counts]
    value_range: tuple[float, float] | None
    drawings: list[Drawing] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    """Of each of ``pictures`` its mask, a PNG that lies over it: the first class is clear, the others are ``mask_colors``."""
    mask_colors: list[str] = field(default_factory=list)
    texts: list[TokenExample] = field(default_factory=list)
    series: list[SeriesExample] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    """Names of the channels that ``series`` shows."""


def build_preview(source: Source) -> Preview:
    """Reads the set, without torch.

    Raises:
        DataError: it cannot be read.
    """
    arrays = source.read()
    header, rows = source.table(MAX_ROWS)
    balance: list[tuple[str, int]] = []
    masked = list(_masked_pictures(arrays)) if arrays.task == "segmentation" else []
    if arrays.task in CLASS_TASKS:
        targets = arrays.targets.ravel().astype(np.int64)
        # A vertex without a class has -1.
        counts = np.bincount(targets[targets >= 0], minlength=len(arrays.classes))
        balance = list(zip(arrays.classes, counts.tolist(), strict=True))
    if arrays.task == "multilabel":
        balance = list(zip(arrays.classes, arrays.targets.astype(np.int64).sum(axis=0).tolist(), strict=True))
    known = arrays.inputs if arrays.kind == "image" else arrays.inputs[~np.isnan(arrays.inputs)]
    return Preview(
        balance=balance,
        pictures=[(picture, "") for picture, _ in masked] or list(_pictures(arrays)),
        header=header,
        rows=rows,
        histograms=list(_histograms(arrays, source)),
        value_range=(float(known.min()), float(known.max())) if known.size and arrays.kind != "text" else None,
        drawings=[] if arrays.graph is None else list(draw(arrays, arrays.graph)),
        masks=[mask for _, mask in masked],
        mask_colors=mask_colors(len(arrays.classes)) if masked else [],
        texts=list(token_examples(arrays)) if arrays.kind == "text" else [],
        series=list(series_examples(arrays)) if arrays.kind == "series" else [],
        channels=list(arrays.features[:MAX_CHANNELS]) if arrays.kind == "series" else [],
    )


def _masked_pictures(arrays: Arrays) -> Iterator[tuple[str, str]]:
    """The first pictures with what lies over them."""
    scale = 255.0 / white_of(arrays)
    for pixels, mask in zip(arrays.inputs[:MASKED_PICTURES], arrays.targets[:MASKED_PICTURES], strict=True):
        yield picture_url(pixels.astype(np.uint8), scale), mask_url(mask, MAX_PICTURE_SIDE, MASK_OPACITY)


def _pictures(arrays: Arrays) -> Iterator[tuple[str, str]]:
    if arrays.kind != "image":
        return
    scale = 255.0 / white_of(arrays)
    if arrays.task not in CLASS_TASKS:
        for index, pixels in enumerate(arrays.inputs[:NUM_UNSORTED]):
            yield picture_url(pixels.astype(np.uint8), scale), _said_of(arrays, index)
        return
    per_class = max(1, min(PICTURES_PER_CLASS, MAX_PICTURES // max(1, len(arrays.classes))))
    for label, name in enumerate(arrays.classes[:MAX_PICTURES]):
        for index in np.flatnonzero(arrays.targets == label)[:per_class]:
            yield picture_url(arrays.inputs[index].astype(np.uint8), scale), name


def _said_of(arrays: Arrays, index: int) -> str:
    """What is known of a sample that has no class: its labels or its numbers."""
    if arrays.task == "reconstruction":
        return ""
    values = arrays.targets[index].astype(np.float64)
    if arrays.task == "multilabel":
        return ", ".join(name for name, value in zip(arrays.classes, values.tolist(), strict=True) if value) or "-"
    return ", ".join(f"{value:.4g}" for value in values.tolist()[:MAX_HISTOGRAMS])


def white_of(arrays: Arrays | RawData) -> float:
    """The raw value that stands for full brightness: what the default preprocessing makes 1."""
    for step in arrays.default_preprocess:
        maximum = step.params.get("maximum")
        if step.type == "ToFloat" and isinstance(maximum, int | float):
            return float(maximum)
    return 255.0


def picture_url(pixels: npt.NDArray[np.uint8], scale: float, max_side: int | None = MAX_PICTURE_SIDE) -> str:
    """A PNG of ``(C, H, W)`` as a data URL; ``scale`` makes its white 255, ``max_side`` makes larger ones smaller."""
    bright = pixels if scale == 1.0 else np.round(pixels * scale).astype(np.uint8)
    picture = Image.fromarray(bright[0] if len(bright) == 1 else np.ascontiguousarray(bright.transpose(1, 2, 0)))
    if max_side is not None:
        picture.thumbnail((max_side, max_side))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _histograms(arrays: Arrays, source: Source) -> Iterator[Counts]:
    """Of pixels, tokens or channels, or of each number column, and of what is a number to predict."""
    if arrays.kind == "image":
        yield _histogram("pixels", arrays.inputs[: max(1, (1 << 22) // max(1, arrays.inputs[0].size))])
    elif arrays.kind == "text":
        yield _histogram("tokens", token_counts(arrays))
    elif arrays.kind == "series" and arrays.forecast is None:
        yield _histogram("steps", (~np.isnan(arrays.inputs).all(axis=2)).sum(axis=1))
    # What is forecast are values of the channels.
    if arrays.task == "regression" and arrays.forecast is None:
        yield from _target_histograms(arrays, source)
    if arrays.kind == "series":
        for index, name in enumerate(arrays.features[:MAX_HISTOGRAMS]):
            yield _histogram(name, arrays.inputs[:, :, index])
    elif arrays.kind in {"table", "graph"}:
        yield from _column_histograms(arrays, source)


def _column_histograms(arrays: Arrays, source: Source) -> Iterator[Counts]:
    numbers = [index for index, name in enumerate(arrays.features) if name not in arrays.categories]
    if arrays.graph is not None:
        yield _histogram("degree", degrees(arrays.graph))
        if len(arrays.graph.sizes) > 1:
            yield _histogram("vertices", arrays.graph.sizes)
        numbers = [] if np.isin(arrays.inputs, (0.0, 1.0)).all() else numbers  # words: nothing to see in one of them
    for index in numbers[:MAX_HISTOGRAMS]:
        values = arrays.inputs[:, index]
        yield _with_outliers(_histogram(arrays.features[index], values), values, source)


def _target_histograms(arrays: Arrays, source: Source) -> Iterator[Counts]:
    """Of each target that has a name of its own, else of all together."""
    names = arrays.target_columns[:MAX_HISTOGRAMS]
    columns = [(name, arrays.targets[:, place]) for place, name in enumerate(names)]
    for name, values in columns or [(arrays.target_name, arrays.targets)]:
        yield _with_outliers(_histogram(name, values), values, source)


def _with_outliers(counts: Counts, values: npt.NDArray[np.generic], source: Source) -> Counts:
    """Of the training part; none where half of the values are the same."""
    numbers = values.astype(np.float64)
    if numbers.ndim > 1:
        if numbers.shape[1] != 1:
            return counts
        numbers = numbers[:, 0]
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return counts
    first, third = np.quantile(known, [0.25, 0.75])
    reach = 3.0 * (third - first)
    if reach <= 0.0:
        return counts
    beyond = np.fmax(first - reach - numbers, numbers - third - reach)
    places = np.flatnonzero(beyond > 0.0)
    if not len(places):
        return counts
    farthest = np.sort(places[np.argsort(-beyond[places], kind="stable")[:MAX_OUTLIERS]])
    rows = source.samples_as_read(farthest.tolist())
    return replace(counts, outliers=Outliers(len(places), float(first - reach), float(third + reach), rows))


def _histogram(name: str, values: npt.NDArray[np.generic]) -> Counts:
    known = values.astype(np.float64).ravel()
    known = known[~np.isnan(known)]
    if not known.size:
        return Counts(name, [0.0, 1.0], [0])
    counts, edges = np.histogram(known, bins=NUM_BINS)
    return Counts(name, edges.tolist(), counts.tolist())
