"""Augmentations: each sample has a chance of its own, masks move with their pictures, senseless lists are refused."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from netwright.data.augment.base import Subject
from netwright.data.augment.registry import AUGMENTATIONS, parse_augment
from netwright.data.augment.subject import describe_subject
from netwright.data.augment.write import load_augment, write_augment
from netwright.data.base import DataError, Step, Task
from netwright.data.transform_base import Layout, LayoutColumn
from netwright.data.transforms import plan_chain
from torch import Tensor

TO_INPUT = (Step("ToFloat"), Step("Normalize"))


def subject(
    task: Task = "classification", shape: tuple[int, ...] = (3, 12, 10), *more: Step, classes: int = 5
) -> Subject:
    raw = Layout("image", shape, is_float=False)
    steps = (*TO_INPUT, *more)
    return describe_subject(raw, plan_chain(steps, raw), steps, task, classes)


def mask_subject() -> Subject:
    raw = Layout("image", (3, 12, 10), is_float=False)
    return Subject(raw, plan_chain(TO_INPUT, raw), 255.0, "mask", mask_fill=9)


def apply(steps: list[Step], about: Subject, batch: Tensor, targets: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
    written = write_augment(steps, about)
    assert written is not None
    generator = torch.Generator().manual_seed(seed)
    for function in load_augment(written).values():
        batch, after = function(batch, targets, generator)
        assert after is not None
        targets = after
    return batch, targets


def pictures(count: int = 64) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(256, (count, 3, 12, 10), dtype=torch.uint8, generator=generator)


def labels(count: int = 64) -> Tensor:
    return torch.arange(count) % 5


OF_PICTURES = [name for name, each in AUGMENTATIONS.items() if "image" in each.kinds]


@pytest.mark.parametrize("name", OF_PICTURES)
def test_augmentation_when_seeded_repeats_itself_and_leaves_the_batch_alone(name: str) -> None:
    batch, targets = pictures().float(), labels()
    kept = batch.clone()
    first, first_targets = apply([Step(name)], subject(), batch, targets, seed=1)
    again, again_targets = apply([Step(name)], subject(), batch, targets, seed=1)
    other, _ = apply([Step(name)], subject(), batch, targets, seed=2)
    assert torch.equal(first, again)
    assert torch.equal(first_targets, again_targets)
    assert not torch.equal(first, other)
    assert torch.equal(batch, kept)
    assert first.shape == batch.shape
    assert bool(torch.isfinite(first).all())


@pytest.mark.parametrize("name", OF_PICTURES)
def test_augmentation_when_applied_draws_for_each_sample_of_the_batch(name: str) -> None:
    same = pictures(1).float().expand(64, -1, -1, -1).contiguous()
    if AUGMENTATIONS[name].mask == "mixes":
        same = same + torch.arange(64).view(-1, 1, 1, 1)
    found, _ = apply([Step(name)], subject(), same, labels())
    differing = len(torch.unique((found - same).flatten(1), dim=0))
    assert differing >= 2
    if name not in {"RandomHorizontalFlip", "RandomVerticalFlip", "RandomGrayscale"}:
        assert differing > 8


def coordinates() -> tuple[Tensor, Tensor]:
    """Pictures whose every pixel says where it stands, and masks that say the same."""
    mask = torch.arange(12 * 10).view(1, 12, 10).expand(64, -1, -1).contiguous() % 200 + 20
    return mask[:, None].expand(-1, 3, -1, -1).to(torch.uint8).contiguous(), mask


MOVING = [name for name, each in AUGMENTATIONS.items() if each.mask == "moves"]
PARAMS: Mapping[str, dict[str, Any]] = {
    "RandomCrop": {"fill": 9 / 255},
    "RandomRotation": {"fill": 9 / 255},
    "RandomAffine": {"fill": 9 / 255, "shear": [-10.0, 10.0, -5.0, 5.0]},
    "RandomResizedCrop": {"interpolation": "nearest"},
}


@pytest.mark.parametrize("name", [name for name in MOVING if "Augment" not in name])
def test_mask_when_its_picture_moves_moves_with_it(name: str) -> None:
    batch, mask = coordinates()
    found, moved = apply([Step(name, PARAMS.get(name, {}))], mask_subject(), batch, mask)
    assert moved.dtype == mask.dtype
    assert not torch.equal(moved, mask)
    assert torch.equal(found[:, 0].round().to(torch.int64), moved)


@pytest.mark.parametrize("name", ["RandAugment", "TrivialAugmentWide"])
def test_mask_when_operations_are_drawn_moves_with_those_that_move(name: str) -> None:
    batch, mask = coordinates()
    params: dict[str, Any] = {"fill": 9 / 255} | ({"num_ops": 1} if name == "RandAugment" else {})
    found, moved = apply([Step(name, params)], mask_subject(), batch, mask)
    is_moved = (moved != mask).flatten(1).any(1)
    # Five of the fourteen operations move pixels; those that do not leave the mask as it was.
    assert 10 < int(is_moved.sum()) < 30
    assert torch.equal(found[is_moved, 0].round().to(torch.int64), moved[is_moved])


@pytest.mark.parametrize(
    "name", [name for name, each in AUGMENTATIONS.items() if each.mask == "stays" and "image" in each.kinds]
)
def test_mask_when_only_values_change_stays(name: str) -> None:
    _, mask = coordinates()
    _, found = apply([Step(name)], mask_subject(), pictures().float(), mask)
    assert torch.equal(found, mask)


def test_mask_when_a_rectangle_is_pasted_is_pasted_too() -> None:
    batch = torch.arange(64.0).view(-1, 1, 1, 1).expand(-1, 3, 12, 10).contiguous()
    found, mask = apply([Step("CutMix")], mask_subject(), batch, batch[:, 0].long())
    assert torch.equal(found[:, 0].long(), mask)
    assert bool((mask != batch[:, 0]).any())


def test_mask_when_the_preprocessing_changes_the_size_is_refused() -> None:
    raw = Layout("image", (3, 12, 10), is_float=False)
    steps = (Step("ToFloat"), Step("Resize", {"size": [6, 5]}))
    about = Subject(raw, plan_chain(steps, raw), 255.0, "mask")
    with pytest.raises(DataError, match="keeps the size, and it makes 6 x 5 of 12 x 10; set the size") as caught:
        parse_augment([Step("ColorJitter"), Step("RandomHorizontalFlip")], about)
    assert caught.value.step == 1, "what only changes colours moves no mask"


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
def test_classes_when_samples_are_mixed_become_shares_of_what_is_in_the_picture(name: str) -> None:
    # Each picture is its class: the mean of a mixed one is then the mean of the classes by their shares.
    targets = labels()
    batch = targets.float().view(-1, 1, 1, 1).expand(-1, 3, 12, 10).contiguous()
    found, shares = apply([Step(name)], subject(), batch, targets)
    assert shares.shape == (64, 5)
    torch.testing.assert_close(shares.sum(1), torch.ones(64))
    torch.testing.assert_close(shares @ torch.arange(5.0), found.mean((1, 2, 3)))
    assert bool(((shares > 0).sum(1) == 2).any())


def test_numbers_when_samples_are_mixed_are_mixed_in_the_same_shares() -> None:
    targets = torch.arange(64.0).view(-1, 1)
    batch = targets.view(-1, 1, 1, 1).expand(-1, 3, 12, 10).contiguous()
    found, mixed = apply([Step("MixUp")], subject("regression"), batch, targets)
    torch.testing.assert_close(mixed[:, 0], found.mean((1, 2, 3)))


def test_both_mixings_when_in_one_list_leave_shares_that_add_up() -> None:
    _, shares = apply([Step("MixUp"), Step("CutMix", {"p": 0.5})], subject(), pictures().float(), labels())
    torch.testing.assert_close(shares.sum(1), torch.ones(64))


def test_noise_when_a_table_has_categories_leaves_them_alone() -> None:
    columns = (LayoutColumn("age"), LayoutColumn("sex", ("f", "m")), LayoutColumn("fare"))
    raw = Layout("table", (3,), is_float=True, columns=columns)
    steps = (Step("Standardize"), Step("OneHot"))
    about = describe_subject(raw, plan_chain(steps, raw), steps, "classification", 2)
    batch = torch.zeros(500, 4)
    found, _ = apply([Step("GaussianNoise", {"sigma": 0.5})], about, batch, torch.zeros(500, dtype=torch.int64))
    assert torch.equal(found[:, 1:3], batch[:, 1:3])
    assert found[:, [0, 3]].std(0).tolist() == pytest.approx([0.5, 0.5], rel=0.2)


# --- series and texts: the functions, until there are sources of them --------------------------------------------------


def functions() -> dict[str, Callable[..., Tensor]]:
    from netwright.data.augment.functions import signals

    return vars(signals)


def test_series_when_shifted_keep_their_order() -> None:
    batch = torch.arange(20.0).view(1, 20, 1).expand(50, 20, 2).contiguous() + 1
    generator = torch.Generator().manual_seed(0)
    for mode in ("edge", "zero", "roll"):
        found = functions()["time_shift"](batch, generator, max_shift=3, mode=mode)
        shifts = (batch[:, 10, 0] - found[:, 10, 0]).tolist()
        assert set(shifts) == {-3, -2, -1, 0, 1, 2, 3}
        first = found[:, 0, 0][torch.tensor(shifts) == 2]
        assert set(first.tolist()) == {"edge": {1.0}, "zero": {0.0}, "roll": {19.0}}[mode]


def test_series_when_masked_lose_short_stretches() -> None:
    batch = torch.ones(200, 30, 2)
    found = functions()["time_masking"](batch, torch.Generator().manual_seed(0), time_mask_param=6, num_masks=1, p=1.0)
    lengths = (found[:, :, 0] == 0).sum(1)
    assert set(lengths.tolist()) == {0, 1, 2, 3, 4, 5}
    assert torch.equal(found[:, :, 0], found[:, :, 1])


def test_tokens_when_dropped_become_unknown_and_padding_stays() -> None:
    batch = torch.tensor([[0, 0, 5, 6, 7]]).expand(1000, 5).contiguous()
    found = functions()["token_dropout"](batch, torch.Generator().manual_seed(0), p=0.3, unknown=1, padding=0)
    assert bool((found[:, :2] == 0).all())
    assert float((found[:, 2:] == 1).float().mean()) == pytest.approx(0.3, abs=0.05)


# --- lists that make no sense ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "place", "message"),
    [
        ([Step("RandomErasing"), Step("RandomCrop")], 1, "Put RandomCrop before RandomErasing"),
        ([Step("MixUp"), Step("RandomErasing")], 1, "MixUp mixes whole samples and comes last"),
        ([Step("TokenDropout")], 0, "not for this kind of data. There are: RandomCrop, "),
        ([Step("RandomCrop", {"size": [40, 40]})], 0, "a window of 40 x 40 does not fit into pictures of 12 x 10"),
        ([Step("RandomCrop", {"size": [8, 8]})], 0, "3 x 8 x 8 while training and 3 x 12 x 10 while validating"),
        ([Step("RandomCrop", {"padding": 12, "padding_mode": "reflect"})], 0, "cannot mirror it"),
        ([Step("RandomHorizontalFlip", {"p": 2.0})], 0, "the option p is wrong"),
        ([Step("GaussianBlur", {"kernel_size": 4})], 0, "kernel_size must be odd"),
        ([Step("RandomRotation", {"degrees": [20.0, 10.0]})], 0, "the smaller one first, not 20 and 10"),
        ([Step("RandomHorizontalFlip"), Step("RandAugment", {"magnitude": 31})], 1, "magnitude must be below"),
    ],
)
def test_list_when_it_makes_no_sense_names_the_step_and_the_way_out(
    steps: list[Step], place: int, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        parse_augment(steps, subject())
    assert caught.value.step == place


def test_crop_when_the_preprocessing_ends_in_its_size_is_taken() -> None:
    about = subject("classification", (3, 12, 10), Step("CenterCrop", {"size": [8, 8]}))
    found, _ = apply([Step("RandomCrop", {"size": [8, 8], "padding": 0})], about, pictures(), labels())
    assert found.shape == (64, 3, 8, 8)


def test_blending_when_the_target_is_a_mask_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be blended; choose CutMix"):
        parse_augment([Step("MixUp")], mask_subject())
