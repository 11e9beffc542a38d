"""Python that reads a set of graphs again without Netwright; :mod:`netwright.data.sample_code` for graphs.

``load(path)`` gives ``x, targets, edge_index, sizes`` as :class:`~netwright.data.graphs.GraphArrays` has them; ``read(path)``
the first, third and fourth of a file to predict.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.sample_code import SampleCode, feature_lines, inputs_code

if TYPE_CHECKING:
    from netwright.data.base import Arrays
    from netwright.data.text_table import TextTable

ARRAYS = "NumPy arrays (.npz): features x (V, F), edge_index (2, E), and batch (V) where there are several"
READS = f"a graph, or several, as {ARRAYS}"
READ_GRAPH = '''def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (V, {num_features}), edge_index (2, E) and the vertices of each graph."""
    with np.load(path, allow_pickle=False) as arrays:
        x = arrays["x"].astype(np.float32)
        sizes = np.bincount(arrays["batch"]) if "batch" in arrays.files else np.array([len(x)])
        return x, arrays["edge_index"].astype(np.int64), sizes
'''
_LOAD = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, targets, edge_index and the vertices of each graph of {title}, from data.npz."""
    with np.load(HERE / "data.npz", allow_pickle=False) as arrays:
        y = arrays["y"]
    x, edge_index, sizes = read(HERE / "data.npz")
    return x, y, edge_index, sizes
'''


def graph_arrays_code(title: str, arrays: Arrays) -> SampleCode:
    """For a set that nobody else can read: its arrays go into the project, under the names that an uploaded NPZ has."""
    graph = arrays.graph
    assert graph is not None, "a set of graphs has its edges"
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        x=arrays.inputs,
        y=arrays.targets,
        edge_index=graph.edge_index,
        batch=np.repeat(np.arange(len(graph.sizes)), graph.sizes),
    )
    functions = _LOAD.format(title=title) + "\n\n" + READ_GRAPH.format(num_features=arrays.inputs.shape[1])
    return SampleCode(functions=functions, reads=READS, files={"data.npz": buffer.getvalue()})


# --- what was uploaded as arrays -------------------------------------------------------------------------------------

IN_ORDER = '''def in_order(edges: np.ndarray) -> np.ndarray:
    """Edges by their source, then by their target, each once."""
    return np.unique(edges.T, axis=0).T.copy() if edges.size else edges.reshape(2, 0)
'''
UNDIRECTED = '''def undirected(edges: np.ndarray) -> np.ndarray:
    """Each edge in both directions, once; loops are left out."""
    edges = edges[:, edges[0] != edges[1]]
    return in_order(np.concatenate([edges, edges[::-1]], axis=1))
'''
_DENSE = '''def dense(arrays: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    """A matrix from its compressed rows."""
    counts = np.diff(arrays[f"{name}_indptr"])
    matrix = np.zeros(arrays[f"{name}_shape"], dtype=np.float32)
    matrix[np.repeat(np.arange(len(counts)), counts), arrays[f"{name}_indices"]] = arrays[f"{name}_data"]
    return matrix
'''
_UPLOADED = '''def load(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, targets, edge_index and the vertices of each graph."""
    x, edge_index, sizes = read(path)
    with np.load(path, allow_pickle=False) as arrays:
        y = arrays["{labels}"]
    return x, {targets}, edge_index, sizes


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (V, {num_features}), edge_index (2, E) and the vertices of each graph."""
    with np.load(path, allow_pickle=False) as arrays:
        x = {features}
        sizes = {sizes}
        edge_index = {edges}
    return x, edge_index, sizes
'''
_EDGES = {
    "edge_index": 'in_order(arrays["edge_index"].astype(np.int64))',
    "edges": 'undirected(arrays["edges"].T.astype(np.int64))',
    "adj": (
        'undirected(np.stack([np.repeat(np.arange(len(x)), np.diff(arrays["adj_indptr"])), '
        'arrays["adj_indices"]]).astype(np.int64))'
    ),
}


