"""Files of weights, and checkpoints as weights: what they hold, how they fit a network, and what a run begins with."""

import asyncio
import os
import shutil
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.matching import MatchBy
from netwright.exchange.weights.tensors import TensorList, list_tensors
from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.language import Text, say
from netwright.services.errors import ServiceError, not_found
from netwright.services.files import find_inside, is_intact, remove_folder
from netwright.services.weight_models import WeightsCompared, WeightsRead
from netwright.store import weights as queries
from netwright.store.checkpoints import get_checkpoint
from netwright.store.runs import get_run
from netwright.store.store import Store
from netwright.store.tables import CheckpointRow, WeightsRow
from netwright.training.config import TrainingConfig
from netwright.training.spec import INITIAL_WEIGHTS, InitialWeights
from netwright.training.ways_out import put

WEIGHTS_FILE = "weights.safetensors"
NUM_HEADERS = 32


@dataclass(frozen=True, slots=True)
class WeightsSource:
    """A file that weights can be taken from.  ``title`` is what a person knows it by."""

    source: str
    title: str
    path: Path
    bytes: int
    sha256: str


class WeightsService:
    """One user intent a method."""

    def __init__(self, store: Store, weights_folder: Path, runs_folder: Path) -> None:
        self._store, self._folder, self._runs_folder = store, weights_folder, runs_folder
        self._headers: OrderedDict[tuple[Path, int, int], TensorList] = OrderedDict()

    async def start(self) -> None:
        """Removes what a broken import left behind."""
        rows = await self._store.read(queries.list_weights)
        await asyncio.to_thread(self._sweep, {row.id for row in rows})

    def _sweep(self, known: set[str]) -> None:
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if folder.name not in known:
                shutil.rmtree(folder)

    def folder_of(self, weights_id: str) -> Path:
        return self._folder / weights_id

    async def list_all(self) -> list[WeightsRead]:
        """Files of weights, newest first."""
        return [to_read(row) for row in await self._store.read(queries.list_weights)]

    async def read(self, weights_id: str) -> WeightsRead:
        """Raises ServiceError ``not_found``."""
        row = await self._store.read(lambda session: queries.get_weights(session, weights_id))
        if row is None:
            raise not_found("file of weights")
        return to_read(row)

    async def delete(self, weights_id: str) -> None:
        """Removes the file.  Runs keep their own copy; a network that begins with it says that it is gone.

        Raises:
            ServiceError: ``not_found``.
        """
        if not await self._store.write(lambda session: queries.delete_weights(session, weights_id)):
            raise not_found("file of weights")
        await asyncio.to_thread(remove_folder, self.folder_of(weights_id))

    async def find(self, source: str) -> WeightsSource:
        """The file behind ``checkpoint:ID`` or ``file:ID``.

        Raises:
            ServiceError: ``not_found``, or ``checkpoint_damaged`` where the file is gone or of another size.
        """
        kind, _, key = source.partition(":")
        if kind == "checkpoint":
            return await self._find_checkpoint(source, key)
        if kind != "file":
            raise ServiceError(
                "invalid_request",
                say("{source} names no weights: it begins with checkpoint: or file:.", source=repr(source[:100])),
            )
        row = await self._store.read(lambda session: queries.get_weights(session, key))
        if row is None:
            raise not_found("file of weights")
        path = find_inside(self.folder_of(row.id), WEIGHTS_FILE)
        return self._found(WeightsSource(source, row.title, path or Path(), row.bytes, row.sha256))

    async def _find_checkpoint(self, source: str, key: str) -> WeightsSource:
        row = await self._store.read(lambda session: get_checkpoint(session, key))
        if row is None:
            raise not_found("checkpoint")
        record = await self._store.read(lambda session: get_run(session, row.run_id))
        name = say("a run") if record is None else record.row.name
        path = find_inside(self._runs_folder / row.run_id, row.file)
        title = _checkpoint_title(name, row)
        return self._found(WeightsSource(source, title, path or Path(), row.bytes, row.sha256))

    @staticmethod
    def _found(found: WeightsSource) -> WeightsSource:
        if not found.path.is_file() or found.path.stat().st_size != found.bytes:
            raise ServiceError(
                "checkpoint_damaged",
                say("The file of these weights ({title}) is gone or damaged. Choose other weights.", title=found.title),
            )
        return found

    async def compare(self, document: Document, source: str, match: MatchBy | None) -> WeightsCompared:
        """What the weights would do in the document's network, node by node; ``match`` None chooses.

        Raises:
            ServiceError: as :meth:`find`.
        """
        found = await self.find(source)
        return await asyncio.to_thread(self._compare, document, found, match)

    def _compare(self, document: Document, found: WeightsSource, match: MatchBy | None) -> WeightsCompared:
        from netwright.exchange.weights.expected import expected_tensors
        from netwright.exchange.weights.matching import match_tensors
        from netwright.exchange.weights.report import to_report

        try:
            listed = self._list(found)
        except ImportRefusedError as error:
            raise ServiceError("checkpoint_damaged", error.message) from error
        matched = match_tensors(expected_tensors(document), listed.tensors, match)
        report = to_report(matched, is_sorted=listed.is_sorted)
        return WeightsCompared(source=found.source, title=found.title, **dict(report))

    def _list(self, found: WeightsSource) -> TensorList:
        """The header, remembered: a comparison follows every edit."""
        status = found.path.stat()
        key = (found.path, status.st_mtime_ns, status.st_ino)
        if key not in self._headers:
            self._headers[key] = list_tensors(found.path, found.title)
        self._headers.move_to_end(key)
        while len(self._headers) > NUM_HEADERS:
            self._headers.popitem(last=False)
        return self._headers[key]

    async def check(self, document: Document, training: TrainingConfig) -> list[Problem]:
        """What speaks against beginning a run with these weights."""
        wanted = training.initial_weights
        if wanted is None:
            return []
        try:
            compared = await self.compare(document, wanted.source, wanted.match)
        except ServiceError as error:
            return [Problem(code="weights_missing", field="initial_weights.source", message=error.message)]
        totals = compared.totals
        if totals.kept + totals.resized == 0:
            return [
                Problem(
                    code="weights_do_not_fit",
                    field="initial_weights",
                    message=say(
                        "Nothing of {title} fits this network by {match}. Match by {other}, or begin without weights.",
                        title=compared.title,
                        match=_WAYS[compared.match],
                        other=_WAYS["order" if compared.match == "name" else "name"],
                    ),
                )
            ]
        anew = [
            path
            for path, node in compared.nodes.items()
            if node.state == "new" and any(_holds(frozen, [path]) for frozen in training.frozen)
        ]
        if not anew:
            return []
        return [
            Problem(
                code="frozen_is_new",
                severity="warning",
                field="frozen",
                node=anew[0] if "." not in anew[0] else None,
                path=anew[0],
                message=_frozen_and_new(anew),
                fixes=put(say("Unfreeze"), {"frozen": [path for path in training.frozen if not _holds(path, anew)]}),
                values={"path": anew[0], "count": len(anew)},
            )
        ]

    async def prepare(self, training: TrainingConfig) -> tuple[WeightsSource, InitialWeights] | None:
        """What a run's spec says of the weights that it begins with; None for random ones.

        Raises:
            ServiceError: as :meth:`find`; ``checkpoint_damaged`` where the file differs from its SHA-256.
        """
        wanted = training.initial_weights
        if wanted is None:
            return None
        found = await self.find(wanted.source)
        if not await asyncio.to_thread(is_intact, found.path.parent, found.path.name, found.bytes, found.sha256):
            raise ServiceError(
                "checkpoint_damaged",
                say(
                    "The file of these weights ({title}) differs from its SHA-256. Choose other weights.",
                    title=found.title,
                ),
            )
        return found, InitialWeights(
            source=found.source, title=found.title, match=wanted.match, bytes=found.bytes, sha256=found.sha256
        )


