"""The rows of an imported workspace: each is read by the model that wrote it, and its ids become ours."""

import base64
import json
import math
import re
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from netwright.compiler.report import Totals
from netwright.data.base import SourceSpec
from netwright.data.registry import SOURCES
from netwright.graph.bundle import BlockBundle, check_bundle
from netwright.graph.document import NETWORK, Document
from netwright.graph.io import load_document
from netwright.language import STORED, dump_stored, parse_stored, say
from netwright.services.datasets import describe_unprepared
from netwright.services.network_models import Outline
from netwright.services.outline import build_outline
from netwright.store.points import Points
from netwright.store.ranges import parse_ranges
from netwright.store.scalars import parse_scalars
from netwright.store.tables import new_id
from netwright.store.workspace import RowData, check_row, misfit
from netwright.training.events import EVENTS
from netwright.training.spec import RunSpec
from netwright.training.states import FINAL, EndReason, RunState

_ID = re.compile(r"[a-z0-9]{16}")
_CHECKPOINT = re.compile(r"checkpoints/[A-Za-z0-9_-]{1,80}\.safetensors")
_TEXTS: TypeAdapter[list[str]] = TypeAdapter(list[str])
_VERSIONS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])

OF_UPLOAD = Callable[[str], str]
"""The folder of an upload by its id."""


