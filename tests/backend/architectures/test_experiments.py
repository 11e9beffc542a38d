"""The experiments of the notes: each passes the product's own checks, and is said in both languages."""

from pathlib import Path

import pytest
from netwright.architectures.base import LANGUAGES
from netwright.architectures.cifar import PARAMETERS
from netwright.architectures.experiments import EXPERIMENTS, Experiment
from netwright.compiler.check import check
from netwright.data.base import SourceSpec
from netwright.data.registry import SOURCES
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.learning_rate import LearningRate
from netwright.training.loop import train
from netwright.training.options import updates_per_epoch
from netwright.training.spec import RunSpec
from netwright.training.states import RunState

each_experiment = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)


@each_experiment
def test_networks_when_checked_have_no_problem_and_fit_the_data(experiment: Experiment) -> None:
    facts = SOURCES[experiment.source].facts
    assert facts is not None
    assert len(facts.classes) == 10
    documents = experiment.build("en")
    assert len(documents) == len(experiment.draw) >= 2
    for name, document in documents.items():
        report = check(document)
        assert report.problems == [], name
        assert document.network.nodes[0].params["shape"] == list(facts.input_shape)
        assert TrainingConfig.model_validate(document.training) == TrainingConfig.model_validate(experiment.training)


@each_experiment
def test_words_when_read_name_every_run_in_both_languages(experiment: Experiment) -> None:
    for language in LANGUAGES:
        said = experiment.words(language)
        assert set(said) == {"name", "summary", "watch", "runs"}
        assert set(said["runs"]) == set(experiment.draw)


def test_reduction_when_counted_has_the_parameters_of_the_notes() -> None:
    direct, reduced = (check(document) for document in EXPERIMENTS["reduction"].build("en").values())
    assert direct.nodes["conv"].parameters == 295_040
    assert reduced.nodes["reduce"].parameters + reduced.nodes["conv"].parameters == 90_304


def test_averaging_when_counted_has_the_parameters_that_the_card_names() -> None:
    flatten, average = (check(document) for document in EXPERIMENTS["average_flatten"].build("en").values())
    assert (flatten.nodes["fc"].parameters, average.nodes["fc"].parameters) == (40_970, 650)


def test_activations_when_trained_a_little_learn_in_the_order_that_the_card_names(tmp_path: Path) -> None:
    experiment = EXPERIMENTS["activations"]
    accuracy = {}
    for name, make in experiment.draw.items():
        spec = RunSpec(
            run=name,
            document=make(),
            training=TrainingConfig.model_validate({**experiment.training, "epochs": 3}),
            source=SourceSpec(type=experiment.source),
            versions={},
            created=0.0,
        )
        folder = tmp_path / name
        folder.mkdir()
        outcome = train(build_job(spec, folder), lambda *_, **__: None, Control())
        assert outcome.state is RunState.COMPLETED, outcome.message
        accuracy[name] = outcome.metrics["val/Accuracy"]
    assert accuracy["sigmoid"] < 0.2
    assert accuracy["sigmoid"] < accuracy["relu"] < accuracy["tanh"]


def test_degradation_as_published_is_the_recipe_of_the_paper() -> None:
    """He et al. 2015, section 4.2, https://arxiv.org/abs/1512.03385."""
    experiment = EXPERIMENTS["degradation"]
    training = TrainingConfig.model_validate(experiment.training)
    facts = SOURCES["cifar10"].facts
    assert facts is not None
    # The test part of 10,000 is a part of its own.
    num_samples = training.data.split.count_training(50_000)
    assert num_samples == 45_000
    assert training.data.batch_size == 128
    steps = updates_per_epoch(training, num_samples)
    rate = LearningRate.from_config(training, steps)
    rates = [round(rate.at(step), 9) for step in range(1, training.epochs * steps + 1)]
    assert len(rates) == pytest.approx(64_000, rel=0.003)
    assert sorted(set(rates), reverse=True) == [0.1, 0.01, 0.001]
    assert rates.index(0.01) == pytest.approx(32_000, rel=0.003)
    assert rates.index(0.001) == pytest.approx(48_000, rel=0.003)
    assert training.optimizer.params == {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4}
    assert not training.no_decay_on_norms_and_biases
    assert [(step.type, step.params) for step in training.data.augment] == [
        ("RandomCrop", {"padding": 4}),
        ("RandomHorizontalFlip", {}),
    ]
    assert [rule.type for rule in training.initialization] == ["kaiming_normal_"]
    assert training.checkpoint.tested == "last"
    layers = {"plain20": 20, "plain56": 56, "resnet20": 20, "resnet56": 56}
    for name, make in experiment.draw.items():
        network = check(make())
        assert network.totals.parameters == PARAMETERS[layers[name]], "shortcuts cost nothing"
        assert not any("dropout" in path.lower() for path in network.nodes)
