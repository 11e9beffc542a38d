"""The experiments of the notes: each passes the product's own checks, and is said in both languages."""

from pathlib import Path

import pytest
from netwright.architectures.base import LANGUAGES
from netwright.architectures.experiments import EXPERIMENTS, Experiment
from netwright.compiler.check import check
from netwright.data.base import SourceSpec
from netwright.data.registry import SOURCES
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
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
