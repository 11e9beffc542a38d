"""What a worker tells: a union of events, each in an envelope that makes sending twice harmless.

``(run, attempt, seq)`` is unique; ``seq`` starts at 1 in each attempt and has no gaps.  ``cursor`` is given by the server when
it stores the event and grows by 1 within a run across attempts: a browser asks for events after the cursor it has.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, TypeAdapter

from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.training.states import EndReason, RunState

Scalar = float | Literal["NaN", "Infinity", "-Infinity"]


class Envelope(Model):
    """``time`` is Unix time in seconds (wall clock), ``elapsed`` seconds of training in this run, monotonic."""

    run: str
    attempt: int = Field(ge=1)
    seq: int = Field(ge=1)
    time: float
    elapsed: float
    cursor: int | None = None


class HelloEvent(Envelope):
    """The first event of an attempt.  ``resumed_from_step`` is the step of the checkpoint it continues (0: from scratch):
    what earlier attempts said about later steps no longer holds."""

    type: Literal["hello"] = "hello"
    pid: int
    device: str
    versions: dict[str, str]
    resumed_from_step: int = 0
    steps_per_epoch: int
    total_steps: int
    data_fingerprint: str | None = None
    notes: list[Sentence] = Field(default_factory=list)
    """What the trainer chose by itself and why (channels_last, fused optimizer, data on the device)."""
    baseline_answer: Sentence | None = None
    """What the naive answer is that needs no network (the most frequent class of the training part), and in ``baseline`` what
    the metrics make of it on the validation part."""
    baseline: dict[str, Scalar] = Field(default_factory=dict)


class StateEvent(Envelope):
    type: Literal["state"] = "state"
    state: RunState
    phase: Literal["training", "validating", "testing", "saving"] | None = None


class MetricsEvent(Envelope):
    """A batch of points, as columns: ``values[name][i]`` belongs to ``steps[i]``, null where there was none.
    Steps and epochs count from 1."""

    type: Literal["metrics"] = "metrics"
    epoch: int
    steps: list[int]
    values: dict[str, list[Scalar | None]]


class LogEvent(Envelope):
    type: Literal["log"] = "log"
    level: Literal["info", "warning", "error"] = "info"
    message: Sentence


class CheckpointEvent(Envelope):
    """A checkpoint that is in place on disk; ``file`` is relative to the run's folder."""

    type: Literal["checkpoint"] = "checkpoint"
    kind: Literal["best", "last", "step"]
    step: int
    epoch: int
    file: str
    bytes: int
    sha256: str
    metrics: dict[str, Scalar]


class ChangeEvent(Envelope):
    """A live value was changed before the update after ``step``.  ``wanted`` is what was asked for, ``value`` what it is now
    (a run cannot end before the epoch that it is in); ``before`` equals ``value`` where it was so already."""

    type: Literal["change"] = "change"
    name: Literal["lr", "epochs"]
    wanted: float
    value: float
    before: float
    step: int
    epoch: int


class SignalEvent(Envelope):
    """Statistics of one node's tensors (issue of its own); kept in the union so that the page can know it."""

    type: Literal["signal"] = "signal"
    step: int
    node: str
    values: dict[str, Scalar]


class SurfaceEvent(Envelope):
    """What the network answers all over the plane of its two features (or along its one): the decision boundary as it moves.

    ``ranges`` holds smallest and largest value of each feature, ``size`` the points along each.  ``values`` has one answer a
    point, the first feature running fastest: the index in ``classes``, or the predicted number of a regression.
    ``confidence`` is the probability that the network gives to that class (softmax or sigmoid of its scores), empty for a
    regression and for answers that are no scores (a perceptron's).  ``points`` are some samples, ``[*features, target]``; only
    the first of an attempt has them.
    """

    type: Literal["surface"] = "surface"
    step: int
    epoch: int
    features: list[str] = Field(min_length=1, max_length=2)
    ranges: list[list[float]]
    classes: list[str] = Field(default_factory=list)
    size: int
    values: list[Scalar]
    confidence: list[float] = Field(default_factory=list)
    points: list[list[float]] = Field(default_factory=list)


class ClassesEvent(Envelope):
    """How the classes or labels of the validation part were told apart after an epoch that was the best so far, or the last.

    ``confusion[i][j]`` counts samples (of masks: pixels) of class ``i`` that were answered with class ``j``; it is empty of
    labels, of which a sample may have several.  ``counts[i]`` are the samples of class or with label ``i``; ``per_class``
    holds for each metric that knows one a value of each class.  ``are_numbers``: of a regression of several numbers
    ``classes`` are their names, and there is no confusion.
    """

    type: Literal["classes"] = "classes"
    step: int
    epoch: int
    is_best: bool
    classes: list[str]
    are_numbers: bool = False
    confusion: list[list[int]]
    counts: list[int] = Field(default_factory=list)
    per_class: dict[str, list[Scalar]] = Field(default_factory=dict)


