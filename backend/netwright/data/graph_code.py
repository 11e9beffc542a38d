"""Python that reads a set of graphs again without Netwright; :mod:`netwright.data.sample_code` for graphs.

``load(path)`` gives ``x, targets, edge_index, sizes`` as :class:`~netwright.data.graphs.GraphArrays` has them; ``read(path)``
the first, third and fourth of a file to predict.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.sample_code import SampleCode

if TYPE_CHECKING:
    from netwright.data.base import Arrays

READS = "a graph, or several, as NumPy arrays (.npz): features x (V, F), edge_index (2, E), and batch (V) where there are several"
READ_GRAPH = '''def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (V, {num_features}), edge_index (2, E) and the vertices of each graph, from an NPZ with x, edge_index and batch."""
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
