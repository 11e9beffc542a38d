"""Folds of a cross-validation, and samples with several labels dealt out by shares."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from netwright.data.base import DataError, RawData, SourceSpec, SplitBy, SplitKeys, Step
from netwright.data.folds import labels_of
from netwright.data.graphs import GraphPart
from netwright.data.prepare import load_preprocess, prepare, split_raw
from netwright.data.registry import open_source
from netwright.data.split import Split, split_samples
from netwright.data.split_labels import deal_labels
from netwright.training.config import DataConfig, SplitConfig
from torch import Tensor

CLASSES = ("a", "b", "c")


def rows(inputs: Tensor, targets: Tensor, keys: SplitKeys | None = None) -> RawData:
    kinds = {1: "classification", 2: "multilabel"}
    return RawData(
        inputs=inputs,
        targets=targets,
        test_inputs=None,
        test_targets=None,
        kind="table",
        task=kinds[targets.ndim],  # type: ignore[arg-type]  # both are tasks
        classes=CLASSES,
        features=tuple(f"x{index}" for index in range(inputs.shape[1])),
        default_preprocess=(Step("Standardize"),),
        split_keys=keys or SplitKeys(),
    )


def uneven(count: int = 103) -> RawData:
    """Three classes, of which one is rare."""
    draw = np.random.default_rng(1)
    targets = torch.from_numpy(draw.choice(3, count, p=[0.6, 0.33, 0.07]))
    return rows(torch.from_numpy(draw.normal(size=(count, 2))).float(), targets)


def all_folds(raw: RawData, folds: int, by: SplitBy = "sample", seed: int = 0, *, stratify: bool = True) -> list[Split]:
    configs = [
        SplitConfig(folds=folds, fold=fold + 1, by=by, seed=seed, stratify=stratify, validation=0.01)
        for fold in range(folds)
    ]
    return [split_raw(raw, config) for config in configs]


def assert_each_validates_once(splits: list[Split], count: int) -> None:
    assert sorted(np.concatenate([split.validation for split in splits]).tolist()) == list(range(count))
    for split in splits:
        assert sorted([*split.train.tolist(), *split.validation.tolist()]) == list(range(count))


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize("folds", [2, 5, 10])
def test_every_sample_validates_in_exactly_one_fold(folds: int, stratify: bool) -> None:
    splits = all_folds(uneven(), folds, stratify=stratify)
    assert_each_validates_once(splits, 103)
    sizes = [len(split.validation) for split in splits]
    assert max(sizes) - min(sizes) <= 1
    assert [103 - size for size in sizes] == [
        SplitConfig(folds=folds, fold=fold).count_training(103) for fold in range(1, folds + 1)
    ], "what the form counts is what the run sees"


def test_folds_when_stratified_hold_the_same_number_of_each_class() -> None:
    raw = uneven()
    counts = np.stack([np.bincount(raw.targets.numpy()[split.validation], minlength=3) for split in all_folds(raw, 5)])
    assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()
    loose = np.stack(
        [np.bincount(raw.targets.numpy()[s.validation], minlength=3) for s in all_folds(raw, 5, stratify=False)]
    )
    assert (loose.max(axis=0) - loose.min(axis=0) > 1).any()


def test_folds_when_seeded_are_the_same_again_and_others_with_another_seed() -> None:
    first, again, other = (all_folds(uneven(), 4, seed=seed)[2].validation.tolist() for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_fold_says_its_number_and_the_classes_that_are_not_in_every_fold() -> None:
    targets = torch.tensor([0] * 20 + [1] * 20 + [2])
    notes = all_folds(rows(torch.randn(41, 2), targets), 4)[1].notes
    assert notes[0] == "Fold 2 of 4: 31 samples to train on, 10 to validate with."
    assert "fewer samples than folds of c" in notes[1]


def test_groups_stay_whole_in_every_fold() -> None:
    groups = np.repeat(np.arange(12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    raw = rows(torch.randn(78, 2), torch.zeros(78, dtype=torch.int64), SplitKeys(groups=groups))
    splits = all_folds(raw, 3, "group")
    assert_each_validates_once(splits, 78)
    for split in splits:
        assert not set(groups[split.train]) & set(groups[split.validation])
    sizes = [len(split.validation) for split in splits]
    assert max(sizes) - min(sizes) <= 12, "the largest group"
    assert [s.validation.tolist() for s in all_folds(raw, 3, "group", seed=1)] != [
        s.validation.tolist() for s in splits
    ]


def test_folds_by_time_train_on_what_came_before_alone() -> None:
    starts = np.random.default_rng(0).permutation(100)
    spans = np.stack([starts, starts + 3], axis=1)
    raw = rows(torch.randn(100, 2), torch.zeros(100, dtype=torch.int64), SplitKeys(spans=spans))
    splits = all_folds(raw, 4, "time")
    validated = np.concatenate([split.validation for split in splits])
    assert len(set(validated.tolist())) == len(validated) == 80, "the first stretch is only trained on"
    for fold, split in enumerate(splits):
        assert spans[split.train, 1].max() < spans[split.validation, 0].min()
        assert sorted(starts[split.validation].tolist()) == list(range(20 + 20 * fold, 40 + 20 * fold))
        assert abs(len(split.train) - SplitConfig(by="time", folds=4, fold=fold + 1).count_training(100)) <= 3
    assert "come later or reach across the border are left out" in splits[0].notes[0]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"folds": 3, "fold": 4}, "There are 3 folds"),
        ({"folds": 9}, "6 samples cannot be put into 9 folds"),
        ({"folds": 4, "by": "group"}, "3 groups cannot be put into 4 folds"),
        ({"folds": 6, "by": "time"}, "6 samples cannot be put into 6 folds"),
        ({"folds": 2, "by": "column"}, "no folds to choose"),
        ({"folds": 3, "fold": 4, "by": "time"}, "There are 3 folds"),
    ],
)
def test_folds_that_cannot_be_made_are_refused(config: dict[str, object], says: str) -> None:
    keys = SplitKeys(
        groups=np.array([0, 0, 1, 1, 2, 2]),
        spans=np.stack([np.arange(6), np.arange(6)], axis=1),
        parts=np.array([0, 0, 0, 1, 1, 1]),
    )
    raw = rows(torch.randn(6, 2), torch.zeros(6, dtype=torch.int64), keys)
    with pytest.raises(DataError, match=says):
        split_raw(raw, SplitConfig.model_validate(config))


def test_statistics_are_fitted_on_the_training_part_of_the_fold_alone() -> None:
    raw = uneven()
    seen = set()
    for fold in (1, 2, 3):
        config = DataConfig(split=SplitConfig(folds=3, fold=fold))
        split = split_raw(raw, config.split)
        changed = raw.inputs.clone()
        changed[torch.from_numpy(split.validation)] = 1e6
        prepared, again = (prepare(rows(inputs, raw.targets), config) for inputs in (raw.inputs, changed))
        assert prepared.preprocess_source == again.preprocess_source, "what is held out is not looked at"
        fitted = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
        torch.testing.assert_close(fitted.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
        seen.add(prepared.preprocess_source)
    assert len(seen) == 3


def test_vertices_of_a_graph_are_folded_too_unless_it_has_a_split_of_its_own() -> None:
    raw = open_source(SourceSpec(type="motifs")).load()
    held_out: list[int] = []
    for fold in (1, 2, 3):
        data = prepare(raw, DataConfig(split=SplitConfig(folds=3, fold=fold)))
        assert isinstance(data.validation, GraphPart)
        held_out += data.validation.indices.tolist()
    assert raw.graph is not None
    assert raw.graph.test is not None
    assert sorted(held_out) == sorted(set(range(900)) - set(raw.graph.test.tolist()))
    with pytest.raises(DataError, match="a split of its own"):
        prepare(open_source(SourceSpec(type="karate")).load(), DataConfig(split=SplitConfig(folds=3)))


# --- several labels ------------------------------------------------------------------------------------------------------


def labelled() -> RawData:
    """400 samples; the third label is on 12 of them, and some have none."""
    draw = np.random.default_rng(2)
    flags = draw.random((400, 3)) < np.array([0.5, 0.2, 0.0])
    flags[:12, 2] = True
    order = draw.permutation(400)
    return rows(torch.randn(400, 2), torch.from_numpy(flags[order]).float())


def off_by(make: Callable[[bool], list[Split]], raw: RawData, share: float) -> tuple[float, float]:
    """How far, at most, a label's number in a validation part is from its share: stratified, and by chance."""
    counts = raw.targets.numpy().sum(axis=0)
    worst = [
        max(
            np.abs(raw.targets.numpy()[split.validation].sum(axis=0) - share * counts).max() for split in make(stratify)
        )
        for stratify in (True, False)
    ]
    return worst[0], worst[1]


