"""Uploaded graphs: tables in a ZIP, arrays in an NPZ, and what is wrong with them said with its place."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from netwright.data.base import Arrays, DataError, Source, SourceSpec
from netwright.data.facts import Facts
from netwright.data.graphs import GraphArrays
from netwright.data.prepare import prepare
from netwright.data.preview import build_preview
from netwright.data.registry import open_source
from netwright.data.sniff import sniff_upload
from netwright.training.config import DataConfig

CORA = Path(__file__).resolve().parents[4] / "shared" / "data" / "graph-cora"

NODES = """id,age,city,label,split
a,30,Rome,yes,train
b,41,Oslo,no,train
c,25,Rome,yes,val
d,,Oslo,no,test
e,52,Rome,,
"""
EDGES = "source,target\na,b\nb,c\nc,d\nd,e\nb,a\ne,e\n"
MANY_NODES = """id,graph,weight
1,g2,0.5
2,g2,1.5
1,g1,2.5
2,g1,3.0
3,g1,3.5
"""
MANY_EDGES = "graph,from,to\ng1,1,2\ng1,2,3\ng2,1,2\n"
MANY_GRAPHS = "id,label\ng1,tree\ng2,edge\n"


def pack(folder: Path, files: dict[str, str], within: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "original", "w") as archive:
        for name, text in files.items():
            archive.writestr(within + name, text)
    return folder


def save(folder: Path, **arrays: Any) -> Path:
    folder.mkdir(exist_ok=True)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    (folder / "original").write_bytes(buffer.getvalue())
    return folder


def opened(folder: Path, **options: Any) -> Source:
    kind = sniff_upload(folder / "original", "upload")
    return open_source(SourceSpec(type=kind, path=str(folder), options=options))


def read(folder: Path, **options: Any) -> tuple[Arrays, GraphArrays, Facts]:
    source = opened(folder, **options)
    arrays = source.read()
    assert arrays.graph is not None
    return arrays, arrays.graph, source.describe()


def edges_of(graph: GraphArrays) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in graph.edge_index.T]


@pytest.mark.parametrize("within", ["", "my graph/"])
def test_tables_of_one_graph_become_features_edges_targets_and_the_split(tmp_path: Path, within: str) -> None:
    arrays, graph, facts = read(pack(tmp_path, {"nodes.csv": NODES, "edges.csv": EDGES}, within))
    assert arrays.features == ("age", "city")
    assert arrays.categories == {"city": ("Oslo", "Rome")}
    assert arrays.targets.tolist() == [1, 0, 1, 0, -1]
    assert arrays.classes == ("no", "yes")
    both = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 3)]
    assert edges_of(graph) == both
    assert graph.train is not None
    assert graph.test is not None
    assert (graph.train.tolist(), graph.test.tolist()) == ([0, 1], [3])
    assert (facts.num_samples, facts.num_validation, facts.num_test) == (3, 1, 1)
    assert [step.type for step in arrays.default_preprocess] == ["Impute", "Standardize", "OneHot"]
    assert facts.input_shape == (3,)
    assert {column.name: column.role for column in facts.columns} == {
        "id": "ignored",
        "age": "feature",
        "city": "feature",
        "label": "target",
        "split": "ignored",
    }
    assert prepare(opened(tmp_path).load(), DataConfig()).input_shape == (3,)


def test_directed_edges_are_kept_as_they_stand(tmp_path: Path) -> None:
    _, graph, facts = read(pack(tmp_path, {"nodes.csv": NODES, "edges.csv": EDGES}), directed=True)
    assert edges_of(graph) == [(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 4)]
    assert facts.graph is not None
    assert (facts.graph.is_directed, facts.graph.num_self_loops) == (True, 1)


def test_columns_can_be_corrected(tmp_path: Path) -> None:
    folder = pack(tmp_path, {"nodes.csv": NODES, "edges.csv": EDGES})
    arrays, _, _ = read(folder, target="city", columns={"label": {"role": "ignored"}})
    assert (arrays.target_name, arrays.features) == ("city", ("age",))


def test_tables_of_many_graphs_are_put_in_the_order_of_their_targets(tmp_path: Path) -> None:
    files = {"nodes.csv": MANY_NODES, "edges.csv": MANY_EDGES, "graphs.csv": MANY_GRAPHS}
    arrays, graph, facts = read(pack(tmp_path, files))
    assert arrays.features == ("weight",)
    assert arrays.inputs.ravel().tolist() == [2.5, 3.0, 3.5, 0.5, 1.5]
    assert graph.sizes.tolist() == [3, 2]
    assert edges_of(graph) == [(0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)]
    assert [arrays.classes[label] for label in arrays.targets] == ["tree", "edge"]
    assert facts.graph is not None
    assert (facts.graph.sample, facts.num_samples) == ("graph", 2)


WRONG_TABLES: dict[str, tuple[dict[str, str], str, str]] = {
    "unknown vertex": ({"nodes.csv": NODES, "edges.csv": "source,target\na,z\na,b\n"}, "edges.csv, line 2", "'z'"),
    "vertex twice": ({"nodes.csv": NODES + "a,1,Rome,yes,\n", "edges.csv": EDGES}, "nodes.csv, line 7", "'a'"),
    "strange part": ({"nodes.csv": NODES.replace("val", "holdout"), "edges.csv": EDGES}, "line 4", "'holdout'"),
    "one column": ({"nodes.csv": NODES, "edges.csv": "source\na\nb\nc\n"}, "edges.csv", "has one column"),
    "no number": (
        {
            "nodes.csv": "id,a,label\n" + "".join(f"{i},{i}.5,{i % 2}\n" for i in range(9)) + "x,oops,1\n",
            "edges.csv": "source,target\n1,2\n2,3\n",
        },
        "line 11",
        "'oops' is not a number",
    ),
    "graphs without a class": ({"nodes.csv": MANY_NODES, "edges.csv": MANY_EDGES}, "graphs.csv", "class of each graph"),
    "unknown graph": (
        {"nodes.csv": MANY_NODES, "edges.csv": MANY_EDGES, "graphs.csv": "id,label\ng1,tree\ng9,edge\n"},
        "nodes.csv names the graph 'g2'",
        "does not have",
    ),
    "no features": (
        {"nodes.csv": "id,label\na,1\nb,0\n", "edges.csv": "source,target\na,b\nb,a\n"},
        "nodes.csv",
        "no column is left",
    ),
}


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_tables_that_do_not_hold_together_are_refused_with_the_place(tmp_path: Path, name: str) -> None:
    files, place, said = WRONG_TABLES[name]
    with pytest.raises(DataError) as caught:
        opened(pack(tmp_path, files)).describe()
    assert place in str(caught.value)
    assert said in str(caught.value)


def test_target_of_one_class_is_refused_where_it_was_chosen_and_else_not_guessed(tmp_path: Path) -> None:
    folder = pack(tmp_path, {"nodes.csv": NODES.replace("no", "yes"), "edges.csv": EDGES})
    with pytest.raises(DataError, match=r"label.* one class only, 'yes'; choose another target"):
        opened(folder, target="label").describe()
    assert read(folder)[0].target_name == "city"


@pytest.mark.shared_data
@pytest.mark.skipif(not CORA.is_dir(), reason="the shared data sets are not beside the checkout")
def test_uploaded_npz_of_cora_is_the_built_in_set(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes((CORA / "cora.npz").read_bytes())
    arrays, graph, facts = read(tmp_path)
    ours = open_source(SourceSpec(type="cora", path=str(CORA))).read()
    assert ours.graph is not None
    assert (arrays.inputs == ours.inputs).all()
    assert (arrays.targets == ours.targets).all()
    assert (graph.edge_index == ours.graph.edge_index).all()
    assert (facts.num_samples, facts.num_validation, facts.num_test) == (640, 500, 1000)
    assert [step.type for step in arrays.default_preprocess] == ["NormalizeFeatures"]


SQUARE: dict[str, Any] = {
    "x": np.eye(4, dtype=np.float32),
    "edge_index": np.array([[0, 1, 2, 3], [1, 2, 3, 0]]),
    "y": np.array([0, 1, 0, -1]),
}


def test_npz_in_the_names_of_pytorch_geometric_is_read(tmp_path: Path) -> None:
    train = np.array([True, True, False, False])
    arrays, graph, facts = read(save(tmp_path, **SQUARE, train_mask=train))
    assert (graph.sample, facts.num_samples) == ("vertex", 2)
    assert edges_of(graph) == [(0, 1), (1, 2), (2, 3), (3, 0)]
    assert arrays.classes == ("0", "1")


def test_npz_of_several_graphs_is_read(tmp_path: Path) -> None:
    folder = save(tmp_path, **{**SQUARE, "y": np.array([1, 0])}, batch=np.array([0, 0, 0, 1]))
    _, graph, facts = read(folder)
    assert (graph.sample, graph.sizes.tolist(), facts.num_samples) == ("graph", [3, 1], 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"y": np.array([0, 1])}, "y has 2 values for 4 vertices"),
        ({"y": np.zeros(4, dtype=np.int64)}, "one class only"),
        ({"y": np.array([0.5, 1, 0, 1])}, "y is float64"),
        ({"edge_index": np.array([[0], [9]])}, "leads to the vertex 9"),
        ({"edge_index": np.zeros((3, 2), dtype=np.int64)}, "not whole numbers of shape"),
        ({"x": np.full((4, 1), np.nan, dtype=np.float32)}, "not finite"),
        ({"train_mask": np.zeros(3, dtype=bool)}, "train_mask is bool"),
        ({"y": np.array([{"a": 1}] * 4, dtype=object)}, "no sound NPZ of plain arrays"),
    ],
)
def test_npz_that_does_not_hold_together_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        opened(save(tmp_path, **{**SQUARE, **change})).read()


def test_npz_without_features_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Add an array x"):
        opened(save(tmp_path, edge_index=SQUARE["edge_index"], y=SQUARE["y"])).read()


def test_preview_draws_small_graphs_and_a_part_of_a_large_one(tmp_path: Path) -> None:
    [club] = build_preview(open_source(SourceSpec(type="karate"))).drawings
    assert (len(club.positions), len(club.edges), club.num_left_out) == (34, 78, 0)
    assert all(0 <= value <= 1 for point in club.positions for value in point)
    assert set(club.labels) == {0, 1}
    motifs = build_preview(open_source(SourceSpec(type="motifs")))
    assert [one.name for one in motifs.drawings] == ["tree", "tree", "ring", "ring", "house", "house"]
    assert [one.name for one in motifs.histograms] == ["degree", "vertices"]
    assert motifs.balance == [("tree", 300), ("ring", 300), ("house", 300)]
    line = np.stack([np.arange(999), np.arange(1, 1000)])
    y = np.arange(1000) % 2
    large = save(tmp_path, x=np.eye(1000, 3, dtype=np.float32), edge_index=np.concatenate([line, line[::-1]], 1), y=y)
    [part] = build_preview(opened(large)).drawings
    assert (len(part.positions), part.num_left_out) == (150, 850)
