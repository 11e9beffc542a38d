"""An uploaded graph as NumPy arrays (NPZ), read without pickles: Planetoid's content, or PyTorch Geometric's names."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from netwright.data.archive import READ_ERRORS, list_members, open_archive
from netwright.data.base import Arrays, DataError, Source, Step
from netwright.data.csv_source import upload_name
from netwright.data.facts import Facts
from netwright.data.graph_code import uploaded_arrays_code
from netwright.data.graphs import (
    MAX_FEATURE_VALUES,
    GraphArrays,
    Ints,
    check_graph,
    describe_graphs,
    in_order,
    undirected,
)
from netwright.data.planetoid import dense
from netwright.data.sample_code import SampleCode
from netwright.graph.model import Model
from netwright.language import say

_EDGES = ("edges", "edge_index", "adj_indptr")
_LABELS = ("y", "labels")
_PARTS = {"train": "train", "validation": "val", "test": "test"}


def looks_like_graph(names: set[str]) -> bool:
    """Whether the arrays of an NPZ, by their names, are a graph with labels."""
    return any(name in names for name in _EDGES) and any(name in names for name in _LABELS)


class GraphNpz(Source):
    type = "graph_npz"
    title = "Graph in NumPy arrays"
    description = "An uploaded graph, or several, in one NPZ file."
    kind = "graph"
    is_built_in = False
    suffixes = (".npz",)
    citation = ""

    class Options(Model):
        normalize: bool | None = Field(
            default=None,
            description="Divide each vertex's features by their sum. Empty: where all features are 0 or 1, as words are.",
        )

    options: Options

    def read(self) -> Arrays:
        name = upload_name(self.folder)
        found = _load(self.folder / "original", name)
        features, targets = _features(found, name), _targets(found, name)
        graph = _graph(found, len(features), len(targets), name)
        check_graph(features, graph, name)
        classes = _classes(found, targets, name)
        is_binary = bool(np.isin(features, (0.0, 1.0)).all())
        normalize = is_binary if self.options.normalize is None else self.options.normalize
        return Arrays(
            inputs=features,
            targets=targets,
            test_inputs=None,
            test_targets=None,
            kind="graph",
            task="classification",
            classes=classes,
            features=tuple(f"feature {number}" for number in range(features.shape[1])),
            default_preprocess=(Step("NormalizeFeatures"),) if normalize else (),
            graph=graph,
        )

    def code(self, arrays: Arrays) -> SampleCode:
        name = upload_name(self.folder)
        found = _load(self.folder / "original", name)
        labels = _first(found, *_LABELS)
        is_one_hot = labels is not None and labels.ndim == 2 and labels.shape[1] > 1
        return uploaded_arrays_code(list(found), arrays, name, is_one_hot=is_one_hot)

    def describe(self) -> Facts:
        return describe(self.read(), (self.folder / "original").stat().st_size)


def describe(arrays: Arrays, num_bytes: int, notes: tuple[str, ...] = ()) -> Facts:
    """What is known of an uploaded set of graphs; ``num_samples`` are those to train and validate on."""
    from netwright.data.transforms import layout_of, plan_chain

    graph = arrays.graph
    assert graph is not None
    layout = layout_of("graph", arrays.inputs, None, arrays.features, arrays.categories)
    is_class = arrays.task == "classification"
    targets = arrays.targets.astype(np.float64)
    is_known = targets >= 0 if is_class else ~np.isnan(targets).any(axis=1)
    num_test = 0 if graph.test is None else len(graph.test)
    given = [part for part in (graph.train, graph.validation) if part is not None]
    is_split = graph.train is not None
    return Facts(
        task=arrays.task,
        num_samples=sum(map(len, given)) if is_split else int(is_known.sum()) - num_test,
        num_test=num_test or None,
        classes=arrays.classes,
        input_shape=plan_chain(arrays.default_preprocess, layout).shape,
        num_outputs=len(arrays.classes) if is_class else arrays.targets.shape[1],
        bytes=num_bytes,
        notes=notes,
        num_validation=None if graph.validation is None or not is_split else len(graph.validation),
        graph=describe_graphs(graph, arrays.inputs.shape[1]),
    )


def _load(path: Path, name: str) -> Mapping[str, npt.NDArray[Any]]:
    """Every array of the file.  Objects, which only a pickle could hold, are refused by NumPy itself."""
    try:
        with open_archive(path, name) as archive:
            list_members(archive, name)
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except DataError:
        raise
    except (*READ_ERRORS, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            say(
                "{name} is no sound NPZ of plain arrays: {why}. Save it with numpy.savez and without objects.",
                name=name,
                why=error,
            ),
            code="bad_file",
            file=name,
        ) from error


def _first(found: Mapping[str, npt.NDArray[Any]], *names: str) -> npt.NDArray[Any] | None:
    return next((found[name] for name in names if name in found), None)


def _csr(found: Mapping[str, npt.NDArray[Any]], prefix: str, name: str) -> npt.NDArray[np.float32] | None:
    parts = [found.get(f"{prefix}_{part}") for part in ("data", "indices", "indptr", "shape")]
    if any(part is None for part in parts):
        return None
    data, indices, indptr, shape = (part for part in parts if part is not None)
    rows, columns = (int(size) for size in shape.ravel()[:2])
    if rows * columns > MAX_FEATURE_VALUES:
        raise DataError(
            say(
                "{name} has {count:,} {what}; the limit is {limit:,}.",
                name=name,
                count=rows * columns,
                what=say("values of features"),
                limit=MAX_FEATURE_VALUES,
            ),
            code="too_large",
            file=name,
        )
    return dense(data, indices, indptr, (rows, columns), name)


def _features(found: Mapping[str, npt.NDArray[Any]], name: str) -> npt.NDArray[np.float32]:
    given = _first(found, "x", "attr_matrix", "features")
    matrix = given if given is not None else _csr(found, "x", name)
    matrix = matrix if matrix is not None else _csr(found, "attr", name)
    if matrix is None:
        raise DataError(
            say(
                "{name} has no features of its vertices. Add an array x of shape (V, F); where there are none, "
                "the identity.",
                name=name,
            ),
            code="bad_file",
            file=name,
        )
    if matrix.ndim != 2 or matrix.shape[1] < 1 or matrix.dtype.kind not in "fiub":
        raise _misfit(
            name, say("x is {dtype} {shape}, not numbers of shape (V, F)", dtype=matrix.dtype, shape=matrix.shape)
        )
    features = matrix.astype(np.float32)
    if not np.isfinite(features).all():
        raise _misfit(name, say("x holds values that are not finite"))
    return features


def _targets(found: Mapping[str, npt.NDArray[Any]], name: str) -> Ints:
    labels = _first(found, *_LABELS)
    if labels is None:
        raise _misfit(name, say("it has no array y with the class of each vertex or graph"))
    if labels.ndim == 2 and labels.shape[1] > 1:  # one-hot
        return np.where(labels.any(axis=1), labels.argmax(axis=1), -1).astype(np.int64)
    if labels.dtype.kind not in "iu" or labels.size == 0:
        raise _misfit(
            name, say("y is {dtype}; classes are whole numbers from 0, -1 where there is none", dtype=labels.dtype)
        )
    targets = labels.ravel().astype(np.int64)
    if targets.max() < 1:
        raise DataError(
            say(
                "{name}: y has one class only; at least 2 are needed. Write a class of its own, from 0, for each kind of "
                "vertex or graph.",
                name=name,
            ),
            code="bad_target",
            file=name,
        )
    return targets


def _classes(found: Mapping[str, npt.NDArray[Any]], targets: Ints, name: str) -> tuple[str, ...]:
    count = int(targets.max()) + 1
    names = _first(found, "class_names", "classes")
    if names is not None and names.dtype.kind == "U" and len(names) >= count:
        return tuple(str(one) for one in names.tolist())
    if count > 1000:
        raise DataError(
            say("{name}: y has {count:,} classes, the limit is 1,000.", name=name, count=count),
            code="bad_target",
            file=name,
        )
    return tuple(map(str, range(count)))


def _graph(found: Mapping[str, npt.NDArray[Any]], num_vertices: int, num_targets: int, name: str) -> GraphArrays:
    sizes = np.array([num_vertices])
    batch = found.get("batch")
    if batch is not None:
        if batch.shape != (num_vertices,) or batch.dtype.kind not in "iu" or (np.diff(batch) < 0).any() or batch[0] < 0:
            raise _misfit(name, say("batch must name the graph of each vertex, in ascending order from 0"))
        sizes = np.bincount(batch.astype(np.int64))
    is_vertex = num_targets == num_vertices
    if not is_vertex and num_targets != len(sizes):
        raise _misfit(
            name,
            say(
                "y has {targets:,} values for {vertices:,} vertices in {graphs:,} graphs",
                targets=num_targets,
                vertices=num_vertices,
                graphs=len(sizes),
            ),
        )
    if is_vertex and len(sizes) > 1 and num_targets != len(sizes):
        sizes = np.array([num_vertices])  # a target for each vertex: several graphs beside each other are one
    parts = {part: _part(found, short, num_targets, name) for part, short in _PARTS.items()}
    return GraphArrays(_edge_index(found, num_vertices, name), sizes, "vertex" if is_vertex else "graph", **parts)


def _edge_index(found: Mapping[str, npt.NDArray[Any]], num_vertices: int, name: str) -> Ints:
    index = found.get("edge_index")
    if index is not None:
        if index.ndim != 2 or index.shape[0] != 2 or index.dtype.kind not in "iu":
            raise _misfit(
                name,
                say(
                    "edge_index is {dtype} {shape}, not whole numbers of shape (2, E)",
                    dtype=index.dtype,
                    shape=index.shape,
                ),
            )
        return in_order(index.astype(np.int64))
    edges = found.get("edges")
    if edges is not None:
        if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
            raise _misfit(
                name,
                say(
                    "edges is {dtype} {shape}, not whole numbers of shape (E, 2)", dtype=edges.dtype, shape=edges.shape
                ),
            )
        return undirected(edges.T.astype(np.int64))
    indptr, indices = found["adj_indptr"], found.get("adj_indices")
    if indices is None or len(indptr) != num_vertices + 1 or (np.diff(indptr) < 0).any() or indptr[-1] != len(indices):
        raise _misfit(name, say("the parts of its adjacency matrix do not fit each other"))
    source = np.repeat(np.arange(num_vertices), np.diff(indptr))
    return undirected(np.stack([source, indices]).astype(np.int64))


def _part(found: Mapping[str, npt.NDArray[Any]], short: str, num_samples: int, name: str) -> Ints | None:
    mask, indices = found.get(f"{short}_mask"), found.get(f"{short}_idx")
    if mask is not None:
        if mask.shape != (num_samples,) or mask.dtype != np.bool_:
            raise _misfit(
                name,
                say(
                    "{part}_mask is {dtype} {shape}, not bool of shape ({samples:,},)",
                    part=short,
                    dtype=mask.dtype,
                    shape=mask.shape,
                    samples=num_samples,
                ),
            )
        return np.flatnonzero(mask)
    if indices is None:
        return None
    if indices.ndim != 1 or indices.dtype.kind not in "iu":
        raise _misfit(
            name,
            say(
                "{part}_idx is {dtype} {shape}, not a row of whole numbers",
                part=short,
                dtype=indices.dtype,
                shape=indices.shape,
            ),
        )
    return indices.astype(np.int64)


def _misfit(name: str, why: str) -> DataError:
    return DataError(say("{name}: {why}.", name=name, why=why), code="bad_file", file=name)
