"""The eight files of a Planetoid citation network: Python 2 pickles, read without importing or running anything they name.

A pickle may name any function of any module.  Here a name is looked up in a short list of inert stand-ins of our own and in
nothing else; arrays are then made from their bytes, of plain numbers only.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.data.graphs import Ints, undirected
from netwright.language import said_by, say

PARTS = ("x", "y", "tx", "ty", "allx", "ally", "graph", "test.index")
_NUM_VALIDATION = 500
_DTYPES = frozenset({"f4", "f8", "i4", "i8", "i2", "u1", "b1"})


class _Inert:
    """Stands for an object of a pickle; keeps what it is given and does nothing."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Dtype(_Inert):
    pass


class _Array(_Inert):
    pass


class _Csr(_Inert):
    pass


def _reconstruct(*_: Any) -> _Array:
    return _Array()


class _Lists(dict[int, list[int]]):
    """``defaultdict(list)``."""

    def __init__(self, _factory: Any = None) -> None:
        super().__init__()


_STAND_INS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("scipy.sparse.csr", "csr_matrix"): _Csr,
    ("collections", "defaultdict"): _Lists,
    ("__builtin__", "list"): list,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = _STAND_INS.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(say("it names {module}.{name}, which is no array", module=module, name=name))
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError(say("it refers to something outside of itself"))


def read_pickle(path: Path) -> Any:
    """What a file holds: inert stand-ins, lists and numbers.

    Raises:
        DataError: it is missing, damaged, or names anything but arrays.
    """
    try:
        return _Reader(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except FileNotFoundError as error:
        raise DataError(
            say("{name} is not in the data folder. Download or import it again.", name=path.name),
            code="missing_file",
            file=path.name,
        ) from error
    # A damaged pickle can fail in any way that a wrong argument can.
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise _damaged(path, said_by(error) or type(error).__name__) from error


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        say("{name} cannot be read: {why}. Download or import it again.", name=path.name, why=why),
        code="bad_file",
        file=path.name,
    )


def _array(value: Any, path: Path) -> npt.NDArray[Any]:
    """The array that a stand-in describes: ``(version, shape, dtype, is_fortran, bytes)``."""
    try:
        _, shape, dtype, is_fortran, data = value.state
        kind, order = dtype.arguments[0], dtype.state[1]
        if kind not in _DTYPES or order not in {"<", ">", "|"}:
            raise _damaged(path, say("an array has the type {kind}", kind=repr(kind)))
        flat = np.frombuffer(data.encode("latin1"), dtype=np.dtype(kind).newbyteorder(order))
        return flat.reshape(shape, order="F" if is_fortran else "C")
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise _damaged(path, say("it holds no array where one should be ({why})", why=error)) from error


def _matrix(value: Any, path: Path) -> npt.NDArray[np.float32]:
    """A sparse matrix as rows of numbers."""
    if not isinstance(value, _Csr) or not isinstance(value.state, dict):
        raise _damaged(path, say("it holds no sparse matrix"))
    state: dict[str, Any] = value.state
    shape = state.get("_shape")
    if not (isinstance(shape, tuple) and len(shape) == 2 and all(isinstance(size, int) for size in shape)):
        raise _damaged(path, say("its matrix has no shape"))
    data, indices, indptr = (_array(state.get(name), path) for name in ("data", "indices", "indptr"))
    return dense(data, indices, indptr, (shape[0], shape[1]), path.name)


def dense(
    data: npt.NDArray[Any], indices: npt.NDArray[Any], indptr: npt.NDArray[Any], shape: tuple[int, int], name: str
) -> npt.NDArray[np.float32]:
    """A matrix from its compressed rows.

    Raises:
        DataError: the parts do not fit each other.
    """
    rows, columns = shape
    counts = np.diff(indptr)
    if (
        min(shape) < 0
        or len(indptr) != rows + 1
        or len(indices) != len(data)
        or (counts < 0).any()
        or int(counts.sum()) != len(data)
        or (len(indices) and (indices.min() < 0 or indices.max() >= columns))
    ):
        raise DataError(
            say("{name}: the parts of its sparse matrix do not fit each other.", name=name), code="bad_file", file=name
        )
    result = np.zeros(shape, dtype=np.float32)
    result[np.repeat(np.arange(rows), counts), indices] = data
    return result


def read_planetoid(folder: Path, name: str) -> tuple[npt.NDArray[np.float32], Ints, Ints, Ints, Ints, Ints]:
    """Features ``(V, F)``, classes ``(V,)``, ``edge_index`` ``(2, E)``, and the public split: training, validation, test.

    The test vertices stand last in the files, in an order that ``test.index`` undoes.

    Raises:
        DataError: a file is missing or damaged.
    """
    paths = {part: folder / f"ind.{name}.{part}" for part in PARTS}
    order_path = paths["test.index"]
    try:
        order = np.array([int(line) for line in order_path.read_text(encoding="ascii").split()])
    except FileNotFoundError as error:
        raise DataError(
            say("{name} is not in the data folder. Download or import it again.", name=order_path.name),
            code="missing_file",
            file=order_path.name,
        ) from error
    except ValueError as error:
        raise _damaged(order_path, say("it is no list of numbers")) from error
    allx, tx = (_matrix(read_pickle(paths[part]), paths[part]) for part in ("allx", "tx"))
    ally, ty, y = (_array(read_pickle(paths[part]), paths[part]) for part in ("ally", "ty", "y"))
    features, scores = np.concatenate([allx, tx]), np.concatenate([ally, ty])
    if sorted(order) != list(range(len(allx), len(features))) or len(scores) != len(features):
        raise _damaged(order_path, say("its numbers are not those of the test vertices"))
    features[order], scores[order] = tx, ty
    graph = read_pickle(paths["graph"])
    if not isinstance(graph, dict):
        raise _damaged(paths["graph"], say("it holds no lists of neighbours"))
    edges = np.array([(i, j) for i, neighbours in graph.items() for j in neighbours], dtype=np.int64).T
    train = np.arange(len(y))
    validation = np.arange(len(y), len(y) + _NUM_VALIDATION)
    return features, scores.argmax(axis=1), undirected(edges), train, validation, np.sort(order)
