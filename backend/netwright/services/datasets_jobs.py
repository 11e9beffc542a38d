"""Work on data that takes longer than a request: its progress, its end, its being called off."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from netwright.data.base import Progress

T = TypeVar("T")


class JobCancelledError(Exception):
    """The job was called off; raised inside its thread by the next report of progress."""


class Job:
    """Blocking work in a thread that reports through ``progress`` and stops at the next report once it is called off."""

    def __init__(self) -> None:
        self._is_cancelled = threading.Event()
        self._done, self._total = 0, 0

    @property
    def fraction(self) -> float | None:
        """From 0 to 1; None while the whole is not known."""
        return min(1.0, self._done / self._total) if self._total else None

    async def run(self, work: Callable[[Progress], T]) -> T:
        """Runs ``work`` in a thread.

        Raises:
            JobCancelledError: :meth:`cancel` was called in time.
        """
        return await asyncio.to_thread(work, self._report)

    def cancel(self) -> None:
        self._is_cancelled.set()

    def _report(self, done: int, total: int | None) -> None:
        self._done, self._total = done, total or 0
        if self._is_cancelled.is_set():
            raise JobCancelledError
