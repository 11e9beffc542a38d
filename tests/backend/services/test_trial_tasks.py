"""Trained checkpoints of the tasks whose answers are no row of scores: masks, samples given back, vertices and graphs."""

import base64
import csv
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from backend.services.trying import Orders, data_url, play, stream, validation
from netwright.data.base import DataError
from netwright.data.graphs import GraphPart
from netwright.graph.document import Node
from netwright.services import trial_desk
from netwright.services.errors import ServiceError
from netwright.services.trial_models import GraphSent, PredictRequest
from netwright.services.trials import TrialService
from netwright.training.graph_batches import GraphBatches
from numpy.typing import NDArray
from PIL import Image
from samples import block, document, gcn, node, out, plain_graph_classifier

ADAM = {"type": "Adam", "params": {"lr": 0.01}}
WORST = {"order": "worst", "target": None, "predicted": None, "offset": 0}


def read_png(url: str | None) -> Image.Image:
    assert url is not None
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def pixels_of(url: str | None) -> NDArray[np.uint8]:
    """What the file holds, of a mask its classes: the palette is not looked at."""
    return np.asarray(read_png(url))


def mask_network(side: int) -> list[Node]:
    return [
        node("image", "Input", shape=[1, side, side]),
        node("conv", "Conv2d", out_channels=8, kernel_size=5, padding=2),
        node("norm", "BatchNorm2d"),
        node("act", "ReLU"),
        node("head", "Conv2d", out_channels=4, kernel_size=1),
        out("mask"),
    ]


def test_picture_when_sent_comes_back_as_a_mask_in_the_pixels_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add_document(
            "masks",
            document(block(mask_network(32))),
            "shapes",
            is_trained=True,
            data={
                "batch_size": 16,
                "preprocess": [{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [32, 32]}}],
            },
            objectives=[{"loss": {"type": "CrossEntropyLoss", "params": {"weight": [0.1, 1.0, 1.0, 1.0]}}}],
            metrics=[],
            optimizer={"type": "Adam", "params": {"lr": 0.02}},
            epochs=2,
        )
        about = await service.describe("masks")
        assert (about.kind, about.task, len(about.classes)) == ("image", "segmentation", 4)
        assert about.mask_colors[0] == ""
        assert len(set(about.mask_colors)) == 4
        part = validation(job)
        with torch.inference_mode():
            probabilities = job.network(job.preprocess(part.inputs)).softmax(dim=1)
        wanted = probabilities.argmax(dim=1)
        assert len(wanted.unique()) > 2, "an untrained answer would look the same everywhere"
        sent = [data_url(sample[0].numpy()) for sample in part.inputs[:3]]
        found = await service.predict("masks", PredictRequest(pictures=sent))
        for place, prediction in enumerate(found.predictions):
            mask = prediction.mask
            assert mask is not None
            assert (mask.height, mask.width) == (32, 32)
            assert (pixels_of(mask.png) == wanted[place].numpy()).all()
            shares = [float((wanted[place] == label).double().mean()) for label in range(4)]
            assert mask.shares == pytest.approx(shares)
            assert mask.certainty == pytest.approx(float(probabilities[place].amax(0).mean()), abs=1e-5)
            # Over it lies the picture as it was resized: they have the same pixels.
            assert read_png(prediction.seen).size == (32, 32)
            colours = read_png(mask.png).convert("RGBA")
            for x, y in ((0, 0), (16, 16), (9, 23)):
                label = int(wanted[place, y, x])
                red, green, blue, alpha = colours.getpixel((x, y))  # type: ignore[misc]  # RGBA
                assert alpha == (255 if label else 0)
                assert label == 0 or f"#{red:02x}{green:02x}{blue:02x}" == about.mask_colors[label]

        figures = await service.evaluate("masks")
        assert figures.accuracy == pytest.approx(float((wanted == part.targets).double().mean()))
        counts = torch.zeros(4, 4, dtype=torch.int64)
        for target, label in zip(part.targets.flatten().tolist(), wanted.flatten().tolist(), strict=True):
            counts[target, label] += 1
        assert figures.confusion == counts.tolist()
        overlaps = [float(counts[k, k] / (counts[k].sum() + counts[:, k].sum() - counts[k, k])) for k in range(4)]
        assert [each.iou for each in figures.per_class] == pytest.approx(overlaps)
        assert figures.mean_iou == pytest.approx(sum(overlaps) / 4)
        [worst] = (await service.samples("masks", **WORST, limit=1)).samples
        right = (wanted == part.targets).flatten(1).double().mean(dim=1)
        assert worst.place == int(right.argmin())
        assert worst.right == pytest.approx(float(right.min()))
        assert (pixels_of(worst.mask) == wanted[worst.place].numpy()).all()
        assert (pixels_of(worst.target_mask) == part.targets[worst.place].numpy()).all()
        cell = await service.samples("masks", order="worst", target=1, predicted=0, offset=0, limit=1)
        missed = ((part.targets == 1) & (wanted == 0)).flatten(1).sum(dim=1)
        assert cell.total == int((missed > 0).sum())
        assert int(missed[cell.samples[0].place]) == int(missed.max())

        for body, said in (
            (PredictRequest(samples=[1], texts=["a"]), "exactly one of pictures, rows"),
            (PredictRequest(samples=[1]), "send pictures"),
        ):
            with pytest.raises(ServiceError, match=said) as caught:
                await service.predict("masks", body)
            assert caught.value.code == "invalid_request"
        with pytest.raises(ServiceError, match="not trained on graphs") as caught:
            await service.draw("masks", 0)
        assert caught.value.code == "cannot_try"
        monkeypatch.setattr(trial_desk, "MAX_PIXEL_VALUES", 2 * 64 * 64)
        desk = trial_desk.Desk(orders.orders["masks"])
        assert len(desk.predict({"pictures": sent[:2]}).predictions) == 2
        with pytest.raises(DataError, match="Send at most 2"):
            desk.predict({"pictures": sent})

    play(tmp_path, scenario)


