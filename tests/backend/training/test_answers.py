"""How outputs are read as answers, what fits masks and samples that are their own targets, and the naive answer."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.training.conftest import Recorder
from backend.training.test_checking import PICTURES, YES_NO, by_code, chain, perceptron, problems_of
from netwright.compiler.check import check
from netwright.data.base import Forecast, Kind, SourceSpec
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from netwright.training.answers import build_answers, find_last
from netwright.training.baseline import repeat_last_values
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.objectives import LOSSES
from netwright.training.options import DataFacts, suggest
from netwright.training.spec import RunSpec

MASKS = DataFacts("Cells", "image", "segmentation", 200, (1, 12, 16), 2, ("ground", "cell"))


def pixels(outputs: int, padding: int = 1, *last: tuple[str, str, dict[str, Any]]) -> Document:
    return chain(
        ("image", "Input", {"shape": [1, 12, 16]}),
        ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": padding}),
        ("act", "ReLU", {}),
        ("head", "Conv2d", {"out_channels": outputs, "kernel_size": 1}),
        *last,
        ("mask", "Output", {}),
    )


def autoencoder(*last: tuple[str, str, dict[str, Any]]) -> Document:
    return chain(
        ("image", "Input", {"shape": [1, 8, 8]}),
        ("flat", "Flatten", {}),
        ("code", "Linear", {"out_features": 6}),
        ("decode", "Linear", {"out_features": 64}),
        *last,
        ("picture", "Output", {}),
    )


def run(document: Document, folder: Path, source: str, **config: Any) -> Recorder:
    data = {"source": source, "batch_size": 64, **config.pop("data", {})}
    training = TrainingConfig.model_validate({"epochs": 2, "device": "cpu", **config, "data": data})
    spec = RunSpec(
        run="r", document=document, training=training, source=SourceSpec(type=source), versions={}, created=0.0
    )
    recorder = Recorder()
    train(build_job(spec, folder), recorder, Control())
    return recorder


# --- where a single score is cut -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "last", "cut"),
    [
        ("BCEWithLogitsLoss", None, 0.0),
        ("BCEWithLogitsLoss", "Sigmoid", 0.5),
        ("MSELoss", None, 0.5),
        ("L1Loss", "Sigmoid", 0.5),
        ("HingeLoss", None, 0.0),
        ("BCELoss", "Sigmoid", 0.5),
    ],
)
def test_single_score_is_cut_where_its_loss_and_its_layer_say(loss: str, last: str | None, cut: float) -> None:
    more: list[tuple[str, str, dict[str, Any]]] = [] if last is None else [("last", last, {})]
    document = perceptron([30], 1, *more)
    answers = build_answers("classification", 2, LOSSES.get(loss), find_last(document, None))
    assert answers.cut == cut
    probabilities = answers.probabilities(torch.tensor([[cut]]))
    assert probabilities.tolist() == [[0.5, 0.5]]


def test_last_layer_is_found_past_what_only_reshapes_and_what_is_muted() -> None:
    document = autoencoder(("sigmoid", "Sigmoid", {}), ("shape", "Reshape", {"shape": [1, 8, 8]}))
    assert find_last(document, None) == "Sigmoid"
    muted = next(node for node in document.network.nodes if node.id == "sigmoid")
    others = [node for node in document.network.nodes if node.id != "sigmoid"]
    network = document.network.model_copy(update={"nodes": [*others, muted.model_copy(update={"muted": True})]})
    assert find_last(document.model_copy(update={"network": network}), None) == "Linear"


@pytest.mark.parametrize("last", [(), (("sigmoid", "Sigmoid", {}),)])
def test_accuracy_of_one_score_with_squared_error_counts_both_classes(last: Any, tmp_path: Path) -> None:
    """Cut at 0, every answer of Sigmoid would be the second class, and accuracy its share."""
    recorder = run(
        perceptron([30], 1, *last), tmp_path, "breast_cancer", objectives=[{"loss": {"type": "MSELoss"}}], epochs=6
    )
    assert recorder.series("val/Accuracy")[-1][1] > 0.85
    confusion = recorder.of("classes")[-1]["confusion"]
    assert min(confusion[0][0], confusion[1][1]) > 0


# --- what fits ---------------------------------------------------------------------------------------------------------


def test_mask_network_when_it_fits_has_no_problems_and_good_suggestions() -> None:
    for outputs, loss in ((2, "CrossEntropyLoss"), (1, "BCEWithLogitsLoss")):
        document = pixels(outputs)
        suggestion = suggest(document, check(document), MASKS, "some-id")
        assert suggestion.problems == []
        assert suggestion.config.objectives[0].loss.type == loss
        assert suggestion.config.metrics == ["Accuracy", "JaccardIndex", "DiceScore"]
        assert (suggestion.config.checkpoint.monitor, suggestion.config.checkpoint.mode) == ("val/JaccardIndex", "max")
        assert "pixel" in suggestion.reasons["objectives"]


def test_mask_network_when_it_has_other_channels_is_set_by_the_fix() -> None:
    document = pixels(5)
    problem = by_code(problems_of(document, MASKS))["output_shape_mismatch"]
    assert problem.message == "CrossEntropyLoss needs 2 scores at every pixel, one a class, but `mask` gives 5."
    assert problem.fixes[0].label == "Set `head` to 2 channels"
    assert problems_of(apply_edits(document, problem.fixes[0].edits), MASKS) == []


def test_mask_network_when_it_loses_pixels_is_told_how_to_keep_them() -> None:
    problem = by_code(problems_of(pixels(2, padding=0), MASKS))["output_shape_mismatch"]
    assert "The masks of Cells have 12 x 16 pixels, but `mask` gives 10 x 14. Pad the convolutions" in problem.message


def test_classifier_on_masks_is_told_to_answer_at_every_pixel() -> None:
    problem = by_code(problems_of(perceptron([1, 12, 16], 2), MASKS))["output_shape_mismatch"]
    assert "the network must answer at every pixel" in problem.message
    assert "U-Net" in problem.message


def test_reconstruction_when_the_output_is_flat_is_reshaped_by_the_fix() -> None:
    document, facts = autoencoder(), PICTURES.as_reconstruction()
    objectives, metrics = [{"loss": {"type": "MSELoss"}}], ["MeanAbsoluteError"]
    config: dict[str, Any] = {"objectives": objectives, "metrics": metrics, "data": {"task": "reconstruction"}}
    problem = by_code(problems_of(document, facts, **config))["output_shape_mismatch"]
    assert problem.message.startswith(
        "The network is to give back its input, N x 1 x 8 x 8, but `picture` gives N x 64"
    )
    assert problems_of(apply_edits(document, problem.fixes[0].edits), facts, **config) == []


def test_reconstruction_is_suggested_where_the_output_is_like_the_input_and_not_where_a_person_chose() -> None:
    document = autoencoder(("shape", "Reshape", {"shape": [1, 8, 8]}))
    suggestion = suggest(document, check(document), PICTURES, "some-id")
    assert suggestion.config.data.task == "reconstruction"
    assert suggestion.problems == []
    assert "give the input back" in suggestion.reasons["data.task"]
    chosen = DataFacts(
        "Digits", "image", "classification", 1797, (1, 8, 8), 10, tuple("0123456789"), is_task_chosen=True
    )
    assert suggest(document, check(document), chosen, "some-id").config.data.task == "own"
    assert suggest(perceptron([30], 2), check(perceptron([30], 2)), YES_NO, "x").config.data.task == "own"


def test_loss_of_probabilities_without_its_layer_inserts_it() -> None:
    document = perceptron([30], 1)
    objectives = [{"loss": {"type": "BCELoss"}}]
    problem = by_code(problems_of(document, YES_NO, objectives=objectives))["loss_needs_layer"]
    assert "BCEWithLogitsLoss" in problem.message
    assert problems_of(apply_edits(document, problem.fixes[0].edits), YES_NO, objectives=objectives) == []


def test_metric_that_says_nothing_of_few_classes_is_a_warning() -> None:
    problems = by_code(problems_of(perceptron([30], 2), YES_NO, metrics=["Accuracy", "Top5Accuracy"]))
    assert problems["metric_needs_classes"].severity == "warning"


@pytest.mark.parametrize(("kind", "name"), [("graph", "graphs"), ("text", "texts"), ("series", "time series")])
def test_what_cannot_be_its_own_target_is_called_by_its_kind(kind: Kind, name: str) -> None:
    facts = DataFacts("Club", kind, "classification", 34, (34,), 4)
    problem = by_code(problems_of(perceptron([34], 4), facts, data={"task": "reconstruction"}))["cannot_be_own_target"]
    assert problem.message.startswith(f"Club holds {name}, which cannot be their own target.")
    assert problem.fixes[0].settings == {"data.task": "own"}


# --- what a run tells --------------------------------------------------------------------------------------------------

SMALL: dict[str, Any] = {"preprocess": [{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [12, 16]}}]}


def test_run_on_masks_tells_the_naive_answer_and_its_classes(tmp_path: Path) -> None:
    metrics = ["Accuracy", "JaccardIndex"]
    recorder = run(pixels(4), tmp_path, "shapes", data=SMALL, metrics=metrics)
    [hello] = recorder.of("hello")
    assert hello["baseline_answer"] == "the most frequent class, background, at every pixel"
    table = recorder.of("classes")[-1]
    background = sum(table["confusion"][0])
    total = sum(map(sum, table["confusion"]))
    assert hello["baseline"]["val/Accuracy"] == pytest.approx(background / total)
    assert hello["baseline"]["val/JaccardIndex"] == pytest.approx(background / total / 4)
    assert total == 50 * 12 * 16, "every pixel of the validation part"
    assert table["classes"] == ["background", "circle", "square", "triangle"]
    means = [sum(values) / 4 for name, values in table["per_class"].items() if name == "JaccardIndex"]
    assert means[0] == pytest.approx(recorder.series("val/JaccardIndex")[-1][1], abs=1e-5)


@pytest.mark.parametrize(
    ("source", "task", "metric", "naive"),
    [
        ("diabetes", "own", "R2Score", 0.0),
        ("wine", "reconstruction", "RootMeanSquaredError", 1.0),
        ("iris", "own", "Accuracy", 1 / 3),
    ],
)
def test_naive_answer_of_each_task_is_what_it_must_be(
    source: str, task: str, metric: str, naive: float, tmp_path: Path
) -> None:
    features, outputs = {"diabetes": (10, 1), "wine": (13, 13), "iris": (4, 3)}[source]
    loss = "CrossEntropyLoss" if source == "iris" else "MSELoss"
    recorder = run(
        perceptron([features], outputs),
        tmp_path,
        source,
        data={"task": task},
        objectives=[{"loss": {"type": loss}}],
        metrics=[metric],
        checkpoint={"monitor": "val/loss"},
        epochs=1,
    )
    [hello] = recorder.of("hello")
    # The mean of the training part explains nothing of the validation part: a little below 0, as the parts differ; rows are
    # standardized, so that it is off by about their deviation of 1.
    assert hello["baseline"][f"val/{metric}"] == pytest.approx(naive, abs=0.15)


def test_naive_forecast_repeats_the_last_known_value() -> None:
    nan = math.nan
    series = torch.tensor([[[1.0, 9.0], [2.0, 9.0], [3.0, 9.0]], [[4.0, 0.0], [5.0, 0.0], [nan, 0.0]]])
    forecast = Forecast(channels=(0,), horizon=2)
    assert repeat_last_values(series, forecast).tolist() == [[3.0, 3.0], [5.0, 5.0]]
    both = Forecast(channels=(1, 0), horizon=2)
    assert repeat_last_values(series[:1], both).tolist() == [[9.0, 3.0, 9.0, 3.0]]
