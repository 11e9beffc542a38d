"""What a project of graphs has of its own: ``data.py`` with its ``Samples``, and how they go through the network."""

import hashlib
import io

import numpy as np

from netwright.compiler.source import join_imports, to_comment, to_literal
from netwright.data.base import Arrays
from netwright.data.graphs import GraphArrays
from netwright.data.sample_code import SampleCode
from netwright.data.split import Split
from netwright.training.config import HALF_PRECISIONS, TrainingConfig
from netwright.training.project.script_facts import Facts

_VERTICES = '''class Samples:
    """Vertices of one graph.  The whole graph goes through the network, whichever of them are looked at."""

    def __init__(self, x: Tensor, edge_index: Tensor, rows: Tensor) -> None:
        self.x, self.edge_index, self.rows = x, edge_index, rows

    @classmethod
    def of(cls, x: np.ndarray, edge_index: np.ndarray, sizes: np.ndarray) -> "Samples":
        """All vertices."""
        return cls(torch.from_numpy(x), torch.from_numpy(edge_index), torch.arange(len(x)))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: Tensor | slice) -> "Samples":
        return Samples(self.x, self.edge_index, self.rows[chosen])

    def to(self, device: torch.device) -> "Samples":
        return Samples(self.x.to(device), self.edge_index.to(device), self.rows.to(device))

    @property
    def batch(self) -> Tensor:
        """(V): the graph of each vertex."""
        return torch.zeros(len(self.x), dtype=torch.int64, device=self.x.device)'''
_GRAPHS = '''class Samples:
    """Graphs, each as features (V, F) and edge_index (2, E).  A batch is their disjoint union."""

    def __init__(self, graphs: list[tuple[Tensor, Tensor]]) -> None:
        self.graphs = graphs

    @classmethod
    def of(cls, x: np.ndarray, edge_index: np.ndarray, sizes: np.ndarray) -> "Samples":
        """All graphs of a union; ``sizes`` are their numbers of vertices."""
        ends = np.cumsum(sizes)
        owner = np.searchsorted(ends, edge_index[0], side="right")
        graphs = []
        for number, (start, end) in enumerate(zip(ends - sizes, ends)):
            edges = edge_index[:, owner == number] - start
            graphs.append((torch.from_numpy(x[start:end]), torch.from_numpy(edges)))
        return cls(graphs)

    def __len__(self) -> int:
        return len(self.graphs)

    def __getitem__(self, chosen: Tensor | slice) -> "Samples":
        return Samples([self.graphs[number] for number in torch.arange(len(self))[chosen].tolist()])

    def to(self, device: torch.device) -> "Samples":
        return Samples([(x.to(device), edge_index.to(device)) for x, edge_index in self.graphs])

    @property
    def x(self) -> Tensor:
        return torch.cat([x for x, _ in self.graphs])

    @property
    def edge_index(self) -> Tensor:
        sizes = [len(x) for x, _ in self.graphs]
        return torch.cat([edges + sum(sizes[:number]) for number, (_, edges) in enumerate(self.graphs)], dim=1)

    @property
    def batch(self) -> Tensor:
        """(V): the graph of each vertex."""
        return torch.cat([edges.new_full((len(x),), number) for number, (x, edges) in enumerate(self.graphs)])'''
_DATA = '''"""The data of the run: how it is read, and which samples were held out for validation."""

{imports}

HERE = Path(__file__).parent
{constants}

{functions}

{samples}


def load_parts(path: Path | None) -> tuple[tuple[Samples, Tensor], tuple[Samples, Tensor]]:
    """Samples and targets of the training part, and of the validation part, as in the run."""
    x, targets, edge_index, sizes = load(path)
    if fingerprint(x, targets, edge_index, sizes) != SHA256:
        print("These are not the graphs of the run (their SHA-256 differs): losses will differ too.", file=sys.stderr)
    with np.load(HERE / "split.npz", allow_pickle=False) as split:
        train, validation = torch.from_numpy(split["train"]), torch.from_numpy(split["validation"])
    if max(train.max(), validation.max()) >= len(targets):
        raise SystemExit(f"There are {{len(targets)}} samples, too few to be those of the run.")
    samples, known = Samples.of(x, edge_index, sizes), torch.from_numpy(targets)
    return (samples[train], known[train]), (samples[validation], known[validation])


{test}def fingerprint(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{{array.dtype}} {{array.shape}}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
'''


