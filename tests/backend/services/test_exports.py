"""Files that are made in a process of their own: once, kept, cleaned up, and every way it can go wrong."""

import asyncio
import io
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import onnx
import pytest
import torch
from backend.exchange.outgoing import material_of
from drawing import chain, image, node, scores
from netwright.exchange.formats import FORMATS
from netwright.graph.document import Document
from netwright.services import exports as module
from netwright.services.errors import ServiceError
from netwright.services.export_child import make
from netwright.services.export_order import Order
from netwright.services.exports import ExportService, to_read
from samples import SAMPLES

Scenario = Callable[[ExportService], Awaitable[None]]
READ_ORDER = "import sys, time; order = sys.stdin.readline(); target = sys.stdin.readline().rstrip(chr(10));"


def order_of(folder: Path, form: str = "onnx", drawn: Document | None = None) -> Order:
    material, _ = material_of(drawn or SAMPLES["split_block"](), folder)
    return Order(
        format=form,
        document=material.document,
        source=material.source,
        weights=str(material.weights),
        weights_sha256="0" * 64,
        metadata={"run": "r1"},
    )


def play(folder: Path, scenario: Scenario, *, child: str | None = None, timeout: float = 60.0) -> None:
    """Plays ``scenario`` on a service whose child is ``child``, a program after :data:`READ_ORDER`; None is the real one."""
    command = None if child is None else [sys.executable, "-c", READ_ORDER + child]

    async def run() -> None:
        service = ExportService(folder / "exports", timeout=timeout, command=command)
        await service.start()
        try:
            await scenario(service)
        finally:
            await service.close()

    asyncio.run(run())


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "exports").iterdir())


COUNTING = """
import pathlib; open(pathlib.Path(target).parents[2] / 'count', 'a').write('x')
time.sleep(0.2)
open(target, 'w').write('made')
print('{"stage": "exporting"}', flush=True)
print('{"is_over": true}', flush=True)
"""


def test_export_when_made_is_a_sound_file_and_says_its_stages(tmp_path: Path) -> None:
    async def scenario(service: ExportService) -> None:
        job = await service.order(order_of(tmp_path), "mine.onnx", "r1")
        seen = set()
        waiting = asyncio.create_task(service.finish(job))
        while not waiting.done():
            seen.add(job.stage)
            await asyncio.sleep(0.005)
        download = await waiting
        assert {"exporting", "checking"} <= seen
        onnx.checker.check_model(onnx.load(download.path), full_check=True)
        assert download.name == "mine.onnx"
        read = to_read(job)
        assert (read.state, read.bytes) == ("ready", download.path.stat().st_size)
        assert left_in(tmp_path) == [download.path.name]

    play(tmp_path, scenario)


def test_export_when_asked_for_twice_is_made_once_and_kept_over_a_restart(tmp_path: Path) -> None:
    order = order_of(tmp_path)

    async def scenario(service: ExportService) -> None:
        jobs = [await service.order(order, "a.onnx", "r1") for _ in range(2)]
        files = await asyncio.gather(*(service.finish(job) for job in jobs))
        assert {file.path.read_text() for file in files} == {"made"}

    for _ in range(2):
        play(tmp_path, scenario, child=COUNTING)
    assert (tmp_path / "count").read_text() == "x"


def test_export_when_anything_differs_is_another_file(tmp_path: Path) -> None:
    order = order_of(tmp_path)
    others = [
        order.model_copy(update={"weights_sha256": "1" * 64}),
        order.model_copy(update={"format": "exported"}),
        order.model_copy(update={"metadata": {"run": "r2"}}),
        order.model_copy(update={"seed": 1}),
    ]
    assert len({each.key() for each in (order, *others)}) == 5
    assert order.model_copy(update={"weights": "/elsewhere"}).key() == order.key()


def test_export_when_nobody_waits_any_more_is_finished_and_leaves_no_work(tmp_path: Path) -> None:
    async def scenario(service: ExportService) -> None:
        job = await service.order(order_of(tmp_path), "a.onnx", "r1")
        waiting = asyncio.create_task(service.finish(job))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await service.finish(job)).path.read_text() == "made"
        assert len(left_in(tmp_path)) == 1

    play(tmp_path, scenario, child=COUNTING)


def test_export_when_the_server_ends_is_given_up_with_its_process(tmp_path: Path) -> None:
    async def scenario(service: ExportService) -> None:
        await service.order(order_of(tmp_path), "a.onnx", "r1")
        deadline = time.monotonic() + 60
        while not (tmp_path / "pid").exists():
            assert time.monotonic() < deadline, "the process did not start"
            await asyncio.sleep(0.01)

    child = (
        f"import os; open('{tmp_path}/new', 'w').write(str(os.getpid())); os.rename('{tmp_path}/new', '{tmp_path}/pid');"
        "time.sleep(600)"
    )
    play(tmp_path, scenario, child=child)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert left_in(tmp_path) == []


