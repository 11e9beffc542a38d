"""Networks on their way out, for tests."""

from pathlib import Path

import torch
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.formats import FORMATS
from netwright.exchange.material import Material
from netwright.graph.document import Document
from netwright.training.checkpoints import CheckpointFolder
from torch import nn

METADATA = {"run": "r1", "graph_hash": "0" * 64, "step": "200", "netwright": "0", "torch": torch.__version__}


def material_of(document: Document, folder: Path, source: str | None = None) -> tuple[Material, nn.Module]:
    """A document with a checkpoint as a run writes it, and the network whose weights it holds: none of them as they were
    initialised, buffers included."""
    text = source or to_source(document)
    torch.manual_seed(1)
    network = build_network(text)
    with torch.no_grad():
        for value in network.state_dict().values():
            if value.is_floating_point():
                value.add_(0.1 * torch.rand_like(value))
    checkpoints = CheckpointFolder(folder / "checkpoints", run="r1", graph_hash="0" * 64, keep=3)
    [record] = checkpoints.save(("last",), step=200, epoch=2, metrics={}, weights=network.state_dict(), resume={})
    return Material(document, text, checkpoints.folder / record.weights.name, metadata=METADATA), network


def written(form: str, material: Material, folder: Path) -> Path:
    """The file of ``form``; the checkpoint itself where that is the answer."""
    write = FORMATS[form].write
    if write is None:
        assert material.weights is not None
        return material.weights
    target = folder / f"out{FORMATS[form].suffix}"
    write(material, target)
    return target
