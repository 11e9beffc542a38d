"""From raw data and a data config to what a run trains on: parts, fitted preprocessing as source, a fingerprint."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from pydantic import JsonValue

from netwright.data.augment.subject import describe_subject
from netwright.data.augment.write import write_augment
from netwright.data.base import Part, Prepared, RawData, Step
from netwright.data.duplicates import say_shared
from netwright.data.split import Split, split_samples
from netwright.data.transform_base import Code, Layout, Training
from netwright.data.transforms import layout_of, parse_chain
from netwright.language import Text

Preprocess = Callable[[torch.Tensor], torch.Tensor]
FIT_CHUNK_BYTES = 1 << 25
"""Float32 bytes of raw samples that pass through the transforms at once while a later one is fitted."""


class StepLike(Protocol):
    """``training.config.Choice``, which this package may not import."""

    @property
    def type(self) -> str: ...
    @property
    def params(self) -> Mapping[str, JsonValue]: ...


class SplitLike(Protocol):
    """``training.config.SplitConfig``."""

    @property
    def validation(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def stratify(self) -> bool: ...


class DataConfigLike(Protocol):
    """``training.config.DataConfig``."""

    @property
    def split(self) -> SplitLike: ...
    @property
    def preprocess(self) -> Sequence[StepLike]: ...
    @property
    def augment(self) -> Sequence[StepLike]: ...


def prepare(raw: RawData, config: DataConfigLike) -> Prepared:
    """Splits ``raw`` as ``config.split`` says and fits the preprocessing on the training part alone.

    An empty ``config.preprocess`` stands for the set's own default chain.  Regression targets are left as they are.

    Raises:
        DataError: too few samples, or a preprocessing that does not fit this data.
    """
    if raw.graph is not None:
        from netwright.data.prepare_graph import prepare_graph

        return prepare_graph(raw, raw.graph, config)
    is_class = raw.task == "classification"
    split = split_raw(raw, config.split)
    train = _part(raw, split.train)
    steps = [Step(choice.type, dict(choice.params)) for choice in config.preprocess]
    source, layout = write_preprocess(train.inputs, raw_layout(raw), steps or raw.default_preprocess)
    subject = describe_subject(raw_layout(raw), layout, steps or raw.default_preprocess, raw.task, len(raw.classes))
    has_test = raw.test_inputs is not None and raw.test_targets is not None
    return Prepared(
        train=train,
        validation=_part(raw, split.validation),
        test=Part(raw.test_inputs, raw.test_targets) if has_test else None,  # type: ignore[arg-type]  # has_test says so
        preprocess_source=source,
        input_shape=layout.shape,
        kind=raw.kind,
        task=raw.task,
        classes=raw.classes,
        target_name=raw.target_name,
        num_outputs=len(raw.classes) if is_class else raw.targets.shape[1],
        fingerprint=_fingerprint(raw, split),
        notes=(*split.notes, *shared_notes(raw, split)),
        numbers=raw.features if raw.kind == "table" and not raw.categories else (),
        augment=write_augment([Step(choice.type, dict(choice.params)) for choice in config.augment], subject),
    )


def split_raw(raw: RawData, config: SplitLike) -> Split:
    """Which samples of ``raw`` are trained on and which are held out.

    Raises:
        DataError: too few samples.
    """
    labels = raw.targets.numpy() if raw.task == "classification" and config.stratify else None
    return split_samples(len(raw.targets), labels, config.validation, config.seed, raw.classes)


def shared_notes(raw: RawData, split: Split) -> list[Text]:
    """What is to be said of samples that are in two parts of the split."""
    inputs = raw.inputs.numpy()
    test = None if raw.test_inputs is None else raw.test_inputs.numpy()
    return list(say_shared(inputs[split.train], inputs[split.validation], test))


def raw_layout(raw: RawData) -> Layout:
    """What a raw batch of this set looks like."""
    test_inputs = None if raw.test_inputs is None else raw.test_inputs.numpy()
    return layout_of(raw.kind, raw.inputs.numpy(), test_inputs, raw.features, raw.categories)


def write_preprocess(inputs: torch.Tensor, layout: Layout, steps: Sequence[Step]) -> tuple[str, Layout]:
    """Source of ``preprocess(batch)`` fitted on ``inputs`` (raw samples ``(N, ...)``), and the layout it ends with.

    Raises:
        DataError: the steps do not fit the layout.
    """
    written: list[tuple[str, Code]] = []
    names: set[str] = set()

    def unique(name: str) -> str:
        candidate, number = f"PREPROCESS_{name}", 2
        while candidate in names:
            candidate, number = f"PREPROCESS_{name}_{number}", number + 1
        names.add(candidate)
        return candidate

    is_per_pixel = layout.kind == "image"
    end = layout
    for transform, params, before in parse_chain(steps, layout):
        so_far = load_preprocess(_source(written, layout, before))
        levels = None
        if is_per_pixel:
            pixels = torch.arange(256, dtype=torch.uint8).view(256, 1, 1, 1)
            levels = so_far(pixels).flatten()
        training = Training(batches=_batches(inputs, so_far), raw=inputs, levels=levels)
        written.append((transform.title, transform.write(params, before, training, unique)))
        is_per_pixel = is_per_pixel and transform.is_per_pixel
        end = transform.plan(params, before)
    source = _source(written, layout, end)
    shape = tuple(load_preprocess(source)(inputs[:1]).shape[1:])
    assert shape == end.shape, f"preprocess gives {shape}, planned was {end.shape}"
    return source, end


def load_preprocess(source: str) -> Preprocess:
    """The function ``preprocess`` of a source that :func:`write_preprocess` wrote, and of no other."""
    namespace: dict[str, object] = {}
    exec(compile(source, "<preprocess>", "exec"), namespace)  # noqa: S102 - written above, holds only checked values
    function = namespace["preprocess"]
    assert callable(function)
    return function


def _batches(inputs: torch.Tensor, so_far: Preprocess) -> Callable[[], Iterator[torch.Tensor]]:
    num_at_once = max(1, FIT_CHUNK_BYTES // max(1, 4 * inputs[0].numel()))
    return lambda: (so_far(chunk) for chunk in torch.split(inputs, num_at_once))


def _source(written: Sequence[tuple[str, Code]], start: Layout, end: Layout) -> str:
    constants = [item for _, code in written for item in code.constants.items()]
    lines = ["import torch", ""] if constants else ["import torch"]
    for name, (values, shape) in constants:
        lines += _constant(name, values, shape)
    what = "pictures, uint8" if start.kind == "image" else "rows, float32"
    lines += [
        "",
        "",
        "def preprocess(batch: torch.Tensor) -> torch.Tensor:",
        f'    """Raw {what} {_axes(start)}, to the network\'s input, float32 {_axes(end)}: as fitted on the training part."""',
    ]
    for title, code in written:
        lines.append(f"    # {title}.")
        lines += [f"    {line}" for line in code.lines]
    lines.append("    return batch")
    return "\n".join(lines) + "\n"


def _constant(name: str, values: Sequence[float], shape: tuple[int, ...]) -> list[str]:
    view = "" if len(shape) == 1 else f".view({', '.join(map(str, shape))})"
    numbers = ", ".join(map(repr, values))
    if len(numbers) <= 80:
        return [f"{name} = torch.tensor([{numbers}]){view}"]
    wrapped = textwrap.wrap(numbers, 100, break_long_words=False)
    return [f"{name} = torch.tensor(", "    [", *(f"        {line}" for line in wrapped), "    ]", f"){view}"]


def _axes(layout: Layout) -> str:
    return f"({', '.join(map(str, ('N', *layout.shape)))})"


def _part(raw: RawData, indices: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Part:
    chosen = torch.from_numpy(indices)
    return Part(raw.inputs[chosen], raw.targets[chosen])


def _fingerprint(raw: RawData, split: Split) -> str:
    digest = hashlib.sha256()
    for tensor in (raw.inputs, raw.targets, raw.test_inputs, raw.test_targets):
        if tensor is None:
            digest.update(b"none")
        else:
            digest.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.contiguous().numpy().data)
    for indices in (split.train, split.validation):
        digest.update(indices.astype("<i8").data)
    return digest.hexdigest()
