"""Some samples before and after the preprocessing and the augmentation: by the very code that training runs, on a handful."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from netwright.data.augment.base import Subject
from netwright.data.augment.subject import describe_subject
from netwright.data.augment.write import load_augment, write_augment
from netwright.data.base import CLASS_TASKS, RawData, Source, Step
from netwright.data.mask_pictures import mask_url
from netwright.data.masks import load_mask_moves, write_mask_moves
from netwright.data.prepare import load_preprocess, raw_layout, shared_notes, split_raw, test_of, write_preprocess
from netwright.data.prepare_graph import split_graph
from netwright.data.preview import picture_url
from netwright.data.preview_sequences import MAX_CHANNELS, MAX_TOKENS, stretch_of, thin
from netwright.data.split import SplitLike
from netwright.data.split_labels import Indices
from netwright.data.tokens import NUM_SPECIAL, PADDING, UNKNOWN
from netwright.data.transform_base import Layout
from netwright.data.transforms import plan_chain
from netwright.data.transforms_text import learned_tokens, read_texts
from netwright.language import Text

MAX_SAMPLES = 2048
MAX_BYTES = 16 << 20
NUM_SHOWN = 6
MAX_COLUMNS = 40
MAX_LETTERS = 400
"""Of a raw text that is shown."""


@dataclass(frozen=True, slots=True)
class Handful:
    """A part of the training part, in an order that is always the same, and what is known of the whole set without reading it
    again.  ``inputs`` are raw samples, at most ``MAX_SAMPLES`` of them: the preprocessing is fitted on these for a preview."""

    raw: RawData
    layout: Layout
    default: tuple[Step, ...]
    notes: tuple[Text, ...] = ()
    """What is to be said of the split."""
    num_training: int = 0
    class_counts: tuple[int, ...] = ()
    """How often each class (of masks: in pixels) or label occurs in the whole training part."""


@dataclass(frozen=True, slots=True)
class View:
    """A sample as a page shows it, by its kind: a picture and its mask as PNGs in data URLs, a row's cells, a series channel by
    channel (None where there is no value), a text, or its tokens with their indices, of which ``num_padding`` fill up."""

    picture: str = ""
    mask: str = ""
    cells: Sequence[str] = ()
    channels: Sequence[Sequence[float | None]] = ()
    tokens: Sequence[str] = ()
    indices: Sequence[int] = ()
    num_padding: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample before and after."""

    label: str
    label_after: str
    before: View
    after: View


