"""What is asked before a run: options of the form, a suggestion, the learning rate's curve, and whether it can start."""

import asyncio
from dataclasses import dataclass
from functools import lru_cache

from netwright.compiler.report import CheckReport
from netwright.data.base import DataError, SourceSpec, Step
from netwright.data.registry import SOURCES
from netwright.data.transform_base import Layout
from netwright.data.transforms import TRANSFORMS
from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.language import LANGUAGES, current_language, say
from netwright.services.catalogue_models import (
    Curve,
    CurveRequest,
    DeviceRead,
    OptionRead,
    TrainingOptions,
    TrainingSuggestion,
)
from netwright.services.dataset_models import DatasetRead
from netwright.services.datasets import DatasetService
from netwright.services.documents import check_document
from netwright.services.errors import ServiceError
from netwright.services.steps import augment_options, check_steps
from netwright.services.weights import WeightsService
from netwright.training.choices import Option
from netwright.training.config import TaskChoice, TrainingConfig
from netwright.training.options import (
    DataFacts,
    Device,
    check_choices,
    check_training,
    learning_rate_curve,
    list_devices,
    suggest,
    training_options,
    updates_per_epoch,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that speaks for or against a run.  ``source`` is None where the data is not there."""

    report: CheckReport
    source: SourceSpec | None
    problems: list[Problem]

    @property
    def of_settings(self) -> list[Problem]:
        """Those that the check of the document does not say already, which come first."""
        return self.problems[len(self.report.problems) :]

    @property
    def errors(self) -> list[Problem]:
        """What keeps the run from beginning."""
        return [problem for problem in self.problems if problem.severity == "error"]


async def read_options() -> TrainingOptions:
    """What the training form offers."""
    devices = [
        DeviceRead(id=device.id, name=device.name, memory_bytes=device.memory_bytes)
        for device in await asyncio.to_thread(list_devices)
    ]
    return _registered_options(current_language()).model_copy(update={"devices": devices})


@lru_cache(maxsize=len(LANGUAGES))
def _registered_options(_language: str) -> TrainingOptions:
    """All but the devices, which can change while the server runs; in the language of the request, which is ``_language``."""
    registered = training_options()
    return TrainingOptions(
        losses=_options(registered.losses),
        optimizers=_options(registered.optimizers),
        schedules=_options(registered.schedules),
        metrics=_options(registered.metrics),
        averagings=_options(registered.averagings),
        initializers=_options(registered.initializers),
        transforms=[
            OptionRead(
                type=transform.type,
                title=say(transform.title),
                description=say(transform.description),
                params_schema=transform.Params.model_json_schema(),
                kinds=list(transform.kinds),
            )
            for transform in TRANSFORMS.values()
        ],
        augmentations=augment_options(),
        devices=[],
        config_schema=TrainingConfig.model_json_schema(),
    )


def _options(options: list[Option]) -> list[OptionRead]:
    return [OptionRead(**dict(option)) for option in options]


def compute_curve(body: CurveRequest) -> Curve:
    """The learning rate at some steps of the whole run.

    Raises:
        ServiceError: ``invalid_request`` with the problems of optimizer and schedule.
    """
    problems = list(check_choices(body.training))
    if problems:
        raise ServiceError("invalid_request", problems[0].message, problems)
    num_train = max(body.training.data.split.count_training(body.num_samples), 1)
    total_steps = body.training.epochs * updates_per_epoch(body.training, num_train)
    steps, values = learning_rate_curve(body.training, total_steps)
    return Curve(steps=steps, values=values)


async def make_suggestion(document: Document, source: str, datasets: DatasetService) -> TrainingSuggestion:
    """A good config for this network on this data.

    Raises:
        ServiceError: ``not_found``, or ``not_ready`` where the data must be got first.
    """
    facts, devices = await known_of(source, _chosen_task(document), datasets)
    report = await asyncio.to_thread(check_document, document)
    suggestion = await asyncio.to_thread(suggest, document, report, facts, source, devices)
    return TrainingSuggestion(
        config=suggestion.config,
        reasons=suggestion.reasons,
        augment=suggestion.augment,
        problems=suggestion.problems,
    )


async def known_of(source: str, task: TaskChoice | None, datasets: DatasetService) -> tuple[DataFacts, list[Device]]:
    """What a suggestion goes by beside the network: the data that are there, and the devices of this machine.

    Raises:
        ServiceError: ``not_found``, or ``not_ready`` where the data must be got first.
    """
    dataset = await datasets.read(source)
    await datasets.resolve_source(source)
    return _facts(dataset, task=task), await asyncio.to_thread(list_devices)


async def check_all(
    document: Document, training: TrainingConfig, datasets: DatasetService, weights: WeightsService
) -> Checked:
    """Checks document, data, weights and config, and gives all that is wrong with them together."""
    report = await asyncio.to_thread(check_document, document)
    problems = [*report.problems, *await weights.check(document, training)]
    try:
        dataset = await datasets.read(training.data.source)
        source = await datasets.resolve_source(training.data.source)
    except ServiceError as error:
        problems += [Problem(code=error.code, field="data.source", message=error.message), *check_choices(training)]
        return Checked(report, None, problems)
    facts = _facts(dataset, task=training.data.task)
    if training.data.preprocess or training.data.augment:
        try:
            layout, wrong = await asyncio.to_thread(check_steps, source, training.data)
        except DataError as error:
            layout, wrong = None, [Problem(code=error.code, field="data.source", message=error.message)]
        problems += wrong
        if layout is None:
            return Checked(report, source, [*problems, *check_choices(training)])
        facts = _facts(dataset, layout, training.data.task)
    devices = [device.id for device in await asyncio.to_thread(list_devices)]
    problems += await asyncio.to_thread(check_training, training, document, report, facts, devices)
    return Checked(report, source, problems)


async def source_of_runnable(
    document: Document, training: TrainingConfig, datasets: DatasetService, weights: WeightsService
) -> SourceSpec:
    """The data of a run that could begin.

    Raises:
        ServiceError: ``invalid_run``, it could not; with all that is wrong.
    """
    checked = await check_all(document, training, datasets, weights)
    errors = checked.errors
    if errors or checked.source is None:
        first = errors[0].message if errors else say("The data is not there.")
        raise ServiceError("invalid_run", first, checked.problems)
    return checked.source


def _chosen_task(document: Document) -> TaskChoice | None:
    """What the document's own training settings say of it; None where they are silent."""
    data = (document.training or {}).get("data")
    task = data.get("task") if isinstance(data, dict) else None
    return task if task in {"own", "reconstruction"} else None  # type: ignore[return-value]  # one of the two


def _facts(dataset: DatasetRead, layout: Layout | None = None, task: TaskChoice | None = None) -> DataFacts:
    facts = DataFacts(
        title=dataset.title,
        kind=dataset.kind,
        task=dataset.task,
        num_samples=dataset.num_samples or 0,
        input_shape=tuple(dataset.input_shape) if layout is None else layout.shape,
        input_dtype=dataset.input_dtype,
        num_tokens=dataset.num_tokens if layout is None else layout.num_tokens,
        splits=tuple(dataset.splits),
        no_parts=dataset.no_parts,
        num_outputs=dataset.num_outputs or 0,
        classes=tuple(dataset.classes),
        num_validation=dataset.num_validation,
        num_test=dataset.num_test,
        augment=_known_to_help(dataset),
        are_vertices=dataset.graph is not None and dataset.graph.sample == "vertex",
        is_task_chosen=task is not None,
    )
    return facts.as_reconstruction() if "reconstruction" in {task, dataset.task} else facts


def _known_to_help(dataset: DatasetRead) -> tuple[Step, ...]:
    source = SOURCES.get(dataset.type)
    return () if source is None else source.augment
