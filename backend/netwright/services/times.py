"""The measured time of each node of a network as it is drawn now, from the newest of its runs that has some."""

import asyncio
from collections.abc import Iterable, Mapping

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import Sentence, say
from netwright.services.models import Id
from netwright.store.events import list_times
from netwright.store.store import Store
from netwright.training.events import TimesEvent

MAX_RUNS = 12
"""How many runs are looked through for one whose layers are all those of the drawing."""


class TimesRequest(Model):
    """The body of ``POST /api/networks/{id}/times``: the network as it is drawn now."""

    document: Document


class NodeTime(Model):
    """Milliseconds of one batch; of a block the sum of what is inside."""

    forward_ms: float
    backward_ms: float


class NetworkTimes(Model):
    """``nodes`` are by path as in the check's report.  A layer whose settings or input shapes are not those of the run is not
    there, and is counted in ``num_unknown``; nor is a block with such a layer in it.  ``whole_ms`` is a pass of the whole
    network that was trained, with its loss, forward and backward."""

    run_id: Id
    run_name: str
    created: float
    device: str
    device_name: Sentence
    precision: str
    batch_size: int
    repeats: int
    is_compiled: bool
    whole_ms: float
    nodes: dict[str, NodeTime]
    num_unknown: int


class TimesRead(Model):
    """``reason`` says why there are no times."""

    times: NetworkTimes | None = None
    reason: Sentence | None = None


class TimesService:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, network_id: str, document: Document) -> TimesRead:
        """From the newest run whose layers are all those of ``document``, else from the newest that has any of them."""
        measured = await self._store.read(lambda session: list_times(session, network_id, MAX_RUNS))
        if not measured:
            return TimesRead(
                reason=say("No run of this network has measured times yet. A run measures them after its first epoch.")
            )
        signatures = await asyncio.to_thread(_signatures, document)
        if signatures is None:
            return TimesRead(reason=say("The network has errors. Times are shown once they are mended."))
        best: NetworkTimes | None = None
        for run_id, name, created, event in measured:
            nodes = _match(event, signatures)
            if not nodes or (best is not None and len(nodes) < len(signatures)):
                continue
            fields = event.model_dump(include=set(NetworkTimes.model_fields) - {"nodes"})
            best = NetworkTimes(
                **fields,
                run_id=run_id,
                run_name=name,
                created=created,
                nodes=nodes | _sum_blocks(nodes, signatures),
                num_unknown=len(signatures) - len(nodes),
            )
            if not best.num_unknown:
                break
        if best is None:
            return TimesRead(
                reason=say(
                    "All layers have changed since the last run that measured times ({run}). Train the network again.",
                    run=measured[0][1],
                )
            )
        return TimesRead(times=best)


def _signatures(document: Document) -> dict[str, str] | None:
    """None where the document has errors."""
    from netwright.compiler.program import DocumentInvalidError, build_program
    from netwright.compiler.signatures import layer_signatures

    try:
        return layer_signatures(build_program(document))
    except DocumentInvalidError:
        return None


def _match(event: TimesEvent, signatures: Mapping[str, str]) -> dict[str, NodeTime]:
    columns = zip(event.nodes, event.signatures, event.forward_ms, event.backward_ms, strict=True)
    return {
        path: NodeTime(forward_ms=forward, backward_ms=backward)
        for path, signature, forward, backward in columns
        if signatures.get(path) == signature
    }


def _sum_blocks(nodes: Mapping[str, NodeTime], layers: Iterable[str]) -> dict[str, NodeTime]:
    """Every block all of whose layers are known."""
    sums: dict[str, NodeTime] = {}
    broken: set[str] = set()
    for path in layers:
        time = nodes.get(path)
        for block in _blocks_around(path):
            if time is None:
                broken.add(block)
            else:
                before = sums.get(block, NodeTime(forward_ms=0.0, backward_ms=0.0))
                sums[block] = NodeTime(
                    forward_ms=before.forward_ms + time.forward_ms, backward_ms=before.backward_ms + time.backward_ms
                )
    return {block: time for block, time in sums.items() if block not in broken}


def _blocks_around(path: str) -> Iterable[str]:
    """``stage``, ``stage.0`` of ``stage.0.conv``."""
    parts = path.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))
