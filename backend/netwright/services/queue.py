"""The queue: which runs wait for which device, in which order, and how many a device trains at once."""

from collections import Counter

from netwright.language import say
from netwright.services.control_models import PausedRun, QueueDevice, QueuedRun, QueueMove, QueueRead, QueueSlots
from netwright.services.errors import ServiceError, not_found
from netwright.services.scheduler import Scheduler
from netwright.store.queue import list_waiting, put_at, read_slots, set_priority, set_slots
from netwright.store.runs import get_run, list_paused, taken_slots
from netwright.store.store import Session, Store
from netwright.training.devices import list_devices


class QueueService:
    def __init__(self, store: Store, scheduler: Scheduler) -> None:
        self._store, self._scheduler = store, scheduler

    async def read(self) -> QueueRead:
        return await self._store.read(_read)

    async def move(self, run_id: str, body: QueueMove) -> QueueRead:
        """Gives a waiting run another place or priority; asking twice is the same as once.

        Raises:
            ServiceError: ``not_found``; ``run_cannot_change``, it does not wait any more.
        """

        def write(session: Session) -> bool | None:
            if get_run(session, run_id) is None:
                return None
            is_waiting = body.priority is None or set_priority(session, run_id, body.priority)
            return is_waiting and (body.place is None or put_at(session, run_id, body.place))

        is_waiting = await self._store.write(write)
        if is_waiting is None:
            raise not_found("run")
        if not is_waiting:
            raise ServiceError("run_cannot_change", say("This run does not wait any more."))
        return await self.read()

    async def set_slots(self, body: QueueSlots) -> QueueRead:
        """How many runs the device trains at once; runs that train already go on."""
        await self._store.write(lambda session: set_slots(session, body.device, body.slots))
        self._scheduler.wake()
        return await self.read()


def _read(session: Session) -> QueueRead:
    slots, running = read_slots(session), Counter(taken_slots(session))
    places: Counter[str] = Counter()
    waiting = []
    for row in list_waiting(session):
        places[row.slot] += 1
        waiting.append(
            QueuedRun(id=row.id, name=row.name, device=row.slot, place=places[row.slot], priority=row.priority)
        )
    known = [each.id for each in list_devices()]
    devices = [*known, *sorted({*running, *places} - set(known))]
    paused = list_paused(session)

    def describe(device: str) -> QueueDevice:
        resting = [PausedRun(id=row.id, name=row.name) for row in paused if row.slot == device]
        return QueueDevice(device=device, slots=slots.get(device, 1), num_running=running[device], paused=resting)

    return QueueRead(
        devices=[describe(each) for each in devices],
        waiting=waiting,
    )
