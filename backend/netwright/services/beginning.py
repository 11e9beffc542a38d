"""A network to begin with on a data set: a ready-made one, fitted to the data by the fixes that its problems offer."""

import asyncio
from collections.abc import Sequence

from netwright.architectures.registry import ARCHITECTURES
from netwright.data.base import Kind, Task
from netwright.graph.document import NETWORK, Document
from netwright.graph.editing import apply_edits
from netwright.graph.edits import RenameNode
from netwright.graph.problems import Problem
from netwright.language import say, spoken
from netwright.services.datasets import DatasetService
from netwright.services.documents import check_document
from netwright.services.network_models import NetworkRead
from netwright.services.networks import NetworkService
from netwright.services.training import known_of
from netwright.training.options import DataFacts, Device, suggest

ROUNDS = 8
"""A fix may bring the next problem to light: the input, then the vocabulary, then the width of the answer."""

_SMALL_SIDE, _LARGE_SIDE = 16, 96
"""Pictures up to so many pixels a side halve twice at most; larger ones need a network that makes them small early."""


async def begin_network(source: str, datasets: DatasetService, networks: NetworkService) -> NetworkRead:
    """Makes and saves a network that can be trained on the set ``source`` as it stands, its training settings included.

    Raises:
        ServiceError: ``not_found``, or ``not_ready`` where the data must be got first.
    """
    data, devices = await known_of(source, None, datasets)
    document = await asyncio.to_thread(_fit, _start(data), data, source, devices)
    name = spoken(say("Network for {title}", title=data.title))
    return await networks.create(document.model_copy(update={"name": name}))


def _start(data: DataFacts) -> Document:
    """The ready-made network to begin with, without its preset, which is for other data."""
    chosen = choose_start(data.kind, data.task, data.input_shape, is_vertex=data.are_vertices)
    start = ARCHITECTURES[chosen].build().model_copy(update={"training": None})
    if data.kind != "table":
        return start
    # It was drawn for points of a plane.
    inputs = [node.id for node in start.network.nodes if node.type == "Input"]
    return apply_edits(start, [RenameNode(block=NETWORK, id=each, new_id="features") for each in inputs])


def _fit(document: Document, data: DataFacts, source: str, devices: Sequence[Device]) -> Document:
    """``document`` with the first fix of its first error taken until there is none, and the config that suits it.  Blocks."""
    for rounds_left in reversed(range(ROUNDS + 1)):
        report = check_document(document)
        suggestion = suggest(document, report, data, source, devices)
        fixable = _first_fixable([*report.problems, *suggestion.problems])
        if fixable is None or not rounds_left:
            break
        document = apply_edits(document, fixable.fixes[0].edits)
    return document.model_copy(update={"training": suggestion.config.model_dump(mode="json")})


def _first_fixable(problems: list[Problem]) -> Problem | None:
    return next((each for each in problems if each.severity == "error" and each.fixes), None)


def choose_start(kind: Kind, task: Task, shape: Sequence[int], *, is_vertex: bool = False) -> str:
    """The id of the ready-made network that suits the kind of the data, what is learnt of it, and the ``shape`` of a sample.

    ``is_vertex``: a sample is a vertex of a graph, not a graph.
    """
    match kind:
        case "graph":
            return "gcn_cora" if is_vertex else "gcn_motifs_global"
        case "text":
            return "lstm_sentences"
        case "series":
            return "gru_forecast" if task == "regression" else "gru_waves"
        case "image":
            return _choose_for_pictures(task, max(shape[1:]))
        case "table":
            return "mlp_spirals"


def _choose_for_pictures(task: Task, side: int) -> str:
    if task == "segmentation":
        return "unet_small"
    if task == "reconstruction":
        return "autoencoder"
    return "cnn_digits" if side <= _SMALL_SIDE else "cnn" if side <= _LARGE_SIDE else "resnet18"
