"""Uploads of networks and weights: streamed to disk, read by a process of their own, taken in whole or not at all."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from netwright.data.base import DataError
from netwright.exchange.incoming import DOCUMENT, OUTCOME, WEIGHTS, Kind, Outcome, sniff
from netwright.exchange.refusal import ImportRefusedError
from netwright.graph.document import Document
from netwright.graph.io import load_document
from netwright.language import said_by, say
from netwright.services.datasets_files import clean_filename, save_stream
from netwright.services.documents import check_document
from netwright.services.networks import NetworkService
from netwright.services.reader_process import GivenUp, never, refused, run_reader
from netwright.services.weight_models import ImportRead, WeightsRead
from netwright.services.weights import WEIGHTS_FILE, WeightsService, new_row, to_read
from netwright.store import weights as queries
from netwright.store.store import Store
from netwright.store.tables import new_id

MAX_IMPORT_BYTES = 8 << 30
MAX_ONNX_BYTES = 2 << 30
"""Protocol buffers end here; larger models keep their tensors in other files, which are not opened."""
READING_SECONDS = 300.0

FORMATS: dict[Kind, str] = {"safetensors": "safetensors", "pytorch": "pytorch", "onnx": "onnx", "program": "program"}


class ImportService:
    """One user intent: taking a file in."""

    def __init__(self, store: Store, networks: NetworkService, weights: WeightsService, home: Path) -> None:
        self._store, self._networks, self._weights = store, networks, weights
        self._staging = home / "imports"
        self._one_at_a_time = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Clears what a stopped server was reading."""
        await asyncio.to_thread(shutil.rmtree, self._staging, ignore_errors=True)

    async def create(self, stream: AsyncIterator[bytes], filename: str, is_given_up: GivenUp = never) -> ImportRead:
        """Takes in a file of weights, or of a network with its weights; which, its bytes tell.

        ``is_given_up`` says that nobody waits for the answer any more: then nothing is kept.

        Raises:
            ServiceError: ``bad_file`` with the reason; then nothing of it is kept.
        """
        label = clean_filename(filename)
        await asyncio.to_thread(self._staging.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._staging))
        try:
            upload = folder / "upload"
            await _receive(stream, upload, label)
            kind = await asyncio.to_thread(_sniff, upload, label)
            async with self._one_at_a_time:
                outcome = await _read_apart(kind, folder, label, is_given_up)
            if outcome.refusal is not None:
                raise refused(outcome.refusal.code, outcome.refusal.message)
            return await self._keep(kind, folder, label, outcome)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _keep(self, kind: Kind, folder: Path, label: str, outcome: Outcome) -> ImportRead:
        weights = await self._keep_weights(kind, folder, label, outcome) if outcome.num_tensors else None
        if outcome.report is None:
            return ImportRead(weights=weights)
        try:
            document = load_document(await asyncio.to_thread((folder / DOCUMENT).read_bytes))
            if weights is not None:
                training = {"initial_weights": {"source": f"file:{weights.id}", "match": "name"}}
                document = document.model_copy(update={"training": training})
            network = await self._networks.create(document)
        except BaseException:
            if weights is not None:
                await self._weights.delete(weights.id)
            raise
        return ImportRead(
            weights=weights, network_id=network.id, report=outcome.report, problems=await _problems(document)
        )

    async def _keep_weights(self, kind: Kind, folder: Path, label: str, outcome: Outcome) -> WeightsRead:
        weights_id = new_id()
        target = self._weights.folder_of(weights_id)
        counts = (outcome.num_tensors, outcome.num_values)
        row = await asyncio.to_thread(new_row, weights_id, label, FORMATS[kind], counts, folder / WEIGHTS)
        try:
            await asyncio.to_thread(_move, folder / WEIGHTS, target)
            await self._store.write(lambda session: queries.insert_weights(session, row))
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, target, ignore_errors=True)
            raise
        return to_read(row)


async def _receive(stream: AsyncIterator[bytes], upload: Path, label: str) -> None:
    try:
        await save_stream(stream, upload, MAX_IMPORT_BYTES, label)
    except DataError as error:
        raise refused(error.code, said_by(error)) from error


def _sniff(upload: Path, label: str) -> Kind:
    try:
        kind = sniff(upload, label)
    except ImportRefusedError as error:
        raise refused(error.code, error.message) from error
    if kind == "onnx" and upload.stat().st_size > MAX_ONNX_BYTES:
        raise refused(
            "file_too_large", say("{label} is larger than 2 GiB, which no ONNX file in one piece can be.", label=label)
        )
    return kind


async def _read_apart(kind: Kind, folder: Path, label: str, is_given_up: GivenUp) -> Outcome:
    await run_reader(
        "netwright.exchange.incoming",
        *(kind, str(folder / "upload"), str(folder), label),
        label=label,
        is_given_up=is_given_up,
        seconds=READING_SECONDS,
    )
    return Outcome.model_validate_json(await asyncio.to_thread((folder / OUTCOME).read_bytes))


def _move(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.move(source, folder / WEIGHTS_FILE)


async def _problems(document: Document) -> int:
    report = await asyncio.to_thread(check_document, document)
    return sum(problem.severity == "error" for problem in report.problems)
