"""Problems between a config, a network and its data, and the fixes that repair them."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.data.split import split_samples
from netwright.graph.document import Block, Document, Edge, Node
from netwright.graph.editing import apply_edits
from netwright.graph.problems import Problem
from netwright.training.config import SplitConfig, TrainingConfig
from netwright.training.devices import Device
from netwright.training.options import DataFacts, check_training, suggest

PICTURES = DataFacts("Digits", "image", "classification", 1797, (1, 8, 8), 10, tuple("0123456789"))
YES_NO = DataFacts("Cancer", "table", "classification", 569, (30,), 2, ("no", "yes"))
NUMBERS = DataFacts("Diabetes", "table", "regression", 442, (10,), 1)


def chain(*nodes: tuple[str, str, dict[str, Any]]) -> Document:
    made = [Node(id=name, type=kind, params=params) for name, kind, params in nodes]
    edges = [Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(made)]
    return Document(network=Block(nodes=made, edges=edges))


def perceptron(shape: list[int], outputs: int, *last: tuple[str, str, dict[str, Any]]) -> Document:
    flat: list[tuple[str, str, dict[str, Any]]] = [("flat", "Flatten", {})] if len(shape) > 1 else []
    return chain(
        ("x", "Input", {"shape": shape}),
        *flat,
        ("hidden", "Linear", {"out_features": 16}),
        ("act", "ReLU", {}),
        ("head", "Linear", {"out_features": outputs}),
        *last,
        ("scores", "Output", {}),
    )


def problems_of(document: Document, facts: DataFacts, devices: list[str] | None = None, **config: Any) -> list[Problem]:
    training = TrainingConfig.model_validate(config)
    return check_training(training, document, check(document), facts, devices)


def by_code(problems: list[Problem]) -> dict[str, Problem]:
    return {problem.code: problem for problem in problems}


A100 = [Device(id="cpu", name="CPU"), Device(id="cuda:0", name="NVIDIA A100", has_bfloat16=True)]
OLD = [Device(id="cpu", name="CPU"), Device(id="cuda:0", name="Tesla V100")]


XEON = [Device(id="cpu", name="CPU", has_bfloat16=True)]


@pytest.mark.parametrize(("devices", "precision"), [(A100, "bfloat16"), (OLD, "float32"), (A100[:1], "float32")])
def test_suggestion_of_a_precision_is_bfloat16_where_the_gpu_has_units_for_it(
    devices: list[Device], precision: str
) -> None:
    drawn = ARCHITECTURES["lenet5"].build()
    suggestion = suggest(drawn, check(drawn), PICTURES, "some-id", devices)
    assert suggestion.config.precision == precision
    assert ("NVIDIA A100" in suggestion.reasons.get("precision", "")) == (precision == "bfloat16")


def test_suggestion_of_a_precision_on_a_cpu_is_float32_and_says_where_bfloat16_is_worth_a_try() -> None:
    drawn = ARCHITECTURES["lenet5"].build()
    report = check(drawn)

    def said(data: DataFacts, devices: list[Device]) -> str | None:
        suggestion = suggest(drawn, report, data, "some-id", devices)
        assert suggestion.config.precision == "float32"
        return suggestion.reasons.get("precision")

    assert "This CPU has instructions for bfloat16" in (said(PICTURES, XEON) or "")
    assert said(PICTURES, A100[:1]) is None
    assert said(PICTURES, [*XEON, OLD[1]]) is None, "the GPU trains"
    assert said(replace(PICTURES, kind="table"), XEON) is None
    assert said(replace(PICTURES, task="regression"), XEON) is None


@pytest.mark.parametrize(
    ("instructions", "devices", "found"),
    [((), ["cpu"], ["precision_not_there"]), (("AMX",), ["cpu"], []), ((), ["cpu", "cuda:0"], [])],
)
def test_lstm_in_bfloat16_is_refused_on_a_cpu_that_has_no_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, instructions: tuple[str, ...], devices: list[str], found: list[str]
) -> None:
    monkeypatch.setattr("netwright.training.checking.bfloat16_instructions", lambda: instructions)
    problems = problems_of(ARCHITECTURES["lstm_last"].build(), PICTURES, devices, precision="bfloat16")
    assert [each.code for each in problems if each.field == "precision"] == found


def test_training_when_it_fits_has_no_problems() -> None:
    assert problems_of(perceptron([1, 8, 8], 10), PICTURES, ["cpu"]) == []


def test_output_when_it_has_too_few_scores_is_corrected_by_the_fix() -> None:
    document = perceptron([1, 8, 8], 7, ("drop", "Dropout", {}))
    problem = by_code(problems_of(document, PICTURES))["output_shape_mismatch"]
    assert problem.message == "CrossEntropyLoss needs 10 scores, one a class, but `scores` gives 7."
    assert (problem.node, problem.expected, problem.got) == ("scores", "N x 10", "N x 7")
    fixed = apply_edits(document, problem.fixes[0].edits)
    assert problems_of(fixed, PICTURES) == []


def test_input_when_it_differs_from_the_data_is_corrected_by_the_fix() -> None:
    document = perceptron([1, 28, 28], 10)
    problem = by_code(problems_of(document, PICTURES))["input_shape_mismatch"]
    assert problem.message.startswith("Digits gives N x 1 x 8 x 8, but `x` expects N x 1 x 28 x 28.")
    assert problems_of(apply_edits(document, problem.fixes[0].edits), PICTURES) == []


def test_output_when_it_is_a_picture_says_both_shapes() -> None:
    document = chain(
        ("x", "Input", {"shape": [1, 8, 8]}),
        ("c", "Conv2d", {"out_channels": 10, "kernel_size": 3}),
        ("y", "Output", {}),
    )
    problem = by_code(problems_of(document, PICTURES))["output_shape_mismatch"]
    assert problem.got == "N x 10 x 6 x 6"
    assert problem.fixes == []


def test_softmax_when_before_cross_entropy_is_a_warning_that_mutes_it() -> None:
    document = perceptron([1, 8, 8], 10, ("soft", "Softmax", {"dim": 1}))
    problem = by_code(problems_of(document, PICTURES))["activation_applied_twice"]
    assert (problem.severity, problem.node) == ("warning", "soft")
    assert problems_of(apply_edits(document, problem.fixes[0].edits), PICTURES) == []


@pytest.mark.parametrize("outputs", [1, 2])
def test_binary_cross_entropy_when_there_are_two_classes_takes_one_or_two_scores(outputs: int) -> None:
    objectives = [{"loss": {"type": "BCEWithLogitsLoss"}}]
    assert problems_of(perceptron([30], outputs), YES_NO, objectives=objectives) == []


@pytest.mark.parametrize(
    ("data", "config", "code", "field"),
    [
        (PICTURES, {"objectives": [{"loss": {"type": "Hinge"}}]}, "choice_unknown", "objectives.0.loss.type"),
        (PICTURES, {"optimizer": {"type": "AdamW", "params": {"lr": -1}}}, "setting_invalid", "optimizer.params.lr"),
        (PICTURES, {"optimizer": {"type": "SGD", "params": {"lrr": 1}}}, "setting_invalid", "optimizer.params.lrr"),
        (PICTURES, {"schedule": {"type": "Wave"}}, "choice_unknown", "schedule.type"),
        (PICTURES, {"metrics": ["Accuracy", "F1"]}, "choice_unknown", "metrics.1"),
        (PICTURES, {"metrics": ["Accuracy", "Accuracy"]}, "metric_doubled", "metrics.1"),
        (PICTURES, {"metrics": ["MeanAbsoluteError"]}, "metric_not_for_task", "metrics.0"),
        (NUMBERS, {"metrics": []}, "loss_not_for_task", "objectives.0.loss.type"),
        (PICTURES, {"checkpoint": {"monitor": "val/F1"}}, "monitor_unknown", "checkpoint.monitor"),
        (PICTURES, {"early_stopping": {"monitor": "x"}}, "monitor_unknown", "early_stopping.monitor"),
        (PICTURES, {"device": "cuda"}, "device_missing", "device"),
        (PICTURES, {"data": {"batch_size": 5000}}, "batch_larger_than_data", "data.batch_size"),
        (PICTURES, {"schedule": {"warmup_steps": 10**6}}, "warmup_too_long", "schedule.warmup_steps"),
        (PICTURES, {"objectives": [{"output": "y"}]}, "output_unknown", "objectives.0.output"),
        (
            PICTURES,
            {"objectives": [{"loss": {"type": "CrossEntropyLoss", "params": {"weight": [1.0, 2.0]}}}]},
            "class_weights_length",
            "objectives.0.loss.params.weight",
        ),
        (
            PICTURES,
            {"objectives": [{"loss": {"type": "CrossEntropyLoss", "params": {"weight": [0.0] * 10}}}]},
            "class_weights_zero",
            "objectives.0.loss.params.weight",
        ),
        (PICTURES, {"metrics": ["Top1Accuracy"]}, "choice_unknown", "metrics.0"),
        (PICTURES, {"metrics": ["Top10Accuracy"]}, "metric_needs_classes", "metrics.0"),
        (
            PICTURES,
            {"objectives": [{"loss": {"type": "HingeLoss"}}]},
            "loss_needs_two_classes",
            "objectives.0.loss.type",
        ),
        (PICTURES, {"objectives": [{"output": "scores"}] * 2}, "objective_doubled", "objectives.1.output"),
    ],
)
def test_config_when_wrong_is_said_at_its_field(data: DataFacts, config: dict[str, Any], code: str, field: str) -> None:
    document = perceptron(list(data.input_shape), data.num_outputs)
    found = by_code(problems_of(document, data, ["cpu"], **config))
    assert found[code].field == field
    assert set(found) == {code}


def test_network_when_it_has_no_weights_or_several_ends_is_refused() -> None:
    flat = chain(("x", "Input", {"shape": [10]}), ("act", "ReLU", {}), ("y", "Output", {}))
    assert "nothing_to_train" in by_code(problems_of(flat, PICTURES))
    document = perceptron([1, 8, 8], 10)
    network = document.network
    two = Document(
        network=Block(
            nodes=[*network.nodes, Node(id="more", type="Output")],
            edges=[*network.edges, Edge(source="hidden", target="more")],
        )
    )
    assert by_code(problems_of(two, PICTURES))["output_not_named"].field == "objectives.0.output"
    assert problems_of(two, PICTURES, objectives=[{"output": "scores"}]) == []


def test_heads_when_the_data_has_other_classes_are_set_by_one_click() -> None:
    document = ARCHITECTURES["googlenet_aux"].build()
    training = TrainingConfig.model_validate(document.training)
    config: dict[str, Any] = {"objectives": [each.model_dump() for each in training.objectives]}
    pictures = replace(PICTURES, input_shape=(3, 224, 224))
    found = [each for each in problems_of(document, pictures, **config) if each.code == "output_shape_mismatch"]
    assert [each.node for each in found] == ["scores", "aux1_scores", "aux2_scores"]
    assert str(found[0].fixes[0].label) == "Set the network's `classes` to 10"
    mended = apply_edits(document, found[0].fixes[0].edits)
    assert [each.code for each in problems_of(mended, pictures, **config) if each.severity == "error"] == []


def test_perceptron_loss_when_the_network_does_not_end_in_step_offers_to_insert_it() -> None:
    document = perceptron([30], 1)
    objectives = [{"loss": {"type": "PerceptronLoss"}}]
    problem = by_code(problems_of(document, YES_NO, objectives=objectives))["perceptron_needs_step"]
    assert problem.severity == "warning"
    mended = apply_edits(document, problem.fixes[0].edits)
    assert problems_of(mended, YES_NO, objectives=objectives) == []
    suggestion = suggest(mended, check(mended), YES_NO, "some-id")
    config = suggestion.config
    assert suggestion.problems == []
    assert config.objectives[0].loss.type == "PerceptronLoss"
    assert (config.optimizer.type, config.optimizer.params, config.data.batch_size) == ("SGD", {"lr": 1.0}, 1)


def test_suggestion_when_there_are_heads_half_way_gives_them_a_smaller_weight() -> None:
    document = perceptron([1, 8, 8], 10)
    network = document.network
    heads = Document(
        network=Block(
            nodes=[
                *network.nodes,
                Node(id="early", type="Linear", params={"out_features": 10}),
                Node(id="aux", type="Output"),
                Node(id="features", type="Output"),
            ],
            edges=[
                *network.edges,
                Edge(source="hidden", target="early"),
                Edge(source="early", target="aux"),
                Edge(source="hidden", target="features"),
            ],
        )
    )
    suggestion = suggest(heads, check(heads), PICTURES, "some-id")
    assert suggestion.problems == []
    assert [(each.output, each.weight) for each in suggestion.config.objectives] == [("scores", 1.0), ("aux", 0.3)]
    assert "aux" in suggestion.reasons["objectives"]


@pytest.mark.parametrize(
    ("data", "outputs", "loss", "metric"),
    [
        (PICTURES, 10, "CrossEntropyLoss", "Accuracy"),
        (YES_NO, 1, "BCEWithLogitsLoss", "Accuracy"),
        (YES_NO, 2, "CrossEntropyLoss", "Accuracy"),
        (NUMBERS, 1, "MSELoss", "MeanAbsoluteError"),
    ],
)
def test_suggestion_when_made_fits_and_gives_its_reasons(data: DataFacts, outputs: int, loss: str, metric: str) -> None:
    document = perceptron(list(data.input_shape), outputs)
    suggestion = suggest(document, check(document), data, "some-id")
    assert suggestion.problems == []
    assert suggestion.config.objectives[0].loss.type == loss
    assert suggestion.config.metrics == [metric]
    assert suggestion.config.data.source == "some-id"
    assert {"optimizer", "objectives", "epochs", "data.batch_size"} <= suggestion.reasons.keys()


LBFGS = {"type": "LBFGS", "params": {}}
CHAIN_OUT_OF_ORDER = {
    "type": "StepLR",
    "chain": [{"type": "ConstantLR", "milestone": 3}, {"type": "ConstantLR", "milestone": 3}],
}


@pytest.mark.parametrize(
    ("code", "field", "config"),
    [
        ("clipped_twice", "gradient_clip_value", {"gradient_clip_norm": 1.0, "gradient_clip_value": 1.0}),
        ("milestones_not_rising", "schedule.chain.1.milestone", {"schedule": CHAIN_OUT_OF_ORDER}),
        (
            "milestone_after_end",
            "schedule.chain.0.milestone",
            {"epochs": 5, "schedule": {"chain": [{"type": "ConstantLR", "milestone": 5}]}},
        ),
        (
            "schedule_not_for_chain",
            "schedule.type",
            {"schedule": {"type": "ReduceLROnPlateau", "chain": [{"type": "ConstantLR", "milestone": 2}]}},
        ),
        (
            "monitor_unknown",
            "schedule.params.monitor",
            {"schedule": {"type": "ReduceLROnPlateau", "params": {"monitor": "val/F1"}}},
        ),
        (
            "setting_invalid",
            "schedule.chain.0.params.gamma",
            {"schedule": {"chain": [{"type": "ExponentialLR", "params": {"gamma": -1.0}, "milestone": 2}]}},
        ),
        ("group_empty", "parameter_groups.0.nodes", {"parameter_groups": [{"nodes": []}]}),
        (
            "groups_not_for_optimizer",
            "parameter_groups",
            {"optimizer": LBFGS, "parameter_groups": [{"nodes": ["head"], "lr_factor": 2.0}]},
        ),
        ("precision_not_for_optimizer", "precision", {"optimizer": LBFGS, "precision": "float16"}),
        ("cuda_graphs_not_possible", "cuda_graphs", {"optimizer": LBFGS, "cuda_graphs": "on"}),
        ("cuda_graphs_not_possible", "cuda_graphs", {"device": "cpu", "cuda_graphs": "on"}),
        ("fold_unknown", "data.split.fold", {"data": {"split": {"folds": 3, "fold": 4}}}),
        ("folds_not_possible", "data.split.folds", {"data": {"split": {"folds": 5, "by": "column"}}}),
        ("test_share_not_possible", "data.split.test", {"data": {"split": {"test": 0.4, "validation": 0.6}}}),
        ("test_share_not_possible", "data.split.test", {"data": {"split": {"test": 0.4, "by": "column"}}}),
        ("accumulation_not_for_optimizer", "accumulate_steps", {"optimizer": LBFGS, "accumulate_steps": 2}),
        ("choice_unknown", "averaging.type", {"averaging": {"type": "Polyak"}}),
        ("setting_invalid", "averaging.params.decay", {"averaging": {"type": "EMA", "params": {"decay": 1.0}}}),
        ("choice_unknown", "initialization.0.type", {"initialization": [{"type": "he_normal"}]}),
        (
            "initialization_node_unknown",
            "initialization.0.nodes.1",
            {"initialization": [{"type": "zeros_", "nodes": ["head", "act"]}]},
        ),
    ],
)
def test_learning_when_settings_do_not_go_together_says_so_at_the_field(
    code: str, field: str, config: dict[str, Any]
) -> None:
    problem = by_code(problems_of(perceptron([1, 8, 8], 10), PICTURES, **config))[code]
    assert problem.field == field
    assert problem.severity == ("warning" if code == "milestone_after_end" else "error")
    assert problem.message.endswith(".")


def test_test_share_when_the_set_has_a_test_part_is_refused() -> None:
    config: dict[str, Any] = {"data": {"split": {"test": 0.2}}}
    document = perceptron([1, 8, 8], 10)
    assert problems_of(document, PICTURES, **config) == []
    for facts in (replace(PICTURES, num_test=300), replace(PICTURES, num_validation=300)):
        problem = by_code(problems_of(document, facts, **config))["test_share_not_possible"]
        assert problem.field == "data.split.test"
        assert "Set the test share to 0." in problem.message


def test_split_that_leaves_a_part_empty_is_refused_before_the_first_step() -> None:
    document = perceptron([1, 8, 8], 10)
    one = by_code(problems_of(document, replace(PICTURES, num_samples=1, num_test=40)))["too_few_samples"]
    assert (one.severity, one.field) == ("error", "data.source")
    assert "has 1 sample to train on and to validate with; a run needs at least 2." in one.message
    few = replace(PICTURES, num_samples=50)
    share = by_code(problems_of(document, few, data={"split": {"test": 0.98, "validation": 0.01}}))
    assert "takes 49 of 50 samples; at least 2 must be left" in share["test_share_not_possible"].message
    # A share that rounds to none or to all still leaves each part one sample, as the split itself does.
    for validation, left in ((0.001, 49), (0.999, 1)):
        assert SplitConfig(validation=validation).count_training(50) == left
        split = split_samples(50, None, validation, 0, ())
        assert (len(split.train), len(split.validation)) == (left, 50 - left)
    assert "batch_larger_than_data" in by_code(problems_of(document, few, data={"split": {"validation": 0.999}}))


def test_warmup_when_batches_are_accumulated_is_measured_in_updates() -> None:
    config: dict[str, Any] = {"epochs": 1, "data": {"batch_size": 100}, "schedule": {"warmup_steps": 5}}
    assert problems_of(perceptron([1, 8, 8], 10), PICTURES, **config) == []
    found = by_code(problems_of(perceptron([1, 8, 8], 10), PICTURES, **config, accumulate_steps=4))
    assert "the whole run (5 steps)" in found["warmup_too_long"].message


SERIES = DataFacts("Passengers", "series", "regression", 100, (24, 1), 1, splits=("time",))
"""Windows of one series."""

WITH_WAYS_OUT: list[tuple[str, DataFacts, dict[str, Any]]] = [
    ("batch_larger_than_data", YES_NO, {"data": {"batch_size": 4096}}),
    ("warmup_too_long", YES_NO, {"epochs": 2, "schedule": {"warmup_steps": 500}}),
    ("average_too_slow", YES_NO, {"epochs": 2, "averaging": {"type": "EMA"}}),
    (
        "average_too_slow",
        YES_NO,
        {"data": {"batch_size": 64}, "averaging": {"type": "EMA", "params": {"decay": 0.9999}}},
    ),
    ("milestone_after_end", YES_NO, {"epochs": 4, "schedule": {"chain": [{"type": "StepLR", "milestone": 9}]}}),
    ("milestone_after_end", YES_NO, {"epochs": 1, "schedule": {"chain": [{"type": "StepLR", "milestone": 9}]}}),
    ("schedule_not_for_chain", YES_NO, {"schedule": {"chain": [{"type": "ReduceLROnPlateau", "milestone": 2}]}}),
    ("schedule_not_for_chain", YES_NO, {"schedule": {"type": "ReduceLROnPlateau", "chain": [{"milestone": 2}]}}),
    ("metric_needs_classes", YES_NO, {"metrics": ["Accuracy", "Top5Accuracy"]}),
    ("metric_doubled", YES_NO, {"metrics": ["Accuracy", "Accuracy"]}),
    ("metric_not_for_task", NUMBERS, {"metrics": ["Accuracy"], "objectives": [{"loss": {"type": "MSELoss"}}]}),
    ("loss_not_for_task", NUMBERS, {"metrics": []}),
    ("loss_needs_two_classes", PICTURES, {"objectives": [{"loss": {"type": "HingeLoss"}}]}),
    ("monitor_unknown", YES_NO, {"checkpoint": {"monitor": "val/F1Score", "mode": "max"}}),
    ("monitor_unknown", YES_NO, {"schedule": {"type": "ReduceLROnPlateau", "params": {"monitor": "val/F1Score"}}}),
    ("split_leaks", SERIES, {"metrics": [], "objectives": [{"loss": {"type": "MSELoss"}}]}),
    ("split_not_possible", YES_NO, {"data": {"split": {"by": "time"}}}),
    ("test_share_not_possible", YES_NO, {"data": {"split": {"validation": 0.5, "test": 0.5}}}),
    ("folds_not_possible", replace(YES_NO, num_samples=3), {"data": {"batch_size": 1, "split": {"folds": 5}}}),
    ("fold_unknown", YES_NO, {"data": {"split": {"folds": 3, "fold": 4}}}),
    ("sampler_needs_classes", NUMBERS, {"data": {"sampler": "balanced"}}),
    ("clipped_twice", YES_NO, {"gradient_clip_norm": 1.0, "gradient_clip_value": 1.0}),
    ("group_empty", YES_NO, {"parameter_groups": [{"nodes": []}]}),
    ("groups_not_for_optimizer", YES_NO, {"optimizer": {"type": "LBFGS"}, "parameter_groups": [{"nodes": ["head"]}]}),
    ("accumulation_not_for_optimizer", YES_NO, {"optimizer": {"type": "LBFGS"}, "accumulate_steps": 2}),
    ("precision_not_for_optimizer", YES_NO, {"optimizer": {"type": "LBFGS"}, "precision": "float16"}),
    ("precision_not_there", YES_NO, {"precision": "tf32"}),
    ("device_missing", YES_NO, {"device": "cuda:7"}),
    ("cuda_graphs_not_possible", YES_NO, {"cuda_graphs": "on"}),
    ("frozen_unknown", YES_NO, {"frozen": ["gone"]}),
    ("everything_frozen", YES_NO, {"frozen": ["hidden", "head"]}),
]


def test_split_by_a_column_without_validation_says_what_the_column_holds() -> None:
    facts = replace(YES_NO, no_parts="Column part names no row for validation; it holds train (15), test (5).")
    problems = problems_of(perceptron([2], 1), facts, data={"split": {"by": "column"}})
    assert by_code(problems)["split_not_possible"].message == facts.no_parts
    others = problems_of(perceptron([2], 1), facts, data={"split": {"by": "time"}})
    assert "cannot be split by time" in by_code(others)["split_not_possible"].message


def put(config: dict[str, Any], path: str, value: Any) -> None:
    """``value`` at ``data.split.by`` of a config as JSON."""
    *way, last = path.split(".")
    part: Any = config
    for name in way:
        part = part[int(name)] if isinstance(part, list) else part[name]
    part[last] = value


@pytest.mark.parametrize(
    ("code", "facts", "config"), WITH_WAYS_OUT, ids=[f"{i}-{each[0]}" for i, each in enumerate(WITH_WAYS_OUT)]
)
def test_way_out_when_it_is_taken_leaves_nothing_of_its_problem(
    code: str, facts: DataFacts, config: dict[str, Any]
) -> None:
    document = perceptron(list(facts.input_shape), facts.num_outputs)
    found = by_code(problems_of(document, facts, ["cpu"], **config))[code]
    assert found.fixes
    for fix in found.fixes:
        assert not fix.edits
        mended = TrainingConfig.model_validate(config).model_dump()
        for path, value in fix.settings.items():
            put(mended, path, value)
        assert code not in by_code(problems_of(document, facts, ["cpu"], **mended)), fix.label


def test_every_warning_of_a_setting_has_a_way_out() -> None:
    """What does not keep a run from beginning is easily passed over: a press must be enough."""
    for code, facts, config in WITH_WAYS_OUT:
        document = perceptron(list(facts.input_shape), facts.num_outputs)
        for problem in problems_of(document, facts, ["cpu"], **config):
            assert problem.severity == "error" or problem.fixes, (code, problem)
