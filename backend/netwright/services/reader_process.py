"""Uploads that are read by a process of their own, which may crash, hang or take its time without harm to the server."""

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable

from netwright.graph.problems import Problem
from netwright.language import say
from netwright.services.errors import ServiceError

log = logging.getLogger(__name__)

GivenUp = Callable[[], Awaitable[bool]]
"""Says that nobody waits for the answer any more."""

LOOK_SECONDS = 0.3
"""How often it is looked whether somebody still waits."""


async def never() -> bool:
    return False


def refused(code: str, message: str) -> ServiceError:
    """That an upload is not taken in."""
    return ServiceError("bad_file", message, [Problem(code=code, message=message)])


async def run_reader(
    module: str, *arguments: str, label: str, is_given_up: GivenUp, seconds: float | None = None
) -> None:
    """Runs ``python -m module arguments`` to its end; it leaves what it has read in files.

    Raises:
        ServiceError: ``bad_file``: it failed, took longer than ``seconds``, or nobody waits any more; it has ended then.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", module, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(process.communicate())
    began = time.monotonic()
    try:
        is_done = False
        while not is_done:
            is_done = bool((await asyncio.wait({reading}, timeout=LOOK_SECONDS))[0])
            if await is_given_up():
                raise refused("import_failed", say("The import of {label} was called off.", label=label))
            if not is_done and seconds is not None and time.monotonic() - began > seconds:
                message = say(
                    "Reading {label} took longer than {seconds} s and was given up. The file may be damaged.",
                    label=label,
                    seconds=f"{seconds:.0f}",
                )
                raise refused("import_took_too_long", message)
        _, said = await reading
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(reading, return_exceptions=True)
    if process.returncode != 0:
        log.error("Reading %s ended with %s:\n%s", label, process.returncode, said.decode("utf-8", "replace")[-4000:])
        message = say(
            "{label} could not be read: it is damaged, or needs more memory than there is. The terminal says where.",
            label=label,
        )
        raise refused("import_failed", message)
