"""Losses, optimizers and schedules are PyTorch's: names, defaults, numbers.  The registries are the test lists."""

import inspect
import subprocess
import sys
from typing import Any

import pytest
import torch
from netwright.data.base import Task
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry, UnknownChoiceError
from netwright.training.config import TrainingConfig
from netwright.training.learning_rate import LearningRate
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.options import learning_rate_curve, training_options
from pydantic import Field, ValidationError
from torch import nn


def test_options_when_listed_load_no_torch_and_describe_every_setting() -> None:
    code = (
        "import sys; from netwright.training.options import training_options; training_options();"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    options = training_options()
    for option in (*options.losses, *options.optimizers, *options.schedules, *options.metrics):
        for name, schema in option.params_schema["properties"].items():
            assert schema["description"], f"{option.type}.{name}"
            assert "default" in schema, f"{option.type}.{name}"


def test_registered_choice_when_a_setting_is_undescribed_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Params lacks descriptions of: lr"):

        class Bad(RegisteredChoice):
            type = title = description = "Bad"

            class Params(ChoiceParams):
                lr: float = Field(default=0.1)

    with pytest.raises(TypeError, match="lacks `title`"):

        class Worse(RegisteredChoice):
            type = "Worse"


def test_registry_when_the_type_is_unknown_names_what_exists() -> None:
    with pytest.raises(UnknownChoiceError, match="There are: SGD, Adam, AdamW, NAdam"):
        OPTIMIZERS.get("Adamm")
    assert isinstance(LOSSES, Registry)


@pytest.mark.parametrize("name", OPTIMIZERS.classes)
def test_optimizer_when_built_has_pytorch_s_defaults_and_moves_weights(name: str) -> None:
    chosen = OPTIMIZERS.get(name)
    torch_class = getattr(torch.optim, name)
    defaults = inspect.signature(torch_class).parameters
    for field, value in chosen.Params().model_dump().items():
        assert defaults[field].default == value, field
    weight = nn.Parameter(torch.ones(3))
    optimizer = chosen.build(chosen.Params(), [weight])
    weight.sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    assert type(optimizer) is torch_class
    assert bool((weight < 1).all())
    assert chosen.is_fused == ("fused" in defaults)


@pytest.mark.parametrize(
    ("name", "params", "field"),
    [
        ("SGD", {"lr": -1.0}, "lr"),
        ("SGD", {"nesterov": True}, ""),
        ("Adam", {"betas": [0.9, 1.0]}, "betas"),
        ("AdamW", {"learning_rate": 1.0}, "learning_rate"),
        ("RMSprop", {"alpha": True}, "alpha"),
    ],
)
def test_optimizer_params_when_wrong_are_refused_at_their_field(name: str, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OPTIMIZERS.params(name, params)
    assert ".".join(str(part) for part in caught.value.errors()[0]["loc"]).startswith(field)


@pytest.mark.parametrize(
    ("name", "params", "outputs", "targets", "expected"),
    [
        ("CrossEntropyLoss", {"label_smoothing": 0.1}, "scores", "classes", nn.CrossEntropyLoss(label_smoothing=0.1)),
        (
            "CrossEntropyLoss",
            {"weight": [1.0, 2.0, 3.0]},
            "scores",
            "classes",
            nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0])),
        ),
        ("MSELoss", {}, "scores", "values", nn.MSELoss()),
        ("L1Loss", {}, "scores", "values", nn.L1Loss()),
    ],
)
def test_loss_when_computed_equals_pytorch_s_module(
    name: str, params: dict[str, Any], outputs: str, targets: str, expected: nn.Module
) -> None:
    torch.manual_seed(0)
    data = {
        "scores": torch.randn(5, 3),
        "classes": torch.randint(0, 3, (5,)),
        "values": torch.randn(5, 3),
    }
    loss = LOSSES.get(name).build(LOSSES.params(name, params), "cpu")
    assert torch.equal(loss(data[outputs], data[targets]), expected(data[outputs], data[targets]))


