"""A test share: drawn before all else, by the same way as the split, and never in another part."""

from typing import Any

import numpy as np
import pytest
import torch
from backend.data.test_folds import rows, uneven
from netwright.data.base import DataError, RawData, SourceSpec, SplitKeys
from netwright.data.graphs import GraphPart
from netwright.data.prepare import prepare, split_raw
from netwright.data.registry import open_source
from netwright.data.split import Split
from netwright.training.config import DataConfig, SplitConfig

NUM = 200
DRAW = np.random.default_rng(4)
TIMES = DRAW.permutation(NUM).astype(np.float64)
GROUPS = DRAW.integers(0, 25, NUM)


def keyed() -> RawData:
    """Rows with a moment and a group each; every third reaches four moments further."""
    ends = TIMES + np.where(np.arange(NUM) % 3 == 0, 4.0, 0.0)
    keys = SplitKeys(spans=np.stack([TIMES, ends], axis=1), groups=GROUPS)
    targets = torch.from_numpy(DRAW.integers(0, 3, NUM))
    return rows(torch.from_numpy(DRAW.normal(size=(NUM, 2))).float(), targets, keys)


def split(raw: RawData, **config: Any) -> Split:
    return split_raw(raw, SplitConfig.model_validate(config))


WAYS: dict[str, dict[str, Any]] = {
    "by chance": {"stratify": False},
    "class by class": {},
    "by group": {"by": "group"},
    "by time": {"by": "time"},
    "a fold": {"folds": 4, "fold": 2},
    "a fold of groups": {"folds": 4, "fold": 2, "by": "group"},
    "a fold by time": {"folds": 4, "fold": 2, "by": "time"},
}


@pytest.mark.parametrize("way", WAYS)
def test_test_part_when_a_share_is_asked_is_in_no_other_part(way: str) -> None:
    found = split(keyed(), test=0.2, validation=0.1, **WAYS[way])
    together = np.concatenate([found.train, found.validation, found.test])
    assert len(together) == len(np.unique(together))
    assert abs(len(found.test) - 40) <= 8
    if "time" not in way:
        assert len(together) == NUM, "all others are left to train on and to validate with"
    if "folds" not in WAYS[way]:
        assert abs(len(found.validation) - 20) <= 8, "both are shares of the whole set"
    if way in {"by chance", "class by class", "a fold"}:
        counted = SplitConfig.model_validate({"test": 0.2, "validation": 0.1, **WAYS[way]}).count_training(NUM)
        assert len(found.train) == counted, "what the form counts is what the run sees"


def test_test_part_when_by_group_keeps_each_group_together() -> None:
    for way in ("by group", "a fold of groups"):
        found = split(keyed(), test=0.2, **WAYS[way])
        parts = [set(GROUPS[each]) for each in (found.train, found.validation, found.test)]
        assert sum(map(len, parts)) == len(set().union(*parts))


def test_test_part_when_by_time_is_the_latest() -> None:
    raw = keyed()
    spans = np.asarray(raw.split_keys.spans)
    for way in ("by time", "a fold by time"):
        found = split(raw, test=0.2, **WAYS[way])
        border = spans[found.test, 0].min()
        assert spans[found.validation, 1].max() < border
        assert spans[found.train, 1].max() < spans[found.validation, 0].min()
    assert any("across the border to the test part" in note for note in split(raw, test=0.2, by="time").notes)


def test_test_part_when_stratified_holds_each_class_by_its_share() -> None:
    raw = uneven(300)
    found = split(raw, test=0.2, validation=0.2)
    targets = raw.targets.numpy()
    whole = np.bincount(targets, minlength=3)
    for part in (found.test, found.validation):
        assert np.abs(np.bincount(targets[part], minlength=3) - 0.2 * whole).max() <= 1


def test_test_part_when_the_fold_changes_stays_the_same() -> None:
    raw = uneven(100)
    found = [split(raw, test=0.2, folds=4, fold=fold) for fold in range(1, 5)]
    assert len({each.test.tobytes() for each in found}) == 1
    validated = np.concatenate([each.validation for each in found])
    assert sorted(validated.tolist()) == sorted(set(range(100)) - set(found[0].test.tolist()))


def test_split_when_no_test_share_is_asked_is_what_it_always_was() -> None:
    raw = open_source(SourceSpec(type="wine")).load()
    before = DataConfig.model_validate({"source": "wine"})
    asked = DataConfig.model_validate({"source": "wine", "split": {"test": 0.0}})
    assert prepare(raw, before).fingerprint == prepare(raw, asked).fingerprint
    # What earlier versions gave.
    assert prepare(raw, before).fingerprint == FINGERPRINT_OF_WINE


FINGERPRINT_OF_WINE = "2dfd6fbc92ba81d1326765d88bf5a81b7042710c400678242247077e1f34db31"


def test_data_when_a_test_share_is_asked_has_it_as_its_test_part_and_in_its_fingerprint() -> None:
    raw = open_source(SourceSpec(type="wine")).load()
    data, other = (
        prepare(raw, DataConfig.model_validate({"split": {"test": share, "seed": 3}})) for share in (0.2, 0.0)
    )
    assert data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (124, 18, 36)
    assert other.test is None
    assert data.fingerprint != other.fingerprint
    assert any("36 of 178 samples are held out before all else" in note for note in data.notes)


def test_preprocessing_when_a_test_share_is_asked_is_fitted_without_it() -> None:
    raw = uneven(80)
    config = DataConfig(split=SplitConfig(test=0.25))
    chosen = split_raw(raw, config.split).test
    changed = raw.inputs.clone()
    changed[torch.from_numpy(chosen)] = 1e6
    first, again = (prepare(rows(inputs, raw.targets), config) for inputs in (raw.inputs, changed))
    assert first.preprocess_source == again.preprocess_source


def test_graphs_when_a_test_share_is_asked_hold_it_out() -> None:
    raw = open_source(SourceSpec(type="motifs")).load()
    assert raw.graph is not None
    with pytest.raises(DataError, match="comes with a test part of its own"):
        prepare(raw, DataConfig(split=SplitConfig(test=0.1)))
    object.__setattr__(raw.graph, "test", None)
    data = prepare(raw, DataConfig(split=SplitConfig(test=0.1)))
    parts = [data.train, data.validation, data.test]
    assert all(isinstance(part, GraphPart) for part in parts)
    assert [len(part) for part in parts if part is not None] == [720, 90, 90]


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"test": 0.5, "validation": 0.5}, "leave nothing to train on"),
        ({"test": 0.99, "folds": 2, "stratify": False}, "takes 99 of 100 samples"),
        ({"test": 0.2, "by": "column"}, "Write test in the rows"),
    ],
)
def test_split_when_the_test_share_leaves_nothing_says_so(config: dict[str, Any], sentence: str) -> None:
    raw = uneven(100)
    keys = SplitKeys(parts=np.arange(100) % 2)
    with pytest.raises(DataError, match=sentence) as caught:
        split(rows(raw.inputs, raw.targets, keys), **config)
    assert caught.value.column == "split.test"
