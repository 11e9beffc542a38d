"""Uploaded graphs as tables: a ZIP with nodes.csv and edges.csv, and graphs.csv where whole graphs are classified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from netwright.data.archive import list_members, open_archive
from netwright.data.base import Arrays, DataError, Progress, Source, Step, Task
from netwright.data.columns import Column, check_numbers, leave_out_useless, look_through
from netwright.data.csv_source import MAX_INPUTS, MISSING_MARKS, ColumnOptions, upload_name
from netwright.data.facts import ColumnFacts, Facts
from netwright.data.graph_code import TableRoles, uploaded_tables_code
from netwright.data.graph_npz import describe
from netwright.data.graphs import GraphArrays, Ints, check_graph, in_order, undirected
from netwright.data.sample_code import SampleCode
from netwright.data.targets import guess_target, guess_task, read_target
from netwright.data.text_table import TextTable, read_text_table
from netwright.graph.model import Model
from netwright.language import listed, say

FILES = ("nodes.csv", "edges.csv", "graphs.csv")
_IDS = ("id", "node", "node_id", "vertex", "vertex_id")
_GRAPHS = ("graph", "graph_id")
_SOURCES, _TARGETS = ("source", "from", "src"), ("target", "to", "dst")
_SPLITS = ("split", "part", "set")
_PARTS: Mapping[str, str] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


def is_graph_archive(names: Sequence[str]) -> bool:
    """Whether a ZIP is meant as graphs, by the names of its files."""
    return {"nodes.csv", "edges.csv"} <= {name.lower() for name in names}


class GraphTables(Source):
    type = "graph_tables"
    title = "Graph in tables"
    description = "An uploaded graph, or several: a table of vertices and a list of edges."
    kind = "graph"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(Model):
        target: str | None = Field(default=None, description="The column to predict; empty: as guessed.")
        task: Task | None = Field(default=None, description="Classes or a number; empty: by the target's values.")
        columns: dict[str, ColumnOptions] = Field(default_factory=dict, description="Corrections by the column's name.")
        directed: bool = Field(default=False, description="Whether an edge leads one way only.")
        missing_marks: list[str] = Field(default=MISSING_MARKS, description="Cells that stand for a missing value.")

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        """Takes the tables out of the archive, under names of our own."""
        filename = upload_name(self.folder)
        if all((self.folder / name).is_file() for name in FILES[:2]):
            return
        with open_archive(self.folder / "original", filename) as archive:
            members = {parts[-1].lower(): member for member, parts in list_members(archive, filename)}
            for name in FILES:
                if name in members:
                    (self.folder / name).write_bytes(archive.read(members[name]))
                elif name != "graphs.csv":
                    raise DataError(
                        say("{filename} has no {name}.", filename=filename, name=name),
                        code="missing_file",
                        file=filename,
                    )
        progress(1, 1)

    def read(self) -> Arrays:
        return self._reading.arrays

    def code(self, arrays: Arrays) -> SampleCode:
        reading, options = self._reading, self.options
        return uploaded_tables_code(
            reading.tables,
            reading.roles,
            arrays,
            upload_name(self.folder),
            missing=options.missing_marks,
            is_directed=options.directed,
            is_number=reading.has_number_target,
        )

    def describe(self) -> Facts:
        reading = self._reading
        facts = describe(reading.arrays, (self.folder / "original").stat().st_size, tuple(reading.notes))
        if facts.input_shape[0] > MAX_INPUTS:
            raise DataError(
                say(
                    "{filename}: the columns would become {count:,} inputs, the limit is {max_inputs:,}. "
                    "Ignore columns with many categories.",
                    filename="nodes.csv",
                    count=facts.input_shape[0],
                    max_inputs=MAX_INPUTS,
                ),
                code="too_large",
                file="nodes.csv",
            )
        return Facts(**{**{name: getattr(facts, name) for name in Facts.__slots__}, "columns": reading.columns})

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        nodes = self._reading.nodes
        rows = [list(row) for row in zip(*(cells[:num_rows] for cells in nodes.columns), strict=True)]
        return list(nodes.names), rows

    @cached_property
    def _reading(self) -> _Reading:
        self.prepare_files(lambda _done, _total: None)
        tables = {name: read_text_table(self.folder / name, name) for name in FILES if (self.folder / name).is_file()}
        return _Reading(tables, self.options)


@dataclass(slots=True)
class _Labels:
    """Targets of the rows of a table: class indices with -1, or numbers ``(n, 1)`` with NaN, and the split by rows."""

    column: Column
    task: Task
    values: npt.NDArray[Any]
    classes: tuple[str, ...]
    parts: dict[str, Ints]


class _Reading:
    """The tables understood.

    Raises:
        DataError: an id is missing, doubled or unknown, or nothing can be learned from these tables.
    """

    def __init__(self, tables: Mapping[str, TextTable], options: GraphTables.Options) -> None:
        self.tables = tables
        nodes, edges, graphs = tables["nodes.csv"], tables["edges.csv"], tables.get("graphs.csv")
        self.nodes, self.options = nodes, options
        self.notes = list(nodes.notes)
        self._columns = {
            name: look_through(name, cells, options.missing_marks, has_decimal_comma=nodes.delimiter == ";")
            for name, cells in zip(nodes.names, nodes.columns, strict=True)
        }
        id_name = _named(nodes, _IDS) or nodes.names[0]
        graph_name = _named(nodes, _GRAPHS)
        if (graphs is None) != (graph_name is None):
            raise DataError(
                say(
                    "Several graphs need both: a column graph in nodes.csv, and graphs.csv with the class of each "
                    "graph."
                ),
                code="bad_file",
                file="nodes.csv",
            )
        ids = nodes.columns[nodes.names.index(id_name)]
        owners = [""] * len(ids) if graph_name is None else nodes.columns[nodes.names.index(graph_name)]
        self._columns[id_name].leave_out(say("the name of the vertex"))
        if graph_name is not None:
            self._columns[graph_name].leave_out(say("the graph of the vertex"))
        names, rank = _graph_order(graphs, owners)
        order = np.argsort(np.array([rank[owner] for owner in owners]), kind="stable")
        place = {int(row): number for number, row in enumerate(order)}
        keys = {}
        for row, key in enumerate(zip(owners, ids, strict=True)):
            if key in keys:
                raise DataError(
                    say(
                        "nodes.csv, line {line}: the vertex {vertex} is there twice. Give each a name of its own.",
                        line=nodes.lines[row],
                        vertex=repr(key[1]),
                    ),
                    code="bad_file",
                    file="nodes.csv",
                    line=nodes.lines[row],
                )
            keys[key] = place[row]
        sizes = np.bincount(np.array([rank[owner] for owner in owners]), minlength=len(names))
        labels = self._labels(nodes if graphs is None else graphs, is_vertex=graphs is None)
        source, target, edge_owner = _edge_columns(edges, has_graphs=graph_name is not None)
        edge_index = self._edges(edges, keys, (source, target), edge_owner, has_graphs=graph_name is not None)
        self.roles = TableRoles(
            vertex=id_name,
            owner=graph_name,
            source=source,
            target=target,
            edge_owner=edge_owner,
            labels="nodes.csv" if graphs is None else "graphs.csv",
            label=labels.column.name,
            graph_key=None if graphs is None else _graph_key(graphs),
        )
        self.has_number_target = labels.column.type == "number"
        self.arrays = self._arrays(labels, order, sizes, edge_index, "vertex" if graphs is None else "graph")
        check_graph(self.arrays.inputs.astype(np.float32), self.arrays.graph or _never(), "nodes.csv")

    @property
    def columns(self) -> tuple[ColumnFacts, ...]:
        return tuple(column.facts() for column in self._columns.values())

    def _labels(self, table: TextTable, *, is_vertex: bool) -> _Labels:
        split_name = _named(table, _SPLITS)
        columns = self._columns
        if not is_vertex:
            columns = {
                name: look_through(name, cells, self.options.missing_marks, has_decimal_comma=table.delimiter == ";")
                for name, cells in zip(table.names, table.columns, strict=True)
            }
        taken = {split_name, _named(table, _IDS if is_vertex else (*_GRAPHS, *_IDS)) or table.names[0]}
        free = [column for name, column in columns.items() if name not in taken and name.lower() not in _GRAPHS]
        if self.options.target is not None and self.options.target not in columns:
            raise DataError(
                say(
                    "{filename} has no column {name}; it has: {names}.",
                    filename=table.filename,
                    name=self.options.target,
                    names=listed(table.names),
                ),
                code="bad_option",
                file=table.filename,
                column=self.options.target,
            )
        if not free:
            raise DataError(
                say("{filename} has no column to predict.", filename=table.filename),
                code="bad_target",
                file=table.filename,
            )
        target = columns[self.options.target] if self.options.target else guess_target(free, "")[0]
        task = self.options.task or guess_task(target)
        values, classes = read_target(table, target, task, 1.0)
        target.role, target.why_ignored = "target", ""
        parts: dict[str, Ints] = {}
        if split_name is not None:
            columns[split_name].leave_out(say("the split"))
            parts = _parts(table, split_name)
            self.notes.append(
                say(
                    "The split is that of the column {column_name} in {filename}.",
                    column_name=split_name,
                    filename=table.filename,
                )
            )
        if task == "classification":
            return _Labels(target, task, np.where(np.isnan(values), -1, values).astype(np.int64), classes, parts)
        return _Labels(target, task, values.astype(np.float32).reshape(-1, 1), (), parts)

    def _edges(
        self,
        table: TextTable,
        keys: Mapping[tuple[str, str], int],
        names: tuple[str, str],
        owner: str | None,
        *,
        has_graphs: bool,
    ) -> Ints:
        if has_graphs and owner is None:
            everyone = {name: place for (_, name), place in keys.items()}
            if len(everyone) < len(keys):
                raise DataError(
                    say("Vertices of different graphs have the same name: edges.csv needs a column graph too."),
                    code="bad_file",
                    file="edges.csv",
                )
            keys = {("", name): place for name, place in everyone.items()}
        owners = table.columns[table.names.index(owner)] if owner is not None else [""] * table.num_rows
        ends = []
        for name in names:
            cells = table.columns[table.names.index(name)]
            places = [keys.get((graph, cell), -1) for graph, cell in zip(owners, cells, strict=True)]
            if -1 in places:
                row = places.index(-1)
                raise DataError(
                    say(
                        "edges.csv, line {line}: there is no vertex {vertex} in nodes.csv.",
                        line=table.lines[row],
                        vertex=repr(cells[row]),
                    ),
                    code="bad_file",
                    file="edges.csv",
                    line=table.lines[row],
                    column=name,
                )
            ends.append(places)
        edges = np.array(ends, dtype=np.int64).reshape(2, -1)
        return in_order(edges) if self.options.directed else undirected(edges)

    def _arrays(self, labels: _Labels, order: Ints, sizes: Ints, edge_index: Ints, sample: Any) -> Arrays:
        features = self._features(labels.column)
        categories = {one.name: one.categories for one in features if one.type == "category"}
        encoded = [one.encode(categories[one.name]) if one.name in categories else one.numbers for one in features]
        inputs = np.stack([values[order] for values in encoded], axis=1).astype(np.float32)
        is_vertex = sample == "vertex"
        place = np.argsort(order)
        parts: dict[str, Any] = {
            name: np.sort(place[rows]) if is_vertex else rows for name, rows in labels.parts.items()
        }
        steps = [Step("Impute")] if np.isnan(inputs).any() else []
        if len(categories) < len(features):
            steps.append(Step("Standardize"))
        if categories:
            steps.append(Step("OneHot"))
        return Arrays(
            inputs=inputs,
            targets=labels.values[order] if is_vertex else labels.values,
            test_inputs=None,
            test_targets=None,
            kind="graph",
            task=labels.task,
            classes=labels.classes,
            features=tuple(one.name for one in features),
            categories=categories,
            target_name=labels.column.name,
            default_preprocess=tuple(steps),
            graph=GraphArrays(edge_index, sizes, sample, **parts),
        )

    def _features(self, target: Column) -> list[Column]:
        for column in self._columns.values():
            told = self.options.columns.get(column.name)
            if told is not None and told.type is not None:
                column.type = told.type
            if column.role == "feature" and column is not target:
                leave_out_useless(column)
            if told is not None and told.role is not None and column is not target:
                column.role = told.role
        features = [column for column in self._columns.values() if column.role == "feature" and column.type != "text"]
        for column in features:
            if column.type == "number":
                check_numbers(self.nodes, column)
        if not features:
            raise DataError(
                say(
                    "nodes.csv: no column is left to describe the vertices. Add one, such as the degree of each vertex."
                ),
                code="bad_file",
                file="nodes.csv",
            )
        return features


def _never() -> GraphArrays:
    raise AssertionError("a set of graphs has its edges")


def _named(table: TextTable, names: Sequence[str]) -> str | None:
    """The table's column of one of these names, the first in their order."""
    lower = {name.strip().lower(): name for name in table.names}
    return next((lower[name] for name in names if name in lower), None)


