"""Tells an address of a person's own when a run ends or says that something is wrong.

Off unless ``NETWRIGHT_WEBHOOK`` names the address: only who starts the server can choose where it speaks to, the page cannot.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from netwright.language import spoken
from netwright.services.run_models import RunSummary
from netwright.training.events import AlertEvent
from netwright.training.states import RESTING, RunState

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
PAUSES = (1.0, 5.0, 25.0)
"""Between the tries of one message."""
MAX_WAITING = 1000
MAX_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: ``run.ended`` with the run as its row in the table stands, or ``run.alert`` with the alert as well."""

    event: str
    summary: RunSummary
    alert: AlertEvent | None = None

    def to_json(self) -> dict[str, Any]:
        run = self.summary
        body: dict[str, Any] = {
            "event": self.event,
            "run": {
                "id": run.id,
                "name": run.name,
                "network": run.network_name,
                "state": run.state,
                "reason": run.reason,
                "message": None if run.message is None else spoken(run.message),
                "epoch": run.epoch,
                "epochs": run.epochs,
                "step": run.step,
                "last": run.last,
                "best": run.best,
            },
        }
        if self.alert is not None:
            alert = self.alert
            message = spoken(alert.message)
            body["alert"] = {"level": alert.level, "code": alert.code, "message": message, "node": alert.node}
        return body


class Webhook:
    """Posts notices to ``url``, one after the other; nobody waits for it, and what cannot be delivered is logged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._states: dict[str, RunState] = {}
        self._waiting: asyncio.Queue[Notice] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self, at_work: Iterable[str]) -> None:
        """``at_work`` are the runs that have not ended yet: they may end before they are seen at work by this process."""
        self._states |= dict.fromkeys(at_work, RunState.RUNNING)
        self._task = asyncio.create_task(self._work(), name="webhook")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def see(self, summary: RunSummary) -> None:
        """A run's newest summary: an end is told of when the run was seen before, at work."""
        before = self._states.pop(summary.id, None)
        self._states[summary.id] = summary.state
        while len(self._states) > MAX_RUNS:
            del self._states[next(iter(self._states))]
        if summary.state in RESTING and before is not None and before not in RESTING:
            self._put(Notice("run.ended", summary))

    def see_alert(self, summary: RunSummary, alert: AlertEvent) -> None:
        self._put(Notice("run.alert", summary, alert))

    def _put(self, notice: Notice) -> None:
        try:
            self._waiting.put_nowait(notice)
        except asyncio.QueueFull:
            log.warning("Webhook: %d messages wait; one more is left out.", MAX_WAITING)

    async def _work(self) -> None:
        import httpx

        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            while True:
                notice = await self._waiting.get()
                for pause in (*PAUSES, None):
                    try:
                        (await client.post(self._url, json=notice.to_json())).raise_for_status()
                        break
                    except httpx.HTTPError as error:
                        if pause is None:
                            log.warning(
                                "Webhook: %s of run %s was not delivered: %s", notice.event, notice.summary.id, error
                            )
                        else:
                            await asyncio.sleep(pause)
