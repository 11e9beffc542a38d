"""A step reads no number back from tensors, whatever is measured: on a GPU each such read would wait for the device.  Counted
here without one, by what a read asks of PyTorch; an average of the weights counts its updates beside the device, which would
count here and is left to ``test_cuda.py``."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.metrics import METRICS
from netwright.training.setup import Job
from torch.utils._python_dispatch import TorchDispatchMode

MakeJob = Callable[..., Job]

READS = {
    torch.ops.aten._local_scalar_dense.default,  # .item(), float(), int(), bool(), .tolist()
    torch.ops.aten.equal.default,
    torch.ops.aten.nonzero.default,  # its size is known only once it is computed; so with the others
    torch.ops.aten.masked_select.default,
    torch.ops.aten._unique2.default,
}
EVERY = [name for name, metric in METRICS.classes.items() if "classification" in metric.tasks]


class Reads(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types here
    """Counts what reads numbers back."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += func in READS
        return func(*args, **(kwargs or {}))


@pytest.fixture
def reads(make_job: MakeJob, make_recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, int]]:
    """``reads(batch_size, **job)``: steps of two epochs, and how often they and their validation read numbers back."""
    monkeypatch.setattr("netwright.training.reporting.REPORT_SECONDS", 3600.0)

    def count(batch_size: int, **job: Any) -> tuple[int, int]:
        recorder = make_recorder()
        made = make_job(f"b{batch_size}", device="cpu", epochs=2, **job)
        made.config = made.config.model_copy(update={"data": DataConfig(batch_size=batch_size)})
        with Reads() as counted:
            train(made, recorder, Control(), guard_on_device=True)
        return len(recorder.series("train/loss")), counted.count

    return count


def test_reads_are_counted() -> None:
    with Reads() as counted:
        torch.ones(3).sum().item()
        bool(torch.ones(1) > 0)
    assert counted.count == 2


@pytest.mark.parametrize(
    "learning",
    [
        {},
        {"gradient_clip_norm": 1.0, "l1": 0.001, "l2": 0.001},
        {"schedule": {"type": "OneCycleLR"}, "accumulate_steps": 2},
    ],
    ids=["plain", "clipped and penalised", "scheduled"],
)
def test_step_with_every_metric_reads_nothing_back(
    reads: Callable[..., tuple[int, int]], learning: dict[str, Any]
) -> None:
    assert len(EVERY) >= 10
    few_steps, few = reads(256, metrics=EVERY, **learning)
    many_steps, many = reads(32, metrics=EVERY, **learning)
    assert many_steps > 5 * few_steps
    assert many == few
