"""A run's best checkpoint as a file, without a server."""

import shutil
import tempfile
from pathlib import Path

from netwright.language import say
from netwright.services.checkpoints import CheckpointService
from netwright.services.errors import ServiceError
from netwright.services.exports import ExportService
from netwright.settings import Settings
from netwright.store.engine import sqlite_path
from netwright.store.store import Store

PREFERENCE = ("best", "last", "step")


async def export_run(settings: Settings, run_id: str, format_: str, output: Path | None) -> Path:
    """Writes the best checkpoint (else the newest) of a run to ``output``, a file or a folder; gives the file.

    Raises:
        DatabaseUnusableError: as the store.
        ServiceError: there is no database, no such run, format or checkpoint, its file is damaged, or it cannot leave in this
            format.
        OSError: ``output`` cannot be written.
    """
    path = sqlite_path(settings.url_of_database)
    if not path.exists():
        raise ServiceError(
            "not_found", say("There are no runs here: {path} is not there. Set NETWRIGHT_HOME.", path=path)
        )
    store = Store(settings.url_of_database)
    # A folder of its own: a server that starts meanwhile cleans up the common one.
    with tempfile.TemporaryDirectory(prefix="netwright-") as folder:
        exports = ExportService(Path(folder))
        try:
            service = CheckpointService(store, settings.runs_folder, exports)
            found = [each for each in await service.list_all(run_id) if each.is_available]
            if not found:
                raise ServiceError("not_ready", say("The run {run_id} has no checkpoint yet.", run_id=run_id))
            chosen = min(found, key=lambda each: (PREFERENCE.index(each.kind), -each.step))
            download = await service.download(chosen.id, format_)
        finally:
            await exports.close()
            store.close()
        target = Path.cwd() if output is None else output
        if target.is_dir():
            target /= download.name
        shutil.copyfile(download.path, target)
    return target
