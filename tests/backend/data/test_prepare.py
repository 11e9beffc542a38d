"""Splits, fitted preprocessing and fingerprints."""

import numpy as np
import pytest
import torch
from netwright.data.base import DataError, RawData, SourceSpec, Step
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import SOURCES, open_source
from netwright.training.config import Choice, DataConfig, SplitConfig
from torch import Tensor


def config(*steps: Choice, validation: float = 0.25, seed: int = 0, stratify: bool = True) -> DataConfig:
    split = SplitConfig(validation=validation, seed=seed, stratify=stratify)
    return DataConfig(split=split, preprocess=list(steps))


def table(
    inputs: Tensor, targets: Tensor, *, categories: dict[str, tuple[str, ...]] | None = None, num_classes: int = 2
) -> RawData:
    """A small table; its default chain fills, standardizes and one-hot encodes."""
    return RawData(
        inputs=inputs,
        targets=targets,
        test_inputs=None,
        test_targets=None,
        kind="table",
        task="classification" if targets.dtype == torch.int64 else "regression",
        classes=tuple("abcdefgh"[:num_classes]) if targets.dtype == torch.int64 else (),
        features=tuple(f"x{index}" for index in range(inputs.shape[1])),
        categories=categories or {},
        default_preprocess=(Step("Impute"), Step("Standardize"), Step("OneHot")),
    )


def pictures(num: int = 40, channels: int = 3) -> RawData:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(0, 256, (num, channels, 6, 5), dtype=torch.uint8, generator=generator)
    return RawData(
        inputs=inputs,
        targets=torch.arange(num) % 2,
        test_inputs=None,
        test_targets=None,
        kind="image",
        task="classification",
        classes=("a", "b"),
        default_preprocess=(Step("ToFloat"), Step("Normalize")),
    )


# Graphs are not tables of samples: tests/backend/data/test_graphs.py has theirs.
EMBEDDED = [name for name, source in SOURCES.items() if source.facts and not source.files and source.kind != "graph"]


@pytest.mark.parametrize("name", EMBEDDED)
def test_every_embedded_set_when_prepared_gives_what_its_facts_say(name: str) -> None:
    raw = open_source(SourceSpec(type=name)).load()
    prepared = prepare(raw, DataConfig(source=name))
    facts = SOURCES[name].facts
    assert facts is not None
    assert prepared.input_shape == facts.input_shape
    assert prepared.num_outputs == facts.num_outputs
    assert len(prepared.train) + len(prepared.validation) == facts.num_samples
    batch = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
    assert batch.dtype == getattr(torch, facts.input_dtype)
    assert batch.shape == (len(prepared.train), *facts.input_shape)
    if facts.input_dtype == "int64":
        return
    # What a short series is filled up with is no value of its own.
    batch = batch[prepared.train.inputs.isfinite()] if raw.kind == "series" else batch
    assert batch.mean().abs() < 1e-4
    assert abs(batch.std() - 1) < 0.02


