"""The Python that a set of graphs writes about itself reads the very same graphs, without Netwright."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backend.data.test_graph_uploads import (
    EDGES,
    MANY_EDGES,
    MANY_GRAPHS,
    MANY_NODES,
    NODES,
    opened,
    pack,
    save,
)
from netwright.data.base import Arrays, Source, SourceSpec
from netwright.data.prepare_graph import split_graph
from netwright.data.registry import open_source
from netwright.training.config import DataConfig, SplitConfig
from netwright.training.project.data_script import classes_lines
from netwright.training.project.graph_scripts import write_graph_data

X = np.array([[1, 0], [0, 1], [1, 1], [0, 1], [1, 0]], dtype=np.float64)
INDEX = np.array([[0, 1, 3, 2], [1, 0, 4, 2]])
NUMBERS = MANY_GRAPHS.replace("tree", "2.5").replace("edge", "0.5")


def read_again(source: Source, folder: Path) -> tuple[Arrays, dict[str, Any], str]:
    """The arrays as the source reads them, and ``data.py`` of a project as it was executed."""
    arrays, raw = source.read(), source.load()
    assert raw.graph is not None
    home = folder / "project"
    home.mkdir()
    config = DataConfig.model_validate({"source": source.type, "split": {"stratify": False}})
    split = split_graph(raw, raw.graph, config.split)
    for name, data in write_graph_data(source.code(arrays), arrays, split, classes_lines(arrays.classes)).items():
        (home / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    text = (home / "data.py").read_text("utf-8")
    names: dict[str, Any] = {"__file__": str(home / "data.py"), "__name__": "data"}
    exec(compile(text, "data.py", "exec"), names)  # noqa: S102  (what our sources print)
    return arrays, names, text


def check(source: Source, folder: Path, path: Path | None, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    arrays, names, text = read_again(source, folder)
    graph = arrays.graph
    assert graph is not None
    assert "netwright" not in text
    for found, wanted in zip(
        names["load"](path), (arrays.inputs, arrays.targets, graph.edge_index, graph.sizes), strict=True
    ):
        assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
        assert np.array_equal(found, wanted, equal_nan=found.dtype.kind == "f")
    (train, known), (validation, _) = names["load_parts"](path)
    assert len(train) == len(known) > 0
    assert len(validation) > 0
    assert capsys.readouterr().err == "", "the fingerprint is that of the run"
    return names


@pytest.mark.parametrize("name", ["karate", "motifs"])
def test_built_in_graphs_when_read_by_their_code_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    names = check(open_source(SourceSpec(type=name)), tmp_path, None, capsys)
    x, edge_index, sizes = names["read"](tmp_path / "project" / "data.npz")
    samples = names["Samples"].of(x, edge_index, sizes)
    assert np.array_equal(samples.x.numpy(), x)
    assert np.array_equal(samples.edge_index.numpy(), edge_index), "the union of all graphs is the set itself"
    assert np.array_equal(np.bincount(samples.batch.numpy()), sizes)


CSR = {
    "attr_data": np.ones(6),
    "attr_indices": np.array([0, 1, 0, 1, 1, 0]),
    "attr_indptr": np.array([0, 1, 2, 4, 5, 6]),
}


def test_project_when_a_test_share_was_drawn_gives_the_very_samples(tmp_path: Path) -> None:
    source = open_source(SourceSpec(type="motifs"))
    arrays, raw = source.read(), source.load()
    assert arrays.graph is not None
    assert raw.graph is not None
    for graph in (arrays.graph, raw.graph):
        object.__setattr__(graph, "test", None)
    split = split_graph(raw, raw.graph, SplitConfig(test=0.1))
    for name, data in write_graph_data(source.code(arrays), arrays, split, classes_lines(arrays.classes)).items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    names: dict[str, Any] = {"__file__": str(tmp_path / "data.py"), "__name__": "data"}
    exec(compile((tmp_path / "data.py").read_text("utf-8"), "data.py", "exec"), names)  # noqa: S102
    samples, known = names["load_test"](None)
    assert len(samples) == len(known) == 90
    assert np.array_equal(known.numpy(), arrays.targets[split.test])


ARRAYS: dict[str, dict[str, Any]] = {
    "index": {"x": X, "edge_index": INDEX, "y": np.array([0, 1, 0, 1, 1])},
    "pairs, one-hot": {"features": X, "edges": INDEX.T, "labels": np.eye(2)[[0, 1, 0, 1, 1]]},
    "compressed": {
        **CSR, "attr_shape": np.array([5, 2]), "adj_indices": np.array([1, 0, 2, 4, 3]),
        "adj_indptr": np.array([0, 1, 3, 3, 4, 5]), "y": np.array([0, 1, 0, 1, 1]),
    },
    "several": {
        "x": X, "edge_index": INDEX, "batch": np.array([0, 0, 1, 2, 2]), "y": np.array([0, 1, 1]),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_uploaded_arrays_when_read_by_their_code_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = save(tmp_path / "upload", **ARRAYS[name])
    check(opened(folder), tmp_path, folder / "original", capsys)
    assert not (tmp_path / "project" / "data.npz").exists(), "what was uploaded stays with the person"


TABLES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "one graph": ({"nodes.csv": NODES, "edges.csv": EDGES}, {}),
    "directed, a number": ({"nodes.csv": NODES, "edges.csv": EDGES}, {"directed": True, "target": "age"}),
    "several": ({"nodes.csv": MANY_NODES, "edges.csv": MANY_EDGES, "graphs.csv": MANY_GRAPHS}, {}),
    "several, regression": (
        {"nodes.csv": MANY_NODES, "edges.csv": MANY_EDGES, "graphs.csv": NUMBERS},
        {"task": "regression"},
    ),
    "semicolons": ({"nodes.csv": NODES.replace(",", ";"), "edges.csv": EDGES.replace(",", "\t")}, {}),
}


@pytest.mark.parametrize("name", TABLES)
def test_uploaded_tables_when_read_by_their_code_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    files, options = TABLES[name]
    folder = pack(tmp_path / "upload", files)
    (folder / "upload.json").write_text(json.dumps({"filename": "friends.zip"}))
    names = check(opened(folder, **options), tmp_path, folder / "original", capsys)
    for file in (tmp_path / "project").iterdir():
        assert b"Rome,yes" not in file.read_bytes(), "the person's rows stay with the person"
    assert "friends.zip" in (tmp_path / "project" / "data.py").read_text("utf-8")
    assert names["read"](folder / "original")[0].shape[1] == len(names["FEATURES"])
