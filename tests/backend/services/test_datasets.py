"""The datasets' service on a real store and a real folder: uploads, corrections, downloads, deletions."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from backend.data.archives import pack, two_classes
from backend.data.mirrors import Mirror, files_of, serve
from backend.store.rows import insert
from netwright.data.base import DataError, Progress, SourceSpec
from netwright.data.facts import Facts
from netwright.data.mnist import Mnist
from netwright.services import datasets as module
from netwright.services.dataset_models import DatasetRead, DatasetUpdate
from netwright.services.datasets import DatasetService
from netwright.services.errors import ServiceError
from netwright.store.store import Store
from netwright.training.states import RunState

TABLE = "age,town,label\n" + "".join(f"{20 + row % 50},{'ab'[row % 2]},{row % 3}\n" for row in range(60))


async def stream(data: bytes | str, size: int = 1000) -> AsyncIterator[bytes]:
    encoded = data.encode() if isinstance(data, str) else data
    for start in range(0, len(encoded), size):
        yield encoded[start : start + size]


def run(home: Path, scenario: Callable[[DatasetService, Store], Awaitable[None]]) -> None:
    """Plays ``scenario`` on a service that starts and closes as in the server."""

    async def play() -> None:
        store = Store(f"sqlite:///{home / 'netwright.db'}")
        service = DatasetService(store, home)
        try:
            await service.start()
            await scenario(service, store)
        finally:
            await service.close()
            store.close()

    asyncio.run(play())


def uploads(home: Path) -> list[str]:
    folder = home / "data" / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


async def wait_for(service: DatasetService, dataset_id: str, *states: str) -> DatasetRead:
    for _ in range(3000):
        if (dataset := await service.read(dataset_id)).state in states:
            return dataset
        await asyncio.sleep(0.01)
    raise AssertionError(f"{dataset_id} is not {states} after 30 s")


def test_list_when_nothing_is_uploaded_holds_the_built_ins(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        listed = {dataset.id: dataset for dataset in await service.list_all()}
        ready = {name for name, dataset in listed.items() if dataset.state == "ready"}
        assert {"digits", "iris", "wine", "breast_cancer", "diabetes", "two_clusters", "sine"} <= ready
        assert {name for name, dataset in listed.items() if dataset.state == "missing"} == {
            "mnist",
            "fashion_mnist",
            "cifar10",
            "cifar100",
            "cora",
            "sms_spam",
        }
        assert listed["digits"].input_shape == [1, 8, 8]
        assert all(dataset.is_built_in and dataset.citation for dataset in listed.values())

    run(tmp_path, scenario)


def test_list_when_asked_for_loads_neither_torch_nor_scikit_learn(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from netwright.services.datasets import DatasetService
from netwright.store.store import Store
home = Path({str(tmp_path)!r})
store = Store(f"sqlite:///{{home / 'netwright.db'}}")
service = DatasetService(store, home)
asyncio.run(service.list_all())
asyncio.run(service.preview("iris"))
store.close()
print(sorted({{"torch", "sklearn", "pandas"}} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert result.stdout.strip() == "[]"


def test_table_when_uploaded_is_described_kept_and_resolved(tmp_path: Path) -> None:
    ids: list[str] = []

    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(TABLE), "C:\\data\\../people.csv", None)
        ids.append(created.id)
        assert (created.state, created.title, created.type, created.kind) == ("ready", "people", "csv", "table")
        assert (created.num_samples, created.input_shape, created.classes) == (60, [3], ["0", "1", "2"])
        assert created.columns[2].role == "target"
        spec = await service.resolve_source(created.id)
        assert (spec.type, spec.path) == ("csv", str(tmp_path / "data" / "uploads" / created.id))

    async def after_restart(service: DatasetService, _store: Store) -> None:
        assert (await service.list_all())[-1].id == ids[0]
        again = await service.read(ids[0])
        assert (again.state, again.title, again.num_samples) == ("ready", "people", 60)
        preview = await service.preview(ids[0])
        assert preview.header == ["age", "town", "label"]
        assert preview.rows[0] == ["20", "a", "0"]
        assert [(item.name, item.count) for item in preview.balance] == [("0", 20), ("1", 20), ("2", 20)]
        assert [histogram.name for histogram in preview.histograms] == ["age"]

    run(tmp_path, scenario)
    run(tmp_path, after_restart)


def test_table_when_read_as_another_kind_is_described_anew(tmp_path: Path) -> None:
    rows = "text,label\n" + "".join(f"a message of number {row},{'ab'[row % 2]}\n" for row in range(40))
    ids: list[str] = []

    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(rows), "messages.csv", None)
        ids.append(created.id)
        assert (created.type, created.kind, created.input_dtype) == ("text_table", "text", "int64")
        assert [way.type for way in created.read_as] == ["csv", "text_table", "time_series"]
        preview = await service.preview(created.id)
        assert preview.texts[0].tokens == ["a", "message", "of", "number", "0"]
        assert 1 not in preview.texts[0].indices
        # As a table there is nothing to learn from: it stays what it was.
        with pytest.raises(DataError, match="no column is left to learn from"):
            await service.update(created.id, DatasetUpdate(type="csv"))
        with pytest.raises(DataError, match="cannot be read as image_folder"):
            await service.update(created.id, DatasetUpdate(type="image_folder"))
        assert (await service.read(created.id)).type == "text_table"
        numbers = await service.create(stream(TABLE), "people.csv", None)
        changed = await service.update(numbers.id, DatasetUpdate(type="time_series", options={"window": 4}))
        assert (changed.type, changed.kind, changed.splits) == ("time_series", "series", ["time"])
        ids.append(numbers.id)

    async def after_restart(service: DatasetService, _store: Store) -> None:
        assert (await service.read(ids[1])).kind == "series"
        assert (await service.resolve_source(ids[1])).type == "time_series"
        curves = (await service.preview(ids[1])).series
        assert len(curves[0].channels[0]) == 4
        assert curves[0].future

    run(tmp_path, scenario)
    run(tmp_path, after_restart)


def test_pictures_when_uploaded_are_described_and_previewed(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(pack(two_classes())), "pets.zip", "My pets")
        assert (created.state, created.title, created.type) == ("ready", "My pets", "image_folder")
        assert (created.num_samples, created.input_shape, created.classes) == (8, [3, 8, 12], ["cat", "dog"])
        preview = await service.preview(created.id)
        assert [picture.label for picture in preview.pictures] == ["cat"] * 4 + ["dog"] * 4
        assert preview.pictures[0].data.startswith("data:image/png;base64,")
        changed = await service.update(created.id, DatasetUpdate(options={"image_size": [4, 4], "color": "grey"}))
        assert changed.input_shape == [1, 4, 4]

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "people.csv is empty"),
        (b"a,b\n1,2\n1,2,3\n", "people.csv, line 3"),
        (b"\x89PNG\r\n\x1a\n", "is a single picture"),
        (b"\x80\x04\x95", "a Python pickle, which can run code"),
        (b"MZ\x90\x00\x03\x00", "neither text nor a ZIP: byte 3 is zero"),
        (pack({"../x/a.png": b"", "y/b.png": b""}), "points outside of the archive"),
        (pack(two_classes() | {"cat/bad.png": b"no picture"}), "cat/bad.png"),
    ],
)
def test_upload_when_refused_leaves_nothing_behind(tmp_path: Path, data: bytes, message: str) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        before = await service.list_all()
        with pytest.raises(DataError, match=message):
            await service.create(stream(data), "people.csv", None)
        assert await service.list_all() == before
        assert uploads(tmp_path) == []

    run(tmp_path, scenario)


def test_upload_when_the_connection_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a,b\n1,2\n"
        raise ConnectionResetError

    async def scenario(service: DatasetService, _store: Store) -> None:
        with pytest.raises(ConnectionResetError):
            await service.create(broken(), "people.csv", None)
        assert uploads(tmp_path) == []

    run(tmp_path, scenario)


def test_upload_when_larger_than_the_limit_is_refused_while_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_UPLOAD_BYTES", 4096)
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(1024)

    async def scenario(service: DatasetService, _store: Store) -> None:
        with pytest.raises(DataError, match="larger than 4 KiB, the limit") as caught:
            await service.create(endless(), "people.csv", None)
        assert caught.value.code == "too_large"
        assert taken == 5
        assert uploads(tmp_path) == []

    run(tmp_path, scenario)


def test_cell_when_no_number_keeps_the_set_from_being_used_until_corrected(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(TABLE.replace("23,b", "old,b")), "people.csv", None)
        assert created.state == "failed"
        assert created.problem is not None
        assert (created.problem.field, created.problem.values["line"]) == ("age", 5)
        assert "people.csv, line 5, column age: 'old' is not a number" in created.problem.message
        with pytest.raises(ServiceError, match="line 5") as caught:
            await service.resolve_source(created.id)
        assert caught.value.code == "not_ready"
        corrected = await service.update(created.id, DatasetUpdate(options={"missing_marks": ["old"]}))
        assert (corrected.state, corrected.problem) == ("ready", None)
        assert corrected.columns[0].num_missing == 2
        assert (await service.resolve_source(created.id)).options == {"missing_marks": ["old"]}

    run(tmp_path, scenario)


def test_options_when_they_do_not_fit_change_nothing(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(TABLE), "people.csv", None)
        with pytest.raises(DataError, match="has no column wealth"):
            await service.update(created.id, DatasetUpdate(options={"target": "wealth"}))
        assert await service.read(created.id) == created
        renamed = await service.update(created.id, DatasetUpdate(title="Neighbours"))
        assert renamed.title == "Neighbours"
        changed = await service.update(created.id, DatasetUpdate(options={"target": "town"}))
        assert (changed.classes, changed.title, changed.options) == (["a", "b"], "Neighbours", {"target": "town"})

    run(tmp_path, scenario)


def hold_preparation(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nobody waits for a set to be prepared, and none is before the event is set."""
    may_go_on = threading.Event()
    prepare = module._prepare_files

    def held(spec: SourceSpec, progress: Progress) -> Facts:
        assert may_go_on.wait(60)
        return prepare(spec, progress)

    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(module, "_prepare_files", held)
    return may_go_on


