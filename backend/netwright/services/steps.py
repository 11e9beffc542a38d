"""The lists of a data config: whether they make sense, ways out where they do not, and some samples before and after."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwright.data.augment.base import Subject
from netwright.data.augment.registry import AUGMENTATIONS, kinds_of, parse_augment
from netwright.data.base import DataError, SourceSpec, Step, Task
from netwright.data.registry import open_source
from netwright.data.repair import Check, find_repair
from netwright.data.transform_base import Layout
from netwright.data.transforms import TRANSFORMS, plan_chain
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.services.catalogue_models import OptionRead
from netwright.services.datasets import DatasetService
from netwright.services.steps_models import (
    ListName,
    SamplePair,
    SampleView,
    StepFix,
    StepProblem,
    StepsRead,
    StepsRequest,
)
from netwright.training.class_weights import offered_weights
from netwright.training.config import Choice, DataConfig

if TYPE_CHECKING:
    from netwright.data.augment.preview import Handful, Shown, View

NUM_HANDFULS = 4
"""Sets of which some samples are kept, at most 16 MB each, so that a preview does not read the whole set again."""


NUM_LAYOUTS = 32
"""Sets whose layout is kept, so that a check of a form does not read the whole set again."""


class StepsService:
    """Previews of lists of steps."""

    def __init__(self, datasets: DatasetService) -> None:
        self._datasets = datasets
        self._handfuls: OrderedDict[str, Handful] = OrderedDict()

    async def preview(self, dataset_id: str, body: StepsRequest) -> StepsRead:
        """Checks both lists and shows what they do.

        Raises:
            ServiceError: ``not_found``, or ``not_ready`` where the data must be got first.
            DataError: the set cannot be read.
        """
        source = await self._datasets.resolve_source(dataset_id)
        key = f"{source.model_dump_json()} {body.split.model_dump_json()}"
        if key not in self._handfuls:
            self._handfuls[key] = await asyncio.to_thread(_take, source, body)
        self._handfuls.move_to_end(key)
        while len(self._handfuls) > NUM_HANDFULS:
            self._handfuls.popitem(last=False)
        return await asyncio.to_thread(_preview, self._handfuls[key], body)


def augment_options() -> list[OptionRead]:
    """The augmentations that there is data for, as the form needs them."""
    return [
        OptionRead(
            type=each.type,
            title=say(each.title),
            description=say(each.description),
            params_schema=each.Params.model_json_schema(),
            kinds=kinds_of(each),
        )
        for each in AUGMENTATIONS.values()
        if kinds_of(each)
    ]


def to_steps(choices: Sequence[Choice]) -> list[Step]:
    return [Step(choice.type, dict(choice.params)) for choice in choices]


def to_choices(steps: Sequence[Step]) -> list[Choice]:
    return [Choice(type=step.type, params=dict(step.params)) for step in steps]


@dataclass(frozen=True, slots=True)
class _Looks:
    """What lists of steps are checked against; ``own_chains`` are what an empty list stands for, by ``DataConfig.task``."""

    layout: Layout
    task: Task
    num_classes: int
    is_graph: bool
    own_chains: dict[str, tuple[Step, ...]]


def _changed_at(source: SourceSpec) -> int:
    """When the files of a set were last changed (ns); 0 where it has none."""
    if source.path is None:
        return 0
    try:
        return Path(source.path).stat().st_mtime_ns
    except OSError:  # reading it says what is wrong
        return 0


@lru_cache(maxsize=NUM_LAYOUTS)
def _look_at(source: str, _changed: int) -> _Looks:
    """Reads the whole set; what is kept of it is small.

    Raises:
        DataError: it cannot be read.
    """
    from netwright.data.masks import default_steps
    from netwright.data.prepare import raw_layout

    raw = open_source(SourceSpec.model_validate_json(source)).load()
    own_chains = {task: default_steps(raw, task) for task in ("own", "reconstruction")}
    return _Looks(raw_layout(raw), raw.task, len(raw.classes), raw.graph is not None, own_chains)


def check_steps(source: SourceSpec, config: DataConfig) -> tuple[Layout | None, list[Problem]]:
    """The network's input after the preprocessing of ``config``, and what is wrong with its lists; reads the set
    the first time.

    Raises:
        DataError: the set cannot be read.
    """
    from netwright.data.augment.subject import describe_subject

    looks = _look_at(source.model_dump_json(), _changed_at(source))
    task: Task = "reconstruction" if config.task == "reconstruction" else looks.task
    chain = tuple(to_steps(config.preprocess)) or looks.own_chains[config.task]
    try:
        ready = plan_chain(chain, looks.layout)
    except DataError as error:
        return None, [_to_problem("preprocess", error)]
    if looks.is_graph and config.augment:
        said = say("There are no augmentations for graphs. Remove {type}.", type=config.augment[0].type)
        return ready, [Problem(code="bad_transform", field="data.augment", message=said)]
    try:
        subject = describe_subject(looks.layout, ready, chain, task, looks.num_classes)
        parse_augment(to_steps(config.augment), subject)
    except DataError as error:
        return ready, [_to_problem("augment", error)]
    return ready, []


def _to_problem(name: ListName, error: DataError) -> Problem:
    place = "" if error.step is None else f".{error.step}"
    return Problem(code=error.code, field=f"data.{name}{place}", message=error.message)


def _take(source: SourceSpec, body: StepsRequest) -> "Handful":
    from netwright.data.augment.preview import take_handful

    return take_handful(open_source(source), body.split)


def _preview(handful: "Handful", body: StepsRequest) -> StepsRead:
    from netwright.data.augment.preview import describe, header_after, show

    chain, augment = to_steps(body.preprocess) or list(handful.default), to_steps(body.augment)
    raw = handful.raw
    counted = _counts_of(handful)
    insertable = [name for name, each in TRANSFORMS.items() if raw.kind in each.kinds]
    problem = _find_problem("preprocess", chain, lambda steps: plan_chain(steps, handful.layout), insertable)
    if problem is None and augment:
        subject = describe(handful, chain)
        problem = _find_problem("augment", augment, partial(_parse_for, subject), [])
    if problem is not None:
        return StepsRead(
            preprocess=to_choices(chain),
            input_shape=None,
            problems=[problem],
            samples=[],
            notes=list(handful.notes),
            **counted,
        )
    subject = describe(handful, chain)
    samples = show(handful, chain, augment, body.seed) if len(raw.targets) else []
    is_table = raw.kind == "table"
    return StepsRead(
        preprocess=to_choices(chain),
        input_shape=list(subject.ready.shape),
        problems=[],
        samples=[_to_pair(sample) for sample in samples],
        notes=list(handful.notes),
        **counted,
        header_before=list(raw.features[:40]) if is_table else [],
        header_after=header_after(subject) if is_table else [],
    )


def _counts_of(handful: "Handful") -> dict[str, Any]:
    """What is known of the whole training part, as fields of the answer."""
    counts, num_training = list(handful.class_counts), handful.num_training
    weights = offered_weights(counts, num_training, are_labels=handful.raw.task == "multilabel")
    return {"num_training": num_training, "class_counts": counts, "class_weights": weights}


def _parse_for(subject: Subject, steps: Sequence[Step]) -> None:
    parse_augment(steps, subject)


def _find_problem(name: ListName, steps: Sequence[Step], check: Check, insertable: Sequence[str]) -> StepProblem | None:
    """The first fault of a list, with a way out that was tried."""
    try:
        check(steps)
    except DataError as error:
        repair = find_repair(steps, error, check, insertable)
        fix = None if repair is None else StepFix(label=repair.label, steps=to_choices(repair.steps))
        return StepProblem(list=name, place=error.step, message=error.message, fix=fix)
    return None


def _to_pair(sample: "Shown") -> SamplePair:
    return SamplePair(
        label=sample.label, label_after=sample.label_after, before=_to_view(sample.before), after=_to_view(sample.after)
    )


def _to_view(view: "View") -> SampleView:
    return SampleView(
        picture=view.picture,
        mask=view.mask,
        cells=list(view.cells),
        channels=[list(channel) for channel in view.channels],
        tokens=list(view.tokens),
        indices=list(view.indices),
        num_padding=view.num_padding,
    )