def _edge_columns(table: TextTable, *, has_graphs: bool) -> tuple[str, str, str | None]:
    """The columns of both ends, and that of the graph where there is one."""
    source, target = _named(table, _SOURCES), _named(table, _TARGETS)
    owner = _named(table, _GRAPHS) if has_graphs else None
    if source is None or target is None:
        free = [name for name in table.names if name != owner]
        if len(free) < 2:
            raise DataError(say("edges.csv needs two columns, source and target."), code="bad_file", file="edges.csv")
        source, target = free[:2]
    return source, target, owner


def _graph_key(graphs: TextTable) -> str:
    """The column of graphs.csv that names a graph."""
    return _named(graphs, (*_GRAPHS, *_IDS)) or graphs.names[0]


def _graph_order(graphs: TextTable | None, owners: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """The graphs in the order of graphs.csv, which is that of the targets."""
    if graphs is None:
        return [""], {"": 0}
    names = graphs.columns[graphs.names.index(_graph_key(graphs))]
    rank = {name: number for number, name in enumerate(names)}
    if len(rank) < len(names):
        raise DataError(say("graphs.csv names a graph twice."), code="bad_file", file="graphs.csv")
    if stray := set(owners) - set(rank):
        raise DataError(
            say("nodes.csv names the graph {graph}, which graphs.csv does not have.", graph=repr(min(stray))),
            code="bad_file",
            file="nodes.csv",
        )
    return names, rank


def _parts(table: TextTable, name: str) -> dict[str, Ints]:
    """Rows of each part by the words in a column; an empty cell belongs to none."""
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(table.columns[table.names.index(name)]):
        part = _PARTS.get(cell.lower())
        if part is None and cell:
            raise DataError(
                say(
                    "{filename}, line {line}, column {column_name}: {cell} is no part of a split. Write train, validation "
                    "or test, or leave the cell empty.",
                    filename=table.filename,
                    line=table.lines[row],
                    column_name=name,
                    cell=repr(cell),
                ),
                code="bad_file",
                file=table.filename,
                line=table.lines[row],
                column=name,
            )
        if part is not None:
            rows.setdefault(part, []).append(row)
    return {part: np.array(found) for part, found in rows.items()}