def test_set_when_slow_to_prepare_answers_at_once_and_shows_its_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = hold_preparation(monkeypatch)

    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(pack(two_classes())), "pets.zip", None)
        assert created.state == "preparing"
        with pytest.raises(ServiceError, match="still being prepared"):
            await service.resolve_source(created.id)
        may_go_on.set()
        ready = await wait_for(service, created.id, "ready")
        assert ready.num_samples == 8

    run(tmp_path, scenario)


def test_set_when_it_fails_after_the_answer_says_why_and_can_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = hold_preparation(monkeypatch)

    async def scenario(service: DatasetService, _store: Store) -> None:
        created = await service.create(stream(pack(two_classes() | {"cat/bad.png": b"x"})), "pets.zip", None)
        may_go_on.set()
        failed = await wait_for(service, created.id, "failed")
        assert failed.problem is not None
        assert "cat/bad.png" in failed.problem.message
        await service.delete(created.id)
        assert uploads(tmp_path) == []

    run(tmp_path, scenario)


def test_set_when_the_server_stopped_while_preparing_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids: list[str] = []
    may_go_on = threading.Event()
    real = module._prepare_files

    def slow(*arguments: object) -> object:
        may_go_on.wait(60)
        arguments[1](0, 1)  # type: ignore[operator]  # the report of progress, which ends a job called off
        return real(*arguments)  # type: ignore[arg-type]  # passed on as they came

    async def stopped(service: DatasetService, _store: Store) -> None:
        ids.append((await service.create(stream(TABLE), "people.csv", None)).id)
        for preparation in service._preparations.values():
            preparation.job.cancel()
        may_go_on.set()

    async def scenario(service: DatasetService, _store: Store) -> None:
        assert (await wait_for(service, ids[0], "ready")).num_samples == 60

    with monkeypatch.context() as patched:
        patched.setattr(module, "PATIENCE_SECONDS", 0.0)
        patched.setattr(module, "_prepare_files", slow)
        run(tmp_path, stopped)
    run(tmp_path, scenario)