def uploaded_arrays_code(names: Sequence[str], arrays: Arrays, filename: str, *, is_one_hot: bool) -> SampleCode:
    """For an uploaded NPZ, which holds arrays of these ``names``: the file itself stays with the person."""
    graph = arrays.graph
    assert graph is not None, "a set of graphs has its edges"
    given = next((name for name in ("x", "attr_matrix", "features") if name in names), None)
    compressed = "x" if "x_data" in names else "attr"
    edges = next(name for name in ("edge_index", "edges", "adj") if name in {*names, "adj"})
    has_batch = "batch" in names and graph.sample == "graph"
    one_hot = "np.where(y.any(axis=1), y.argmax(axis=1), -1).astype(np.int64)"
    load = _UPLOADED.format(
        labels="y" if "y" in names else "labels",
        targets=one_hot if is_one_hot else "y.ravel().astype(np.int64)",
        num_features=arrays.inputs.shape[1],
        features=f'arrays["{given}"].astype(np.float32)' if given else f'dense(arrays, "{compressed}")',
        sizes='np.bincount(arrays["batch"].astype(np.int64))' if has_batch else "np.array([len(x)])",
        edges=_EDGES[edges],
    )
    helpers = [*([] if given else [_DENSE]), IN_ORDER, *([] if edges == "edge_index" else [UNDIRECTED])]
    return SampleCode(
        functions="\n\n".join([load, *helpers]),
        reads="a graph, or several, as NumPy arrays (.npz) like those that were uploaded",
        needs=f"your file {filename}, as it was uploaded",
        argument=filename,
    )


# --- what was uploaded as tables -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableRoles:
    """Which columns of the tables are what; None where there is no such column.  ``labels`` is the table of the targets,
    ``graph_key`` the column of graphs.csv that names a graph."""

    vertex: str
    owner: str | None
    source: str
    target: str
    edge_owner: str | None
    labels: str
    label: str
    graph_key: str | None


_COLUMNS = '''def columns(path: Path, name: str) -> dict[str, list[str]]:
    """The cells of one of the tables by column."""
    table = TABLES[name]
    with zipfile.ZipFile(path) as archive:
        member = next(one for one in archive.namelist() if one.rpartition("/")[2].lower() == name)
        with io.TextIOWrapper(archive.open(member), encoding=table["encoding"], newline="") as file:
            reader = csv.reader(file, delimiter=table["delimiter"], quoting=table["quoting"], skipinitialspace=True)
            rows = [[cell.strip() for cell in row] for row in reader if row][table["first"] :]
    return {column: [row[place] for row in rows] for place, column in enumerate(table["columns"])}
'''
_TABLES = '''def load(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, targets, edge_index and the vertices of each graph, from the ZIP of tables."""
    x, edge_index, sizes, order = read_tables(path)
    cells = columns(path, "{labels}")[{label}]
    {targets}
    return x, y{ordered}, edge_index, sizes


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (V, {num_features}), edge_index (2, E) and the vertices of each graph: of a ZIP of tables, or of an NPZ."""
    if path.suffix != ".npz":
        return read_tables(path)[:3]
    with np.load(path, allow_pickle=False) as arrays:
        x = arrays["x"].astype(np.float32)
        sizes = np.bincount(arrays["batch"]) if "batch" in arrays.files else np.array([len(x)])
        return x, arrays["edge_index"].astype(np.int64), sizes


def read_tables(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[int]]:
    """As read(), and the row of nodes.csv that each vertex has: graphs stand one after the other."""
    nodes, edges = columns(path, "nodes.csv"), columns(path, "edges.csv")
    owners = {owners}
    rank = {{name: number for number, name in enumerate({graphs})}}
    order = sorted(range(len(owners)), key=lambda row: rank[owners[row]])
    place = {{({key}, nodes[{vertex}][row]): number for number, row in enumerate(order)}}
    ends = [[place[end] for end in zip({edge_owners}, edges[column])] for column in ({source}, {target})]
    edge_index = {directed}(np.array(ends, dtype=np.int64).reshape(2, -1))
    sizes = np.bincount([rank[owner] for owner in owners], minlength=len(rank))
    cells = list(zip(*nodes.values()))
    return to_inputs(list(nodes), [list(cells[row]) for row in order]), edge_index, sizes, order
'''
_TARGETS = {
    "regression": "y = np.array([{number} for cell in cells]).astype(np.float32).reshape(-1, 1)",
    "number": (
        "values = np.array([{number} for cell in cells])\n"
        "    y = np.where(np.isnan(values), -1, np.searchsorted(np.unique(values[~np.isnan(values)]), values))"
    ),
    "category": "y = np.array([-1 if cell in MISSING else CLASSES.index(cell) for cell in cells], dtype=np.int64)",
}