def test_picture_when_it_was_learned_to_be_given_back_stands_beside_its_copy_and_the_error(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        nodes = [
            node("image", "Input", shape=[1, 8, 8]),
            node("flat", "Flatten"),
            node("code", "Linear", out_features=16),
            node("decode", "Linear", out_features=64),
            node("sigmoid", "Sigmoid"),
            node("shape", "Reshape", shape=[1, 8, 8]),
            out("picture"),
        ]
        job = orders.add_document(
            "copies",
            document(block(nodes)),
            "digits",
            is_trained=True,
            data={"task": "reconstruction"},
            objectives=[{"loss": {"type": "MSELoss"}}],
            metrics=[],
            optimizer=ADAM,
            epochs=3,
        )
        about = await service.describe("copies")
        assert (about.task, about.are_probabilities) == ("reconstruction", False)
        part = validation(job)
        with torch.inference_mode():
            wanted = job.preprocess(part.inputs)
            given = job.network(wanted)
        errors = (given - wanted).abs().flatten(1).mean(dim=1).double()
        naive = float((wanted - wanted.mean(0)).abs().mean())
        assert float(errors.mean()) < naive, "it has learned more than the mean"
        sent = data_url(np.round(part.inputs[0, 0].numpy() * (255 / 16)).astype(np.uint8))
        [prediction] = (await service.predict("copies", PredictRequest(pictures=[sent]))).predictions
        rebuilt = prediction.rebuilt
        assert rebuilt is not None
        assert rebuilt.mean_absolute_error == pytest.approx(float(errors[0]), abs=1e-5)
        squares = float((given[0] - wanted[0]).double().square().mean())
        assert rebuilt.root_mean_squared_error == pytest.approx(squares**0.5, abs=1e-5)
        assert (pixels_of(prediction.seen) == np.round(wanted[0, 0].numpy() * 255)).all()
        difference = pixels_of(rebuilt.png).astype(int) - np.round(given[0, 0].numpy() * 255).astype(int)
        assert np.abs(difference).max() <= 1, "network and child may round a value at the border otherwise"
        largest = (given[0, 0] - wanted[0, 0]).abs()
        assert rebuilt.largest_error == pytest.approx(float(largest.max()), abs=1e-5)
        assert int(pixels_of(rebuilt.difference).argmax()) == int(largest.argmax())

        figures = (await service.evaluate("copies")).errors
        assert figures is not None
        assert figures.mean_absolute_error == pytest.approx(float(errors.mean()), abs=1e-5)
        assert sum(figures.counts) == len(part)
        [worst] = (await service.samples("copies", **WORST, limit=1)).samples
        assert worst.place == int(errors.argmax())
        assert worst.error == pytest.approx(float(errors.max()), abs=1e-5)
        assert worst.picture != worst.rebuilt

    play(tmp_path, scenario)


def test_row_when_it_was_learned_to_be_given_back_has_its_error_in_a_file_too(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        nodes = [
            node("row", "Input", shape=[4]),
            node("code", "Linear", out_features=2),
            node("decode", "Linear", out_features=4),
            out("back"),
        ]
        job = orders.add_document(
            "rows",
            document(block(nodes)),
            "iris",
            is_trained=True,
            data={"task": "reconstruction"},
            objectives=[{"loss": {"type": "MSELoss"}}],
            metrics=[],
            optimizer=ADAM,
            epochs=20,
        )
        names = [field.name for field in (await service.describe("rows")).fields]
        part = validation(job)
        with torch.inference_mode():
            wanted = job.preprocess(part.inputs)
            given = job.network(wanted)
        rows = [dict(zip(names, sample.double().tolist(), strict=True)) for sample in part.inputs]
        first = (await service.predict("rows", PredictRequest(rows=list(rows[:2])))).predictions[0].rebuilt
        assert first is not None
        assert first.names == names
        assert first.wanted == pytest.approx(wanted[0].tolist(), abs=1e-5)
        assert first.values == pytest.approx(given[0].tolist(), abs=1e-5)
        strange = {**rows[0], names[0]: 40.0}
        lines = io.StringIO()
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        writer.writerows([rows[0], strange])
        answers = await service.predict_file("rows", stream(lines.getvalue().encode()), "flowers.csv")
        known, unlike = (float(row["mean absolute error"]) for row in csv.DictReader(io.StringIO(answers.decode())))
        assert known == pytest.approx(float((given[0] - wanted[0]).abs().mean()), abs=1e-4)
        assert unlike > 5 * known
        worst = (await service.samples("rows", **WORST, limit=1)).samples[0]
        assert set(worst.values) == set(names)

    play(tmp_path, scenario)


def test_vertex_when_chosen_is_answered_with_its_surroundings_and_one_of_a_sent_graph_too(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add_document(
            "club", gcn(34, 8, 2), "karate", is_trained=True, optimizer=ADAM, epochs=60, metrics=[]
        )
        about = await service.describe("club")
        assert about.graph is not None
        assert (about.graph.sample, about.graph.num_samples, about.graph.is_directed) == ("vertex", 34, False)
        part = job.data.validation
        assert isinstance(part, GraphPart)
        with torch.inference_mode():
            # Everything at once, as the network is trained: the rows are the members.
            scores = job.network(job.preprocess(part.features), part.edge_index)
        wanted = scores.softmax(dim=1)
        found = await service.predict("club", PredictRequest(samples=[16, 0, 33]))
        for prediction, row in zip(found.predictions, wanted[[16, 0, 33]], strict=True):
            assert prediction.probabilities == pytest.approx(row.tolist(), abs=1e-5)
        assert [prediction.label for prediction in found.predictions[1:]] == ["Mr. Hi", "Officer"]

        drawn = await service.draw("club", 16)
        assert drawn.chosen == 16
        assert drawn.target == "Mr. Hi"
        around = {5, 6}  # the friends of member 16, and theirs
        assert around < set(drawn.vertices)
        friends = {
            drawn.vertices[b] if drawn.vertices[a] == 16 else drawn.vertices[a]
            for a, b in drawn.edges
            if 16 in (drawn.vertices[a], drawn.vertices[b])
        }
        assert friends == around
        assert drawn.answers == wanted.argmax(dim=1)[drawn.vertices].tolist()
        assert drawn.num_left_out == 34 - len(drawn.vertices)

        # The club itself, sent as somebody else's graph, is answered as it was.
        edges = [[int(a), int(b)] for a, b in part.edge_index.T.tolist() if a < b]
        same = GraphSent(x=[list(row) for row in part.features.tolist()], edges=edges)
        [prediction] = (await service.predict("club", PredictRequest(graphs=[same]))).predictions
        assert [vertex.probabilities for vertex in prediction.vertices] == [
            pytest.approx(row.tolist(), abs=1e-5) for row in wanted
        ]
        assert about.graph.example is not None
        again = await service.predict("club", PredictRequest(graphs=[about.graph.example]))
        assert len(again.predictions[0].vertices) == len(about.graph.example.x)

        figures = await service.evaluate("club")
        held_out = wanted.argmax(dim=1)[part.indices]
        assert figures.accuracy == pytest.approx(float((held_out == part.targets).double().mean()))
        worst = (await service.samples("club", **WORST, limit=1)).samples[0]
        own = wanted[part.indices].gather(1, part.targets[:, None])[:, 0]
        assert worst.number == int(part.indices[own.argmin()])

        for body, said in (
            (PredictRequest(samples=[34]), "There is no vertex 34. They are numbered from 0 to 33."),
            (PredictRequest(graphs=[GraphSent(x=[[1.0, 2.0]])]), "there are 2 features, the network takes 34"),
            (PredictRequest(graphs=[same.model_copy(update={"edges": [[0, 34]]})]), "leads to the vertex 34"),
        ):
            with pytest.raises(ServiceError, match=said) as caught:
                await service.predict("club", body)
            assert caught.value.code == "bad_data"

    play(tmp_path, scenario)


def test_graph_when_chosen_or_sent_is_answered_as_a_whole(tmp_path: Path) -> None:
    async def scenario(service: TrialService, orders: Orders) -> None:
        job = orders.add_document(
            "motifs",
            plain_graph_classifier(),
            "motifs",
            is_trained=True,
            data={"batch_size": 32},
            optimizer=ADAM,
            epochs=4,
            metrics=[],
        )
        about = await service.describe("motifs")
        assert about.graph is not None
        assert (about.graph.sample, about.graph.num_samples) == ("graph", 900)
        part = job.data.validation
        assert isinstance(part, GraphPart)
        batches = GraphBatches(part, job.preprocess, torch.device("cpu"))
        inputs, targets = batches.pick(torch.arange(len(part)))
        with torch.inference_mode():
            wanted = job.network(*inputs.take(job.arguments)).softmax(dim=1)
        assert float((wanted.argmax(dim=1) == targets).double().mean()) > 0.5, "a guess is right once in three"
        numbers = part.indices[:5].tolist()
        found = await service.predict("motifs", PredictRequest(samples=numbers))
        assert [each.probabilities for each in found.predictions] == [
            pytest.approx(row.tolist(), abs=1e-4) for row in wanted[:5]
        ]
        start = int(part.sizes[: numbers[0]].sum())
        end = start + int(part.sizes[numbers[0]])
        inside = (part.edge_index[0] >= start) & (part.edge_index[0] < end)
        edges = (part.edge_index[:, inside] - start).T.tolist()
        sent = GraphSent(x=[list(row) for row in part.features[start:end].tolist()], edges=edges)
        both = await service.predict("motifs", PredictRequest(graphs=[sent, sent]))
        assert [each.probabilities for each in both.predictions] == [pytest.approx(wanted[0].tolist(), abs=1e-4)] * 2
        drawn = await service.draw("motifs", numbers[0])
        assert (len(drawn.vertices), drawn.chosen, drawn.num_left_out) == (end - start, None, 0)
        assert drawn.target == about.classes[int(targets[0])]
        figures = await service.evaluate("motifs")
        assert figures.accuracy == pytest.approx(float((wanted.argmax(dim=1) == targets).double().mean()))

    play(tmp_path, scenario)
