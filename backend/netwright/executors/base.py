"""The only seam to an engine: start a worker for an attempt, ask whether it lives, end it."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal


class Executor(ABC):
    """Starts workers.  A handle is text that the store keeps, so that a restarted server can ask about old workers.

    Methods may block; the server calls them off its event loop.
    """

    @abstractmethod
    def start(self) -> None:
        """Gets ready (preloads torch in a process of its own) without waiting for it."""

    @abstractmethod
    def submit(self, run_folder: Path, attempt: int) -> str:
        """Starts ``python -m netwright.worker --spec run_folder/spec.json --attempt N`` or its equal; gives its handle.

        Attempt 0 (``PREFLIGHT``) only looks, -1 (``RATE_FINDER``) only sweeps the learning rate: see
        ``netwright.worker.entry``.

        Raises:
            ExecutorError: no worker could be started.
        """

    @abstractmethod
    def poll(self, handle: str) -> Literal["alive", "gone"]:
        """Whether the worker behind ``handle`` lives (the same process, not another one with its number)."""

    @abstractmethod
    def cancel(self, handle: str, *, force: bool = False) -> None:
        """SIGTERM to the worker's process group, SIGKILL with ``force``.  Nothing happens where it is gone."""

    @abstractmethod
    def close(self) -> None:
        """Ends what :meth:`start` began.  Workers that train go on."""


class ExecutorError(RuntimeError):
    """No worker could be started; the message says why."""
