"""What a test's server leaves behind: its workers are there to outlive it, and would train beside the next tests."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def end_leftovers(home: Path, known: Iterable[psutil.Process] = ()) -> None:
    """Kills what works for the data folder ``home``, whose server has ended, and ``known``.

    A worker is known by its environment, what sends on its last reports by the run's folder in its command.  The environment of
    a forked process is the one of whom it was forked, so such a one must be ``known``.
    """
    found = [process for process in psutil.process_iter(["cmdline", "environ"]) if _works_for(process, home)]
    for process in [*known, *found]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _works_for(process: psutil.Process, home: Path) -> bool:
    is_told = (process.info["environ"] or {}).get("NETWRIGHT_HOME") == str(home)
    return is_told or any(word.startswith(f"{home}/") for word in process.info["cmdline"] or ())
