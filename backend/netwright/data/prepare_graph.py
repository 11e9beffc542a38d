"""A set of graphs made ready for a run: the split over vertices or graphs, preprocessing fitted on the training part."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from netwright.data.base import DataError, Prepared, RawData, Step
from netwright.data.folds import labels_of
from netwright.data.graphs import GraphArrays, GraphPart, Ints
from netwright.data.held_out import check_test_is_free, split_whole
from netwright.data.prepare import DataConfigLike, raw_layout, write_preprocess
from netwright.data.split import Split, SplitLike
from netwright.language import say


def prepare_graph(raw: RawData, graph: GraphArrays, config: DataConfigLike) -> Prepared:
    """As :func:`netwright.data.prepare.prepare`.  The source's own split is respected; ``config.split`` decides what it leaves
    open.

    Raises:
        DataError: too few samples, or a preprocessing that does not fit this data.
    """
    if config.augment:
        raise DataError(
            say("There are no augmentations for graphs. Remove {type}.", type=config.augment[0].type),
            code="bad_transform",
            column="augment",
        )
    split = split_graph(raw, graph, config.split)
    edge_index, sizes = torch.from_numpy(graph.edge_index), torch.from_numpy(graph.sizes)

    def part(indices: Ints) -> GraphPart:
        chosen = torch.from_numpy(indices)
        return GraphPart(raw.inputs, edge_index, sizes, graph.sample, chosen, raw.targets[chosen])

    train = part(split.train)
    test = test_samples(graph, split)
    steps = [Step(choice.type, dict(choice.params)) for choice in config.preprocess]
    source, layout = write_preprocess(train.inputs, raw_layout(raw), steps or raw.default_preprocess)
    is_class = raw.task == "classification"
    return Prepared(
        train=train,
        validation=part(split.validation),
        test=None if test is None else part(test),
        preprocess_source=source,
        input_shape=layout.shape,
        kind=raw.kind,
        task=raw.task,
        classes=raw.classes,
        target_name=raw.target_name,
        num_outputs=len(raw.classes) if is_class else raw.targets.shape[1],
        fingerprint=_fingerprint(raw, graph, split),
        notes=split.notes,
    )


def split_graph(raw: RawData, graph: GraphArrays, config: SplitLike) -> Split:
    """Training and validation samples, ascending.

    Raises:
        DataError: too few samples, or folds are asked for and the set has a split of its own.
    """
    check_test_is_free(config.test, has_own_test=graph.test is not None)
    if graph.train is not None and graph.validation is not None:
        if config.test:
            raise DataError(
                say("The set comes with a split of its own, which is used. Set the test share to 0."),
                code="bad_split",
                column="split.test",
            )
        if config.folds is not None:
            raise DataError(
                say("The set comes with a split of its own, which is used, so that there are no folds to choose."),
                code="bad_split",
                column="split.folds",
            )
        counts = {"train": len(graph.train), "validation": len(graph.validation)}
        if graph.test is None:
            note = say(
                "The split is the set's own: {train:,} samples to train on, {validation:,} to validate with. The fraction "
                "in data.split is not used.",
                **counts,
            )
        else:
            note = say(
                "The split is the set's own: {train:,} samples to train on, {validation:,} to validate with, {test} to test. "
                "The fraction in data.split is not used.",
                **counts,
                test=len(graph.test),
            )
        return Split(np.sort(graph.train), np.sort(graph.validation), (note,))
    pool = np.sort(graph.train) if graph.train is not None else _labelled(raw, graph)
    labels = labels_of(raw) if config.stratify else None
    split = split_whole(len(pool), None if labels is None else labels[pool], None, config, raw.classes)
    return Split(pool[split.train], pool[split.validation], split.notes, pool[split.test])


def test_samples(graph: GraphArrays, split: Split) -> Ints | None:
    """The samples of the test part: the set's own, or what the split drew; None where there is neither."""
    if graph.test is not None:
        return graph.test
    return split.test if len(split.test) else None


def _labelled(raw: RawData, graph: GraphArrays) -> Ints:
    """Samples with a target that are not in the source's own validation or test part."""
    targets = raw.targets.numpy()
    is_known = targets >= 0 if raw.task == "classification" else ~np.isnan(targets).any(axis=1)
    for taken in (graph.validation, graph.test):
        if taken is not None:
            is_known[taken] = False
    pool = np.flatnonzero(is_known)
    if len(pool) < 2:
        raise DataError(
            say(
                "{count:,} sample has a target; a run needs at least 2, one to train on and one to validate with."
                if len(pool) == 1
                else "{count:,} samples have a target; a run needs at least 2, one to train on and one to validate with.",
                count=len(pool),
            ),
            code="too_few",
        )
    return pool


def _fingerprint(raw: RawData, graph: GraphArrays, split: Split) -> str:
    digest = hashlib.sha256()
    for tensor in (raw.inputs, raw.targets):
        digest.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().numpy().data)
    test = graph.test if graph.test is not None else split.test
    for numbers in (graph.edge_index, graph.sizes, split.train, split.validation, test):
        digest.update(f"{numbers.shape}".encode())
        digest.update(np.ascontiguousarray(numbers, dtype="<i8").data)
    return digest.hexdigest()
