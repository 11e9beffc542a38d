"""The metrics of a run as columns for its curves."""

from netwright.services.models import MetricSeries, MetricsRead
from netwright.store.metrics import metric_names, read_points
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