def uploaded_tables_code(
    tables: Mapping[str, TextTable],
    roles: TableRoles,
    arrays: Arrays,
    filename: str,
    *,
    missing: Sequence[str],
    is_directed: bool,
    is_number: bool,
) -> SampleCode:
    """For an uploaded ZIP of tables: the file itself stays with the person.  ``is_number`` is true of a target of numbers."""
    kind = "regression" if arrays.task == "regression" else "number" if is_number else "category"
    comma = '.replace(",", ".")' if tables[roles.labels].delimiter == ";" else ""
    several = roles.owner is not None
    body = _TABLES.format(
        labels=roles.labels,
        label=repr(roles.label),
        targets=_TARGETS[kind].format(number=f"math.nan if cell in MISSING else float(cell{comma})"),
        ordered="" if several else "[order]",
        num_features=arrays.inputs.shape[1],
        owners=f"nodes[{roles.owner!r}]" if several else f"[''] * len(nodes[{roles.vertex!r}])",
        graphs=f'columns(path, "graphs.csv")[{roles.graph_key!r}]' if several else "['']",
        key="owners[row]" if not several or roles.edge_owner is not None else "''",
        vertex=repr(roles.vertex),
        edge_owners=f"edges[{roles.edge_owner!r}]" if roles.edge_owner else f"[''] * len(edges[{roles.source!r}])",
        source=repr(roles.source),
        target=repr(roles.target),
        directed="in_order" if is_directed else "undirected",
    )
    features = {name: arrays.categories.get(name) for name in arrays.features}
    nodes = tables["nodes.csv"]
    parts = [
        "\n".join([*feature_lines(features, missing), *_described(tables)]),
        body,
        _COLUMNS,
        inputs_code(len(features), has_comma=nodes.delimiter == ";"),
        IN_ORDER,
        *([] if is_directed else [UNDIRECTED]),
    ]
    return SampleCode(
        functions="\n\n\n".join(part.strip("\n") for part in parts) + "\n",
        reads=f"a ZIP of tables like the one that was uploaded (targets may be left out), or {ARRAYS}",
        imports=("import csv", "import io", "import math", "import zipfile"),
        needs=f"your file {filename}, as it was uploaded",
        argument=filename,
    )


def _described(tables: Mapping[str, TextTable]) -> list[str]:
    """``TABLES``: how each table is written."""
    lines = ["TABLES = {"]
    for name, table in tables.items():
        first, quoting = int(table.header is not None), "csv.QUOTE_MINIMAL" if table.is_quoted else "csv.QUOTE_NONE"
        lines += [
            f'    "{name}": {{',
            f'        "encoding": {table.encoding!r},',
            f'        "delimiter": {table.delimiter!r},',
            f'        "quoting": {quoting},',
            f'        "first": {first},',
            f'        "columns": {list(table.names)!r},',
            "    },",
        ]
    return [*lines, "}"]
