"""Queue, leases, lost workers, stops that need help, and a server that comes back."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from backend.services.conftest import Open, until
from backend.services.fakes import FakeExecutor, FakeWorker
from backend.store.rows import make_run
from netwright.services.errors import ServiceError
from netwright.services.run_models import RunSummary
from netwright.services.scheduler import Timing
from netwright.services.services import Services
from netwright.store.run_moves import stop_run
from netwright.store.runs import insert_run
from netwright.store.store import Session
from netwright.store.tables import AttemptRow
from netwright.training.events import Event, EventBatch, EventReply
from netwright.training.states import EndReason, RunState
from sqlalchemy import update

QUICK = Timing(tick=0.02, silence=0.1, long_silence=0.2, without_handle=0.3, before_terminate=0.1, before_kill=0.3)
RUN = "a" * 16


async def queue(services: Services, run_id: str = RUN, **changes: object) -> None:
    (services.settings.runs_folder / run_id).mkdir(parents=True)
    await services.store.write(lambda session: insert_run(session, make_run(run_id, **changes)))
    services.scheduler.wake()


async def read(services: Services, run_id: str = RUN) -> RunSummary:
    return next(each for each in await services.runs.list_all() if each.id == run_id)


async def send(services: Services, worker: FakeWorker, *events: Event) -> EventReply:
    batch = EventBatch(attempt=worker.spec.attempt, events=list(events))
    return await services.scheduler.ingest.take_batch(worker.spec.run, worker.spec.token, batch)


async def started(services: Services, executor: FakeExecutor, run_id: str = RUN, attempt: int = 1) -> FakeWorker:
    await until(lambda: f"{run_id}-{attempt}" in executor.submitted)
    return FakeWorker(services.settings.runs_folder, run_id, attempt)


def test_queue_when_a_device_has_one_slot_starts_one_run_after_the_other(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services() as services:
            await queue(services, "a" * 16, queued=1.0)
            await queue(services, "b" * 16, queued=2.0)
            await queue(services, "c" * 16, queued=3.0, slot="cuda:0")
            worker = await started(services, executor, "a" * 16)
            await started(services, executor, "c" * 16)
            assert (await read(services, "b" * 16)).state == RunState.QUEUED
            await send(services, worker, worker.hello(), worker.event("end", state="completed", reason="finished"))
            services.scheduler.wake()
            await started(services, executor, "b" * 16)

    asyncio.run(main())
    assert not executor.is_started


def test_start_when_no_worker_comes_up_fails_with_why(open_services: Open, executor: FakeExecutor) -> None:
    async def main() -> None:
        executor.refusal = "the fork server is gone"
        async with open_services() as services:
            await queue(services)

            async def is_failed() -> bool:
                return (await read(services)).state == RunState.FAILED

            await until(is_failed)
            assert "the fork server is gone" in ((await read(services)).message or "")

    asyncio.run(main())


def test_attempt_file_when_written_is_for_its_owner_only(open_services: Open, executor: FakeExecutor) -> None:
    async def main() -> None:
        async with open_services() as services:
            await queue(services)
            worker = await started(services, executor)
            path = worker.folder / "attempts" / "1.json"
            assert path.stat().st_mode & 0o777 == 0o600
            batch = EventBatch(attempt=1, events=[])
            with pytest.raises(ServiceError) as caught:
                await services.scheduler.ingest.take_batch(RUN, "wrong", batch)
            assert caught.value.code == "not_signed_in"
            assert worker.spec.token.encode() not in services.store.path.read_bytes()

    asyncio.run(main())


def test_worker_when_it_dies_is_lost_and_goes_on_from_the_last_checkpoint(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services(QUICK) as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello(), worker.metrics(1, 2), worker.checkpoint(2))
            # It dies with events on disk that were never sent, the last of them half written.
            sent = worker.seq
            worker.spool(*[worker.event("log", message="x")] * sent, worker.metrics(3))
            path = worker.folder / "attempts" / "1.spool.jsonl"
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(lines[:sent]))
            worker.seq = sent
            worker.spool(worker.metrics(3, 4), partial=b'{"type":"metr')
            executor.dead.add(f"{RUN}-1")
            second = await started(services, executor, attempt=2)
            assert second.spec.resume_from == "checkpoints/last-2.safetensors"
            await send(services, second, second.hello(resumed_from_step=2), second.metrics(3))
            run = await read(services)
            assert (run.state, run.attempt, run.step) == (RunState.RUNNING, 2, 3)
            found = await services.runs.metrics(RUN, None, 100)
            assert found.series[0].steps == [1, 2, 3]
            events = (await services.runs.events(RUN, 0, 1000)).events
            assert [each.cursor for each in events] == list(range(1, len(events) + 1))
            assert [each.state for each in events if each.type == "state"] == [RunState.LOST, RunState.QUEUED]
            assert [each.steps for each in events if each.type == "metrics"] == [[1, 2], [3, 4], [3]]
            with pytest.raises(ServiceError) as caught:
                await send(services, worker, worker.metrics(5))
            assert caught.value.code == "fenced"

    asyncio.run(main())


def test_worker_when_its_end_was_only_in_the_spool_has_ended_not_been_lost(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services(QUICK) as services:
            await queue(services)
            worker = await started(services, executor)
            worker.spool(worker.hello(), worker.event("end", state="completed", reason="early_stop"))
            executor.dead.add(f"{RUN}-1")

            async def is_over() -> bool:
                return (await read(services)).state == RunState.COMPLETED

            await until(is_over)
            assert (await read(services)).reason == EndReason.EARLY_STOP

    asyncio.run(main())


def test_worker_when_it_lives_but_cannot_reach_the_server_is_read_from_its_spool(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services(QUICK) as services:
            await queue(services)
            worker = await started(services, executor)
            worker.spool(worker.hello(), worker.metrics(1, 2, 3))

            async def is_known() -> bool:
                return (await read(services)).step == 3

            await until(is_known)
            assert (await read(services)).attempt == 1

    asyncio.run(main())


def test_worker_when_the_wall_clock_jumps_is_not_lost(
    open_services: Open, executor: FakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with open_services(Timing(tick=0.02, silence=30.0)) as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello())
            executor.dead.add(f"{RUN}-1")
            real = time.time()
            monkeypatch.setattr(time, "time", lambda: real + 10 * 365 * 86400.0)
            await services.scheduler.tick()
            monkeypatch.setattr(time, "time", lambda: 0.0)
            await services.scheduler.tick()
            assert (await read(services)).state == RunState.RUNNING

    asyncio.run(main())


def test_stop_when_the_worker_does_not_listen_sends_sigterm_then_sigkill(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services(QUICK) as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello())
            moved = await services.store.write(lambda session: stop_run(session, RUN))
            assert moved is not None
            assert [command.type for command in (await send(services, worker)).commands] == ["stop"]

            async def is_over() -> bool:
                return (await read(services)).state == RunState.STOPPED

            await until(is_over)
            assert executor.cancelled == [(f"{RUN}-1", False), (f"{RUN}-1", True)]
            assert (await read(services)).reason == EndReason.STOPPED_BY_USER

    asyncio.run(main())


def test_server_when_it_restarts_takes_up_living_workers_and_notices_dead_ones(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services() as services:
            await queue(services)
            await queue(services, "b" * 16, slot="cuda:0")
            living = await started(services, executor)
            dying = await started(services, executor, "b" * 16)
            await send(services, living, living.hello(), living.metrics(1))
            await send(services, dying, dying.hello())
        living.spool(*[living.event("log", message="while the server was away")])
        executor.dead.add(f"{'b' * 16}-1")
        async with open_services(QUICK) as services:
            await send(services, living, living.event("log", message="again"))
            second = await started(services, executor, "b" * 16, attempt=2)
            assert second.spec.resume_from is None
            assert executor.submitted.count(f"{RUN}-1") == 1
            assert f"{RUN}-2" not in executor.submitted
            assert (await read(services)).state == RunState.RUNNING

    asyncio.run(main())


def test_server_when_it_died_between_row_and_handle_waits_for_the_worker_to_speak(
    open_services: Open, executor: FakeExecutor, tmp_path: Path
) -> None:
    async def main() -> None:
        async with open_services() as services:
            await queue(services)
            worker = await started(services, executor)
            await services.store.write(_forget_handle)
        async with open_services(Timing(tick=0.02, silence=0.05, without_handle=30.0)) as services:
            await asyncio.sleep(0.2)
            await send(services, worker, worker.hello())
            assert (await read(services)).state == RunState.RUNNING
            assert (await read(services)).attempt == 1

    asyncio.run(main())
    assert json.loads((tmp_path / "runs" / RUN / "attempts" / "1.json").read_text())["attempt"] == 1


def _forget_handle(session: Session) -> None:
    session.execute(update(AttemptRow).values(handle=None))


def test_close_when_workers_end_with_the_server_waits_for_what_they_save_and_queues_their_runs(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services(stop_seconds=30) as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello(), worker.metrics(1, 2))

            async def end() -> None:
                """The worker: told to end, it leaves a checkpoint that only its spool tells of, and is gone."""
                await until(lambda: executor.cancelled == [(f"{RUN}-1", False)])
                sent = worker.seq
                worker.seq = 0
                worker.spool(worker.hello(), worker.metrics(1, 2))
                assert worker.seq == sent
                worker.spool(worker.metrics(3), worker.checkpoint(3))
                executor.dead.add(f"{RUN}-1")

            ending = asyncio.create_task(end())
        await ending
        async with open_services() as services:
            run = await read(services)
            assert (run.state, run.step) in {(RunState.QUEUED, 3), (RunState.STARTING, 3)}
            second = await started(services, executor, attempt=2)
            assert second.spec.resume_from == "checkpoints/last-3.safetensors"
            events = (await services.runs.events(RUN, 0, 100)).events
            assert [each.state for each in events if each.type == "state"] == [RunState.QUEUED]

    asyncio.run(main())


def test_close_when_a_worker_does_not_end_in_time_leaves_it_to_the_next_server(
    open_services: Open, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with open_services(stop_seconds=4.1) as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello())
        assert "did not end within" in caplog.text
        executor.dead.add(f"{RUN}-1")
        async with open_services(QUICK):
            await started(services, executor, attempt=2)

    asyncio.run(main())


def test_close_when_workers_outlive_the_server_says_nothing_to_them(
    open_services: Open, executor: FakeExecutor
) -> None:
    async def main() -> None:
        async with open_services() as services:
            await queue(services)
            worker = await started(services, executor)
            await send(services, worker, worker.hello())
        assert executor.cancelled == []

    asyncio.run(main())
