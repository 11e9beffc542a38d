"""A run's project, trained in a Python that may not import Netwright, has the run's own losses to the last bit."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.data.base import DataError, SourceSpec
from netwright.data.graphs import GraphPart
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.graph.document import Document
from netwright.graph.io import graph_hash
from netwright.graph.model import Model
from netwright.services.export_order import Record
from netwright.services.export_project import write_initial
from netwright.training.answers import Answers
from netwright.training.checkpoints import CheckpointFolder, file_record
from netwright.training.choices import Registry
from netwright.training.compiling import check_compiler
from netwright.training.config import (
    CheckpointConfig,
    DataConfig,
    EarlyStoppingConfig,
    InitializationConfig,
    NextScheduleConfig,
    ObjectiveConfig,
    ParameterGroupConfig,
    ScheduleConfig,
    SplitConfig,
    TrainingConfig,
)
from netwright.training.control import Control
from netwright.training.events import SetCommand
from netwright.training.jobs import build_job
from netwright.training.learning_rate import LearningRate, Part
from netwright.training.loop import train
from netwright.training.metrics import METRICS, RunningMetrics
from netwright.training.objectives import LOSSES, fit_targets, fit_targets_source
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.project.train_script import WRITTEN
from netwright.training.project.write import write_project
from netwright.training.schedules import SCHEDULES
from netwright.training.setup import Job
from netwright.training.spec import INITIAL_WEIGHTS, Change, InitialWeights, RunSpec
from netwright.worker.initial import load_initial
from project_cases import CASES
from project_networks import masks, mlp
from project_parts import LOSS_CASES, SCHEDULE_PARAMS, WATCHED, Case, optimizer_params
from safetensors.torch import save_file
from torch import nn

RUNNER = """
import contextlib, io, json, os, runpy, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "netwright":
            raise ImportError("a project must stand alone")

sys.meta_path.insert(0, Refuse())
results = {}
for folder, arguments in json.load(sys.stdin):
    for name in ("augment", "data", "model"):
        sys.modules.pop(name, None)
    sys.path.insert(0, folder)
    sys.argv = [f"{folder}/train.py", *arguments]
    text = io.StringIO()
    os.chdir(folder)
    with contextlib.redirect_stdout(text):
        runpy.run_path(f"{folder}/train.py", run_name="__main__")
    sys.path.remove(folder)
    results[folder] = text.getvalue()
