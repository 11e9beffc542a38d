"""An executor that starts nothing, and workers that tests play themselves."""

from pathlib import Path
from typing import Any, Literal

from backend.store.rows import event
from netwright.executors.base import Executor, ExecutorError
from netwright.training.events import Event
from netwright.training.spec import AttemptSpec


class FakeExecutor(Executor):
    """Keeps what it was asked; a worker is ``run-attempt``, and lives until the test says otherwise."""

    def __init__(self) -> None:
        self.submitted: list[str] = []
        self.cancelled: list[tuple[str, bool]] = []
        self.dead: set[str] = set()
        self.refusal: str | None = None
        self.is_started = False

    def start(self) -> None:
        self.is_started = True

    def submit(self, run_folder: Path, attempt: int) -> str:
        if self.refusal is not None:
            raise ExecutorError(self.refusal)
        handle = f"{run_folder.name}-{attempt}"
        self.submitted.append(handle)
        return handle

    def poll(self, handle: str) -> Literal["alive", "gone"]:
        return "gone" if handle in self.dead else "alive"

    def cancel(self, handle: str, *, force: bool = False) -> None:
        self.cancelled.append((handle, force))
        if force:
            self.dead.add(handle)

    def close(self) -> None:
        self.is_started = False


class FakeWorker:
    """What a worker knows of its attempt, and the events it would send."""

    def __init__(self, runs_folder: Path, run: str, attempt: int = 1) -> None:
        self.folder = runs_folder / run
        self.spec = AttemptSpec.model_validate_json((self.folder / "attempts" / f"{attempt}.json").read_bytes())
        self.seq = 0

    def event(self, type_: str, **fields: Any) -> Event:
        self.seq += 1
        return event(type_, self.seq, attempt=self.spec.attempt, run=self.spec.run, **fields)

    def hello(self, **fields: Any) -> Event:
        defaults: dict[str, Any] = {
            "pid": 1,
            "device": "cpu",
            "versions": {"torch": "2"},
            "steps_per_epoch": 10,
            "total_steps": 50,
        }
        return self.event("hello", **defaults | fields)

    def metrics(self, *steps: int, **values: list[Any]) -> Event:
        return self.event(
            "metrics", epoch=1, steps=list(steps), values=values or {"train/loss": [1.0 / step for step in steps]}
        )

    def checkpoint(self, step: int, content: bytes = b"weights", kind: str = "last") -> Event:
        """Puts a file in place and tells of it."""
        import hashlib

        name = f"checkpoints/{kind}-{step}.safetensors"
        (self.folder / "checkpoints").mkdir(exist_ok=True)
        (self.folder / name).write_bytes(content)
        (self.folder / name).with_suffix(".json").write_text("{}")
        digest = hashlib.sha256(content).hexdigest()
        return self.event(
            "checkpoint", kind=kind, step=step, epoch=1, file=name, bytes=len(content), sha256=digest, metrics={}
        )

    def spool(self, *events: Event, partial: bytes = b"") -> None:
        """Appends ``events`` to the attempt's spool."""
        path = self.folder / "attempts" / f"{self.spec.attempt}.spool.jsonl"
        with path.open("ab") as file:
            file.writelines(each.model_dump_json(exclude={"cursor"}).encode() + b"\n" for each in events)
            file.write(partial)
