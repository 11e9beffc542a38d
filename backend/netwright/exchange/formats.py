"""The formats in which a person takes a network home.  Importing this loads no torch.

To add a format, write its ``write_...`` function and add it to ``FORMATS``: the download, the command line and the page's
list of formats follow (its words stand in ``locales/*/exports.json`` and ``language/zh/exchange.json`` too; tests look).
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwright.exchange.material import Material

Write = Callable[["Material", Path], None]
BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Format:
    """``write(material, target)`` makes ``target``; None where a checkpoint's own file is the answer, so that its SHA-256
    stays good.

    ``needs_source`` is true where the network itself goes into the file and not its weights alone, ``needs_run`` where the
    data and the settings of a run do; ``is_for_networks`` where a network that was not trained can leave in it.  ``mark``
    is put behind the file's name where another format has the same suffix: one of them must not overwrite the other.

    Raises (``write``):
        ExportError: the network cannot leave in this format.
        safetensors.SafetensorError: the checkpoint is damaged.
        OSError: it is gone, or the target cannot be written.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    description: str
    write: Write | None = None
    needs_source: bool = True
    needs_run: bool = False
    is_for_networks: bool = False
    mark: str = ""


def write_pytorch(material: "Material", target: Path) -> None:
    """A ``state_dict`` of plain tensors, for ``torch.load(..., weights_only=True)``."""
    import torch
    from safetensors.torch import load_file

    assert material.weights is not None, "there are no fresh weights in this format"
    material.say("exporting")
    weights = load_file(material.weights)
    # By way of memory: PyTorch's own writer takes the whole process down where the disk is full.
    buffer = io.BytesIO()
    torch.save(weights, buffer)
    target.write_bytes(buffer.getbuffer())


def write_onnx(material: "Material", target: Path) -> None:
    """See :func:`netwright.exchange.to_onnx.write_onnx`."""
    from netwright.exchange import to_onnx

    to_onnx.write_onnx(material, target)


def write_exported(material: "Material", target: Path) -> None:
    """See :func:`netwright.exchange.traced.write_exported`."""
    from netwright.exchange import traced

    traced.write_exported(material, target)


def write_bundle(material: "Material", target: Path) -> None:
    """See :func:`netwright.exchange.project.write_bundle`."""
    from netwright.exchange import project

    project.write_bundle(material, target)


def write_hub(material: "Material", target: Path) -> None:
    """See :func:`netwright.exchange.project.write_hub`."""
    from netwright.exchange import project

    project.write_hub(material, target)


_FORMATS = (
    Format(
        "safetensors",
        "safetensors",
        ".safetensors",
        BINARY,
        "The checkpoint as it was written: names and plain numbers, no code. Safe to open, read by most tools.",
    ),
    Format(
        "pytorch",
        "PyTorch state_dict",
        ".pt",
        BINARY,
        "A state_dict for network.load_state_dict(torch.load(path, weights_only=True)).",
        write_pytorch,
        needs_source=False,
    ),
    Format(
        "onnx",
        "ONNX",
        ".onnx",
        BINARY,
        "Runs without PyTorch: in ONNX Runtime, in browsers, on phones. Compared with PyTorch before it is offered.",
        write_onnx,
        is_for_networks=True,
    ),
    Format(
        "exported",
        "Exported program",
        ".pt2",
        BINARY,
        "The network as one PyTorch program, without its source: torch.export.load(path).module(), called with inputs by name.",
        write_exported,
        is_for_networks=True,
    ),
    Format(
        "bundle",
        "Project",
        ".zip",
        "application/zip",
        "Everything to predict and to train again in plain PyTorch: code, weights, preprocessing, the first losses of the run.",
        write_bundle,
        needs_run=True,
        is_for_networks=True,
    ),
    Format(
        "hub",
        "Model repository",
        ".zip",
        "application/zip",
        "The files that a repository of the Hugging Face Hub holds: model card, config.json, model.safetensors, model.py.",
        write_hub,
        needs_run=True,
        mark="-hub",
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _FORMATS})
"""By name; the first is the default."""
