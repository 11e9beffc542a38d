"""Metric points in the database: appended in small chunks that are merged as they grow many."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from netwright.store.points import Points
from netwright.store.tables import MetricChunkRow, MetricOverviewRow

FAN_IN = 16
MAX_CHUNK_POINTS = 65_536


def append_points(session: Session, run_id: str, columns: Mapping[str, Points]) -> None:
    """Adds points of some metrics after those that are there.

    Each call is one chunk a metric.  Sixteen chunks of a level become one of the next, up to MAX_CHUNK_POINTS: a point is
    rewritten a handful of times in its life, and a run of a million points is a few dozen rows.
    """
    newest = dict(
        session.execute(
            select(MetricChunkRow.name, func.max(MetricChunkRow.position))
            .where(MetricChunkRow.run_id == run_id, MetricChunkRow.name.in_(list(columns)))
            .group_by(MetricChunkRow.name)
        ).all()
    )
    positions = {name: newest.get(name, -1) + 1 for name in columns}
    chunks = [_chunk(run_id, name, positions[name], 0, points) for name, points in columns.items()]
    if chunks:
        session.execute(insert(MetricChunkRow), chunks)
    for name, position in positions.items():
        level = 0
        while (position + 1) % FAN_IN ** (level + 1) == 0 and _merge(session, run_id, name, position, level):
            level += 1


def _chunk(run_id: str, name: str, position: int, level: int, points: Points) -> dict[str, object]:
    """The columns of a row."""
    return {
        "run_id": run_id,
        "name": name,
        "position": position,
        "level": level,
        "points": len(points),
        "last_step": int(points.steps.max()),
        "data": points.to_bytes(),
    }


def _merge(session: Session, run_id: str, name: str, position: int, level: int) -> bool:
    """Makes one chunk of those of ``level`` that end at ``position``; False where it would be too large."""
    rows = session.scalars(
        select(MetricChunkRow)
        .where(
            MetricChunkRow.run_id == run_id,
            MetricChunkRow.name == name,
            MetricChunkRow.level == level,
            MetricChunkRow.position > position - FAN_IN ** (level + 1),
        )
        .order_by(MetricChunkRow.position)
    ).all()
    if sum(row.points for row in rows) > MAX_CHUNK_POINTS:
        return False
    merged = Points.concatenate([Points.from_bytes(row.data, row.points) for row in rows])
    session.execute(delete(MetricChunkRow).where(MetricChunkRow.id.in_([row.id for row in rows])))
    session.execute(insert(MetricChunkRow), [_chunk(run_id, name, position, level + 1, merged)])
    return True


def metric_names(session: Session, run_id: str) -> list[str]:
    """Names in the order in which they first came."""
    return list(
        session.scalars(
            select(MetricChunkRow.name)
            .where(MetricChunkRow.run_id == run_id)
            .group_by(MetricChunkRow.name)
            .order_by(func.min(MetricChunkRow.id))
        )
    )


def read_points(session: Session, run_id: str, name: str) -> Points:
    """All points of one metric."""
    rows: Sequence[tuple[bytes, int]] = session.execute(
        select(MetricChunkRow.data, MetricChunkRow.points)
        .where(MetricChunkRow.run_id == run_id, MetricChunkRow.name == name)
        .order_by(MetricChunkRow.position)
    ).all()
    return Points.concatenate([Points.from_bytes(data, points) for data, points in rows])


def read_points_of_runs(session: Session, run_ids: Sequence[str], name: str) -> Iterator[tuple[str, Points]]:
    """All points of one metric of each of the runs that have any, one run after another, in the order of their ids."""
    rows = session.execute(
        select(MetricChunkRow.run_id, MetricChunkRow.data, MetricChunkRow.points)
        .where(MetricChunkRow.run_id.in_(run_ids), MetricChunkRow.name == name)
        .order_by(MetricChunkRow.run_id, MetricChunkRow.position)
        .execution_options(yield_per=64)
    )
    for run_id, chunks in groupby(rows, lambda row: str(row.run_id)):
        yield run_id, Points.concatenate([Points.from_bytes(data, points) for _, data, points in chunks])


def count_points(session: Session, run_ids: Collection[str], name: str) -> dict[str, int]:
    """How many points of one metric each of the runs has that have any."""
    rows = session.execute(
        select(MetricChunkRow.run_id, func.sum(MetricChunkRow.points))
        .where(MetricChunkRow.run_id.in_(run_ids), MetricChunkRow.name == name)
        .group_by(MetricChunkRow.run_id)
    )
    return {run_id: int(num) for run_id, num in rows}


def cut_points(session: Session, run_id: str, after_step: int) -> None:
    """Forgets points of steps beyond ``after_step``: a new attempt goes on from there and will tell them anew."""
    rows = session.scalars(
        select(MetricChunkRow).where(MetricChunkRow.run_id == run_id, MetricChunkRow.last_step > after_step)
    ).all()
    for row in rows:
        points = Points.from_bytes(row.data, row.points)
        kept = points.take(points.steps <= after_step)
        if len(kept):
            row.data, row.points, row.last_step = kept.to_bytes(), len(kept), int(kept.steps.max())
        else:
            session.execute(delete(MetricChunkRow).where(MetricChunkRow.id == row.id))
    session.execute(delete(MetricOverviewRow).where(MetricOverviewRow.run_id == run_id))
    session.flush()
