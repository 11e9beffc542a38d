"""How others talk to a loop that trains: wishes are left here by any thread and worked at the next step border."""

import threading
from dataclasses import dataclass, field
from typing import Literal

from netwright.training.events import (
    CheckpointCommand,
    Command,
    PauseCommand,
    ResumeCommand,
    SetCommand,
    StopCommand,
)


@dataclass
class Control:
    """Wishes that wait for the loop.  All are idempotent; ``stop`` outranks the others and is never taken back.

    ``is_interrupted`` says that it was not a person who wanted the end: the container or the machine is going down.

    ``has_wish`` is read by the loop at each step: a plain attribute, so that looking costs nothing.
    """

    has_wish: bool = False
    is_stopping: bool = False
    is_interrupted: bool = False
    is_pausing: bool = False
    wants_checkpoint: bool = False
    values: dict[Literal["lr", "epochs"], float] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _seen: set[str] = field(default_factory=set)

    def stop(self) -> None:
        """Asks for the end at the next step border, with a checkpoint."""
        # No lock: this may run in a signal handler that interrupted a holder of it.
        self.is_stopping = True
        self.has_wish = True

    def interrupt(self) -> None:
        """As :meth:`stop`, but for a run that is to go on later.  One that was stopped already stays so."""
        # No lock here either.
        self.is_interrupted = self.is_interrupted or not self.is_stopping
        self.stop()

    def act(self, command: Command) -> None:
        """Takes one command from the server."""
        if isinstance(command, StopCommand):
            self.is_interrupted = False
            self.stop()
        with self._changed:
            match command:
                case PauseCommand():
                    self.is_pausing = self.has_wish = True
                case ResumeCommand():
                    self.is_pausing = False
                case CheckpointCommand(id=str(id_)) if id_ in self._seen:
                    pass  # the same wish again: it is sent until its checkpoint is known
                case CheckpointCommand(id=id_):
                    self._seen |= set() if id_ is None else {id_}
                    self.wants_checkpoint = self.has_wish = True
                case SetCommand(name=name, value=value):
                    self.values[name] = value
                    self.has_wish = True
                case StopCommand():
                    pass
            self._changed.notify_all()

    def wait_while_paused(self) -> None:
        """Returns once nobody wants a pause any more, or somebody wants something that can be done in it, or a stop."""
        with self._changed:
            while self.is_pausing and not (self.is_stopping or self.wants_checkpoint or self.values):
                # The timeout is for a stop that came from a signal handler, which cannot notify.
                self._changed.wait(timeout=0.05)

    def take(self) -> tuple[bool, dict[Literal["lr", "epochs"], float]]:
        """Whether a checkpoint is wanted, and values to set; both are then forgotten."""
        with self._changed:
            taken = (self.wants_checkpoint, self.values)
            self.wants_checkpoint, self.values = False, {}
            self.has_wish = self.is_stopping
            return taken
