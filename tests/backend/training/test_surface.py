"""The decision boundary that a run tells: the network's own answers on a grid."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.data.base import Prepared, SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.events import EVENTS
from netwright.training.loop import train
from netwright.training.setup import Job
from netwright.training.surface import MAX_EVENTS, is_look_due
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any


def load_points(name: str) -> Prepared:
    return prepare(open_source(SourceSpec(type=name)).load(), DataConfig())


def test_surface_when_there_are_two_features_is_what_the_network_answers(make_job: MakeJob, recorder: Recorder) -> None:
    build = lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 2))  # noqa: E731
    job = make_job(data=load_points("moons"), build=build, epochs=3)
    train(job, recorder, Control())
    events = recorder.of("surface")
    assert [event["epoch"] for event in events] == [1, 2, 3]
    assert [len(event["points"]) for event in events] == [500, 0, 0]
    last = events[-1]
    (x_low, x_high), (y_low, y_high) = last["ranges"]
    size = last["size"]
    for column, row in ((0, 0), (size - 1, 0), (5, size - 1)):
        x = x_low + (x_high - x_low) * column / (size - 1)
        y = y_low + (y_high - y_low) * row / (size - 1)
        job.network.eval()
        scores = job.network(job.preprocess(torch.tensor([[x, y]])))[0].softmax(0)
        assert last["values"][row * size + column] == int(scores.argmax())
        assert last["confidence"][row * size + column] == pytest.approx(float(scores.max().detach()), abs=2e-3)
    inside = [x_low < x < x_high and y_low < y < y_high and target in {0, 1} for x, y, target in events[0]["points"]]
    assert all(inside)
    envelope = {"type": "surface", "run": "r", "attempt": 1, "seq": 1, "time": 0.0, "elapsed": 0.0}
    assert EVENTS.validate_python([envelope | events[0]])


def test_surface_when_there_is_one_feature_is_the_curve(make_job: MakeJob, recorder: Recorder) -> None:
    build = lambda: nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))  # noqa: E731
    config = {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["MeanAbsoluteError"], "epochs": 1}
    train(make_job(data=load_points("sine"), build=build, **config), recorder, Control())
    (event,) = recorder.of("surface")
    assert (event["features"], len(event["values"]), event["confidence"]) == (["x"], event["size"], [])


def test_surface_when_the_data_cannot_be_drawn_is_not_made(make_job: MakeJob, recorder: Recorder) -> None:
    train(make_job(epochs=1), recorder, Control())
    assert recorder.of("surface") == []


@pytest.mark.parametrize("epochs", [1, 5, 60, 1000, 12_345])
def test_surfaces_when_a_run_is_long_are_few_and_end_with_the_last(epochs: int) -> None:
    due = [epoch for epoch in range(1, epochs + 1) if is_look_due(epoch, epochs)]
    assert len(due) <= MAX_EVENTS + 1
    assert due[-1] == epochs
