"""Overviews of curves: each metric of an ended run once more, thinned to what a chart of many runs shows of it.

A hundred runs of ten thousand steps are 28 MB a metric, their overviews are 1 MB.  An overview counts while there are as many
points as it was made of: who appends points need not know of it, and ``cut_points`` forgets it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from netwright.store.metrics import count_points, metric_names, read_points
from netwright.store.points import Points, thin
from netwright.store.tables import MetricOverviewRow, RunRow
from netwright.training.states import RESTING

OVERVIEW_POINTS = 400
"""Of a hundred curves in one chart nobody sees more."""


@dataclass(frozen=True, slots=True)
class Overview:
    """At most ``OVERVIEW_POINTS`` of the ``num_points`` of a metric."""

    run_id: str
    name: str
    num_points: int
    points: Points


def read_overviews(session: Session, run_ids: Collection[str], name: str) -> dict[str, Overview]:
    """Those of the metric ``name`` of ``run_ids`` that are there and up to date, by run."""
    there = count_points(session, run_ids, name)
    rows = session.execute(
        select(
            MetricOverviewRow.run_id, MetricOverviewRow.points, MetricOverviewRow.kept, MetricOverviewRow.data
        ).where(MetricOverviewRow.run_id.in_(run_ids), MetricOverviewRow.name == name)
    )
    return {
        run_id: Overview(run_id, name, num, Points.from_bytes(data, kept))
        for run_id, num, kept, data in rows
        if there.get(run_id) == num
    }


def make_overviews(session: Session, run_id: str) -> list[Overview]:
    """Those of all metrics of a run that are worth one, from all their points; one metric is in memory at a time."""
    made = (overview_of(run_id, name, read_points(session, run_id, name)) for name in metric_names(session, run_id))
    return [each for each in made if each is not None]


def overview_of(run_id: str, name: str, points: Points) -> Overview | None:
    """None where there are so few points that their chunks are as small."""
    if len(points) <= OVERVIEW_POINTS:
        return None
    return Overview(run_id, name, len(points), thin(points, OVERVIEW_POINTS))


def keep_overviews(session: Session, overviews: Sequence[Overview]) -> None:
    """Keeps those of runs that are there and do not train: of one that does others would be wanted at once."""
    ids = {each.run_id for each in overviews}
    resting = set(session.scalars(select(RunRow.id).where(RunRow.id.in_(ids), RunRow.state.in_(RESTING))))
    rows = [
        {
            "run_id": each.run_id,
            "name": each.name,
            "points": each.num_points,
            "kept": len(each.points),
            "data": each.points.to_bytes(),
        }
        for each in overviews
        if each.run_id in resting
    ]
    if rows:
        session.execute(insert(MetricOverviewRow).prefix_with("OR REPLACE"), rows)