class UnitsOfLayer(Model):
    """The units of one activation.  ``dead`` is the share of those that give the same flat value for every sample,
    ``saturated`` of those that are near a bound for nearly every one; null where the activation has no such place.
    ``passes`` is the mean size of its derivative: what part of a gradient reaches the layers before it.
    ``is_answer``: an Output takes its values from here.  ``sentence`` says what it means and what to try."""

    node: str
    type: str
    units: int
    dead: float | None
    saturated: float | None
    passes: float
    is_answer: bool
    sentence: Sentence


class UnitsEvent(Envelope):
    """How the units behind each activation fare after an epoch, on ``samples`` of the validation part."""

    type: Literal["units"] = "units"
    step: int
    epoch: int
    samples: int
    layers: list[UnitsOfLayer]


class TimesEvent(Envelope):
    """How long each layer takes with one batch, in milliseconds (the median of ``repeats``), once an attempt.

    Columns: ``nodes[i]`` is the path of a layer, ``signatures[i]`` says what work it does (``compiler.signatures``).
    ``whole_ms`` is a pass of the whole network with its loss, forward and backward.  Nodes are measured without
    ``torch.compile``, also where the run has it (``is_compiled``).
    """

    type: Literal["times"] = "times"
    step: int
    epoch: int
    device: str
    device_name: Sentence
    precision: str
    batch_size: int
    repeats: int
    is_compiled: bool
    whole_ms: float
    nodes: list[str]
    signatures: list[str]
    forward_ms: list[float]
    backward_ms: list[float]


class SystemEvent(Envelope):
    """Use of the machine: ``cpu_percent``, ``rss_bytes``, ``gpu_memory_bytes``, ``samples_per_second``."""

    type: Literal["system"] = "system"
    values: dict[str, Scalar]


class AlertEvent(Envelope):
    """Something a person must see, as a problem: ``code``, ``message``, ``node``.  A ``warning`` is about what the run came to,
    an ``error`` about what went wrong in it."""

    type: Literal["alert"] = "alert"
    level: Literal["warning", "error"] = "error"
    code: str
    message: Sentence
    node: str | None = None
    values: dict[str, JsonValue] = Field(default_factory=dict)


class HeartbeatEvent(Envelope):
    type: Literal["heartbeat"] = "heartbeat"
    step: int
    epoch: int


class EndEvent(Envelope):
    """The last event of an attempt."""

    type: Literal["end"] = "end"
    state: RunState
    reason: EndReason
    message: Sentence | None = None


Event = Annotated[
    HelloEvent
    | StateEvent
    | MetricsEvent
    | LogEvent
    | CheckpointEvent
    | ChangeEvent
    | SignalEvent
    | SurfaceEvent
    | ClassesEvent
    | TimesEvent
    | UnitsEvent
    | SystemEvent
    | AlertEvent
    | HeartbeatEvent
    | EndEvent,
    Field(discriminator="type"),
]

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])

EVENT_TYPES: tuple[str, ...] = tuple(member.model_fields["type"].default for member in get_args(get_args(Event)[0]))
"""The ``type`` of each member of the union."""


class StopCommand(Model):
    type: Literal["stop"] = "stop"


class PauseCommand(Model):
    type: Literal["pause"] = "pause"


class ResumeCommand(Model):
    type: Literal["resume"] = "resume"


class CheckpointCommand(Model):
    """``id`` tells one wish from the next: a command is sent until its checkpoint is known, and must not make two."""

    type: Literal["checkpoint"] = "checkpoint"
    id: str | None = None


class SetCommand(Model):
    """Changes a live value: ``lr`` is the learning rate before the schedule, ``epochs`` after which one the run ends."""

    type: Literal["set"] = "set"
    name: Literal["lr", "epochs"]
    value: float


Command = Annotated[
    StopCommand | PauseCommand | ResumeCommand | CheckpointCommand | SetCommand, Field(discriminator="type")
]


COMMANDS: TypeAdapter[list[Command]] = TypeAdapter(list[Command])


def command_key(command: Command) -> str:
    """What at most one of waits for a run: the type, for ``set`` with the name of the value (``set_lr``)."""
    return f"set_{command.name}" if isinstance(command, SetCommand) else command.type


class EventBatch(Model):
    """The body of ``POST /api/worker/runs/{id}/events``."""

    attempt: int
    events: list[Event] = Field(max_length=10_000)


class EventReply(Model):
    """``seq`` is the last contiguous one stored for this attempt; ``commands`` are those waiting, each sent until the worker
    has acted on it (acting twice is harmless)."""

    seq: int
    commands: list[Command]