def test_loss_when_targets_are_classes_is_fitted_to_the_scores() -> None:
    torch.manual_seed(0)
    classes, one, three = torch.tensor([0, 1, 1]), torch.randn(3, 1), torch.randn(3, 3)
    binary = LOSSES.get("BCEWithLogitsLoss").build(LOSSES.params("BCEWithLogitsLoss", {"pos_weight": 2.0}), "cpu")
    expected = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))
    assert torch.equal(binary(one, classes), expected(one, classes.float().view(3, 1)))
    assert torch.equal(binary(three, classes), expected(three, nn.functional.one_hot(classes, 3).float()))
    squared = LOSSES.get("MSELoss").build(LOSSES.params("MSELoss", {}), "cpu")
    assert torch.equal(squared(three, classes), nn.MSELoss()(three, nn.functional.one_hot(classes, 3).float()))


def test_hinge_loss_when_computed_equals_its_formula() -> None:
    hinge = LOSSES.get("HingeLoss").build(LOSSES.params("HingeLoss", {}), "cpu")
    scores, classes = torch.tensor([[2.0], [-0.5], [0.25]]), torch.tensor([1, 1, 0])
    assert hinge(scores, classes).item() == pytest.approx((0 + 1.5 + 1.25) / 3)


@pytest.mark.parametrize(
    ("name", "task", "num_outputs", "allowed"),
    [
        ("PerceptronLoss", "classification", 2, (1,)),
        ("HingeLoss", "classification", 3, ()),
        ("CrossEntropyLoss", "classification", 10, (10,)),
        ("BCEWithLogitsLoss", "classification", 2, (1, 2)),
        ("BCEWithLogitsLoss", "classification", 3, (3,)),
        ("MSELoss", "regression", 2, (2,)),
        ("MSELoss", "classification", 2, (2, 1)),
    ],
)
def test_loss_when_asked_says_how_many_outputs_it_takes(
    name: str, task: Task, num_outputs: int, allowed: tuple[int, ...]
) -> None:
    assert LOSSES.get(name).allowed_outputs(task, num_outputs) == allowed


def rates(schedule: dict[str, Any], epochs: int, steps_per_epoch: int) -> list[float]:
    config = TrainingConfig.model_validate(
        {"epochs": epochs, "schedule": schedule, "optimizer": {"type": "SGD", "params": {"lr": 0.4}}}
    )
    rate = LearningRate.from_config(config, steps_per_epoch)
    return [rate.at(step) for step in range(1, epochs * steps_per_epoch + 1)]


def torch_rates(build: Any, num_steps: int, every: int) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.4)
    scheduler = build(optimizer)
    found = []
    for step in range(1, num_steps + 1):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step % every == 0:
            scheduler.step()
    return found


def test_step_schedule_when_followed_equals_pytorch_s() -> None:
    found = rates({"type": "StepLR", "params": {"step_size": 2, "gamma": 0.3}}, 7, 5)
    assert found == pytest.approx(
        torch_rates(lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=2, gamma=0.3), 35, every=5)
    )


def test_cosine_schedule_when_followed_equals_pytorch_s() -> None:
    found = rates({"type": "CosineAnnealingLR", "params": {"eta_min": 0.01}}, 4, 10)
    expected = torch_rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=40, eta_min=0.01), 40, every=1)
    assert found == pytest.approx(expected)


def test_warmup_when_set_rises_linearly_to_the_learning_rate() -> None:
    found = rates({"type": "ConstantLR", "warmup_steps": 4}, 2, 5)
    assert found == pytest.approx([0.1, 0.2, 0.3, 0.4, *[0.4] * 6])


def test_curve_when_the_run_is_long_has_first_and_last_step_and_few_points() -> None:
    config = TrainingConfig.model_validate({"epochs": 10, "schedule": {"type": "CosineAnnealingLR"}})
    steps, values = learning_rate_curve(config, 100_000)
    assert (steps[0], steps[-1], len(steps)) == (1, 100_000, 400)
    assert values[0] == 0.001
    assert values == sorted(values, reverse=True)
    assert learning_rate_curve(config, 10)[0] == list(range(1, 11))