class Mapper:
    """Maps and checks rows, part by part in the order of ``store.workspace.TABLES``; what does not fit raises ValueError."""

    def __init__(self, taken: set[str], folder_of: OF_UPLOAD, built_in: Callable[[str], SourceSpec]) -> None:
        self._taken, self._folder_of, self._built_in = taken, folder_of, built_in
        self.ids: dict[str, str] = {}
        self.copies = 0
        self._newest: set[tuple[str, int]] = set()

    def give_id(self, row: RowData, *, is_counted: bool = True) -> None:
        """Notes the id that a row gets: its own where that is free, else a new one."""
        old = row["id"]
        if not isinstance(old, str) or _ID.fullmatch(old) is None or old in self.ids:
            raise misfit("id")
        is_copy = old in self._taken
        self.ids[old] = new_id() if is_copy else old
        self.copies += is_copy and is_counted

    def _own(self, old: str) -> str:
        """The id of something that came in this file."""
        return self.ids[old]

    def _perhaps(self, old: str) -> str:
        """The id of something that may have stayed behind."""
        return self.ids.get(old, old)

    def change(self, part: str, row: RowData) -> RowData:
        """The row as it is inserted, bytes still as base64."""
        change: Callable[[RowData], RowData] = getattr(self, f"_{part}")
        changed = change(row)
        check_row(part, changed)
        return changed

    @property
    def is_whole(self) -> bool:
        """Whether the newest version of each network has come."""
        return not self._newest

    def _networks(self, row: RowData) -> RowData:
        id_ = self._own(row["id"])
        Outline.model_validate_json(row["outline"])
        self._newest.add((id_, row["revision"]))
        return {**row, "id": id_, "deleted": None}

    def _revisions(self, row: RowData) -> RowData:
        document = self._document(json.loads(row["document"]))
        id_ = self._own(row["network_id"])
        self._newest.discard((id_, row["revision"]))
        return {
            **row,
            "network_id": id_,
            "name": document.name,
            "document": document.model_dump_json(),
        }

    def _document(self, data: dict[str, Any]) -> Document:
        if isinstance(data.get("training"), dict):
            data["training"] = self._training(data["training"])
        return load_document(json.dumps(data))

    def _training(self, training: dict[str, Any]) -> dict[str, Any]:
        """A training config (not checked here: a document may hold an unfinished one) with our ids in it."""
        data, weights = training.get("data"), training.get("initial_weights")
        if isinstance(data, dict) and isinstance(data.get("source"), str):
            training = {**training, "data": {**data, "source": self._perhaps(data["source"])}}
        if isinstance(weights, dict) and isinstance(weights.get("source"), str):
            training = {**training, "initial_weights": {**weights, "source": self._weights_source(weights["source"])}}
        return training

    def _weights_source(self, source: str) -> str:
        kind, colon, key = source.partition(":")
        return f"{kind}{colon}{self._perhaps(key)}"

    def _blocks(self, row: RowData) -> RowData:
        bundle = BlockBundle.model_validate_json(row["definition"])
        if problems := check_bundle(bundle):
            raise ValueError(problems[0].message)
        picture = build_outline(
            Document(network=bundle.blocks[bundle.name], view={NETWORK: bundle.view.get(bundle.name, {})})
        )
        return {
            **row,
            "id": self._own(row["id"]),
            "name": bundle.name,
            "deleted": None,
            "definition": bundle.model_dump_json(),
            "outline": picture.model_dump_json(),
        }

    def _datasets(self, row: RowData) -> RowData:
        """What is known of it is read from its files again: the row is as after an upload."""
        source = SOURCES.get(row["type"])
        if source is None or source.is_built_in:
            raise ValueError(say("There is no kind of data called {type}.", type=repr(row["type"])))
        id_ = self._own(row["id"])
        folder = self._folder_of(id_)
        spec = SourceSpec(type=row["type"], path=folder, options=json.loads(row["options"]))
        description = describe_unprepared(id_, spec)
        return {**row, "id": id_, "folder": folder, "description": description}

    def _weights(self, row: RowData) -> RowData:
        return {**row, "id": self._own(row["id"])}

    def _runs(self, row: RowData) -> RowData:
        id_ = self._own(row["id"])
        state = RunState(row["state"])
        is_imported = row["reason"] == EndReason.IMPORTED and state in FINAL
        spec = None if is_imported else self._spec(json.loads(row["spec"]), id_)
        if spec is not None:
            Totals.model_validate_json(row["totals"])
        _TEXTS.validate_json(row["tags"])
        _VERSIONS.validate_json(row["versions"])
        for name in ("last", "best"):
            parse_scalars(row[name])
        parse_ranges(row["ranges"])
        parse_stored(row["message"])
        if row["reason"] is not None:
            EndReason(row["reason"])
        changed = {
            **row,
            "id": id_,
            "network_id": self.ids.get(row["network_id"] or ""),
            "data_source": "" if spec is None else spec.training.data.source,
            "spec": "{}" if spec is None else spec.model_dump_json(context=STORED),
            "totals": "{}" if spec is None else row["totals"],
        }
        return changed if state in FINAL else changed | _ended(row)

    def _spec(self, data: dict[str, Any], run: str) -> RunSpec:
        source = data["training"]["data"]["source"]
        data["training"] = self._training(data["training"])
        data["run"] = run
        if isinstance(data["document"].get("training"), dict):
            data["document"]["training"] = self._training(data["document"]["training"])
        if data.get("initial_weights"):
            data["initial_weights"]["source"] = self._weights_source(data["initial_weights"]["source"])
        if data.get("origin"):
            origin = data["origin"]
            origin["run"], origin["checkpoint"] = self._perhaps(origin["run"]), self._perhaps(origin["checkpoint"])
        # A path of another machine is never followed: data lies where our own does.
        if source in SOURCES and SOURCES[source].is_built_in:
            data["source"]["path"] = self._built_in(source).path
        elif _ID.fullmatch(source):
            data["source"]["path"] = self._folder_of(self._perhaps(source))
        else:
            raise misfit("data_source")
        spec = RunSpec.model_validate_json(json.dumps(data))
        if spec.source.type not in SOURCES:
            raise misfit("source")
        return spec

    def _attempts(self, row: RowData) -> RowData:
        """No worker of it lives here, and no token of it is good."""
        ended = row["started"] if row["ended"] is None else row["ended"]
        return {**row, "run_id": self._own(row["run_id"]), "ended": ended, "is_fenced": True}

    def _events(self, row: RowData) -> RowData:
        run = self._own(row["run_id"])
        (event,) = EVENTS.validate_json(f"[{row['payload']}]")
        if (event.attempt, event.seq, event.type, event.cursor) != (
            row["attempt"],
            row["seq"],
            row["type"],
            row["cursor"],
        ):
            raise misfit("payload")
        payload = event.model_copy(update={"run": run}).model_dump_json(context=STORED)
        return {**row, "run_id": run, "payload": payload}

    def _metrics(self, row: RowData) -> RowData:
        data = base64.b64decode(row["data"], validate=True)
        points = Points.from_bytes(data, row["points"])
        if row["points"] < 1 or points.to_bytes() != data or int(points.steps.max()) != row["last_step"]:
            raise misfit("data")
        return {**row, "run_id": self._own(row["run_id"])}

    def _checkpoints(self, row: RowData) -> RowData:
        parse_scalars(row["metrics"])
        if _CHECKPOINT.fullmatch(row["file"]) is None or row["kind"] not in {"best", "last", "step"}:
            raise misfit("file")
        if not math.isfinite(row["created"]):
            raise misfit("created")
        return {**row, "id": self._own(row["id"]), "run_id": self._own(row["run_id"])}


def _ended(row: RowData) -> RowData:
    """A run that was still going when it was exported has stopped here; it can be resumed."""
    return {
        "state": RunState.STOPPED,
        "phase": None,
        "reason": EndReason.STOPPED_BY_USER,
        "message": dump_stored(say("This run was still going when it was exported. Resume it to go on.")),
        "ended": row["started"] or row["created"],
    }
