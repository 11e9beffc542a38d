"""A network to begin with on a data set: a ready-made one, fitted to the data by the fixes that its problems offer."""

import asyncio
from collections.abc import Sequence

from netwright.architectures.registry import ARCHITECTURES
from netwright.data.base import Kind, Task
from netwright.graph.document import NETWORK, Document
from netwright.graph.edits import RenameNode, apply_edits
from netwright.graph.problems import Problem
from netwright.language import say, spoken
from netwright.services.catalogue_models import TrainingSuggestion
from netwright.services.datasets import DatasetService
from netwright.services.documents import check_document
from netwright.services.network_models import NetworkRead
from netwright.services.networks import NetworkService
from netwright.services.training import make_suggestion

ROUNDS = 8
"""A fix may bring the next problem to light: the input, then the vocabulary, then the width of the answer."""

_SMALL_SIDE, _LARGE_SIDE = 16, 96
"""Pictures up to so many pixels a side halve twice at most; larger ones need a network that makes them small early."""


async def begin_network(source: str, datasets: DatasetService, networks: NetworkService) -> NetworkRead:
    """Makes and saves a network that can be trained on the set ``source`` as it stands, its training settings included.

    Raises:
        ServiceError: ``not_found``, or ``not_ready`` where the data must be got first.
    """
    dataset = await datasets.read(source)
    is_vertex = dataset.graph is not None and dataset.graph.sample == "vertex"
    start = ARCHITECTURES[choose_start(dataset.kind, dataset.task, dataset.input_shape, is_vertex=is_vertex)].build()
    if dataset.kind == "table":
        # It was drawn for points of a plane.
        inputs = [node.id for node in start.network.nodes if node.type == "Input"]
        start = apply_edits(start, [RenameNode(block=NETWORK, id=each, new_id="features") for each in inputs])
    document, suggestion = await fit(start, source, datasets)
    name = spoken(say("Network for {title}", title=dataset.title))
    training = suggestion.config.model_dump(mode="json")
    return await networks.create(document.model_copy(update={"name": name, "training": training}))


async def fit(document: Document, source: str, datasets: DatasetService) -> tuple[Document, TrainingSuggestion]:
    """``document`` with the first fix of its first error taken until there is none, and a config for it."""
    # Its preset is for other data.
    document = document.model_copy(update={"training": None})
    suggestion = await make_suggestion(document, source, datasets)
    for _ in range(ROUNDS):
        report = await asyncio.to_thread(check_document, document)
        fixable = _first_fixable([*report.problems, *suggestion.problems])
        if fixable is None:
            break
        document = apply_edits(document, fixable.fixes[0].edits)
        suggestion = await make_suggestion(document, source, datasets)
    return document, suggestion


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
