"""Pictures with masks: built in, and uploaded in the ways that people pack them."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from backend.data.archives import pack, picture
from backend.data.test_sample_code import check
from netwright.data.base import DataError, Part, Source, SourceSpec, Step
from netwright.data.masks import load_mask_moves, write_mask_moves
from netwright.data.prepare import prepare, raw_layout
from netwright.data.preview import build_preview
from netwright.data.registry import open_source
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig
from PIL import Image

Members = dict[str, bytes]


def mask(values: Any, mode: str = "L") -> bytes:
    """A PNG whose pixels are ``values``, ``(H, W)``."""
    image = Image.fromarray(np.asarray(values, dtype=np.uint8))
    if mode == "P":
        image = image.convert("P")
        image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def half(height: int = 6, width: int = 8, low: int = 0, high: int = 255) -> Any:
    values = np.full((height, width), low)
    values[:, width // 2 :] = high
    return values


def pairs(count: int = 12, **more: bytes) -> Members:
    members: Members = {}
    for number in range(count):
        members[f"set/images/{number:02}.png"] = picture(number * 9, (8, 6), "L")
        members[f"set/masks/{number:02}.png"] = mask(half())
    return members | more


def upload(folder: Path, members: Members, **options: Any) -> Source:
    folder.mkdir(exist_ok=True)
    (folder / "original").write_bytes(pack(members))
    (folder / "upload.json").write_text(json.dumps({"filename": "cells.zip"}))
    assert sniff_upload(folder / "original", "cells.zip") == "image_masks"
    return open_source(SourceSpec(type="image_masks", path=str(folder), options=options))


def test_shapes_when_drawn_have_every_class_and_the_same_pixels_each_time() -> None:
    first, second = (open_source(SourceSpec(type="shapes")).load() for _ in range(2))
    assert first.inputs.equal(second.inputs)
    assert first.targets.equal(second.targets)
    shares = torch.bincount(first.targets.flatten()) / first.targets.numel()
    assert shares[0] > 0.7, "the background is most of it"
    assert shares[1:].min() > 0.03
    # What is marked is brighter than the ground around it: the masks are those of the pictures.
    ground, shape = (first.inputs[:, 0][first.targets == 0].float(), first.inputs[:, 0][first.targets > 0].float())
    assert shape.mean() > ground.mean() + 50


def test_pairs_when_in_two_folders_are_read_with_their_classes(tmp_path: Path) -> None:
    source = upload(tmp_path, pairs())
    facts = source.describe()
    assert (facts.task, facts.num_samples, facts.classes) == ("segmentation", 12, ("background", "255"))
    assert facts.input_shape == (1, 6, 8)
    arrays = source.read()
    assert arrays.targets.dtype == np.uint8
    assert arrays.targets[3].tolist() == (half() > 0).astype(int).tolist()
    assert arrays.inputs[3].max() == 27, "each picture has its own mask"


@pytest.mark.parametrize("suffix", ["_mask", "-seg", "_GT"])
def test_pairs_when_told_apart_by_names_are_read(tmp_path: Path, suffix: str) -> None:
    members = {f"a{n}.jpg": picture(n, (8, 6)) for n in range(4)} | {
        f"a{n}{suffix}.png": mask(half(high=3)) for n in range(4)
    }
    arrays = upload(tmp_path, members).read()
    assert len(arrays.targets) == 4
    assert set(np.unique(arrays.targets)) == {0, 1}


def test_test_part_and_a_third_folder_are_kept_apart(tmp_path: Path) -> None:
    members = {f"train/{name}": data for name, data in pairs().items()}
    members = {name.replace("set/", ""): data for name, data in members.items()}
    members |= {"test/images/x.png": picture(1, (8, 6), "L"), "test/masks/x.png": mask(half())}
    members["train/instances/00.png"] = mask(half())
    facts = upload(tmp_path, members).describe()
    assert (facts.num_samples, facts.num_test) == (12, 1)
    assert any("left out" in note for note in facts.notes)


@pytest.mark.parametrize("mode", ["P", "RGB"])
def test_masks_when_indexed_or_in_colours_have_a_class_for_each(tmp_path: Path, mode: str) -> None:
    values = np.zeros((6, 8), dtype=np.uint8)
    values[0], values[5] = 1, 2
    if mode == "P":
        drawn = mask(values, "P")
    else:
        colours = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], dtype=np.uint8)[values]
        drawn = mask(colours)
    members = pairs()
    members |= {name: drawn for name in members if "/masks/" in name}
    source = upload(tmp_path, members)
    assert source.describe().problem is None
    assert len(source.describe().classes) == 3
    labels = source.read().targets[0]
    assert len(set(labels[[0, 3, 5], 0].tolist())) == 3


def test_mask_when_it_has_unknown_values_is_refused_by_name_and_values(tmp_path: Path) -> None:
    odd = half(60, 80)
    odd[3, 4] = 17
    members = pairs() | {"set/images/odd.png": picture(1, (80, 60), "L"), "set/masks/odd.png": mask(odd)}
    problem = upload(tmp_path, members).describe().problem
    assert problem is not None
    assert "set/masks/odd.png has the value 17, which is no class." in problem.message
    assert "The classes are 0, 255" in problem.message
    with pytest.raises(DataError, match="which is no class"):
        upload(tmp_path, members).read()
    mended = upload(tmp_path, members, values=["0", "17", "255"])
    assert mended.describe().problem is None
    assert mended.describe().classes == ("background", "17", "255")
    named = upload(tmp_path, members, values=["0", "255"]).describe().problem
    assert named is not None
    assert named.column == "values"


def test_values_when_they_hardly_occur_are_said_with_their_place_and_a_way_out(tmp_path: Path) -> None:
    members = {
        f"set/{folder}/{number}.png": drawn
        for number in range(8)
        for folder, drawn in (("images", picture(number, (80, 60), "L")), ("masks", mask(half(60, 80))))
    }

    def slip(pixels: int, *masks: int) -> Members:
        odd = half(60, 80)
        odd[3, :pixels] = 17
        return {f"set/masks/{number}.png": mask(odd) for number in masks}

    # A single pixel of few masks is no class; some pixels may be one, and are said.
    refused = upload(tmp_path / "0", members | slip(1, 5)).describe().problem
    assert refused is not None
    assert "set/masks/5.png has the value 17," in refused.message
    one = upload(tmp_path / "1", members | slip(9, 5)).describe()
    assert one.problem is None
    assert "Only the mask set/masks/5.png has the value 17, on 9 pixels of 8 masks." in " ".join(one.notes)
    two = " ".join(upload(tmp_path / "2", members | slip(9, 5, 6)).describe().notes)
    assert "Only 2 of 8 masks have the value 17, on 18 pixels in all; the first is set/masks/5.png." in two
    assert "or name the values that are classes" in two
    named = upload(tmp_path / "2", members | slip(9, 5, 6), values=["0", "17", "255"]).describe()
    assert "17" not in " ".join(named.notes)


def test_masks_when_they_count_things_are_read_as_two_classes(tmp_path: Path) -> None:
    members = pairs()
    for number in range(12):
        members[f"set/masks/{number:02}.png"] = mask(half() // 255 * np.arange(8) * (number + 1))
    binary = upload(tmp_path, members, reading="binary")
    assert binary.describe().classes == ("background", "foreground")
    assert binary.read().targets[5].tolist() == (half() > 0).astype(int).tolist()


def test_masks_when_saved_as_jpeg_are_refused_with_a_way_out(tmp_path: Path) -> None:
    members = pairs()
    for number in range(12):
        members[f"set/masks/{number:02}.png"] = mask(np.arange(48).reshape(6, 8) + 5 * number)
    problem = upload(tmp_path, members).describe().problem
    assert problem is not None
    assert "at most 64 can be classes" in problem.message
    assert "save them as PNG" in problem.message


BAD: dict[str, tuple[Members, str]] = {
    "another size": (
        {"set/masks/03.png": mask(half(5, 8))},
        r"03\.png has 6 x 8 pixels, but its mask .*03\.png has 5 x 8",
    ),
    "no mask": ({"set/images/alone.png": picture(1, (8, 6))}, "1 picture has no mask: set/images/alone.png"),
    "no picture": ({"set/masks/alone.png": mask(half())}, "1 mask has no picture: set/masks/alone.png"),
    "damaged": ({"set/masks/04.png": mask(half())[:45]}, "cannot be decoded"),
    "same name": ({"set/images/05.jpg": picture(1, (8, 6))}, "have the same name"),
}


@pytest.mark.parametrize("name", BAD)
def test_pairs_when_they_do_not_go_together_are_refused(tmp_path: Path, name: str) -> None:
    more, sentence = BAD[name]
    with pytest.raises(DataError, match=sentence):
        upload(tmp_path, pairs() | more).describe()


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_masks_when_pictures_are_fitted_move_with_them(tmp_path: Path, fit: str) -> None:
    """A bright square in each picture is what its mask marks: it must still be so afterwards."""
    members: Members = {}
    for number in range(4):
        pixels = np.zeros((24, 40), dtype=np.uint8)
        pixels[4:12, 8 * number + 2 : 8 * number + 10] = 255
        members[f"images/{number}.png"] = members[f"masks/{number}.png"] = mask(pixels)
    arrays = upload(tmp_path, members, image_size=[30, 20], fit=fit).read()
    assert arrays.targets.shape == (4, 30, 20)
    bright = arrays.inputs[:, 0].astype(np.int64) > 127
    assert (bright == (arrays.targets == 1)).mean() > 0.97
    assert bright.any()


def test_masks_when_the_preprocessing_resizes_move_with_the_pictures() -> None:
    raw = open_source(SourceSpec(type="shapes")).load()
    steps = [{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [32, 32]}}]
    data = prepare(raw, DataConfig.model_validate({"source": "shapes", "preprocess": steps}))
    assert data.input_shape == (1, 32, 32)
    assert data.train.targets.shape[1:] == (32, 32)
    move = load_mask_moves(write_mask_moves([Step("ToFloat"), Step("Resize", {"size": [128, 128]})], raw_layout(raw)))
    assert move is not None
    assert move(raw.targets[:3])[:, ::2, ::2].equal(raw.targets[:3])


def test_preview_shows_pictures_with_what_lies_over_them_and_counts_pixels(tmp_path: Path) -> None:
    preview = build_preview(upload(tmp_path, pairs()))
    assert len(preview.pictures) == len(preview.masks) == 12
    assert preview.balance == [("background", 12 * 24), ("255", 12 * 24)]
    assert preview.mask_colors == ["", "#e69f00"]


def test_reconstruction_when_chosen_keeps_pixels_from_0_to_1_and_has_no_labels() -> None:
    raw = open_source(SourceSpec(type="digits")).load()
    data = prepare(raw, DataConfig.model_validate({"source": "digits", "task": "reconstruction"}))
    assert (data.task, data.num_outputs) == ("reconstruction", 64)
    assert isinstance(data.train, Part)
    assert data.train.is_own_target
    assert "mean" not in data.preprocess_source.lower()


def test_pairs_when_read_by_the_code_of_a_project_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = upload(tmp_path, pairs(), image_size=[10, 14])
    names = check(source, tmp_path, tmp_path / "original", capsys)
    (tmp_path / "one.png").write_bytes(picture(3, (30, 20), "L"))
    assert names["read"](tmp_path / "one.png").shape == (1, 1, 10, 14)


def test_nuclei_when_uploaded_have_two_classes(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "nuclei-segmentation"
    members = {
        f"{kind}/{path.name}": path.read_bytes()
        for kind in ("images", "masks", "instances")
        for path in sorted((folder / kind).iterdir())[:20]
    }
    source = upload(tmp_path, members, image_size=[64, 64])
    facts = source.describe()
    assert (facts.num_samples, facts.classes, facts.input_shape) == (20, ("background", "255"), (3, 64, 64))
    assert 0.01 < source.read().targets.mean() < 0.3