def test_labels_when_stratified_have_their_share_in_the_validation_part() -> None:
    raw = labelled()
    by_shares, by_chance = off_by(
        lambda stratify: [split_raw(raw, SplitConfig(validation=0.25, seed=s, stratify=stratify)) for s in range(5)],
        raw,
        0.25,
    )
    assert by_shares <= 1.5 < by_chance
    for seed in range(5):
        assert abs(len(split_raw(raw, SplitConfig(validation=0.25, seed=seed)).validation) - 100) <= 2


def test_labels_when_stratified_have_their_share_in_every_fold() -> None:
    raw = labelled()
    splits = all_folds(raw, 4)
    assert_each_validates_once(splits, 400)
    by_shares, by_chance = off_by(lambda stratify: all_folds(raw, 4, stratify=stratify), raw, 0.25)
    assert by_shares <= 1.5 < by_chance
    assert labels_of(raw).shape == (400, 3)  # type: ignore[union-attr]  # several labels are something to go by


def test_a_label_with_one_sample_is_trained_on() -> None:
    flags = np.zeros((40, 2), dtype=bool)
    flags[:, 0] = True
    flags[17, 1] = True
    for seed in range(5):
        assert 17 in split_samples(40, flags, 0.3, seed, ("common", "rare")).train


def test_labels_that_are_on_one_sample_each_still_leave_one_to_validate_with() -> None:
    assert len(split_samples(4, np.eye(4, dtype=bool), 0.25, 0, CLASSES).validation) == 1


def test_dealt_labels_follow_the_paper_by_hand() -> None:
    """Two parts alike.  The rarest label (second) is dealt first: one each; then the first label's sample goes where it lacks
    most; what has no label fills up."""
    flags = np.array([[1, 0], [1, 1], [0, 1], [1, 0], [0, 0], [0, 0]], dtype=bool)
    parts = deal_labels(flags, np.array([0.5, 0.5]), np.arange(6))
    # Sample 1 to part 0, which then has one of the first label; sample 2 to part 1; samples 0 and 3: the first label lacks 1.5
    # in part 1 and 0.5 in part 0, so that sample 0 goes to part 1, and 3 to either by what samples are lacking: part 0.
    assert parts.tolist() == [1, 0, 1, 0, 0, 1]