_WAYS: dict[MatchBy, str] = {"name": say("name"), "order": say("order")}


def _holds(frozen: str, paths: list[str]) -> bool:
    """Whether one of ``paths`` lies in what is frozen under the path ``frozen``."""
    return any(path == frozen or path.startswith(f"{frozen}.") for path in paths)


def _frozen_and_new(paths: list[str]) -> Text:
    if len(paths) == 1:
        return say(
            "`{node}` is frozen but gets no weights from the file: it would stay as random as it begins. Unfreeze it.",
            node=paths[0],
        )
    return say(
        "`{node}` and {count} more nodes are frozen but gets no weights from the file: it would stay as random as it "
        "begins. Unfreeze it.",
        node=paths[0],
        count=len(paths) - 1,
    )


def _checkpoint_title(name: str, row: CheckpointRow) -> Text:
    titles = {
        "best": say("{run}, best checkpoint (step {step})", run=name, step=row.step),
        "last": say("{run}, last checkpoint (step {step})", run=name, step=row.step),
        "step": say("{run}, step checkpoint (step {step})", run=name, step=row.step),
    }
    return titles[row.kind]


def keep_copy(found: WeightsSource, run_folder: Path) -> None:
    """Gives a run its own name for the file (or a copy where the disk has no links), so that it outlives the original."""
    target = run_folder / INITIAL_WEIGHTS
    try:
        os.link(found.path, target)
    except OSError:
        shutil.copyfile(found.path, target)


def to_read(row: WeightsRow) -> WeightsRead:
    return WeightsRead(
        id=row.id,
        title=row.title,
        format=row.format,
        num_tensors=row.num_tensors,
        num_values=row.num_values,
        bytes=row.bytes,
        sha256=row.sha256,
        created=row.created,
    )


def new_row(weights_id: str, title: str, format_: str, counts: tuple[int, int], path: Path) -> WeightsRow:
    """The row of a file that is in place."""
    import hashlib

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WeightsRow(
        id=weights_id,
        title=title,
        format=format_,
        num_tensors=counts[0],
        num_values=counts[1],
        bytes=path.stat().st_size,
        sha256=digest,
        created=time.time(),
    )
