"""From raw data and a data config to what a run trains on: parts, fitted preprocessing as source, a fingerprint."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import torch
from pydantic import JsonValue

from netwright.data.augment.subject import describe_subject
from netwright.data.augment.write import write_augment
from netwright.data.base import CLASS_TASKS, Kind, Part, Prepared, RawData, Step, TargetScale, Task
from netwright.data.duplicates import say_shared
from netwright.data.folds import labels_of
from netwright.data.held_out import check_test_is_free, split_whole
from netwright.data.masks import check_own_target, default_steps, load_mask_moves, write_mask_moves
from netwright.data.split import Split, SplitLike
from netwright.data.transform_base import Code, Layout, Training, on_device
from netwright.data.transforms import layout_of, parse_chain
from netwright.data.transforms_table import Impute
from netwright.language import Text

_RAW: Mapping[Kind, str] = {
    "image": "pictures, uint8",
    "table": "rows, float32",
    "graph": "rows, float32",
    "text": "texts in UTF-8, uint8",
    "series": "series, float32",
}
Preprocess = Callable[[torch.Tensor], torch.Tensor]
FIT_CHUNK_BYTES = 1 << 25
"""Float32 bytes of raw samples that pass through the transforms at once while a later one is fitted."""


class StepLike(Protocol):
    """``training.config.Choice``, which this package may not import."""

    @property
    def type(self) -> str: ...
    @property
    def params(self) -> Mapping[str, JsonValue]: ...


class DataConfigLike(Protocol):
    """``training.config.DataConfig``."""

    @property
    def split(self) -> SplitLike: ...
    @property
    def preprocess(self) -> Sequence[StepLike]: ...
    @property
    def augment(self) -> Sequence[StepLike]: ...
    @property
    def task(self) -> Literal["own", "reconstruction"]: ...


def prepare(raw: RawData, config: DataConfigLike) -> Prepared:
    """Splits ``raw`` as ``config.split`` says and fits the preprocessing on the training part alone.

    An empty ``config.preprocess`` stands for the set's own default chain.  Regression targets are left as they are;
    masks move as their pictures do; where ``config.task`` or the set's is reconstruction a sample is its own target.

    Raises:
        DataError: too few samples, or a preprocessing that does not fit this data.
    """
    is_own_target = "reconstruction" in {config.task, raw.task}
    if is_own_target:
        check_own_target(raw)
    if raw.graph is not None:
        from netwright.data.prepare_graph import prepare_graph

        return prepare_graph(raw, raw.graph, config)
    split = split_raw(raw, config.split)
    steps = chain_of(raw, config)
    task: Task = "reconstruction" if is_own_target else raw.task
    chosen = torch.from_numpy(split.train)
    train = raw.inputs[chosen]
    before = raw_layout(raw)
    source, layout = write_preprocess(train, before, steps)
    subject = describe_subject(before, layout, steps, task, len(raw.classes))
    has_masks = raw.task == "segmentation" and not is_own_target
    move = load_mask_moves(write_mask_moves(steps, before)) if has_masks else None
    is_scaled = raw.standardizes_targets and task == "regression"
    target_scale = measure_targets(raw.targets[chosen]) if is_scaled else None
    if target_scale is not None:
        source += write_postprocess(target_scale)

    def part(inputs: torch.Tensor, targets: torch.Tensor) -> Part:
        return Part(inputs, targets if move is None else move(targets), is_own_target)

    held_out = torch.from_numpy(split.validation)
    validation = raw.inputs[held_out]
    test = test_of(raw, split)
    return Prepared(
        train=part(train, raw.targets[chosen]),
        validation=part(validation, raw.targets[held_out]),
        test=None if test is None else part(*test),
        preprocess_source=source,
        input_shape=layout.shape,
        kind=raw.kind,
        task=task,
        classes=raw.classes,
        target_name="input" if is_own_target else raw.target_name,
        num_outputs=count_outputs(raw, task, layout.shape),
        fingerprint=_fingerprint(raw, split),
        notes=(*split.notes, *shared_notes(train, validation, None if test is None else test[0])),
        numbers=raw.features if raw.kind == "table" and not raw.categories else (),
        augment=write_augment([Step(choice.type, dict(choice.params)) for choice in config.augment], subject),
        target_scale=target_scale,
        forecast=raw.forecast,
        target_columns=() if is_own_target else raw.target_columns,
    )


def measure_targets(targets: torch.Tensor) -> TargetScale:
    """Of float32 ``(N, T)``; a deviation of 1 where a column is constant."""
    values = targets.double()
    std = values.std(dim=0, correction=0)
    std = torch.where(std > 1e-12 * values.mean(dim=0).abs().clamp_min(1.0), std, 1.0)
    return TargetScale(tuple(values.mean(dim=0).float().tolist()), tuple(std.float().tolist()))


def write_postprocess(scale: TargetScale) -> str:
    """Source of ``scale_targets`` and ``postprocess``, which belong to a run's ``preprocess``."""
    shape = (len(scale.mean),)
    return "\n".join(
        [
            "",
            "",
            *_constant("TARGET_MEAN", scale.mean, shape),
            *_constant("TARGET_STD", scale.std, shape),
            "",
            "",
            "def scale_targets(targets: torch.Tensor) -> torch.Tensor:",
            f'    """Targets (N, {shape[0]}) as the loss sees them: mean 0 and deviation 1 over the training part."""',
            f"    return (targets - {on_device('TARGET_MEAN', 'targets')}) / {on_device('TARGET_STD', 'targets')}",
            "",
            "",
            "def postprocess(outputs: torch.Tensor) -> torch.Tensor:",
            f'    """What the network answers, (N, {shape[0]}), in the unit of the targets."""',
            f"    return outputs * {on_device('TARGET_STD', 'outputs')} + {on_device('TARGET_MEAN', 'outputs')}",
            "",
        ]
    )