print(json.dumps(results))
"""


@dataclass
class Product:
    """Takes what a run of the product sends, and wishes what its case says."""

    case: Case
    monitor: str
    losses: list[float] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)
    """The last value of each metric of the validation and the test part."""
    best: float = float("nan")
    changes: list[Change] = field(default_factory=list)
    control: Control = field(default_factory=Control)

    def __call__(self, kind: str, /, **fields: Any) -> None:
        if kind == "metrics":
            values = {name: column[-1] for name, column in fields["values"].items()}
            self.losses.extend(fields["values"].get("train/loss", []))
            self.measured |= {name: value for name, value in values.items() if name.startswith(("val/", "test/"))}
            for name, value in self.case.wishes.get(fields["epoch"], []) if "val/loss" in values else []:
                self.control.act(SetCommand(name=name, value=value))
        elif kind == "checkpoint" and fields["kind"] == "best":
            self.best = fields["metrics"][self.monitor]
        elif kind == "change":
            self.changes.append(Change(**{name: fields[name] for name in Change.model_fields}))

    def train(self, job: Job, spec: RunSpec, folder: Path) -> None:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            train(job, self, self.control)
            if self.case.more_epochs is not None:
                self.control.act(SetCommand(name="epochs", value=self.case.more_epochs))
                kept = CheckpointFolder(folder / "checkpoints", "abc", graph_hash(spec.document), 3).load(
                    f"last-{len(self.losses)}.safetensors"
                )
                train(build_job(spec, folder), self, self.control, resume=kept)
        finally:
            torch.set_num_threads(threads)


def spec_of(case: Case, folder: Path) -> RunSpec:
    config: dict[str, Any] = {"epochs": 2, "device": "cpu", "data": {"batch_size": 32}} | case.config
    config["data"] = {"source": case.source} | config["data"]
    path = None
    if case.upload is not None:
        path = folder / "upload"
        path.mkdir()
        (path / "original").write_bytes(case.upload[1])
        (path / "upload.json").write_text(json.dumps({"filename": case.upload[0]}))
    return RunSpec(
        run="abc",
        document=case.drawn,
        training=TrainingConfig.model_validate(config),
        source=SourceSpec(type=case.source, path=None if path is None else str(path), options=case.options),
        versions={},
        created=0.0,
    )


def run_product(case: Case, folder: Path) -> Product:
    """Trains, and writes the project into ``folder``."""
    folder.mkdir(parents=True)
    spec = spec_of(case, folder)
    if case.begins_with is not None:
        spec = spec.model_copy(update={"initial_weights": keep_weights(case.begins_with, spec.training, folder)})
    job = build_job(spec, folder)
    if spec.initial_weights is not None:
        load_initial(job.network, spec, spec.initial_weights, folder)
    product = Product(case, spec.training.checkpoint.monitor)
    product.train(job, spec, folder)
    project = write_project(spec, job.network, product.losses[:20], job.data.fingerprint, changes=product.changes)
    for name, content in project.files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    initial = str(folder / INITIAL_WEIGHTS)
    for name, path in write_initial(Record(spec=spec, name="", initial=initial)).items():
        path.replace(folder / name)
    return product


def keep_weights(document: Document, training: TrainingConfig, folder: Path) -> InitialWeights:
    """Weights of a network under a seed of its own, where a run looks for those that it begins with."""
    torch.manual_seed(99)
    state = build_network(to_source(document)).state_dict()
    save_file(
        {name: value + 0.01 if value.is_floating_point() else value for name, value in state.items()},
        folder / INITIAL_WEIGHTS,
    )
    wanted, record = training.initial_weights, file_record(folder / INITIAL_WEIGHTS)
    assert wanted is not None
    return InitialWeights(
        source=wanted.source, title="theirs", match=wanted.match, bytes=record.bytes, sha256=record.sha256
    )


@dataclass
class Trained:
    """What the product measured, and what the project printed."""

    product: Product
    printed: str


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trained]:
    """Every case, trained by the product and then, all in one fresh process, as projects."""
    home = tmp_path_factory.mktemp("projects")
    runs, orders = {}, []
    for number, (name, case) in enumerate(CASES.items()):
        folder = home / str(number)
        runs[name] = (folder, run_product(case, folder))
        data = [] if case.upload is None else ["--data", str(folder / "upload" / "original")]
        orders.append((str(folder), [*data, "--device", "cpu", "--steps", "1000000"]))
    result = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout)
    return {name: Trained(product, printed[str(folder)]) for name, (folder, product) in runs.items()}


@pytest.mark.parametrize("name", CASES)
def test_project_when_trained_has_the_losses_of_the_run_to_the_last_bit(trained: dict[str, Trained], name: str) -> None:
    found = trained[name]
    lines = [line for line in found.printed.splitlines() if line.startswith("step ")]
    losses = [float(line.split("loss ")[1].split()[0]) for line in lines]
    assert len(losses) > 4
    assert losses == found.product.losses
    assert all("(as in the run)" in line for line in lines[:20])


def has_compiler() -> bool:
    try:
        check_compiler(torch.device("cpu"))
    except ValueError:
        return False
    return True


@pytest.mark.skipif(not has_compiler(), reason="torch.compile needs a C++ compiler, and this machine has none")
@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script_method` is deprecated:DeprecationWarning"
)  # inductor's own import
def test_project_when_compiled_has_the_losses_of_the_compiled_run(tmp_path: Path) -> None:
    # All samples in one batch: each size would have to be compiled.
    config = {"compile": True, "epochs": 3, "data": {"batch_size": 2000}, "cuda_graphs": "auto"}
    losses = run_product(Case(mlp([1, 8, 8], 10), "digits", config), tmp_path / "compiled").losses
    script = (tmp_path / "compiled" / "train.py").read_text()
    assert "compiled = torch.compile(network, dynamic=False)" in script
    assert "replayed its steps from CUDA graphs" in script
    result = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER],
        input=json.dumps([(str(tmp_path / "compiled"), ["--epochs", "3", "--device", "cpu", "--steps", "1000000"])]),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert result.returncode == 0, result.stderr
    printed = next(iter(json.loads(result.stdout).values()))
    assert len(losses) == 3
    for step, loss in enumerate(losses, 1):
        assert f"step {step}: loss {loss!r} (as in the run)" in printed


@pytest.mark.parametrize("name", CASES)
def test_project_when_validated_has_the_figures_of_the_run(trained: dict[str, Trained], name: str) -> None:
    found = trained[name]
    last = [line for line in found.printed.splitlines() if line.startswith("epoch ")][-1]
    for metric, value in found.product.measured.items():
        assert metric.startswith("test/") or f"{metric} {value:.4f}" in last


@pytest.mark.parametrize("name", CASES)
def test_project_when_it_ends_has_kept_and_tested_the_best_weights_of_the_run(
    trained: dict[str, Trained], name: str
) -> None:
    found, config = trained[name], {"checkpoint": {"monitor": "val/loss"}} | CASES[name].config
    *_, last = found.printed.splitlines()
    assert len(found.product.changes) == sum(map(len, CASES[name].wishes.values())) + (
        CASES[name].more_epochs is not None
    )
    tested = {metric: value for metric, value in found.product.measured.items() if metric.startswith("test/")}
    has_test = "test part" in name or "test share" in name or CASES[name].source == "motifs"
    assert has_test == bool(tested)
    if tested:
        assert last == "test: " + ", ".join(f"{metric} {value:.4f}" for metric, value in tested.items())
    assert f"best {config['checkpoint']['monitor']}: {found.product.best:.4f}, saved to" in found.printed


def test_runs_that_watch_a_metric_end_early_too(trained: dict[str, Trained]) -> None:
    """Else the cases would not show that their projects stop by the same value."""
    ends = {name: trained[f"watched: {name}"].printed.count("epoch ") for name in WATCHED}
    assert {name: epochs for name, epochs in ends.items() if not 1 < epochs < 8} == {}


# --- each choice prints what it is -----------------------------------------------------------------------------------


def evaluate(expression: str, **names: Any) -> Any:
    return eval(expression, {"torch": torch, "functional": nn.functional, "math": __import__("math"), **names})  # noqa: S307  (what the registries print)


@pytest.mark.parametrize("name", LOSSES.classes)
@pytest.mark.parametrize(("num_scores", "is_class"), [(3, True), (1, True), (2, False)])
def test_loss_when_printed_is_what_is_trained_on(name: str, num_scores: int, is_class: bool) -> None:
    loss = LOSSES.get(name)
    if loss.tasks == ("multilabel",):
        pytest.skip("it is for labels only")
    if num_scores not in loss.allowed_outputs("classification", num_scores + (num_scores == 1)):
        num_scores = 2 if num_scores == 1 else 1
    if not is_class and loss.tasks and "regression" not in loss.tasks:
        pytest.skip("it is for classes only")
    torch.manual_seed(0)
    outputs = torch.randn(6, num_scores)
    if loss.needs is not None:
        outputs = outputs.sigmoid() if loss.needs == "Sigmoid" else outputs.log_softmax(1)
    targets = torch.randint(0, 2, (6,)) if is_class else torch.randn(6, num_scores)
    fitted = fit_targets_source(num_scores, is_class=is_class)
    for params in ({}, LOSS_CASES[name][2]):
        if "weight" in params:
            params = params | {"weight": [0.0, *[1.5] * (max(num_scores, 2) - 1)]}  # noqa: PLW2901
        chosen = LOSSES.params(name, params)
        functions: dict[str, Any] = {"torch": torch, "functional": nn.functional, "Tensor": torch.Tensor}
        exec(loss.functions(chosen), functions)  # noqa: S102  (what the registries print)
        found = evaluate(loss.source(chosen, fitted), **functions | {"outputs": outputs, "targets": targets})
        assert torch.equal(found, loss.build(chosen, "cpu")(outputs, targets))


@pytest.mark.parametrize(("num_scores", "is_class"), [(3, True), (1, True), (2, False)])
def test_targets_when_fitted_by_the_printed_expression_are_the_same(num_scores: int, is_class: bool) -> None:
    outputs = torch.randn(6, num_scores)
    targets = torch.randint(0, num_scores, (6,)) if is_class else torch.randn(6, num_scores)
    found = evaluate(fit_targets_source(num_scores, is_class=is_class), outputs=outputs, targets=targets)
    assert torch.equal(found, fit_targets(targets, outputs))


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.classes.items() if "segmentation" in loss.tasks])
@pytest.mark.parametrize("num_scores", [1, 3])
def test_loss_of_masks_when_printed_is_what_is_trained_on(name: str, num_scores: int) -> None:
    loss = LOSSES.get(name)
    if num_scores not in loss.allowed_outputs("segmentation", num_scores + (num_scores == 1)):
        pytest.skip("it takes another number of scores")
    torch.manual_seed(0)
    outputs = torch.randn(2, num_scores, 4, 5, requires_grad=True)
    scores = {"Sigmoid": outputs.sigmoid(), "LogSoftmax": outputs.log_softmax(1)}.get(loss.needs or "", outputs)
    targets = torch.randint(0, max(num_scores, 2), (2, 4, 5))
    fitted = fit_targets_source(num_scores, is_class=True, is_mask=True)
    names: dict[str, Any] = {"torch": torch, "functional": nn.functional, "Tensor": torch.Tensor}
    exec(loss.functions(LOSSES.params(name, {})), names)  # noqa: S102  (what the registries print)
    found = evaluate(loss.source(LOSSES.params(name, {}), fitted), **names | {"outputs": scores, "targets": targets})
    trained = loss.build(LOSSES.params(name, {}), "cpu")(scores, targets)
    assert torch.equal(found, trained)
    trained.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
    assert outputs.grad is not None
    assert bool(outputs.grad.abs().sum() > 0)


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.classes.items() if "multilabel" in loss.tasks])
def test_loss_of_labels_when_printed_is_what_is_trained_on(name: str) -> None:
    loss = LOSSES.get(name)
    torch.manual_seed(0)
    outputs, targets = torch.randn(6, 3), torch.randint(0, 2, (6, 3)).float()
    if loss.needs == "Sigmoid":
        outputs = outputs.sigmoid()
    weights = {"BCEWithLogitsLoss": "pos_weight", "MultiLabelSoftMarginLoss": "weight"}.get(name)
    some: dict[str, Any] = {weights: [0.5, 2.0, 3.0]} if weights else {}
    for params in ({}, some, LOSS_CASES[name][2] if name == "SigmoidFocalLoss" else {}):
        chosen = LOSSES.params(name, params)
        names: dict[str, Any] = {"torch": torch, "functional": nn.functional, "Tensor": torch.Tensor}
        exec(loss.functions(chosen), names)  # noqa: S102  (what the registries print)
        fitted = fit_targets_source(3, is_class=False)
        found = evaluate(loss.source(chosen, fitted), **names | {"outputs": outputs, "targets": targets})
        assert torch.equal(found, loss.build(chosen, "cpu")(outputs, targets))
    assert loss.allowed_outputs("multilabel", 2) == (2,), "of two labels each has its own score"


@pytest.mark.parametrize("name", OPTIMIZERS.classes)
def test_optimizer_when_printed_is_what_is_built(name: str) -> None:
    chosen = OPTIMIZERS.get(name)
    helper = chosen.helper()
    names = {} if helper is None else {helper.__name__: helper}
    more = [{"weight_decay": 0.3}] if "weight_decay" in chosen.Params.model_fields else []
    for params in ({}, optimizer_params(name), *more):
        settings = OPTIMIZERS.params(name, params)
        weights = [nn.Parameter(torch.ones(3, 2))]
        printed = evaluate(chosen.source(settings), weights=weights, network=None, **names)
        built = chosen.build(settings, weights)
        assert type(printed) is type(built)
        assert printed.defaults == built.defaults


@pytest.mark.parametrize("name", SCHEDULES.classes)
def test_schedule_when_printed_gives_the_same_rates(name: str) -> None:
    for params in ({}, SCHEDULE_PARAMS.get(name, {})):
        settings = SCHEDULES.params(name, params)
        schedule = SCHEDULES.get(name)
        rate = LearningRate([Part(schedule, settings)], 0.1, 0, 7, 35)
        source, helper = schedule.source(settings), schedule.helper()
        names = {} if helper is None else {helper.__name__: helper}
        printed = [
            evaluate(source, lr=0.1, step=step, num_steps=35, steps_per_epoch=7, num_cuts=0, **names)
            for step in range(35)
        ]
        assert printed == [rate.at(step + 1) for step in range(35)]


@pytest.mark.parametrize("name", [*METRICS.classes, "Top2Accuracy", "Top5Accuracy"])
def test_metric_when_it_can_be_printed_gives_the_same_sum(name: str) -> None:
    metric = METRICS.get(name)
    torch.manual_seed(0)
    for num_scores in (1, 7):
        is_class = "regression" not in metric.tasks
        if metric.tasks == ("multilabel",):
            continue  # the cases of projects measure it
        answers = Answers("classification" if is_class else "regression", max(num_scores, 2) if is_class else 0)
        source = metric.source(num_scores, answers)
        if source is None:
            continue
        outputs = torch.randn(9, num_scores)
        targets = torch.randint(0, 2, (9,)) if is_class else torch.randn(9, num_scores)
        running = RunningMetrics([metric], answers, "cpu")
        running.update(outputs, targets)
        mean = evaluate(source, outputs=outputs, targets=targets).item() / targets.numel()
        assert evaluate(f"mean {metric.finish}", mean=mean) == pytest.approx(running.values().item(), rel=1e-6)


@pytest.mark.parametrize("registry", [LOSSES, OPTIMIZERS, SCHEDULES], ids=lambda each: each.kind)
def test_choice_when_registered_can_be_printed(registry: Registry[Any]) -> None:
    for name, each in registry.classes.items():
        assert not getattr(each.source, "__isabstractmethod__", False), f"{name} lacks `source`: see CONTRIBUTING.md"
    assert set(LOSS_CASES) == set(LOSSES.classes), "each loss is trained as a project: give it a case"


@pytest.mark.parametrize(
    ("part", "model"),
    [
        ("", TrainingConfig),
        ("data", DataConfig),
        ("data.split", SplitConfig),
        ("objectives", ObjectiveConfig),
        ("parameter_groups", ParameterGroupConfig),
        ("initialization", InitializationConfig),
        ("schedule", ScheduleConfig),
        ("schedule.chain", NextScheduleConfig),
        ("early_stopping", EarlyStoppingConfig),
        ("checkpoint", CheckpointConfig),
    ],
)
def test_setting_when_it_is_new_is_written_into_the_script_or_refused(part: str, model: type[Model]) -> None:
    assert set(model.model_fields) == WRITTEN[part], "train.py must do what these say, else it repeats another run"


@pytest.mark.parametrize("masked", [False, True])
def test_project_when_a_test_share_was_drawn_gives_the_very_samples(tmp_path: Path, masked: bool) -> None:
    spec = RunSpec(
        run="abc",
        document=masks(4) if masked else mlp([4], 3),
        training=TrainingConfig.model_validate(
            {"data": {"source": "shapes" if masked else "iris", "split": {"test": 0.2, "seed": 7}}}
        ),
        source=SourceSpec(type="shapes" if masked else "iris"),
        versions={},
        created=0.0,
    )
    raw = open_source(spec.source).load()
    data = prepare(raw, spec.training.data)
    assert data.test is not None
    assert not isinstance(data.test, GraphPart)
    for name, content in write_project(spec).files.items():
        if name != "train.py":
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    names: dict[str, Any] = {"__file__": str(tmp_path / "data.py"), "__name__": "data"}
    exec(compile((tmp_path / "data.py").read_text("utf-8"), "data.py", "exec"), names)  # noqa: S102
    inputs, targets = names["load_test"](None)
    assert torch.equal(inputs, data.test.inputs)
    assert torch.equal(targets, data.test.targets)
    (train, _), (validation, _) = names["load_parts"](None)
    assert len(train) + len(validation) + len(inputs) == len(raw.targets)


def test_project_when_the_data_has_changed_is_refused() -> None:
    spec = RunSpec(
        run="abc",
        document=mlp([4], 3),
        training=TrainingConfig(),
        source=SourceSpec(type="iris"),
        versions={},
        created=0.0,
    )
    with pytest.raises(DataError, match="The data has changed since this run"):
        write_project(spec, None, (), "0" * 64)
