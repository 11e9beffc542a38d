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
from netwright.training.initializers import INITIALIZERS
from netwright.training.learning_rate import LearningRate
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.options import learning_rate_curve, training_options
from netwright.training.parameter_groups import split_weights
from netwright.training.schedules import SCHEDULES, ReduceLROnPlateau
from pydantic import Field, ValidationError
from torch import nn


def test_options_when_listed_load_no_torch_and_describe_every_setting() -> None:
    code = (
        "import sys; from netwright.training.options import training_options; training_options();"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    options = training_options()
    every = (*options.losses, *options.optimizers, *options.schedules, *options.metrics)
    for option in (*every, *options.averagings, *options.initializers):
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


DEPARTURES = {("Muon", "adjust_lr_fn")}
"""Defaults that are not PyTorch's: one learning rate for Muon and the AdamW beside it needs steps of one size."""


@pytest.mark.parametrize("name", OPTIMIZERS.classes)
def test_optimizer_when_built_has_pytorch_s_defaults_and_moves_weights(name: str) -> None:
    chosen = OPTIMIZERS.get(name)
    torch_class = getattr(torch.optim, name)
    defaults = inspect.signature(torch_class).parameters
    for field, value in chosen.Params().model_dump().items():
        assert (name, field) in DEPARTURES or defaults[field].default == value, field
    weight = nn.Parameter(torch.ones(3, 2))
    optimizer = chosen.build(chosen.Params(), [weight])

    def compute() -> torch.Tensor:
        return weight.square().sum()

    compute().backward()  # type: ignore[no-untyped-call]
    optimizer.step(compute if chosen.needs_closure else None)  # type: ignore[arg-type]
    assert type(optimizer) is torch_class or type(optimizer) is chosen.helper()
    assert bool((weight < 1).all())
    # Of Adagrad PyTorch has a fused form for the CPU alone.
    assert chosen.is_fused == ("fused" in defaults and name != "Adagrad")
    assert chosen.has_foreach == ("foreach" in defaults)


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


@pytest.mark.parametrize("params", [{}, {"label_smoothing": 0.2}])
def test_loss_when_a_class_has_the_weight_0_is_pytorch_s_mean_or_0_where_nothing_counts(params: dict[str, Any]) -> None:
    torch.manual_seed(0)
    weight: list[Any] = [0.0, 2.0, 0.5]
    some, none = torch.tensor([0, 1, 2, 1]), torch.tensor([0, 0, 0, 0])
    settings = {"weight": weight, **params}
    scores = torch.randn(4, 3, requires_grad=True)
    loss = LOSSES.get("CrossEntropyLoss").build(LOSSES.params("CrossEntropyLoss", settings), "cpu")
    likelihood = LOSSES.get("NLLLoss").build(LOSSES.params("NLLLoss", {"weight": weight}), "cpu")
    factors = torch.tensor(weight)
    expected = nn.functional.cross_entropy(scores, some, factors, **params)
    assert loss(scores, some).item() == pytest.approx(expected.item())
    logs = scores.log_softmax(1)
    assert likelihood(logs, some).item() == pytest.approx(nn.functional.nll_loss(logs, some, factors).item())
    shares = torch.tensor([[0.5, 0.5, 0.0]] * 4)
    assert torch.equal(loss(scores, shares), nn.functional.cross_entropy(scores, shares, factors, **params))
    assert nn.functional.cross_entropy(scores, none, factors).isnan(), "what PyTorch makes of it"
    assert likelihood(logs, none).item() == 0
    nothing = loss(scores, none)
    nothing.backward()  # type: ignore[no-untyped-call]
    assert scores.grad is not None
    assert bool(scores.grad.isfinite().all())
    if not params:
        assert nothing.item() == 0
        assert not scores.grad.any()


@pytest.mark.parametrize("gamma", [0.0, 2.0, 3.5])
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_focal_loss_of_yes_or_no_when_computed_is_the_paper_s(gamma: float, alpha: float | None) -> None:
    torch.manual_seed(0)
    scores, labels = torch.randn(6, 3), torch.randint(0, 2, (6, 3))
    right = torch.where(labels == 1, scores.sigmoid(), 1 - scores.sigmoid())  # the paper's p_t
    factor = 1.0 if alpha is None else torch.where(labels == 1, alpha, 1 - alpha)  # and alpha_t
    wanted = (factor * -((1 - right) ** gamma) * right.log()).mean()
    focal = LOSSES.get("SigmoidFocalLoss")
    loss = focal.build(LOSSES.params("SigmoidFocalLoss", {"gamma": gamma, "alpha": alpha}), "cpu")
    assert loss(scores, labels.float()).item() == pytest.approx(wanted.item(), rel=1e-5)
    weight: list[Any] | None = None if alpha is None else [1 - alpha, alpha]
    of_classes = LOSSES.get("FocalLoss").build(LOSSES.params("FocalLoss", {"gamma": gamma, "weight": weight}), "cpu")
    one, classes = scores[:, :1], labels[:, 0]
    assert loss(one, classes).item() == pytest.approx(of_classes(one, classes).item(), rel=1e-5)


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
        ("SigmoidFocalLoss", "multilabel", 2, (2,)),
        ("SigmoidFocalLoss", "segmentation", 2, (1, 2)),
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


LR = torch.optim.lr_scheduler


@pytest.mark.parametrize(
    ("schedule", "build", "every"),
    [
        (
            {"type": "MultiStepLR", "params": {"milestones": [2, 5], "gamma": 0.3}},
            lambda o: LR.MultiStepLR(o, [2, 5], gamma=0.3),
            "epoch",
        ),
        ({"type": "ExponentialLR", "params": {"gamma": 0.7}}, lambda o: LR.ExponentialLR(o, 0.7), "epoch"),
        (
            {"type": "PolynomialLR", "params": {"total_iters": 5, "power": 2.0}},
            lambda o: LR.PolynomialLR(o, total_iters=25, power=2.0),
            "update",
        ),
        (
            {"type": "CosineAnnealingWarmRestarts", "params": {"T_0": 1, "T_mult": 2, "eta_min": 0.01}},
            lambda o: LR.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2, eta_min=0.01),
            "update",
        ),
        (
            {"type": "OneCycleLR"},
            lambda o: LR.OneCycleLR(o, max_lr=0.4, total_steps=35, cycle_momentum=False),
            "update",
        ),
        (
            {
                "type": "OneCycleLR",
                "params": {"max_lr": 1.5, "pct_start": 0.4, "three_phase": True, "anneal_strategy": "linear"},
            },
            lambda o: LR.OneCycleLR(
                o, 1.5, total_steps=35, pct_start=0.4, three_phase=True, anneal_strategy="linear", cycle_momentum=False
            ),
            "update",
        ),
    ],
    ids=["MultiStepLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "three phases"],
)
def test_schedule_when_followed_equals_pytorch_s_class(schedule: dict[str, Any], build: Any, every: str) -> None:
    found = rates(schedule, 7, 5)
    assert found == pytest.approx(torch_rates(build, 35, every=5 if every == "epoch" else 1), rel=1e-9, abs=1e-12)


def test_chain_when_followed_equals_pytorch_s_sequential_lr() -> None:
    chain = {
        "type": "StepLR",
        "params": {"step_size": 1, "gamma": 0.5},
        "chain": [
            {"type": "ExponentialLR", "params": {"gamma": 0.9}, "milestone": 3},
            {"type": "ConstantLR", "params": {"factor": 0.1}, "milestone": 6},
        ],
    }

    def build(optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
        parts = [
            LR.StepLR(optimizer, 1, gamma=0.5),
            LR.ExponentialLR(optimizer, 0.9),
            LR.ConstantLR(optimizer, factor=0.1, total_iters=100),
        ]
        return LR.SequentialLR(optimizer, parts, milestones=[3, 6])

    assert rates(chain, 8, 5) == pytest.approx(torch_rates(build, 40, every=5))


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize(("patience", "cooldown"), [(0, 0), (2, 0), (1, 2)])
def test_plateau_when_values_are_counted_cuts_as_pytorch_s_does(
    mode: Any, threshold_mode: Any, patience: int, cooldown: int
) -> None:
    values = torch.rand(60, generator=torch.Generator().manual_seed(3)).cumsum(0).cos().tolist()
    settings = {"patience": patience, "cooldown": cooldown, "factor": 0.5, "threshold": 0.05, "min_lr": 0.01}
    params = SCHEDULES.params("ReduceLROnPlateau", settings | {"mode": mode, "threshold_mode": threshold_mode})
    assert isinstance(params, ReduceLROnPlateau.Params)
    plateau = ReduceLROnPlateau.start(params)
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.4)
    theirs = LR.ReduceLROnPlateau(optimizer, mode=mode, threshold_mode=threshold_mode, **settings)  # type: ignore[arg-type]
    for value in values:
        plateau.update(value)
        theirs.step(value)
        found = ReduceLROnPlateau.cut(params, 0.4, plateau.num_cuts)
        assert found == pytest.approx(optimizer.param_groups[0]["lr"])
    assert plateau.num_cuts > 1


@pytest.mark.parametrize("name", INITIALIZERS.classes)
def test_initializer_when_used_is_pytorch_s_and_prints_itself(name: str) -> None:
    chosen = INITIALIZERS.get(name)
    known = inspect.signature(getattr(nn.init, name)).parameters
    assert set(chosen.Params.model_fields) <= set(known)
    params = chosen.Params()
    filled, expected, printed = (torch.empty(6, 4) for _ in range(3))
    for fill in (
        lambda: chosen.fill(filled, params),
        lambda: getattr(nn.init, name)(expected, **params.model_dump()),
        lambda: exec(chosen.source(params), {"nn": nn, "weight": printed}),  # noqa: S102  (what the registry prints)
    ):
        torch.manual_seed(7)
        fill()
    assert torch.equal(filled, expected)
    assert torch.equal(printed, expected)


def test_muon_when_built_takes_matrices_alone_and_leaves_the_rest_to_adamw() -> None:
    network = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 3), nn.LayerNorm(3), nn.Conv1d(3, 2, 1))
    chosen = OPTIMIZERS.get("Muon")
    built: Any = chosen.build(chosen.Params(), list(network.parameters()), network)
    muon, adamw = built.parts
    assert [id(weight) for weight in muon.param_groups[0]["params"]] == [id(network[1].weight)]
    assert len(adamw.param_groups[0]["params"]) == len(list(network.parameters())) - 1
    assert isinstance(muon, torch.optim.Muon)


def test_decay_when_norms_and_biases_are_spared_pulls_at_matrices_alone() -> None:
    network = nn.Sequential(nn.Linear(4, 3), nn.LayerNorm([3]), nn.PReLU(), nn.Linear(3, 2, bias=False))
    config = TrainingConfig.model_validate(
        {
            "optimizer": {"type": "SGD", "params": {"weight_decay": 0.1}},
            "no_decay_on_norms_and_biases": True,
            "parameter_groups": [{"nodes": ["3"], "lr_factor": 0.5, "weight_decay": 0.7}],
        }
    )
    groups = split_weights(config, network)
    decay = {id(weight): group.get("weight_decay", 0.1) for group in groups for weight in group["params"]}
    found = {name: decay[id(weight)] for name, weight in network.named_parameters()}
    assert found == {"0.weight": 0.1, "0.bias": 0, "1.weight": 0, "1.bias": 0, "2.weight": 0, "3.weight": 0.7}
    assert [group.get("lr_factor", 1.0) for group in groups] == [1.0, 1.0, 0.5]
