"""Checkpoints tried out, by real processes that hold a real network."""

import base64
import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from backend.services.conftest import until
from backend.services.trying import Orders, data_url, play, scores_of, stream, validation
from netwright.data.base import SourceSpec
from netwright.data.registry import open_source
from netwright.services.errors import ServiceError
from netwright.services.trial_models import PredictRequest
from netwright.services.trials import TrialService
from safetensors.torch import save_file


def test_pictures_when_sent_are_answered_as_the_network_of_the_run_answers(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("digits", "digits", [1, 8, 8], 10, "CrossEntropyLoss")
        about = await service.describe("digits")
        assert about.picture is not None
        assert (about.picture.height, about.picture.width, about.picture.channels) == (8, 8, 1)
        assert about.picture.is_light_on_dark
        assert 0.5 < about.picture.ink_share <= 1.0
        samples = validation(job).inputs[:3]
        # Black to white in a file is 0 to 255, in this set 0 to 16.
        pictures = [data_url(np.round(sample[0].numpy() * (255 / 16)).astype(np.uint8)) for sample in samples]
        found = await service.predict("digits", PredictRequest(pictures=pictures))
        wanted = scores_of(job, samples).softmax(dim=1).double()
        assert found.are_probabilities
        for prediction, row in zip(found.predictions, wanted, strict=True):
            assert prediction.probabilities == pytest.approx(row.tolist(), abs=1e-6)
            assert prediction.label == str(int(row.argmax()))
            assert prediction.seen is not None
            assert prediction.seen.startswith("data:image/png;base64,")
        large = await service.predict("digits", PredictRequest(pictures=[data_url(np.zeros((300, 200, 3), np.uint8))]))
        assert sum(large.predictions[0].probabilities) == pytest.approx(1.0)

    play(tmp_path, scenario)


WRONG = [
    (PredictRequest(pictures=["no base64!"]), "bad_data"),
    (PredictRequest(pictures=[base64.b64encode(b"no picture").decode()]), "bad_data"),
    (PredictRequest(rows=[{"a": 1.0}]), "invalid_request"),
    (PredictRequest(), "invalid_request"),
]


def test_pictures_when_they_are_none_are_refused_and_the_next_is_answered(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        orders.add("digits", "digits", [1, 8, 8], 10, "CrossEntropyLoss")
        for body, code in WRONG:
            with pytest.raises(ServiceError) as caught:
                await service.predict("digits", body)
            assert caught.value.code == code
            assert caught.value.message.endswith(".")
        sound = PredictRequest(pictures=[data_url(np.zeros((8, 8), np.uint8))])
        assert len((await service.predict("digits", sound)).predictions) == 1

    play(tmp_path, scenario)


def test_rows_with_several_labels_are_answered_label_by_label(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("discs", "three_discs", [2], 3, "BCEWithLogitsLoss")
        about = await service.describe("discs")
        assert (about.task, about.classes, about.are_probabilities) == ("multilabel", ["left", "right", "top"], True)
        part = validation(job)
        wanted = scores_of(job, part.inputs).sigmoid()
        rows = [dict(zip(("x1", "x2"), sample.double().tolist(), strict=True)) for sample in part.inputs]
        found = await service.predict("discs", PredictRequest(rows=list(rows)))
        said = [
            [name for name, value in zip(about.classes, row, strict=True) if value > 0.5] for row in wanted.tolist()
        ]
        assert [each.labels for each in found.predictions] == said
        assert found.predictions[0].probabilities == pytest.approx(wanted[0].tolist(), abs=1e-5)

        lines = io.StringIO()
        writer = csv.DictWriter(lines, ["x1", "x2"])
        writer.writeheader()
        writer.writerows(rows)
        answers = await service.predict_file("discs", stream(lines.getvalue().encode()), "points.csv")
        written = list(csv.DictReader(io.StringIO(answers.decode())))
        assert [each["predicted labels"] for each in written] == ["|".join(names) for names in said]
        assert float(written[0]["probability top"]) == pytest.approx(float(wanted[0, 2]), abs=1e-5)

        evaluation = await service.evaluate("discs")
        is_right = (wanted > 0.5) == (part.targets > 0.5)
        assert evaluation.accuracy == pytest.approx(float(is_right.float().mean()))
        assert evaluation.exact_match == pytest.approx(float(is_right.all(1).float().mean()))
        assert [each.support for each in evaluation.per_class] == part.targets.sum(0).int().tolist()
        assert len(evaluation.precision_recall) == 3

    play(tmp_path, scenario)


def test_rows_when_sent_or_in_a_file_are_answered_by_the_names_of_their_columns(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("iris", "iris", [4], 3, "CrossEntropyLoss")
        about = await service.describe("iris")
        names = [each.name for each in about.fields]
        assert len(names) == 4
        assert all(each.minimum is not None and each.example is not None for each in about.fields)
        part = validation(job)
        wanted = scores_of(job, part.inputs).softmax(dim=1)
        row = dict(zip(names, part.inputs[0].double().tolist(), strict=True))
        found = await service.predict("iris", PredictRequest(rows=[row]))
        assert found.predictions[0].probabilities == pytest.approx(wanted[0].tolist(), abs=1e-5)

        lines = io.StringIO()
        writer = csv.writer(lines)
        writer.writerow(["note", *reversed(names)])
        for place, sample in enumerate(part.inputs):
            writer.writerow([f"row {place}", *reversed(sample.tolist())])
        answers = await service.predict_file("iris", stream(lines.getvalue().encode()), "flowers.csv")
        rows = list(csv.DictReader(io.StringIO(answers.decode())))
        assert [each["note"] for each in rows] == [f"row {place}" for place in range(len(part))]
        assert [each["predicted label"] for each in rows] == [about.classes[int(row.argmax())] for row in wanted]
        assert float(rows[0][f"probability {about.classes[0]}"]) == pytest.approx(float(wanted[0, 0]), abs=1e-5)
        assert not list((tmp_path / "trials").iterdir())

        bad_cell = lines.getvalue().replace("row 0,", "row 0,x").encode()
        for content, said in ((b"a,b\n1,2\n", "has no column"), (bad_cell, "no number")):
            with pytest.raises(ServiceError, match=said) as caught:
                await service.predict_file("iris", stream(content), "wrong.csv")
            assert caught.value.code == "bad_data"
        with pytest.raises(ServiceError, match="There is no column"):
            await service.predict("iris", PredictRequest(rows=[{"petal": 1.0}]))
        # Nothing is put in where a value is missing, for none was missing in training.
        assert all(each.is_required for each in about.fields)
        with pytest.raises(ServiceError, match=f"Row 2, column {re.escape(names[1])}: a value is missing"):
            await service.predict("iris", PredictRequest(rows=[row, {**row, names[1]: None}]))

    play(tmp_path, scenario)


def test_evaluation_when_asked_for_counts_the_held_out_part_and_opens_its_cells(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("digits", "digits", [1, 8, 8], 10, "CrossEntropyLoss")
        part = validation(job)
        probabilities = scores_of(job, part.inputs).softmax(dim=1)
        predicted = probabilities.argmax(dim=1)
        found = await service.evaluate("digits")
        assert found.num_samples == len(part)
        assert not found.has_changed
        assert found.accuracy == pytest.approx(float((predicted == part.targets).double().mean()))
        matrix = torch.tensor(found.confusion)
        assert matrix.sum() == len(part)
        assert len(found.roc) == len(found.precision_recall) == len(found.per_class) == 10
        assert found.calibration is not None
        assert sum(found.calibration.counts) == len(part)
        row, column = divmod(int((matrix - torch.diag(matrix.diag())).argmax()), 10)
        cell = await service.samples("digits", order="worst", target=row, predicted=column, offset=0, limit=5)
        assert cell.total == int(matrix[row, column])
        assert {(each.target, each.predicted) for each in cell.samples} == {(str(row), str(column))}
        assert all(each.picture for each in cell.samples)
        worst = await service.samples("digits", order="worst", target=None, predicted=None, offset=0, limit=100)
        own = probabilities.gather(1, part.targets[:, None])[:, 0]
        assert worst.samples[0].place == int(own.argmin())
        assert worst.total == len(part)
        uncertain = await service.samples("digits", order="uncertain", target=None, predicted=None, offset=0, limit=3)
        two = probabilities.topk(2, dim=1).values
        assert uncertain.samples[0].place == int((two[:, 0] - two[:, 1]).argmin())

    play(tmp_path, scenario)


def test_evaluation_when_the_target_is_a_number_gives_errors_and_pairs(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("diabetes", "diabetes", [10], 1, "MSELoss")
        part = validation(job)
        answers = scores_of(job, part.inputs)
        (numbers,) = (await service.evaluate("diabetes")).numbers
        assert numbers.mean_absolute_error == pytest.approx(float((answers - part.targets).abs().mean()), rel=1e-4)
        assert numbers.predicted == pytest.approx(answers[:, 0].tolist(), rel=1e-3, abs=1e-3)
        worst = await service.samples("diabetes", order="worst", target=None, predicted=None, offset=0, limit=1)
        assert worst.samples[0].place == int((answers - part.targets).abs().argmax())
        assert worst.samples[0].values

    play(tmp_path, scenario)


def test_texts_when_sent_or_in_a_file_are_answered_with_the_tokens_that_were_seen(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("texts", "sentences", [16], 2, "CrossEntropyLoss", num_tokens=200)
        about = await service.describe("texts")
        assert about.text is not None
        assert (about.kind, about.text.column, about.text.max_tokens) == ("text", "text", 16)
        part = validation(job)
        texts = [bytes(sample.tolist()).rstrip(b"\0").decode() for sample in part.inputs[:4]]
        wanted = scores_of(job, part.inputs[:4]).softmax(dim=1)
        found = await service.predict("texts", PredictRequest(texts=texts))
        for prediction, row in zip(found.predictions, wanted, strict=True):
            assert prediction.probabilities == pytest.approx(row.tolist(), abs=1e-5)
            assert all(token.is_known for token in prediction.tokens)
        strange = f"{texts[0].split()[0]} xyzzy " + "word " * 30
        [prediction] = (await service.predict("texts", PredictRequest(texts=[strange]))).predictions
        assert [token.is_known for token in prediction.tokens][:2] == [True, False]
        assert (len(prediction.tokens), prediction.num_cut) == (16, 16)
        empty = await service.predict("texts", PredictRequest(texts=[""]))
        assert sum(empty.predictions[0].probabilities) == pytest.approx(1.0)

        lines = io.StringIO()
        csv.writer(lines).writerows([["note", "text"], *(["kept", text] for text in texts)])
        answers = await service.predict_file("texts", stream(lines.getvalue().encode()), "reviews.csv")
        rows = list(csv.DictReader(io.StringIO(answers.decode())))
        assert [each["predicted label"] for each in rows] == [about.classes[int(row.argmax())] for row in wanted]
        assert [each["text"] for each in rows] == texts
        with pytest.raises(ServiceError, match="in which the texts would be"):
            await service.predict_file("texts", stream(b"a,b\n1,2\n"), "wrong.csv")
        worst = await service.samples("texts", order="worst", target=None, predicted=None, offset=0, limit=2)
        assert all(each.text for each in worst.samples)

    play(tmp_path, scenario)


def test_series_when_sent_are_forecast_in_the_unit_of_the_data(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        raw = open_source(SourceSpec(type="sine_mix")).load()
        shape, horizon = list(raw.inputs.shape[1:]), raw.targets.shape[1]
        job = orders.add("sines", "sine_mix", shape, horizon, "MSELoss")
        scale = job.data.target_scale
        assert scale is not None
        about = await service.describe("sines")
        assert about.series is not None
        assert (about.series.steps, about.series.forecast, about.series.is_padded) == (shape[0], [0], False)
        samples = validation(job).inputs[:2]
        wanted = scores_of(job, samples) * torch.tensor(scale.std) + torch.tensor(scale.mean)
        longer = [[[5.0], *samples[0].tolist()], samples[1].tolist()]  # of a longer one the latest steps are seen
        found = await service.predict("sines", PredictRequest(series=longer))
        assert [each.values for each in found.predictions] == [pytest.approx(row.tolist(), abs=1e-5) for row in wanted]
        targets = validation(job).targets
        answers = scores_of(job, validation(job).inputs) * torch.tensor(scale.std) + torch.tensor(scale.mean)
        [numbers] = (await service.evaluate("sines")).numbers
        assert numbers.mean_absolute_error == pytest.approx(float((answers - targets).abs().mean()), rel=1e-4)
        [worst] = (
            await service.samples("sines", order="worst", target=None, predicted=None, offset=0, limit=1)
        ).samples
        assert worst.curve is not None
        assert len(worst.curve.channels[0]) == shape[0]
        assert worst.curve.actual["0"] == pytest.approx(targets[worst.place].tolist(), rel=1e-5)
        faults: list[tuple[list[list[float | None]], str]] = [
            ([[1.0]], "needs"),
            ([[1.0, 2.0]] * shape[0], "the network takes 1"),
            ([[None]] * shape[0], "without a value"),
        ]
        for series, said in faults:
            with pytest.raises(ServiceError, match=said):
                await service.predict("sines", PredictRequest(series=[series]))
        with pytest.raises(ServiceError, match="Send series instead"):
            await service.predict_file("sines", stream(b"value\n1\n"), "values.csv")

    play(tmp_path, scenario)


def test_series_when_shorter_than_the_longest_of_the_data_are_filled_up_as_those(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add("waves", "waves", [48, 1], 3, "CrossEntropyLoss")
        about = await service.describe("waves")
        assert about.series is not None
        assert about.series.is_padded
        sample = next(each for each in validation(job).inputs if each.isnan().any())
        wanted = scores_of(job, sample[None]).softmax(dim=1)[0]
        short = sample[~sample[:, 0].isnan()].tolist()
        [prediction] = (await service.predict("waves", PredictRequest(series=[short]))).predictions
        assert prediction.probabilities == pytest.approx(wanted.tolist(), abs=1e-5)

    play(tmp_path, scenario)


def test_checkpoint_when_its_weights_are_of_another_network_is_refused_by_a_sentence(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        orders.add("iris", "iris", [4], 3, "CrossEntropyLoss")
        broken = tmp_path / "broken.safetensors"
        save_file({"head.weight": torch.zeros(2, 2)}, broken)
        orders.orders["broken"] = orders.orders["iris"].model_copy(update={"weights": str(broken)})
        with pytest.raises(ServiceError, match="not those of its network") as caught:
            await service.describe("broken")
        assert caught.value.code == "cannot_try"

    play(tmp_path, scenario)


def test_processes_when_many_are_asked_for_or_nobody_asks_are_few_and_end(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        for name in ("a", "b", "c"):
            orders.add(name, "iris", [4], 3, "CrossEntropyLoss")
        await service.describe("a")
        first = service._children["a"].process
        await service.describe("b")
        await service.describe("c")
        assert first.returncode is not None
        assert set(service._children) == {"b", "c"}
        b = service._children["b"].process
        b.kill()
        await b.wait()
        service._idle_seconds = 0.1
        assert (await service.describe("b")).kind == "table"  # a new one takes its place
        await service.describe("c")
        await until(lambda: not service._children, seconds=30)

    play(tmp_path, scenario)


def test_question_when_it_takes_too_long_is_given_up_and_told(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        orders.add("iris", "iris", [4], 3, "CrossEntropyLoss")
        with pytest.raises(ServiceError, match="no answer within") as caught:
            await service.describe("iris")
        assert caught.value.code == "try_failed"
        assert not service._children

    play(tmp_path, scenario, answer_seconds=0.01)
