"""An untrained network on its way out, with fresh weights."""

from importlib.metadata import version

from netwright import __version__
from netwright.exchange.formats import FORMATS
from netwright.graph.document import Document
from netwright.graph.io import graph_hash
from netwright.services.checkpoints import check_obstacle, clean_name, describe, find_format
from netwright.services.errors import ServiceError
from netwright.services.export_order import Order
from netwright.services.exports import ExportService, Job
from netwright.services.models import ExportOption, ExportRequest

OWNER = "network"


def list_network_formats(document: Document) -> list[ExportOption]:
    """The formats that a network without a run can leave in, each with what its layers have against it."""
    return [describe(form, document) for form in FORMATS.values() if form.is_for_networks]


async def prepare_network(exports: ExportService, body: ExportRequest) -> Job:
    """Starts to make the file, or finds it made.

    Raises:
        ServiceError: ``invalid_request``, no such format, or one that only a run can leave in; ``cannot_export``.
    """
    form = find_format(body.format)
    if not form.is_for_networks:
        raise ServiceError(
            "invalid_request", f"{form.title} needs trained weights: take it from a checkpoint of a run."
        )
    check_obstacle(form, body.document)
    document = body.document.model_copy(update={"view": {}, "training": None})
    order = Order(
        format=form.name,
        document=document,
        seed=body.seed,
        metadata={
            "graph_hash": graph_hash(document),
            "seed": str(body.seed),
            "netwright": __version__,
            "torch": version("torch"),
        },
    )
    return await exports.order(order, f"{clean_name(document.name)}{form.suffix}", OWNER)
