"""Graphs as data: the built-in ones, their splits, and what is refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from netwright.data.base import Arrays, DataError, Prepared, SourceSpec
from netwright.data.graphs import GraphArrays, GraphPart, check_graph, describe_graphs, undirected
from netwright.data.planetoid import dense, read_pickle
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import SOURCES, open_source
from netwright.training.config import Choice, DataConfig, SplitConfig

CORA = Path(__file__).resolve().parents[4] / "shared" / "data" / "graph-cora"
has_cora = pytest.mark.skipif(not CORA.is_dir(), reason="the shared data sets are not beside the checkout")


def read(name: str, path: Path | None = None) -> tuple[Arrays, GraphArrays]:
    arrays = open_source(SourceSpec(type=name, path=None if path is None else str(path))).read()
    assert arrays.graph is not None
    return arrays, arrays.graph


def parts_of(data: Prepared) -> tuple[GraphPart, GraphPart]:
    assert isinstance(data.train, GraphPart)
    assert isinstance(data.validation, GraphPart)
    return data.train, data.validation


@pytest.mark.parametrize("name", ["karate", "motifs"])
def test_built_in_graph_when_read_is_what_its_facts_say(name: str) -> None:
    arrays, graph = read(name)
    facts = SOURCES[name].facts
    assert facts is not None
    check_graph(arrays.inputs.astype(np.float32), graph, name)
    assert describe_graphs(graph, arrays.inputs.shape[1]) == facts.graph
    assert facts.input_shape == arrays.inputs.shape[1:]
    assert len(arrays.features) == arrays.inputs.shape[1]
    assert facts.num_test == (None if graph.test is None else len(graph.test))
    assert facts.num_validation == (None if graph.validation is None else len(graph.validation))


def test_karate_club_is_the_one_that_networkx_has() -> None:
    networkx = pytest.importorskip("networkx")
    theirs = networkx.karate_club_graph()
    arrays, graph = read("karate")
    assert (graph.edge_index == undirected(np.array(theirs.edges).T)).all()
    assert [arrays.classes[label] for label in arrays.targets] == [theirs.nodes[i]["club"] for i in range(34)]


def test_motifs_are_connected_and_hold_what_their_class_says() -> None:
    networkx = pytest.importorskip("networkx")
    arrays, graph = read("motifs")
    starts = np.cumsum(graph.sizes) - graph.sizes
    for number in range(0, 900, 7):
        start, size = starts[number], graph.sizes[number]
        inside = graph.edge_index[:, (graph.edge_index[0] >= start) & (graph.edge_index[0] < start + size)] - start
        found = networkx.Graph(inside.T.tolist())
        assert found.number_of_nodes() == size
        assert networkx.is_connected(found)
        circles = sorted(len(circle) for circle in networkx.minimum_cycle_basis(found))
        assert circles == {"tree": [], "ring": [5], "house": [3, 4]}[arrays.classes[arrays.targets[number]]]


@has_cora
@pytest.mark.shared_data
def test_cora_from_its_pickles_is_the_reference_without_pickles() -> None:
    arrays, graph = read("cora", CORA)
    with np.load(CORA / "cora.npz", allow_pickle=False) as reference:
        shape = (int(reference["x_shape"][0]), int(reference["x_shape"][1]))
        x = dense(reference["x_data"], reference["x_indices"], reference["x_indptr"], shape, "cora.npz")
        assert (arrays.inputs == x).all()
        assert (arrays.targets == reference["y"]).all()
        assert (graph.edge_index == undirected(reference["edges"].T.astype(np.int64))).all()
        for ours, theirs in ((graph.train, "train_idx"), (graph.validation, "val_idx"), (graph.test, "test_idx")):
            assert ours is not None
            assert (ours == reference[theirs]).all()
    facts = SOURCES["cora"].facts
    assert facts is not None
    assert describe_graphs(graph, 1433) == facts.graph


@has_cora
@pytest.mark.shared_data
def test_cora_files_are_those_whose_hashes_are_written_down() -> None:
    import hashlib

    for file in SOURCES["cora"].files:
        data = (CORA / file.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/never-made-by-a-test",)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(_Evil(), protocol=2),
        b"cbuiltins\neval\n(S'1/0'\ntR.",
        b"cnumpy.core.multiarray\nscalar\n.",
        b"\x80\x02cposix\nsystem\n.",
        b"",
        b"\x80\x02]q\x00(K",
        b"no pickle at all",
    ],
)
def test_pickle_that_names_anything_but_arrays_is_refused_and_nothing_runs(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ind.cora.x"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"ind\.cora\.x") as caught:
        read_pickle(path)
    assert caught.value.code == "bad_file"
    assert not Path("/tmp/never-made-by-a-test").exists()  # noqa: S108 - named in the payload above


def test_own_split_is_respected_and_said() -> None:
    data = prepare(open_source(SourceSpec(type="karate")).load(), DataConfig())
    train, validation = parts_of(data)
    assert train.indices.tolist() == [0, 33]
    assert len(validation) == 32
    assert data.test is None
    assert "set's own" in data.notes[0]
    assert (data.kind, data.num_outputs, data.are_vertices) == ("graph", 2, True)


def test_graphs_are_split_by_class_and_the_test_part_stays_out() -> None:
    data = prepare(open_source(SourceSpec(type="motifs")).load(), DataConfig(split=SplitConfig(validation=0.25)))
    train, validation = parts_of(data)
    assert data.test is not None
    assert (len(train), len(validation), len(data.test)) == (540, 180, 180)
    assert torch.bincount(validation.targets).tolist() == [60, 60, 60]
    all_indices = torch.cat([train.indices, validation.indices]).sort().values
    assert all_indices.tolist() == list(range(720))
    assert not data.are_vertices


def test_preprocessing_is_fitted_on_the_vertices_of_the_training_part() -> None:
    config = DataConfig(preprocess=[Choice(type="Standardize")], split=SplitConfig(seed=1))
    raw = open_source(SourceSpec(type="motifs")).load()
    data = prepare(raw, config)
    train, _ = parts_of(data)
    preprocess = load_preprocess(data.preprocess_source)
    rows = preprocess(train.inputs)
    assert rows.mean(0).abs().max() < 1e-5
    assert preprocess(raw.inputs).mean(0).abs().max() > 1e-5
    assert len(rows) == sum(raw.graph.sizes[i] for i in train.indices) if raw.graph is not None else False


def test_normalised_features_add_up_to_one_and_an_empty_vertex_stays_empty() -> None:
    config = DataConfig(preprocess=[Choice(type="NormalizeFeatures")])
    data = prepare(open_source(SourceSpec(type="karate")).load(), config)
    batch = torch.tensor([[1.0] * 4 + [0.0] * 30, [0.0] * 34])
    assert load_preprocess(data.preprocess_source)(batch).sum(1).tolist() == [1.0, 0.0]


def test_transform_for_pictures_is_refused_for_graphs() -> None:
    with pytest.raises(DataError, match="it is for pictures, and this data is graphs"):
        prepare(open_source(SourceSpec(type="karate")).load(), DataConfig(preprocess=[Choice(type="ToFloat")]))


def test_fingerprint_follows_the_edges() -> None:
    raw = open_source(SourceSpec(type="karate")).load()
    first = prepare(raw, DataConfig()).fingerprint
    assert raw.graph is not None
    raw.graph.edge_index[1, 0] = 33
    assert prepare(raw, DataConfig()).fingerprint != first


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"edge_index": np.array([[0], [3]])}, "leads to the vertex 3, but there are 3 vertices"),
        ({"edge_index": np.array([[-1], [0]])}, "an edge leads to"),
        ({"sizes": np.array([3, 0])}, "graph 1 has no vertices"),
        ({"train": np.array([0, 0])}, "twice or that are not there"),
        ({"train": np.array([5])}, "twice or that are not there"),
        ({"train": np.array([0]), "test": np.array([0])}, "sample 0 is in the test part"),
        ({"test": np.array([], dtype=np.int64)}, "empty test part"),
    ],
)
def test_graph_that_does_not_hold_together_is_refused(change: dict[str, np.ndarray], said: str) -> None:
    parts = {"edge_index": np.array([[0], [1]]), "sizes": np.array([3]), "sample": "vertex", **change}
    with pytest.raises(DataError, match=said):
        check_graph(np.zeros((3, 2), dtype=np.float32), GraphArrays(**parts), "g.npz")  # type: ignore[arg-type]
