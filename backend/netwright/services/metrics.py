"""The metrics of a run as columns for its curves, and one metric of many runs as bytes."""

import struct
from collections.abc import Sequence

import numpy as np
from pydantic import TypeAdapter

from netwright.services.run_models import CurveHead, MetricSeries, MetricsRead
from netwright.store.metrics import metric_names, read_points, read_points_of_runs
from netwright.store.overviews import OVERVIEW_POINTS, Overview, overview_of, read_overviews
from netwright.store.points import Points, thin
from netwright.store.runs import get_run
from netwright.store.scalars import to_scalar
from netwright.store.store import Session


def read_metrics(session: Session, run_id: str, names: list[str] | None, max_points: int) -> MetricsRead | None:
    """The metrics ``names`` (None: all), each thinned to ``max_points``; None where there is no such run.

    One metric is in memory at a time: a million points are 28 MB.
    """
    record = get_run(session, run_id)
    if record is None:
        return None
    there = metric_names(session, run_id)
    wanted = there if names is None else [name for name in there if name in names]
    series = [_series(name, read_points(session, run_id, name), max_points) for name in wanted]
    return MetricsRead(series=series, cursor=record.row.cursor)


def pack_curves(session: Session, run_ids: Sequence[str], name: str, max_points: int) -> tuple[bytes, list[Overview]]:
    """The metric ``name`` of all ``run_ids`` that have it, thinned to ``max_points`` each: what a comparison of many draws; and
    the overviews that were missing for it, to be kept.

    Little-endian: the length of the head (uint32), the head (JSON, a list of ``CurveHead``, filled up with spaces so that what
    follows begins at a multiple of 8), then for each curve four columns of ``length`` float64 values each: step, epoch,
    elapsed, value.  As JSON the numbers of a hundred runs would take the browser longer to read than to draw.
    """
    heads: list[CurveHead] = []
    columns: list[bytes] = []

    def add(run_id: str, num_points: int, points: Points) -> None:
        kept = thin(points, max_points)
        heads.append(CurveHead(run=run_id, points=num_points, length=len(kept)))
        columns.append(np.concatenate([kept.steps, kept.epochs, kept.elapsed, kept.values], dtype="<f8").tobytes())

    overviews = read_overviews(session, run_ids, name) if max_points <= OVERVIEW_POINTS else {}
    for each in overviews.values():
        add(each.run_id, each.num_points, each.points)
    made = []
    for run_id, points in read_points_of_runs(session, [id_ for id_ in run_ids if id_ not in overviews], name):
        add(run_id, len(points), points)
        made.append(overview_of(run_id, name, points) if max_points <= OVERVIEW_POINTS else None)
    head = _HEADS.dump_json(heads)
    head += b" " * (-(len(head) + 4) % 8)
    return b"".join([struct.pack("<I", len(head)), head, *columns]), [each for each in made if each is not None]


_HEADS = TypeAdapter(list[CurveHead])


def _series(name: str, points: Points, max_points: int) -> MetricSeries:
    kept = thin(points, max_points)
    return MetricSeries(
        name=name,
        steps=kept.steps.tolist(),
        epochs=kept.epochs.tolist(),
        elapsed=kept.elapsed.tolist(),
        values=[to_scalar(value) for value in kept.values.tolist()],
        points=len(points),
    )
