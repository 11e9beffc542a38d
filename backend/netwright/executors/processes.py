"""Which process a handle means, so that a number given to another process since is not mistaken for it."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil


@dataclass(frozen=True, slots=True)
class ProcessHandle:
    """A process by number and birth.

    ``born`` is the start in clock ticks since boot where the system tells (it does not move with the wall clock), with the
    boot's own id, so that a restart of the machine makes every old handle a dead one.
    """

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """The handle of a process that lives now.

        Raises:
            psutil.NoSuchProcess: there is none.
        """
        return cls(pid, _birth(pid))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises ValueError for what :meth:`__str__` did not write."""
        pid, _, born = text.partition("@")
        if not born:
            raise ValueError(f"{text!r} is no handle of a process")
        return cls(int(pid), born)

    def __str__(self) -> str:
        return f"{self.pid}@{self.born}"

    def is_alive(self) -> bool:
        """Whether this very process runs; one that has ended and only waits to be reaped does not."""
        try:
            return _birth(self.pid) == self.born and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def signal_group(self, number: signal.Signals) -> None:
        """Sends ``number`` to the process's group (each worker leads its own); nothing happens where it is gone."""
        if not self.is_alive():
            return
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            # Forked a moment ago, it leads no group yet and is alone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _birth(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat")
    boot = Path("/proc/sys/kernel/random/boot_id")
    if boot.exists():
        try:
            # The name in brackets may hold spaces and brackets: count the fields behind its end.
            ticks = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        except (FileNotFoundError, ProcessLookupError) as error:
            raise psutil.NoSuchProcess(pid) from error
        return f"{ticks}.{boot.read_text(encoding='ascii').strip()}"
    return str(psutil.Process(pid).create_time())
