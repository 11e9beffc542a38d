"""The one file that holds a workspace: measured, exported, imported."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

from netwright.data.base import DataError
from netwright.language import said_by, say
from netwright.services.datasets import DatasetService
from netwright.services.datasets_files import clean_filename, save_stream
from netwright.services.errors import not_found
from netwright.services.weights import WeightsService
from netwright.services.workspace_models import Manifest, WorkspaceImported, WorkspaceSize
from netwright.services.workspace_pack import IMPORTED_SOURCE, Choice, Folders, gather, measure, stream
from netwright.services.workspace_rows import Mapper
from netwright.services.workspace_unpack import read_lines, refused, rewrite, unpack
from netwright.store.store import Session, Store
from netwright.store.workspace import TABLES, RowData, RowsDoNotFitError, check_row, count_rows, insert_rows, taken_ids

MAX_BYTES = 64 << 30
_WITH_IDS = ("networks", "blocks", "datasets", "weights", "runs", "checkpoints")


class WorkspaceService:
    """One user intent a method."""

    def __init__(
        self, store: Store, datasets: DatasetService, weights: WeightsService, home: Path, runs_folder: Path
    ) -> None:
        self._store, self._datasets = store, datasets
        self._work = home / "workspace"
        self._folders = Folders(runs=runs_folder, uploads=datasets.folder_of(""), weights=weights.folder_of(""))
        self._one_at_a_time = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Clears what a stopped server was at."""
        await asyncio.to_thread(shutil.rmtree, self._work, ignore_errors=True)

    async def measure(self, networks: list[str] | None) -> WorkspaceSize:
        """What an export would hold.

        Raises:
            ServiceError: ``not_found``.
        """
        chosen = await self._check(networks)
        return await self._store.read(lambda session: measure(session, self._folders, chosen))

    async def export(self, choice: Choice) -> Iterator[bytes]:
        """The file, piece by piece, as it is made.  Rows are of one moment; files are read while it is sent.

        Raises:
            ServiceError: ``not_found``.
        """
        await self._check(choice.networks)
        gathered = await self._store.read(lambda session: gather(session, choice, self._folders, self._work))
        return stream(gathered)

    async def _check(self, networks: "list[str] | tuple[str, ...] | None") -> tuple[str, ...] | None:
        if networks is None:
            return None
        chosen = tuple(dict.fromkeys(networks))
        if await self._store.read(lambda session: count_rows(session, "networks", chosen)) != len(chosen):
            raise not_found("network")
        return chosen

    async def take_in(self, body: AsyncIterator[bytes], filename: str) -> WorkspaceImported:
        """Adds everything of a file to what is here; nothing that is here changes.

        Raises:
            ServiceError: ``bad_file`` with the reason, ``disk_full``; then nothing of it is kept.
        """
        label = clean_filename(filename)
        await asyncio.to_thread(self._work.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._work))
        try:
            try:
                await save_stream(body, folder / "upload", MAX_BYTES, label)
            except DataError as error:
                raise refused(said_by(error), error.code) from error
            async with self._one_at_a_time:
                manifest = await asyncio.to_thread(unpack, folder / "upload", folder, label)
                taken = await self._store.read(taken_ids)
                counts, mapper = await asyncio.to_thread(self._map, folder, label, manifest, taken)
                datasets = [row["id"] for row in read_lines(folder, "datasets", label)]
                await self._put_in_place(folder, label, mapper)
            await self._datasets.take_up(datasets)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return WorkspaceImported(
            networks=counts["networks"],
            blocks=counts["blocks"],
            runs=counts["runs"],
            datasets=counts["datasets"],
            checkpoints=counts["checkpoints"],
            copies=mapper.copies,
        )

    def _map(self, folder: Path, label: str, manifest: Manifest, taken: set[str]) -> tuple[dict[str, int], Mapper]:
        """Checks all rows and gives them our ids.  Blocks."""
        mapper = Mapper(taken, lambda id_: str(self._datasets.folder_of(id_)), self._datasets.built_in_spec)

        def note(part: str, row: RowData) -> RowData:
            mapper.give_id(row, is_counted=part != "checkpoints")
            return row

        def change(part: str, row: RowData) -> RowData | None:
            if part == "datasets" and f"files/datasets/{row['id']}/original" not in manifest.members:
                raise ValueError(say("The file of this data is missing."))
            changed = mapper.change(part, row)
            return changed if part != "checkpoints" or _is_there(row, manifest) else None

        for part in _WITH_IDS:
            rewrite(folder, part, label, partial(note, part))
        counts = {part: rewrite(folder, part, label, partial(change, part)) for part in TABLES}
        if not mapper.is_whole:
            raise refused(say("{label}: the newest version of a network is missing.", label=label))
        return counts, mapper

    async def _put_in_place(self, folder: Path, label: str, mapper: Mapper) -> None:
        moves = await asyncio.to_thread(self._plan_moves, folder, mapper)
        done: list[Path] = []

        def write(session: Session) -> None:
            for part in TABLES:
                rows = (_as_inserted(part, row) for row in read_lines(folder, part, label))
                insert_rows(session, part, rows)
            session.flush()
            # Last of all: a row that is refused leaves no file behind.
            for source, target in moves:
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
                done.append(target)

        try:
            await self._store.write(write)
        except BaseException as error:
            for target in done:
                await asyncio.to_thread(shutil.rmtree, target, ignore_errors=True)
            if isinstance(error, RowsDoNotFitError):
                raise refused(
                    say("{label}: its {part} do not go together with its other rows.", label=label, part=error.part)
                ) from error
            raise

    def _plan_moves(self, folder: Path, mapper: Mapper) -> list[tuple[Path, Path]]:
        kinds = {"runs": self._folders.runs, "datasets": self._folders.uploads, "weights": self._folders.weights}
        self._complete_runs(folder, mapper)
        moves = []
        for kind, target in kinds.items():
            place = folder / "files" / kind
            for source in place.iterdir() if place.is_dir() else ():
                if source.name not in mapper.ids:
                    continue  # no row speaks of it
                if kind == "runs" and (source / "model.py").is_file():
                    (source / "model.py").rename(source / IMPORTED_SOURCE)
                moves.append((source, target / mapper.ids[source.name]))
        return moves

    def _complete_runs(self, folder: Path, mapper: Mapper) -> None:
        """The folders of runs as workers expect them, with the specs in our words."""
        old_of = {new: old for old, new in mapper.ids.items()}
        for row in read_lines(folder, "runs", ""):
            place = folder / "files" / "runs" / old_of[row["id"]]
            for name in ("attempts", "checkpoints"):
                (place / name).mkdir(parents=True, exist_ok=True)
            (place / "spec.json").write_text(row["spec"], encoding="utf-8")


def _is_there(row: RowData, manifest: Manifest) -> bool:
    """Whether the file of a checkpoint came with the size and the hash that its row says."""
    member = manifest.members.get(f"files/runs/{row['run_id']}/{row['file']}")
    return member is not None and (member.bytes, member.sha256) == (row["bytes"], row["sha256"])


def _as_inserted(part: str, row: RowData) -> RowData:
    checked = check_row(part, row)
    return checked | {"token_hash": "", "handle": None} if part == "attempts" else checked