def test_start_when_an_upload_was_broken_off_clears_what_it_left(tmp_path: Path) -> None:
    (tmp_path / "data" / "uploads" / "abc").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "abc" / "original").write_bytes(b"half")
    (tmp_path / "data" / "mnist").mkdir()
    (tmp_path / "data" / "mnist" / "a.gz.import").write_bytes(b"half")

    async def scenario(_service: DatasetService, _store: Store) -> None:
        assert uploads(tmp_path) == []
        assert list((tmp_path / "data" / "mnist").iterdir()) == []

    run(tmp_path, scenario)


def test_delete_when_a_run_trains_on_the_set_is_refused(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, store: Store) -> None:
        created = await service.create(stream(TABLE), "people.csv", None)
        insert(store, data_source=created.id, state=RunState.RUNNING)
        with pytest.raises(ServiceError, match="trains on people") as caught:
            await service.delete(created.id)
        assert caught.value.code == "in_use"
        other = await service.create(stream(TABLE), "others.csv", None)
        insert(store, "run0000000000001", data_source=other.id, state=RunState.COMPLETED)
        await service.delete(other.id)
        assert uploads(tmp_path) == [created.id]
        with pytest.raises(ServiceError) as gone:
            await service.read(other.id)
        assert gone.value.code == "not_found"

    run(tmp_path, scenario)


