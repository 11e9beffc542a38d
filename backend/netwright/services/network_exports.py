"""An untrained network on its way out: with fresh weights, or as a project that trains it."""

import asyncio
from importlib.metadata import version

from pydantic import ValidationError

from netwright import __version__
from netwright.exchange.formats import FORMATS
from netwright.graph.document import Document
from netwright.graph.io import graph_hash
from netwright.language import fault_sentence, say
from netwright.services.checkpoints import clean_name, describe, find_format
from netwright.services.datasets import DatasetService
from netwright.services.documents import write_code
from netwright.services.errors import ServiceError
from netwright.services.export_models import ExportOption, ExportRequest
from netwright.services.export_order import Order, Record
from netwright.services.exports import ExportService, Job
from netwright.services.training import check_all
from netwright.services.weights import WeightsService
from netwright.training.config import TrainingConfig
from netwright.training.spec import RunSpec

OWNER = "network"


def list_network_formats(document: Document) -> list[ExportOption]:
    """The formats that a network without a run can leave in, or why not."""
    options = [describe(form) for form in FORMATS.values() if form.is_for_networks]
    if document.training is not None:
        return options
    return [
        option.model_copy(update={"code": "no_training", "reason": NO_TRAINING})
        if FORMATS[option.format].needs_run
        else option
        for option in options
    ]


NO_TRAINING = say("A project trains on data: open Train and choose some first.")


async def prepare_network(
    exports: ExportService, datasets: DatasetService, weights: WeightsService, body: ExportRequest
) -> Job:
    """Starts to make the file, or finds it made.

    Raises:
        ServiceError: ``invalid_request``, no such format, or one that only a run can leave in; ``cannot_export``;
            ``invalid_document``; ``invalid_run``, a project whose training cannot begin.
    """
    form = find_format(body.format)
    if not form.is_for_networks:
        raise ServiceError(
            "invalid_request",
            say("{title} needs trained weights: take it from a checkpoint of a run.", title=say(form.title)),
        )
    await asyncio.to_thread(write_code, body.document)  # what has no code cannot leave
    document = body.document.model_copy(update={"view": {}, "marks": {}, "training": None})
    versions = {"netwright": __version__, "torch": version("torch")}
    order = Order(
        format=form.name,
        document=document,
        seed=body.seed,
        metadata={"graph_hash": graph_hash(document), "seed": str(body.seed), **versions},
        record=await _record(body.document, datasets, weights, versions) if form.needs_run else None,
    )
    return await exports.order(order, f"{clean_name(document.name)}{form.suffix}", OWNER)


async def _record(
    document: Document, datasets: DatasetService, weights: WeightsService, versions: dict[str, str]
) -> Record:
    if document.training is None:
        raise ServiceError("cannot_export", NO_TRAINING)
    try:
        training = TrainingConfig.model_validate(document.training)
    except ValidationError as error:
        raise ServiceError(
            "invalid_run", say("The training form is not complete: {why}.", why=fault_sentence(error.errors()[0]))
        ) from error
    checked = await check_all(document, training, datasets, weights)
    errors = checked.errors
    if errors or checked.source is None:
        raise ServiceError(
            "invalid_run",
            say("This network cannot be trained yet: {why}", why=errors[0].message),
            checked.problems,
        )
    plain = document.model_copy(update={"view": {}, "marks": {}, "training": None})
    begins_with = await weights.prepare(training)
    spec = RunSpec(
        run="",
        document=plain,
        training=training,
        source=checked.source,
        versions=versions,
        created=0.0,
        initial_weights=None if begins_with is None else begins_with[1],
    )
    initial = None if begins_with is None else str(begins_with[0].path)
    return Record(spec=spec, name=document.name, versions=versions, initial=initial)
