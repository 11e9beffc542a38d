"""Takes what a worker said into the database, once: events, the run's state and counters, points, checkpoints, commands.

Everything of a batch is one transaction.  Nothing here trusts order or novelty: a batch may come twice, late, or overlap.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from sqlalchemy.orm import Session

from netwright.language import say
from netwright.store.checkpoints import add_checkpoint
from netwright.store.commands import find_command, list_commands, remove_commands
from netwright.store.events import StoredEvent, add_events
from netwright.store.metrics import append_points, cut_points, metric_names, read_points
from netwright.store.moves import move, state_of
from netwright.store.points import Points
from netwright.store.ranges import MetricRange, dump_ranges, parse_ranges, widen
from netwright.store.runs import RunRecord, get_attempt
from netwright.store.scalars import dump_scalars, parse_scalars, to_float, to_scalar
from netwright.store.tables import AttemptRow, CommandRow, RunRow
from netwright.training.events import (
    ChangeEvent,
    CheckpointEvent,
    EndEvent,
    Event,
    HeartbeatEvent,
    HelloEvent,
    MetricsEvent,
    Scalar,
    SetCommand,
    StateEvent,
    SystemEvent,
    command_key,
)
from netwright.training.states import FINAL, EndReason, RunState, is_allowed

Mode = Literal["min", "max"]
ModeOf = Callable[[str], Mode | None]
"""Whether lower or higher is better for a metric's name; None where neither is (``lr``)."""

WORKING = frozenset({RunState.RUNNING, RunState.PAUSED})
"""States that a worker may say its run is in; all others are the server's to say, or an ``end``."""


class FencedError(RuntimeError):
    """The attempt was given up, or another has begun: it must end."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of a batch.  ``seq`` is the last contiguous one stored, ``fresh`` are the events that had not come before,
    ``commands`` are JSON texts."""

    record: RunRecord
    seq: int
    events: list[StoredEvent]
    fresh: list[Event]
    commands: list[str]


@dataclass(slots=True)
class _Columns:
    """Points of one metric while they are collected from a batch."""

    steps: list[int] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)
    values: list[Scalar] = field(default_factory=list)

    def to_points(self) -> Points:
        return Points(
            np.array(self.steps, "<i8"),
            np.array(self.epochs, "<i4"),
            np.array(self.elapsed, "<f8"),
            np.array([to_float(value) for value in self.values], "<f8"),
        )