def test_built_in_when_changed_or_deleted_is_refused(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        for attempt in (service.update("iris", DatasetUpdate(title="x")), service.delete("iris")):
            with pytest.raises(ServiceError) as caught:
                await attempt
            assert caught.value.code == "invalid_request"

    run(tmp_path, scenario)


def small_mnist() -> dict[str, bytes]:
    """Four files that only their names and sums make MNIST."""
    return {file.name: file.name.encode() * 1000 for file in Mnist.files}


def test_download_when_started_shows_progress_and_ends_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = small_mnist()
    monkeypatch.setattr(Mnist, "files", files_of(content))

    async def scenario(service: DatasetService, _store: Store) -> None:
        with serve(Mirror(content)) as mirror:
            monkeypatch.setattr(Mnist, "mirrors", (mirror.url,))
            assert (await service.download("mnist")).state == "downloading"
            assert (await service.download("mnist")).state == "downloading"
            assert (await wait_for(service, "mnist", "ready")).progress is None
            assert len(mirror.requests) == 4
        assert (await service.download("digits")).state == "ready"

    run(tmp_path, scenario)
    assert {path.name: path.read_bytes() for path in (tmp_path / "data" / "mnist").iterdir()} == content


def test_download_when_no_mirror_answers_says_so_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mnist, "mirrors", ("http://127.0.0.1:1/",))
    monkeypatch.setattr("netwright.data.download.ROUNDS", 1)

    async def scenario(service: DatasetService, _store: Store) -> None:
        await service.download("mnist")
        failed = await wait_for(service, "mnist", "failed")
        assert failed.problem is not None
        assert "could not be downloaded from any mirror" in failed.problem.message
        assert (await service.download("mnist")).state == "downloading"

    run(tmp_path, scenario)


def test_files_when_imported_one_by_one_make_the_set_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = small_mnist()
    monkeypatch.setattr(Mnist, "files", files_of(content))

    async def scenario(service: DatasetService, _store: Store) -> None:
        names = list(content)
        with pytest.raises(DataError, match="its SHA-256 differs"):
            await service.import_file("mnist", names[0], stream(content[names[1]][: len(content[names[0]])]))
        with pytest.raises(DataError, match="larger than"):
            await service.import_file("mnist", names[0], stream(content[names[0]] + b"x"))
        with pytest.raises(ServiceError, match=r"no file of this name; its files are train-images") as caught:
            await service.import_file("mnist", "../evil", stream(b"x"))
        assert caught.value.code == "not_found"
        assert list((tmp_path / "data" / "mnist").iterdir()) == []
        states = [(await service.import_file("mnist", name, stream(content[name]))).state for name in names]
        assert states == ["missing"] * 3 + ["ready"]
        assert (await service.resolve_source("mnist")).path == str(tmp_path / "data" / "mnist")

    run(tmp_path, scenario)


def test_source_when_not_there_yet_says_what_to_do(tmp_path: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        with pytest.raises(ServiceError, match="Download it on the Data page") as caught:
            await service.resolve_source("mnist")
        assert caught.value.code == "not_ready"
        with pytest.raises(ServiceError, match="no such dataset"):
            await service.resolve_source("nothing")

    run(tmp_path, scenario)


@pytest.mark.shared_data
def test_real_mnist_when_imported_is_previewed(tmp_path: Path, shared_data: Path) -> None:
    async def scenario(service: DatasetService, _store: Store) -> None:
        for file in Mnist.files:
            await service.import_file(
                "mnist", file.name, stream((shared_data / "mnist" / file.name).read_bytes(), 1 << 16)
            )
        preview = await service.preview("mnist")
        assert sum(item.count for item in preview.balance) == 60_000
        assert len(preview.pictures) == 50
        assert preview.value_range == (0.0, 255.0)

    run(tmp_path, scenario)