def take_handful(source: Source, split: SplitLike) -> Handful:
    """
    Raises:
        DataError: the set cannot be read, or has too few samples.
    """
    raw = source.load()
    layout = raw_layout(raw)
    if raw.graph is not None:
        parts = split_graph(raw, raw.graph, split)
        indices = np.arange(min(len(raw.inputs), MAX_SAMPLES))
        notes = []
    else:
        parts = split_raw(raw, split)
        train, validation = (raw.inputs[torch.from_numpy(part)] for part in (parts.train, parts.validation))
        test = test_of(raw, parts)
        notes = shared_notes(train, validation, None if test is None else test[0])
        bytes_each = max(1, raw.inputs[0].numel() * raw.inputs.element_size())
        count = max(64, min(MAX_SAMPLES, MAX_BYTES // bytes_each))
        indices = np.random.default_rng(0).permutation(parts.train)[:count]
    chosen = torch.from_numpy(indices)
    # A vertex of a graph has no target of its own here: graphs are not augmented.
    targets = raw.targets[chosen] if raw.graph is None else raw.targets[:0]
    few = RawData(
        inputs=raw.inputs[chosen].clone(),
        targets=targets.clone(),
        test_inputs=None,
        test_targets=None,
        kind=raw.kind,
        task=raw.task,
        classes=raw.classes,
        features=raw.features,
        categories=raw.categories,
        target_name=raw.target_name,
        target_columns=raw.target_columns,
    )
    counts = count_classes(raw, parts.train)
    return Handful(few, layout, raw.default_preprocess, tuple(notes), len(parts.train), counts)


def count_classes(raw: RawData, chosen: Indices) -> tuple[int, ...]:
    """How often each class or label occurs in the samples ``chosen``, in pixels where the target is a mask; empty where the
    target is a number."""
    targets = raw.targets[torch.from_numpy(chosen)]
    if raw.task == "multilabel":
        return tuple(targets.long().sum(0).tolist())
    if raw.task not in CLASS_TASKS:
        return ()
    return tuple(torch.bincount(targets.flatten().long(), minlength=len(raw.classes)).tolist())


def describe(handful: Handful, preprocess: Sequence[Step]) -> Subject:
    """
    Raises:
        DataError: the preprocessing does not fit the data.
    """
    raw = handful.raw
    ready = plan_chain(preprocess, handful.layout)
    return describe_subject(handful.layout, ready, preprocess, raw.task, len(raw.classes))


def show(handful: Handful, preprocess: Sequence[Step], augment: Sequence[Step], seed: int) -> list[Shown]:
    """The first samples, augmented with the chance that ``seed`` gives.

    Raises:
        DataError: the lists do not fit the data.
    """
    raw = handful.raw
    subject = describe(handful, preprocess)
    written = write_augment(augment, subject)
    fitted = load_preprocess(write_preprocess(raw.inputs, handful.layout, preprocess)[0])
    before, targets = raw.inputs[:NUM_SHOWN], raw.targets[:NUM_SHOWN]
    samples: torch.Tensor = before
    after_targets: torch.Tensor | None = targets
    functions = {} if written is None else load_augment(written)
    generator = torch.Generator().manual_seed(seed)
    if "samples" in functions:
        samples, after_targets = functions["samples"](samples, after_targets, generator)
    inputs = fitted(samples)
    move_masks = load_mask_moves(write_mask_moves(preprocess, handful.layout)) if raw.task == "segmentation" else None
    if move_masks is not None and after_targets is not None:
        after_targets = move_masks(after_targets)
    if "inputs" in functions:
        inputs, after_targets = functions["inputs"](inputs, after_targets, generator)
    labels = [_label(raw, target) for target in targets]
    assert after_targets is not None, "targets stay what they are, or are mixed"
    labels_after = [_label(raw, target) for target in after_targets]
    befores: Iterable[View]
    afters: Iterable[View]
    if raw.kind == "image":
        white = subject.maximum
        has_masks = raw.task == "segmentation"
        befores = _picture_views(_pictures(before, white), targets if has_masks else None)
        restored = _restore(inputs, fitted(before), before, white)
        afters = _picture_views(restored, after_targets if has_masks else None)
    elif raw.kind == "table":
        befores = (View(cells=cells) for cells in _raw_cells(raw, before))
        afters = (View(cells=cells) for cells in _cells(inputs))
    elif raw.kind == "series":
        befores, afters = series_views(before), series_views(inputs)
    elif raw.kind == "text":
        befores, afters = text_views(before), token_views(inputs, learned_tokens(fitted))
    else:
        return []
    return [Shown(*parts) for parts in zip(labels, labels_after, befores, afters, strict=True)]


def _picture_views(pictures: Sequence[str], masks: torch.Tensor | None) -> Iterator[View]:
    for place, picture in enumerate(pictures):
        yield View(
            picture=picture, mask="" if masks is None else mask_url(masks[place].numpy().astype(np.uint8), opacity=150)
        )


def series_views(batch: torch.Tensor) -> Iterator[View]:
    """Of series ``(N, T, F)``; at most ``MAX_CHANNELS`` channels, long ones thinned."""
    for sample in batch[:, :, :MAX_CHANNELS].double().numpy():
        yield View(channels=thin(sample, stretch_of(len(sample))))


def text_views(batch: torch.Tensor) -> Iterator[View]:
    """Of raw texts, as they stand."""
    for text in read_texts(batch.numpy()):
        yield View(tokens=[text[:MAX_LETTERS]])


def token_views(indices: torch.Tensor, tokens: Sequence[str]) -> Iterator[View]:
    """Of the network's inputs ``(N, T)`` the token that each index stands for; ``tokens`` are those that were learned, from
    ``NUM_SPECIAL`` on.  What fills up is counted, not listed."""
    for row in indices.tolist():
        kept = [index for index in row if index != PADDING][:MAX_TOKENS]
        words = ["" if index == UNKNOWN else tokens[index - NUM_SPECIAL] for index in kept]
        yield View(tokens=words, indices=kept, num_padding=row.count(PADDING))


def _label(raw: RawData, target: torch.Tensor) -> str:
    if raw.task == "multilabel":
        return ", ".join(name for name, is_there in zip(raw.classes, target.tolist(), strict=True) if is_there)
    if target.ndim > 1 or raw.task not in {"classification", "regression"}:
        return ""
    if raw.task == "regression":
        return ", ".join(f"{value:.4g}" for value in target.flatten().tolist())
    if target.ndim == 0:
        return raw.classes[int(target)]
    shares = {name: share for name, share in zip(raw.classes, target.tolist(), strict=True) if share >= 0.005}
    most_first = sorted(shares.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} {share:.0%}" for name, share in most_first)


def _pictures(batch: torch.Tensor, white: float) -> list[str]:
    """Of raw pictures, or of others on the same scale."""
    levels = (batch.to(torch.float32) * (255 / white)).round().clamp(0, 255).to(torch.uint8)
    if levels.shape[1] not in (1, 3):
        levels = levels[:, :1]
    return [picture_url(picture.numpy(), 1.0) for picture in levels]


def _restore(inputs: torch.Tensor, clean: torch.Tensor, raw: torch.Tensor, white: float) -> list[str]:
    """The network's inputs as pictures: brightness as it was before the preprocessing, which is found by what it made of the
    darkest and the brightest pixel of each channel of the same pictures."""
    axes, raw_axes = (0, 2, 3), (0, 2, 3) if raw.shape[1] == clean.shape[1] else (0, 1, 2, 3)
    low, high = clean.amin(axes, keepdim=True), clean.amax(axes, keepdim=True)
    values = raw.to(torch.float32)
    raw_low, raw_high = values.amin(raw_axes, keepdim=True), values.amax(raw_axes, keepdim=True)
    share = (inputs - low) / torch.where(high == low, torch.ones_like(low), high - low)
    return _pictures(raw_low + share * (raw_high - raw_low), white)


def _cells(batch: torch.Tensor) -> list[list[str]]:
    return [[f"{value:.4g}" for value in row[:MAX_COLUMNS]] for row in batch.tolist()]


def _raw_cells(raw: RawData, batch: torch.Tensor) -> list[list[str]]:
    """A row as a person knows it: categories by their names, nothing where a value is missing."""
    rows = []
    for row in batch.tolist():
        cells = []
        for name, value in zip(raw.features[:MAX_COLUMNS], row, strict=False):
            names = raw.categories.get(name)
            cells.append("" if math.isnan(value) else f"{value:.4g}" if names is None else names[int(value)])
        rows.append(cells)
    return rows


def header_after(subject: Subject) -> list[str]:
    """Names of the network's inputs, of a table."""
    return [column.name for column in subject.ready.columns[:MAX_COLUMNS]]