class Ingest:
    """One batch of one attempt.  ``verified`` holds the files of its checkpoint events that are in place as they say."""

    def __init__(
        self, run_id: str, attempt: int, events: Sequence[Event], *, mode_of: ModeOf, verified: frozenset[str]
    ) -> None:
        self._run_id = run_id
        self._attempt = attempt
        self._events = events
        self._mode_of = mode_of
        self._verified = verified
        self._columns: dict[str, _Columns] = {}

    def __call__(self, session: Session) -> Ingested:
        """Runs in a transaction of the writer.

        Raises:
            FencedError: this attempt may not speak any more.
        """
        run = session.get(RunRow, self._run_id)
        attempt = get_attempt(session, self._run_id, self._attempt)
        if run is None or attempt is None or attempt.is_fenced or run.attempt != self._attempt:
            raise FencedError(
                say("Attempt {attempt} of run {run_id} has been given up.", attempt=self._attempt, run_id=self._run_id)
            )
        fresh = []
        for event in self._events:
            if event.seq == attempt.last_seq + 1 and attempt.ended is None:
                attempt.last_seq = event.seq
                fresh.append(event)
                self._apply(session, run, attempt, event)
        stored = add_events(session, run, fresh)
        self._write_points(session, run)
        commands = self._commands_to_send(session, run)
        session.flush()
        record = RunRecord(run, tuple(command.type for command in commands))
        return Ingested(record, attempt.last_seq, stored, fresh, [command.payload for command in commands])

    @staticmethod
    def _commands_to_send(session: Session, run: RunRow) -> list[CommandRow]:
        """What waits.  A ``resume`` that was sent to a worker that runs has done what it can, and goes."""
        waiting = list_commands(session, run.id)
        done = [each for each in waiting if each.type == "resume" and each.is_sent and run.state == RunState.RUNNING]
        for command in done:
            session.delete(command)
            waiting.remove(command)
        for command in waiting:
            command.is_sent = True
        return waiting

    def _apply(self, session: Session, run: RunRow, attempt: AttemptRow, event: Event) -> None:
        run.elapsed = max(run.elapsed, event.elapsed)
        match event:
            case HelloEvent():
                self._start(session, run, event)
            case StateEvent():
                self._change_state(session, run, event)
            case MetricsEvent() | HeartbeatEvent() | SystemEvent():
                self._measure(run, event)
            case ChangeEvent():
                self._change(session, run, event)
            case CheckpointEvent():
                if event.kind == "step":  # what a person asked for; others are the worker's own
                    remove_commands(session, run.id, "checkpoint")
                if event.file in self._verified:
                    add_checkpoint(session, event, dump_scalars(event.metrics))
                    run.retries = 0  # there was progress; a loss from here on is a new misfortune
            case EndEvent():
                self._end(session, run, attempt, event)
            case _:
                pass

    def _start(self, session: Session, run: RunRow, event: HelloEvent) -> None:
        run.device = event.device
        run.steps_per_epoch, run.total_steps = event.steps_per_epoch, event.total_steps
        run.epochs = event.total_steps // max(event.steps_per_epoch, 1) or run.epochs
        run.versions = json.dumps(event.versions, sort_keys=True)
        run.data_fingerprint = event.data_fingerprint
        run.step = event.resumed_from_step
        run.epoch = event.resumed_from_step // max(event.steps_per_epoch, 1)
        if state_of(run) is RunState.STARTING:
            move(run, RunState.RUNNING)
        if event.attempt > 1 or event.resumed_from_step:  # a branched run begins with points of the one it came from
            cut_points(session, run.id, event.resumed_from_step)
            recount(session, run, self._mode_of)

    def _change_state(self, session: Session, run: RunRow, event: StateEvent) -> None:
        old = state_of(run)
        if event.state not in WORKING or (event.state != old and not is_allowed(old, event.state)):
            return  # only ``end`` ends, only the server queues; a state that cannot follow is a late echo
        if event.state != old:
            move(run, event.state)
        run.phase = event.phase
        if event.state is RunState.PAUSED:
            remove_commands(session, run.id, "pause")
        elif event.state is RunState.RUNNING and old is RunState.PAUSED:
            remove_commands(session, run.id, "resume")

    @staticmethod
    def _change(session: Session, run: RunRow, event: ChangeEvent) -> None:
        """A live value is what was wished for: the command goes, but for one that wishes for another value since."""
        done = SetCommand(name=event.name, value=event.wanted)
        waiting = find_command(session, run.id, command_key(done))
        if waiting is not None and SetCommand.model_validate_json(waiting.payload) == done:
            session.delete(waiting)
        if event.name == "epochs":
            run.epochs = int(event.value)
            run.total_steps = run.epochs * (run.steps_per_epoch or 0)

    @staticmethod
    def _end(session: Session, run: RunRow, attempt: AttemptRow, event: EndEvent) -> None:
        attempt.ended = event.time
        remove_commands(session, run.id)
        if state_of(run) in {RunState.STARTING, RunState.PAUSED} and not is_allowed(state_of(run), event.state):
            move(run, RunState.RUNNING)
        if event.state in FINAL:
            move(run, event.state, reason=event.reason, message=event.message)
        else:
            move(
                run,
                RunState.FAILED,
                reason=EndReason.ERROR,
                message=say("The worker ended as {state}.", state=say(event.state)),
            )

    def _measure(self, run: RunRow, event: MetricsEvent | HeartbeatEvent | SystemEvent) -> None:
        match event:
            case MetricsEvent():
                run.step, run.epoch = max([run.step, *event.steps]), event.epoch
                self._collect(event)
            case HeartbeatEvent():
                run.step, run.epoch = max(run.step, event.step), max(run.epoch, event.epoch)
            case SystemEvent():
                self._collect_system(run, event)

    def _collect(self, event: MetricsEvent) -> None:
        for name, values in event.values.items():
            columns = self._columns.setdefault(name, _Columns())
            for step, value in zip(event.steps, values, strict=False):
                if value is not None:
                    columns.steps.append(step)
                    columns.epochs.append(event.epoch)
                    columns.elapsed.append(event.elapsed)
                    columns.values.append(value)

    def _collect_system(self, run: RunRow, event: SystemEvent) -> None:
        """One point a second of each figure of the machine, at the step that was reached by then."""
        for name, value in event.values.items():
            columns = self._columns.setdefault(f"system/{name}", _Columns())
            columns.steps.append(run.step)
            columns.epochs.append(run.epoch)
            columns.elapsed.append(event.elapsed)
            columns.values.append(value)

    def _write_points(self, session: Session, run: RunRow) -> None:
        points = {name: columns.to_points() for name, columns in self._columns.items() if columns.steps}
        if not points:
            return
        append_points(session, run.id, points)
        last, best, ranges = parse_scalars(run.last), parse_scalars(run.best), parse_ranges(run.ranges)
        for name, columns in points.items():
            last[name] = to_scalar(float(columns.values[-1]))
            self._improve(best, name, columns)
            widen(ranges, name, columns)
        run.last, run.best, run.ranges = dump_scalars(last), dump_scalars(best), dump_ranges(ranges)

    def _improve(self, best: dict[str, Scalar], name: str, points: Points) -> None:
        mode = self._mode_of(name)
        finite = points.values[np.isfinite(points.values)]
        if mode is None or not len(finite):
            return
        pick = min if mode == "min" else max
        best[name] = pick(float(finite.min() if mode == "min" else finite.max()), to_float(best.get(name, finite[0])))


def recount(session: Session, run: RunRow, mode_of: ModeOf) -> None:
    """``last``, ``best`` and ``ranges`` from the points that are there."""
    last: dict[str, Scalar] = {}
    best: dict[str, Scalar] = {}
    ranges: dict[str, MetricRange] = {}
    for name in metric_names(session, run.id):
        points = read_points(session, run.id, name)
        widen(ranges, name, points)
        values = points.values
        last[name] = to_scalar(float(values[-1]))
        finite = values[np.isfinite(values)]
        mode = mode_of(name)
        if mode is not None and len(finite):
            best[name] = float(finite.min() if mode == "min" else finite.max())
    run.last, run.best, run.ranges = dump_scalars(last), dump_scalars(best), dump_ranges(ranges)