_TEST = '''def load_test(path: Path | None) -> tuple[Samples, Tensor]:
    """Samples and targets of the test part, on which nothing was trained or chosen."""
    x, targets, edge_index, sizes = load(path)
    with np.load(HERE / "split.npz", allow_pickle=False) as split:
        chosen = torch.from_numpy(split["test"])
    if chosen.max() >= len(targets):
        raise SystemExit(f"There are {len(targets)} samples, too few to be those of the run.")
    return Samples.of(x, edge_index, sizes)[chosen], torch.from_numpy(targets)[chosen]


'''


def write_graph_data(code: SampleCode, arrays: Arrays, split: Split, class_lines: list[str]) -> dict[str, str | bytes]:
    """``data.py`` and the files that it reads."""
    graph = arrays.graph
    assert graph is not None, "a set of graphs has its edges"
    imports = ["import hashlib", "import sys", "from pathlib import Path", "import numpy as np", "import torch"]
    constants = [
        f'SHA256 = "{graph_fingerprint(arrays, graph)}"',
        '"""Of the graphs as the run read them: see fingerprint()."""',
    ]
    constants += class_lines
    if code.needs:
        constants.insert(0, f"# To train again you need {to_comment(code.needs)}.")
    parts = io.BytesIO()
    chosen = {"train": split.train, "validation": split.validation}
    test = split.test if graph.test is None else graph.test
    if len(test):
        chosen["test"] = test
    np.savez_compressed(parts, **{name: indices.astype(np.int64) for name, indices in chosen.items()})  # type: ignore[arg-type]  # arrays by name
    text = _DATA.format(
        imports=join_imports([*imports, "from torch import Tensor", *code.imports]),
        constants="\n".join(constants),
        functions="\n" + code.functions.rstrip("\n") + "\n",
        samples=_VERTICES if graph.sample == "vertex" else _GRAPHS,
        test=_TEST if len(test) else "",
    )
    return {"data.py": text, "split.npz": parts.getvalue(), **code.files}


def graph_fingerprint(arrays: Arrays, graph: GraphArrays) -> str:
    """SHA-256 over what ``load`` of the project gives, as the project itself computes it."""
    digest = hashlib.sha256()
    for array in (arrays.inputs, arrays.targets, graph.edge_index, graph.sizes):
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def graph_call(arguments: tuple[str, ...]) -> str:
    """How the network is called with ``samples``; ``arguments`` are the outputs of the Graph node that ``forward`` takes."""
    values = ["preprocess(samples.x)" if name == "x" else f"samples.{name}" for name in arguments]
    return f"network({', '.join(values)})"


def write_graph_forward(config: TrainingConfig, facts: Facts) -> str:
    """``forward`` of ``train.py``."""
    graph = facts.graph
    assert graph is not None, "only of a network of graphs"
    is_single = len(facts.terms) == 1
    rows = ".index_select(0, samples.rows)" if graph.are_vertices else ""
    of = "these vertices" if graph.are_vertices else "these graphs"
    lines = [
        f"def forward(network: nn.Module, samples: Samples) -> {'Tensor' if is_single else 'dict[str, Tensor]'}:",
        f'    """The scores of {of}, float32{"" if is_single else "; by the outputs that have a loss"}."""',
    ]
    call = graph_call(graph.arguments)
    if config.precision in HALF_PRECISIONS:
        lines += [
            f"    # The network runs in {config.precision}, the loss is computed in float32.",
            f"    with torch.autocast(samples.x.device.type, torch.{config.precision}):",
            f"        outputs = {call}",
        ]
    else:
        lines.append(f"    outputs = {call}")
    keys = [to_literal(term.output) for term in facts.terms if term.output is not None]
    if is_single:
        chosen = f"[{keys[0]}]" if keys else ""
        return "\n".join([*lines, f"    return outputs{chosen}.float(){rows}"])
    return "\n".join([*lines, f"    return {{name: outputs[name].float(){rows} for name in ({', '.join(keys)})}}"])