def test_split_when_seeded_is_the_same_again_and_another_with_another_seed() -> None:
    raw = open_source(SourceSpec(type="digits")).load()
    first, again, other = (prepare(raw, config(seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first.train.inputs, again.train.inputs)
    assert first.fingerprint == again.fingerprint
    assert not torch.equal(first.validation.inputs, other.validation.inputs)
    assert first.fingerprint != other.fingerprint


def test_split_when_made_today_is_the_one_of_every_other_day() -> None:
    prepared = prepare(open_source(SourceSpec(type="iris")).load(), DataConfig(source="iris"))
    assert prepared.fingerprint == "f448d7586fcb829bd342c73c19d8b719145dd1a63539901f4e92e2eaccf1982f"


def test_split_when_stratified_keeps_the_shares_of_classes() -> None:
    targets = torch.tensor([0] * 90 + [1] * 30)
    prepared = prepare(table(torch.randn(120, 2), targets), config(validation=0.2))
    assert torch.bincount(prepared.validation.targets).tolist() == [18, 6]


def test_split_when_the_set_is_uneven_holds_out_exactly_the_asked_number() -> None:
    targets = torch.tensor([0] * 7 + [1] * 5 + [2] * 3)
    prepared = prepare(table(torch.randn(15, 2), targets, num_classes=3), config(validation=0.3))
    assert len(prepared.validation) == round(0.3 * 15)


def test_split_when_a_class_has_one_sample_trains_on_it_and_says_so() -> None:
    targets = torch.tensor([0] * 10 + [1])
    prepared = prepare(table(torch.randn(11, 2), targets), config(validation=0.5))
    assert prepared.train.targets.tolist().count(1) == 1
    assert prepared.notes == ("The class b with one sample each: trained on, but absent from validation.",)


def test_split_when_every_class_has_one_sample_says_the_way_out() -> None:
    with pytest.raises(DataError, match="turn stratify off"):
        prepare(table(torch.randn(3, 2), torch.arange(3), num_classes=3), config())


def test_split_when_there_is_one_sample_is_refused() -> None:
    with pytest.raises(DataError, match="at least 2"):
        prepare(table(torch.randn(1, 2), torch.zeros(1, dtype=torch.int64)), config())


def test_split_when_the_fraction_is_tiny_holds_out_one() -> None:
    prepared = prepare(table(torch.randn(9, 2), torch.randn(9, 1)), config(validation=0.001))
    assert (len(prepared.train), len(prepared.validation)) == (8, 1)


def test_preprocess_when_fitted_uses_the_training_part_only() -> None:
    raw = pictures()
    prepared = prepare(raw, config())
    changed = raw.inputs.clone()
    in_validation = [
        index for index in range(40) if not (raw.inputs[index] == prepared.train.inputs).flatten(1).all(1).any()
    ]
    changed[in_validation] = 255
    again = prepare(
        RawData(
            changed,
            raw.targets,
            None,
            None,
            "image",
            "classification",
            ("a", "b"),
            default_preprocess=raw.default_preprocess,
        ),
        config(),
    )
    assert len(in_validation) == len(prepared.validation)
    assert again.preprocess_source == prepared.preprocess_source
    assert again.fingerprint != prepared.fingerprint


def test_preprocess_when_written_for_pictures_equals_plain_arithmetic() -> None:
    prepared = prepare(pictures(), config())
    floats = prepared.train.inputs.double() / 255
    mean = floats.mean(dim=(0, 2, 3)).view(3, 1, 1)
    std = floats.std(dim=(0, 2, 3), correction=0).view(3, 1, 1)
    result = load_preprocess(prepared.preprocess_source)(prepared.validation.inputs)
    expected = (prepared.validation.inputs.double() / 255 - mean) / std
    torch.testing.assert_close(result.double(), expected, rtol=1e-5, atol=1e-6)


def test_preprocess_when_resized_and_grey_fits_what_comes_after() -> None:
    steps = [
        Choice(type="ToFloat"),
        Choice(type="Grayscale"),
        Choice(type="Resize", params={"size": [3, 4]}),
        Choice(type="Normalize"),
    ]
    prepared = prepare(pictures(), config(*steps))
    batch = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
    assert prepared.input_shape == (1, 3, 4)
    assert batch.shape == (len(prepared.train), 1, 3, 4)
    assert batch.mean().abs() < 1e-5
    assert abs(batch.std(correction=0) - 1) < 1e-5


def test_preprocess_when_a_channel_is_constant_does_not_divide_by_zero() -> None:
    raw = pictures()
    raw.inputs[:, 1] = 7
    batch = load_preprocess(prepare(raw, config()).preprocess_source)(raw.inputs)
    assert batch.isfinite().all()


def test_preprocess_when_written_for_a_table_fills_standardizes_and_encodes() -> None:
    nan = float("nan")
    inputs = torch.tensor([[1.0, 0], [nan, 2], [5, nan], [3, 1], [7, 2], [9, 2], [nan, 2], [4, 0]])
    raw = table(inputs, torch.tensor([0, 1] * 4), categories={"x1": ("blue", "green", "red")})
    prepared = prepare(raw, config())
    known = prepared.train.inputs[:, 0]
    median = known[~known.isnan()].double().quantile(0.5)
    filled = torch.where(known.isnan(), median, known.double())
    expected = (filled - filled.mean()) / filled.std(correction=0)
    batch = load_preprocess(prepared.preprocess_source)(prepared.train.inputs)
    assert prepared.input_shape == (4,)
    torch.testing.assert_close(batch[:, 0].double(), expected, rtol=1e-5, atol=1e-6)
    assert batch[:, 1:].sum(dim=1).tolist() == [1.0] * len(prepared.train)
    missing = prepared.train.inputs[:, 1].isnan()
    most_frequent = prepared.train.inputs[~missing, 1].mode().values.long()
    assert (batch[missing, 1 + most_frequent] == 1).all()


def test_preprocess_when_missing_is_its_own_category_shows_it() -> None:
    inputs = torch.tensor([[0.0], [1], [float("nan")], [1], [0], [float("nan")]])
    raw = table(inputs, torch.tensor([0, 1] * 3), categories={"x0": ("a", "b")})
    steps = [Choice(type="Impute", params={"categories": "own_category"}), Choice(type="OneHot")]
    prepared = prepare(raw, config(*steps))
    assert prepared.input_shape == (3,)
    assert load_preprocess(prepared.preprocess_source)(torch.tensor([[float("nan")]])).tolist() == [[0.0, 0.0, 1.0]]


def test_preprocess_when_a_name_holds_code_keeps_it_out_of_the_source() -> None:
    name = 'x"""\nimport os\n#\r\u2028'
    raw = table(torch.tensor([[0.0], [1], [0], [1]]), torch.tensor([0, 1, 0, 1]))
    raw = RawData(
        raw.inputs,
        raw.targets,
        None,
        None,
        "table",
        "classification",
        ("a", "b"),
        (name,),
        {name: (name, "b")},
        default_preprocess=(Step("OneHot"),),
    )
    source = prepare(raw, config()).preprocess_source
    assert "\nimport os" not in source
    assert load_preprocess(source)(torch.tensor([[1.0]])).tolist() == [[0.0, 1.0]]


def test_preprocess_when_its_constants_are_read_back_they_are_the_same_floats() -> None:
    prepared = prepare(pictures(), config())
    namespace: dict[str, Tensor] = {}
    exec(prepared.preprocess_source, namespace)  # noqa: S102 - what a person does with the file
    floats = prepared.train.inputs.double() / 255
    expected = floats.mean(dim=(0, 2, 3)).float()
    torch.testing.assert_close(namespace["PREPROCESS_MEAN"].flatten(), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Choice(type="Normalize")], "put ToFloat before it"),
        ([Choice(type="ToFloat"), Choice(type="ToFloat")], "floats already"),
        ([Choice(type="Sharpen")], "There is no transform Sharpen; there are: ToFloat"),
        ([Choice(type="OneHot")], "it is for tables and graphs, and this data is pictures"),
        ([Choice(type="ToFloat", params={"maximum": -1})], "option maximum is wrong"),
        ([Choice(type="ToFloat", params={"minimum": 1})], "option minimum is unknown; it knows: maximum"),
        ([Choice(type="ToFloat"), Choice(type="Resize", params={"size": [0, 4]})], "from 1 to 1024"),
        ([Choice(type="ToFloat"), Choice(type="Normalize", params={"mean": [0.5]})], "mean has 1 values"),
        ([Choice(type="Resize")], "put ToFloat before it"),
    ],
)
def test_chain_when_it_does_not_fit_pictures_says_why(steps: list[Choice], message: str) -> None:
    with pytest.raises(DataError, match=message):
        prepare(pictures(), config(*steps))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Choice(type="Standardize"), Choice(type="OneHot")], "x1 has missing values; put Impute before it"),
        ([Choice(type="Standardize")], "x0 has missing values and the preprocessing does not fill them. Add Impute"),
        ([Choice(type="Impute")], "x1 holds categories.*Add OneHot"),
        ([Choice(type="ToFloat")], "it is for pictures, and this data is tables"),
    ],
)
def test_chain_when_it_does_not_fit_a_table_says_why(steps: list[Choice], message: str) -> None:
    nan = float("nan")
    inputs = torch.tensor([[1.0, 0], [nan, 1], [3, nan], [4, 1]])
    with pytest.raises(DataError, match=message):
        prepare(table(inputs, torch.tensor([0, 1, 0, 1]), categories={"x1": ("a", "b")}), config(*steps))


def test_augmentation_when_unknown_is_not_silently_ignored() -> None:
    data = DataConfig(augment=[Choice(type="RandomFlip")])
    with pytest.raises(DataError, match="no augmentation RandomFlip; there are: RandomCrop, "):
        prepare(pictures(), data)


def test_targets_of_a_regression_when_prepared_stay_as_they_are() -> None:
    raw = open_source(SourceSpec(type="diabetes")).load()
    prepared = prepare(raw, DataConfig(source="diabetes"))
    assert prepared.num_outputs == 1
    together = torch.cat([prepared.train.targets, prepared.validation.targets]).numpy()
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(raw.targets.numpy(), axis=0))