def chain_of(raw: RawData, config: DataConfigLike) -> tuple[Step, ...]:
    """The transforms of ``config``, or those that an empty list stands for."""
    steps = tuple(Step(choice.type, dict(choice.params)) for choice in config.preprocess)
    return steps or default_steps(raw, config.task)


def required_columns(raw: RawData, steps: Sequence[Step]) -> dict[int, str]:
    """Of rows, the columns into which ``steps`` put nothing where a value is missing, by their places: without a value there a
    row has no answer."""
    if raw.kind != "table":
        return {}
    required = dict(enumerate(raw.features))
    for transform, params, before in parse_chain(steps, raw_layout(raw)):
        if isinstance(params, Impute.Params) and transform is Impute:
            kept = {column.name for column in before.columns if Impute.strategy(params, column) == "keep"}
            required = {place: name for place, name in required.items() if name in kept}
    return required


def count_outputs(raw: RawData, task: Task, input_shape: tuple[int, ...]) -> int:
    """Classes, labels, target columns, or values of a sample that is its own target."""
    if task == "reconstruction":
        return math.prod(input_shape)
    return len(raw.classes) if task in CLASS_TASKS else raw.targets.shape[1]


def split_raw(raw: RawData, config: SplitLike) -> Split:
    """Which samples of ``raw`` are trained on and which are held out.

    Raises:
        DataError: too few samples, or a test share of a set that has a test part.
    """
    check_test_is_free(config.test, has_own_test=raw.test_inputs is not None)
    keys = None if config.by == "sample" else raw.split_keys
    labels = labels_of(raw) if keys is None and config.stratify else None
    return split_whole(len(raw.targets), labels, keys, config, raw.classes)


def test_of(raw: RawData, split: Split) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Raw inputs and targets of the test part: the set's own, or what the split drew; None where there is neither."""
    if raw.test_inputs is not None and raw.test_targets is not None:
        return raw.test_inputs, raw.test_targets
    if not len(split.test):
        return None
    chosen = torch.from_numpy(split.test)
    return raw.inputs[chosen], raw.targets[chosen]


def shared_notes(train: torch.Tensor, validation: torch.Tensor, test: torch.Tensor | None) -> list[Text]:
    """What is to be said of raw samples that are in two parts of the split."""
    return list(say_shared(train.numpy(), validation.numpy(), None if test is None else test.numpy()))


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
    imports = dict.fromkeys(line for _, code in written for line in code.imports)
    lines = [*imports, "import torch", ""] if constants else [*imports, "import torch"]
    for name, (values, shape) in constants:
        lines += _constant(name, values, shape)
    for definition in dict.fromkeys(text for _, code in written for text in code.definitions):
        lines += ["", "", *definition.rstrip().split("\n")]
    about = f"Raw {_RAW[start.kind]} {_axes(start)}, to the network's input"
    lines += [
        "",
        "",
        "def preprocess(batch: torch.Tensor) -> torch.Tensor:",
        f'    """{about}, {end.dtype} {_axes(end)}: as fitted on the training part."""',
    ]
    for title, code in written:
        lines.append(f"    # {title}.")
        lines += [f"    {line}" for line in code.lines]
    lines.append("    return batch")
    return "\n".join(lines) + "\n"


def _constant(name: str, values: Sequence[float], shape: tuple[int, ...]) -> list[str]:
    view = "" if len(shape) == 1 else f".view({', '.join(map(str, shape))})"
    numbers = ", ".join('float("nan")' if math.isnan(value) else repr(value) for value in values)
    if len(numbers) <= 80:
        return [f"{name} = torch.tensor([{numbers}]){view}"]
    wrapped = textwrap.wrap(numbers, 100, break_long_words=False)
    return [f"{name} = torch.tensor(", "    [", *(f"        {line}" for line in wrapped), "    ]", f"){view}"]


def _axes(layout: Layout) -> str:
    return f"({', '.join(map(str, ('N', *layout.shape)))})"


def _fingerprint(raw: RawData, split: Split) -> str:
    digest = hashlib.sha256()
    for tensor in (raw.inputs, raw.targets, raw.test_inputs, raw.test_targets):
        if tensor is None:
            digest.update(b"none")
        else:
            digest.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.contiguous().numpy().data)
    for indices in (split.train, split.validation, split.test):  # no test part adds no byte
        digest.update(indices.astype("<i8").data)
    return digest.hexdigest()
