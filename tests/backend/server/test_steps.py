"""``POST /api/datasets/{id}/steps`` and what is suggested, through the whole application."""

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from backend.data.archives import pack, two_classes
from backend.server.test_dataset_routes import TABLE, post, run
from netwright.data.base import SourceSpec
from netwright.data.prepare import split_raw
from netwright.data.registry import open_source
from netwright.training.config import SplitConfig
from PIL import Image
from project_networks import mlp


async def ask(client: httpx.AsyncClient, dataset: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/datasets/{dataset}/steps", json=body)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def pixels(url: str) -> Any:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def test_pictures_when_nothing_is_done_to_them_are_shown_as_they_come(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        read = await ask(client, "digits")
        assert [step["type"] for step in read["preprocess"]] == ["ToFloat", "Normalize"]
        assert read["input_shape"] == [1, 8, 8]
        for sample in read["samples"]:
            np.testing.assert_allclose(
                pixels(sample["after"]["picture"]).astype(int), pixels(sample["before"]["picture"]).astype(int), atol=1
            )

    run(tmp_path, scenario)


def test_pictures_when_augmented_differ_by_the_seed_alone(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        flip = [{"type": "RandomHorizontalFlip", "params": {"p": 1.0}}]
        read = await ask(client, "digits", augment=flip)
        np.testing.assert_allclose(
            pixels(read["samples"][0]["after"]["picture"])[:, ::-1].astype(int),
            pixels(read["samples"][0]["before"]["picture"]),
            atol=1,
        )
        crop = [{"type": "RandomCrop", "params": {"padding": 2}}]
        first, again, other = [await ask(client, "digits", augment=crop, seed=seed) for seed in (0, 0, 1)]
        assert first == again
        assert first["samples"] != other["samples"]
        assert [each["before"] for each in first["samples"]] == [each["before"] for each in other["samples"]]

    run(tmp_path, scenario)


def test_lists_when_they_make_no_sense_come_with_a_fix_that_mends_them(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        wrong = [{"type": "MixUp"}, {"type": "RandomCrop"}]
        read = await ask(client, "digits", augment=wrong)
        [problem] = read["problems"]
        assert (problem["list"], problem["place"], read["input_shape"]) == ("augment", 1, None)
        assert problem["fix"]["label"] == "Move RandomCrop before MixUp"
        mended = await ask(client, "digits", augment=problem["fix"]["steps"])
        assert mended["problems"] == []
        assert len(mended["samples"]) == 6

    run(tmp_path, scenario)


def test_run_when_its_augmentation_makes_no_sense_is_refused_at_the_step(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        augment = [{"type": "RandomHorizontalFlip"}, {"type": "RandomCrop", "params": {"size": [40, 40]}}]
        training = {"data": {"source": "digits", "augment": augment}}
        body = {"document": mlp([1, 8, 8], 10).model_dump(mode="json"), "training": training}
        answer = await client.post("/api/runs", json=body)
        assert answer.status_code == 422
        assert [problem["field"] for problem in answer.json()["problems"]] == ["data.augment.1"]

    run(tmp_path, scenario)


def test_rows_when_shown_have_names_and_categories(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        created = (await post(client, TABLE, "people.csv")).json()
        read = await ask(client, created["id"], augment=[{"type": "GaussianNoise"}])
        assert read["header_before"] == ["age", "town"]
        assert read["header_after"] == ["age", "town=a", "town=b"]
        sample = read["samples"][0]
        assert sample["before"]["cells"][1] in {"a", "b"}
        assert set(sample["after"]["cells"][1:]) == {"0", "1"}

    run(tmp_path, scenario)


def test_masks_when_shown_move_with_their_pictures(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        plain = await ask(client, "shapes")
        for sample in plain["samples"]:
            mask = pixels(sample["before"]["mask"])
            assert set(np.unique(mask)) > {0}
            np.testing.assert_array_equal(pixels(sample["after"]["mask"]), mask)
        smaller = await ask(
            client, "shapes", preprocess=[{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [32, 32]}}]
        )
        flipped = await ask(client, "shapes", augment=[{"type": "RandomHorizontalFlip", "params": {"p": 1.0}}])
        for few, turned in zip(smaller["samples"], flipped["samples"], strict=True):
            before = pixels(few["before"]["mask"])
            assert (pixels(few["after"]["mask"]) != before[::2, ::2]).mean() < 0.05, "a border may fall on either pixel"
            np.testing.assert_array_equal(pixels(turned["after"]["mask"]), before[:, ::-1])

    run(tmp_path, scenario)


def test_series_when_shown_are_the_values_before_and_after_the_preprocessing(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        read = await ask(client, "waves")
        raw = open_source(SourceSpec(type="waves")).load()
        before = [sample["before"]["channels"] for sample in read["samples"]]
        known = [value for sample in before for channel in sample for value in channel if value is not None]
        assert any(np.isclose(raw.inputs.numpy(), known[0]).any(axis=(1, 2)))
        after = np.array([sample["after"]["channels"] for sample in read["samples"]], dtype=float)
        assert np.isfinite(after).all(), "missing steps are filled"
        noisy = await ask(client, "waves", augment=[{"type": "GaussianNoise"}])
        assert [each["before"] for each in noisy["samples"]] == [each["before"] for each in read["samples"]]
        assert [each["after"] for each in noisy["samples"]] != [each["after"] for each in read["samples"]]

    run(tmp_path, scenario)


def test_texts_when_shown_are_the_tokens_that_the_network_gets(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        read = await ask(client, "sentences")
        for sample in read["samples"]:
            [text] = sample["before"]["tokens"]
            after = sample["after"]
            assert after["tokens"] == text.replace(".", " .").split()
            assert len(after["tokens"]) + after["num_padding"] == read["input_shape"][0]
            assert min(after["indices"]) > 1
        letters = [{"type": "Tokenize", "params": {"unit": "characters", "max_length": 8, "vocabulary_size": 5}}]
        cut = await ask(
            client, "sentences", preprocess=letters, augment=[{"type": "TokenDropout", "params": {"p": 0.5}}]
        )
        shown = [sample["after"] for sample in cut["samples"]]
        assert all(len(each["tokens"]) == len(each["indices"]) <= 8 for each in shown)
        assert 1 in {index for each in shown for index in each["indices"]}, "what is not in the vocabulary"

    run(tmp_path, scenario)


def test_colour_pictures_when_uploaded_are_offered_a_crop_and_a_flip(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        created = (await post(client, pack(two_classes()), "pictures.zip")).json()
        body = {"document": mlp(created["input_shape"], 2).model_dump(mode="json"), "source": created["id"]}
        suggestion = (await client.post("/api/training/suggest", json=body)).json()
        assert suggestion["config"]["data"]["augment"] == []
        assert [step["type"] for step in suggestion["augment"]] == ["RandomCrop", "RandomHorizontalFlip"]
        assert "mirrored" in suggestion["reasons"]["data.augment"]
        digits = {"document": mlp([1, 8, 8], 10).model_dump(mode="json"), "source": "digits"}
        assert (await client.post("/api/training/suggest", json=digits)).json()["augment"] == []

    run(tmp_path, scenario)


def test_options_when_read_hold_augmentations_of_the_kinds_that_there_are(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        options = (await client.get("/api/training/options")).json()
        assert {"RandomCrop", "MixUp", "GaussianNoise"} <= {each["type"] for each in options["augmentations"]}
        assert all(each["kinds"] for each in options["augmentations"])

    run(tmp_path, scenario)


def test_classes_are_counted_in_the_training_part_of_the_split_alone(tmp_path: Path) -> None:
    """What class weights are made of: the counts of the samples that are held out are not in it."""

    async def scenario(client: httpx.AsyncClient) -> None:
        raw = open_source(SourceSpec(type="wine")).load()
        for split in ({"validation": 0.3, "stratify": False}, {"folds": 3, "fold": 2}, {"folds": 3, "fold": 3}):
            read = await ask(client, "wine", split=split)
            train = split_raw(raw, SplitConfig.model_validate(split)).train
            assert read["num_training"] == len(train) < len(raw.targets)
            assert read["class_counts"] == np.bincount(raw.targets.numpy()[train]).tolist()
        # Three labels, of which every one is on some samples; masks count pixels; a number has no classes.
        labels = await ask(client, "three_discs", split={"validation": 0.5})
        assert labels["num_training"] == 450
        assert all(0 < count < 450 for count in labels["class_counts"])
        assert labels["class_weights"]["second"] == [
            float(f"{(labels['num_training'] - count) / count:.4g}") for count in labels["class_counts"]
        ]
        masks = await ask(client, "shapes", split={"validation": 0.25})
        assert sum(masks["class_counts"]) == masks["num_training"] * 64 * 64
        assert (await ask(client, "diabetes"))["class_counts"] == []
        assert (await ask(client, "diabetes"))["class_weights"] == {}
        graph = await ask(client, "karate")
        assert sum(graph["class_counts"]) == graph["num_training"] == 2

    run(tmp_path, scenario)
