"""How long a look before a run may take."""

import time
from pathlib import Path

import pytest
from drawing import chain, image, node, scores
from netwright.data.base import SourceSpec
from netwright.training.config import TrainingConfig
from netwright.training.preflight import READY_NAME
from netwright.training.spec import RunSpec
from netwright.worker import preflight


@pytest.mark.parametrize(("budget", "is_short"), [(-1.0, True), (60.0, False)])
def test_look_when_the_first_step_passes_the_limit_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: float, is_short: bool
) -> None:
    monkeypatch.setattr(preflight, "BUDGET_SECONDS", budget)
    drawn = chain(image(1, 8, 8), node("flat: Flatten"), node("head: Linear", params={"out_features": 10}), scores())
    training = TrainingConfig.model_validate({"device": "cpu", "precision": "float16"})
    spec = RunSpec(
        run="a", document=drawn, training=training, source=SourceSpec(type="digits"), versions={}, created=0.0
    )
    found = preflight.look(spec, tmp_path, time.monotonic())
    assert (tmp_path / READY_NAME).exists()
    assert found.sentence is None
    assert found.samples_per_second
    assert (found.num_steps == 1) == is_short
    assert (found.note is not None and "only 1 could be tried" in found.note) == is_short
    assert (found.largest_batch is None) == is_short