def test_left_overs_when_the_server_starts_are_removed(tmp_path: Path) -> None:
    (tmp_path / "exports" / ".work-abc").mkdir(parents=True)
    (tmp_path / "exports" / ".work-abc" / "file.onnx").write_bytes(b"half")
    (tmp_path / "exports" / "r1-abc.onnx").write_bytes(b"whole")

    async def scenario(service: ExportService) -> None:
        assert left_in(tmp_path) == ["r1-abc.onnx"]
        await asyncio.to_thread(service.forget, "r1")
        assert left_in(tmp_path) == []

    play(tmp_path, scenario)


def test_kept_files_when_there_is_too_much_go_oldest_first_but_not_those_of_the_last_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_KEPT_BYTES", 25)
    folder = tmp_path / "exports"
    folder.mkdir()
    now = time.time()
    for name, age in (("oldest", 9000), ("old", 8000), ("new", 10), ("newest", 1)):
        (folder / name).write_bytes(b"x" * 10)
        os.utime(folder / name, (now - age, now - age))

    async def scenario(_: ExportService) -> None:
        assert left_in(tmp_path) == ["new", "newest"]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("child", "timeout", "code", "words"),
    [
        ("time.sleep(600)", 0.5, "export_failed", "not made within 0.00833 minutes"),
        ("import os; os.kill(os.getpid(), 9)", 60.0, "export_failed", "mostly memory ran out"),
        ("sys.exit(1)", 60.0, "export_failed", "ended with an error"),
        ("print('{\"is_over\": true}', flush=True)", 60.0, "disk_full", "cannot be written"),
    ],
)
def test_export_when_its_process_fails_says_so_and_can_be_asked_for_again(
    tmp_path: Path, child: str, timeout: float, code: str, words: str
) -> None:
    async def scenario(service: ExportService) -> None:
        order = order_of(tmp_path)
        job = await service.order(order, "a.onnx", "r1")
        with pytest.raises(ServiceError, match=words) as caught:
            await service.finish(job)
        assert caught.value.code == code == to_read(job).code
        assert to_read(job).state == "failed"
        assert left_in(tmp_path) == []
        assert (await service.order(order, "a.onnx", "r1")) is not job

    play(tmp_path, scenario, child=child, timeout=timeout)


def test_export_when_the_network_cannot_leave_names_the_node(tmp_path: Path) -> None:
    drawn = chain(
        image(2, 12, 12), node("pool: AdaptiveMaxPool2d", params={"output_size": 5}), node("flat: Flatten"), scores()
    )

    async def scenario(service: ExportService) -> None:
        job = await service.order(order_of(tmp_path, drawn=drawn), "a.onnx", "r1")
        with pytest.raises(ServiceError, match="no operation for `pool`") as caught:
            await service.finish(job)
        assert caught.value.code == "cannot_export"
        assert to_read(job).node == "pool"

    play(tmp_path, scenario)


@pytest.mark.parametrize("form", [name for name, each in FORMATS.items() if each.write and not each.needs_run])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_file_when_the_disk_is_full_is_said_to_be_too_much(tmp_path: Path, form: str) -> None:
    said = make(order_of(tmp_path, form), Path("/dev/full"), io.StringIO())
    assert said.code == "disk_full"
    assert "Make room" in said.message


def test_file_when_the_checkpoint_is_gone_says_so(tmp_path: Path) -> None:
    order = order_of(tmp_path).model_copy(update={"weights": str(tmp_path / "gone.safetensors")})
    said = make(order, tmp_path / "out.onnx", io.StringIO())
    assert (said.code, said.message) == ("checkpoint_damaged", "The file of this checkpoint is gone. Take another one.")


def test_network_when_exported_fresh_has_the_weights_of_its_seed(tmp_path: Path) -> None:
    drawn = SAMPLES["split_block"]()
    for seed in (3, 4):
        target = tmp_path / f"{seed}.pt2"
        said = make(Order(format="exported", document=drawn, seed=seed), target, io.StringIO())
        assert said.code is None, said.message
    weights = [torch.export.load(tmp_path / f"{seed}.pt2").state_dict for seed in (3, 4)]
    assert not all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    from netwright.compiler.module import build_network
    from netwright.compiler.source import to_source

    torch.manual_seed(3)
    want = build_network(to_source(drawn)).state_dict()
    assert all(torch.equal(weights[0][name], value) for name, value in want.items())
