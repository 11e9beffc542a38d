"""The rows of new runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

from netwright.compiler.report import CheckReport
from netwright.language import STORED, say, spoken
from netwright.services.branches import Begin
from netwright.services.devices import slot_of
from netwright.services.weights import WeightsSource
from netwright.store.networks import SavedDocument, create_network
from netwright.store.runs import RunRecord, insert_run, list_tags, record_of
from netwright.store.store import Session
from netwright.store.tables import RunRow
from netwright.training.spec import RunSpec
from netwright.training.states import RunState


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that passed all checks; ``weights`` are those that it begins with, where it begins with any."""

    spec: RunSpec
    report: CheckReport
    weights: WeightsSource | None


def new_row(
    spec: RunSpec,
    report: CheckReport,
    *,
    name: str | None = None,
    network_id: str | None = None,
    tags: Sequence[str] = (),
) -> RunRow:
    """A queued run, named as its document where it has no ``name``."""
    return RunRow(
        id=spec.run,
        name=name or spec.document.name,
        tags=json.dumps(list(tags)),
        network_id=network_id,
        network_name=spec.document.name,
        spec=spec.model_dump_json(context=STORED),
        totals=report.totals.model_dump_json(),
        parameters=report.totals.parameters,
        data_source=spec.training.data.source,
        slot=slot_of(spec.training.device),
        state=RunState.QUEUED,
        created=spec.created,
        queued=spec.created,
        epochs=spec.training.epochs,
    )


def insert_begun(session: Session, row: RunRow, begin: Begin | None) -> RunRecord:
    """Inserts a run and, of a branched one, what it goes on with."""
    record = insert_run(session, row)
    if begin is None:
        return record
    begin.write(session, row)
    session.flush()
    return record_of(session, row)


def insert_with_networks(
    session: Session, rows: Sequence[RunRow], documents: Sequence[SavedDocument]
) -> list[RunRecord]:
    """Inserts each run with a new network of its document."""
    records = []
    for row, document in zip(rows, documents, strict=True):
        row.network_id = create_network(session, document)
        records.append(insert_run(session, row))
    return records


MAX_NAME, MAX_TAG = 200, 100
"""Letters of a run's name and of a tag: ``RunUpdate`` takes no more."""


def rows_of_folds(planned: Sequence[Planned], name: str | None, network_id: str | None) -> list[RunRow]:
    """A row for each fold, named after it."""
    rows = []
    for each in planned:
        split = each.spec.training.data.split
        ending = spoken(say(", fold {fold} of {folds}", fold=split.fold, folds=split.folds))
        whole = name or each.spec.document.name
        rows.append(
            new_row(each.spec, each.report, name=whole[: MAX_NAME - len(ending)] + ending, network_id=network_id)
        )
    return rows


def tag_of_folds(rows: Sequence[RunRow]) -> str:
    """What the runs of a cross-validation are tagged with, in the language of whoever asks for it."""
    about = spoken(say("{folds}-fold cross-validation", folds=len(rows)))
    return f"{rows[0].network_name[: MAX_TAG - len(about) - 10]}: {about}"


def insert_folds(session: Session, rows: Sequence[RunRow], tag: str) -> list[RunRecord]:
    """Inserts the runs of a cross-validation under ``tag``, with a number behind it where other runs have that already."""
    taken = list_tags(session)
    free = next(each for each in chain([tag], (f"{tag} {number}" for number in count(2))) if each not in taken)
    for row in rows:
        row.tags = json.dumps([free])
    return [insert_run(session, row) for row in rows]
