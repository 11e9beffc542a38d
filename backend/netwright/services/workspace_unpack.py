"""Reads the one file that holds a workspace.  Nothing of it is believed: names, sizes, hashes and rows are checked."""

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from pydantic import ValidationError

from netwright.data.archive import READ_ERRORS, open_archive
from netwright.data.base import DataError
from netwright.graph.problems import Problem
from netwright.language import Text, said_by, say
from netwright.services.errors import ServiceError
from netwright.services.workspace_models import FORMAT, KIND, Manifest
from netwright.store.workspace import TABLES, RowData

CHUNK_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 64 << 20
MAX_LINE_BYTES = 64 << 20
MAX_MEMBERS = 200_000

_ID = "[a-z0-9]{16}"
_NAMES = re.compile(
    rf"rows/({'|'.join(TABLES)})\.jsonl"
    rf"|files/runs/{_ID}/(model\.py|log\.txt|initial\.safetensors)"
    rf"|files/runs/{_ID}/checkpoints/[A-Za-z0-9_-]{{1,80}}\.(safetensors|resume\.pt|json)"
    rf"|files/datasets/{_ID}/(original|upload\.json)"
    rf"|files/weights/{_ID}/weights\.safetensors"
)


def refused(message: str, code: str = "workspace_file") -> ServiceError:
    return ServiceError("bad_file", message, [Problem(code=code, message=message)])


def unpack(path: Path, folder: Path, label: str) -> Manifest:
    """Writes the members of ``path`` below ``folder`` once the manifest agrees with each of them.  Blocks.

    Raises:
        ServiceError: ``bad_file`` with the reason; ``disk_full``.
    """
    try:
        with open_archive(path, label) as archive:
            manifest = _read_manifest(archive, label)
            _check_names(archive, manifest, label)
            needed = sum(member.bytes for member in manifest.members.values())
            if needed > shutil.disk_usage(path.parent).free:
                raise ServiceError(
                    "disk_full",
                    say(
                        "{label} holds more than the disk of the data folder has room for. Make room first.",
                        label=label,
                    ),
                )
            for name in manifest.members:
                _extract(archive, manifest, name, folder / name, label)
    except DataError as error:
        raise refused(said_by(error), error.code) from error
    except READ_ERRORS as error:
        raise refused(
            say("{label} is damaged: {why}. Copy it again, or export it again.", label=label, why=str(error))
        ) from error
    return manifest


def _read_manifest(archive: zipfile.ZipFile, label: str) -> Manifest:
    try:
        with archive.open("manifest.json") as file:
            parsed = orjson.loads(file.read(MAX_MANIFEST_BYTES))
    except (KeyError, orjson.JSONDecodeError) as error:
        raise refused(
            say("{label} is no export of a workspace: it has no readable manifest.json.", label=label),
            "not_a_workspace",
        ) from error
    if not isinstance(parsed, dict) or parsed.get("kind") != KIND:
        raise refused(say("{label} is no export of a workspace.", label=label), "not_a_workspace")
    version = parsed.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise refused(
            say(
                "{label} is of format {version}, and this version reads up to {known}. Import it in a newer Netwright.",
                label=label,
                version=version,
                known=FORMAT,
            ),
            "workspace_too_new",
        )
    try:
        manifest = Manifest.model_validate(parsed)
    except ValidationError as error:
        raise refused(say("{label} has a manifest that cannot be read.", label=label)) from error
    return manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest, label: str) -> None:
    """The archive holds what the manifest says and nothing else, all under names that lead to one place each."""
    infos = archive.infolist()
    names = [info.filename for info in infos if info.filename != "manifest.json"]
    if len(names) > MAX_MEMBERS:
        raise refused(say("{label} holds more than {count} files.", label=label, count=MAX_MEMBERS))
    for info in infos:
        name = info.orig_filename
        if name != "manifest.json" and _NAMES.fullmatch(name) is None:
            raise refused(
                say(
                    "{label}: a member is called {name}, which no export writes. Nothing was taken.",
                    label=label,
                    name=repr(name[:120]),
                ),
                "unsafe_archive",
            )
        said = manifest.members.get(info.filename)
        if said is not None and said.bytes != info.file_size:
            raise _differs(label, info.filename)
    wrong = set(names) ^ manifest.members.keys()
    if wrong or len(names) != len(set(names)):
        raise _differs(label, min(wrong, default="manifest.json"))


def _differs(label: str, name: str) -> ServiceError:
    return refused(
        say("{label}: {name} differs from what the manifest says of it. Export it again.", label=label, name=name)
    )


def _extract(archive: zipfile.ZipFile, manifest: Manifest, name: str, path: Path, label: str) -> None:
    said = manifest.members[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as source, path.open("wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > said.bytes:
                break
            digest.update(chunk)
            target.write(chunk)
    if size != said.bytes or digest.hexdigest() != said.sha256:
        raise _differs(label, name)


def read_lines(folder: Path, part: str, label: str) -> Iterator[RowData]:
    """The rows of ``part`` as they were written.

    Raises:
        ServiceError: ``bad_file``, a line is no JSON object or too long.
    """
    path = folder / "rows" / f"{part}.jsonl"
    if not path.is_file():
        return
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            row = _parse(line) if len(line) <= MAX_LINE_BYTES else None
            if row is None:
                raise bad_row(label, part, number)
            yield row


def _parse(line: bytes) -> RowData | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None


def bad_row(label: str, part: str, number: int, why: str = "") -> ServiceError:
    return refused(
        say("{label}: line {number} of {part} cannot be used. {why}", label=label, number=number, part=part, why=why)
        if why
        else say("{label}: line {number} of {part} cannot be used.", label=label, number=number, part=part)
    )


def rewrite(folder: Path, part: str, label: str, change: Callable[[RowData], RowData | None]) -> int:
    """Puts the checked and mapped rows in the place of those that came; gives how many are left."""
    target = folder / "rows" / f"{part}.checked"
    count = 0
    with target.open("wb") as file:
        for number, row in enumerate(read_lines(folder, part, label), 1):
            try:
                changed = change(row)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                raise bad_row(label, part, number, _why(error)) from error
            if changed is not None:
                file.write(orjson.dumps(changed) + b"\n")
                count += 1
    target.replace(folder / "rows" / f"{part}.jsonl")
    return count


def _why(error: Exception) -> str:
    """Our own sentence where there is one; what a parser says is no help to a person."""
    return error.args[0] if error.args and isinstance(error.args[0], Text) else ""
