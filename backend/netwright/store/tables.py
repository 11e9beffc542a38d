"""The tables, as typed SQLAlchemy models.  Times are Unix seconds; JSON columns hold what pydantic printed.

Every key that shows in a URL is an opaque text of 16 characters, so nothing can be counted or guessed.
"""

import secrets

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_id() -> str:
    """16 characters of ``[a-z0-9]``: 82 bits from the system's source of randomness."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Row(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  read by SQLAlchemy as it is
        int: Integer,
        str: Text,
        bytes: LargeBinary,
    }


class NetworkRow(Row):
    """A network; what it looks like now is its newest revision.  ``deleted`` is when it was put away, null while it lives."""

    __tablename__ = "networks"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    revision: Mapped[int]
    created: Mapped[float]
    updated: Mapped[float]
    deleted: Mapped[float | None]
    num_nodes: Mapped[int]
    outline: Mapped[str]


class NetworkRevisionRow(Row):
    """One saved state of a network.  ``label`` is the name that a person gave it, so that it is kept as it is."""

    __tablename__ = "network_revisions"

    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    created: Mapped[float]
    name: Mapped[str]
    label: Mapped[str | None]
    document: Mapped[str] = mapped_column(deferred=True)


class FirstRow(Row):
    """What was done once and is never done again, by its name; ``network_id`` is the network that it made, if it made one."""

    __tablename__ = "firsts"

    name: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[str | None]


class LibraryBlockRow(Row):
    """A block of the library.  ``definition`` is its ``BlockBundle``, ``outline`` the picture of its inside, both as JSON."""

    __tablename__ = "library_blocks"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    description: Mapped[str]
    created: Mapped[float]
    updated: Mapped[float]
    deleted: Mapped[float | None]
    outline: Mapped[str]
    definition: Mapped[str] = mapped_column(deferred=True)


class DatasetRow(Row):
    """A dataset that a person uploaded, or what is known about a built-in one.  ``description`` is its ``DatasetRead``."""

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    type: Mapped[str]
    title: Mapped[str]
    folder: Mapped[str | None]
    options: Mapped[str]
    description: Mapped[str]
    created: Mapped[float]


class RunRow(Row):
    """A run.  ``spec`` is its immutable :class:`RunSpec`; counters, ``last``, ``best`` and ``ranges`` follow its events.
    ``archived`` is when it was put away, null while it stands in the table.

    The queue of a device is in the order of ``priority`` (high first), then ``queued``.
    """

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    tags: Mapped[str] = mapped_column(default="[]")
    network_id: Mapped[str | None] = mapped_column(index=True)
    network_name: Mapped[str]
    spec: Mapped[str] = mapped_column(deferred=True)
    totals: Mapped[str]
    parameters: Mapped[int]
    data_source: Mapped[str] = mapped_column(index=True)
    slot: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    phase: Mapped[str | None]
    reason: Mapped[str | None]
    message: Mapped[str | None]
    created: Mapped[float]
    queued: Mapped[float]
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    started: Mapped[float | None]
    ended: Mapped[float | None]
    elapsed: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    retries: Mapped[int] = mapped_column(default=0)
    step: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=0)
    epochs: Mapped[int]
    total_steps: Mapped[int | None]
    steps_per_epoch: Mapped[int | None]
    device: Mapped[str | None]
    versions: Mapped[str] = mapped_column(default="{}")
    data_fingerprint: Mapped[str | None]
    last: Mapped[str] = mapped_column(default="{}")
    best: Mapped[str] = mapped_column(default="{}")
    cursor: Mapped[int] = mapped_column(default=0)
    archived: Mapped[float | None]
    ranges: Mapped[str] = mapped_column(default="{}")


class SlotsRow(Row):
    """How many runs a device trains at once, where a person has chosen it."""

    __tablename__ = "slots"

    device: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]


class AttemptRow(Row):
    """One worker's try at a run.  ``token_hash`` is SHA-256 of the token that this attempt alone may use.

    ``last_seq`` is the last contiguous event stored.  ``ended`` is when its end was known; ``is_fenced`` that it was given
    up, so that what it still sends is refused.
    """

    __tablename__ = "attempts"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    handle: Mapped[str | None]
    resume_from: Mapped[str | None]
    started: Mapped[float]
    ended: Mapped[float | None]
    is_fenced: Mapped[bool]
    last_seq: Mapped[int]


class EventRow(Row):
    """One event as JSON (with its cursor), in the order in which browsers get it."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("run_id", "attempt", "seq"),
        Index("ix_events_times", "run_id", "cursor", sqlite_where=text("type = 'times'")),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    cursor: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    seq: Mapped[int]
    type: Mapped[str]
    payload: Mapped[str]


class MetricChunkRow(Row):
    """Points of one metric, packed as columns: see ``store.metrics``.

    Chunks of a metric do not overlap in time; ``position`` orders them.  Sixteen of one ``level`` are merged into one of
    the next, so that a long run is few rows and no point is rewritten more than a few times.
    """

    __tablename__ = "metric_chunks"
    __table_args__ = (Index("ix_metric_chunks_run_id_name_position", "run_id", "name", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int]
    level: Mapped[int]
    points: Mapped[int]
    last_step: Mapped[int]
    data: Mapped[bytes]


class MetricOverviewRow(Row):
    """A metric of an ended run, thinned from ``points`` points to ``kept``: see ``store.overviews``."""

    __tablename__ = "metric_overviews"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    kept: Mapped[int]
    data: Mapped[bytes]


class CheckpointRow(Row):
    """A checkpoint whose file was in place with this size and hash when the row was written."""

    __tablename__ = "checkpoints"
    __table_args__ = (Index("ix_checkpoints_run_id_step", "run_id", "step"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    kind: Mapped[str]
    step: Mapped[int]
    epoch: Mapped[int]
    file: Mapped[str]
    bytes: Mapped[int]
    sha256: Mapped[str]
    metrics: Mapped[str]
    created: Mapped[float]


class WeightsRow(Row):
    """A file of weights, kept as safetensors in ``weights/<id>``.  ``format`` is what it came as."""

    __tablename__ = "weights"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    format: Mapped[str]
    num_tensors: Mapped[int]
    num_values: Mapped[int]
    bytes: Mapped[int]
    sha256: Mapped[str]
    created: Mapped[float]


class CommandRow(Row):
    """A command that waits for the worker of a run; gone as soon as the worker has acted on it."""

    __tablename__ = "commands"
    __table_args__ = (UniqueConstraint("run_id", "type"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    type: Mapped[str]
    payload: Mapped[str]
    created: Mapped[float]
    is_sent: Mapped[bool]
