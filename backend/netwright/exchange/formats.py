"""The formats of weights that a person takes home.  Importing this loads no torch.

To add a format, write its ``write_...`` function and add it to ``FORMATS``: the download, the command line and the page's
list of formats follow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

Write = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class Format:
    """``write(checkpoint, target)`` makes ``target`` from a checkpoint's safetensors file; None where that file is the answer
    itself, so that its SHA-256 stays good.

    Raises (``write``):
        safetensors.SafetensorError: the checkpoint is damaged.
        OSError: it is gone, or the target cannot be written.
    """

    name: str
    suffix: str
    media_type: str
    description: str
    write: Write | None = None


def write_pytorch(checkpoint: Path, target: Path) -> None:
    """A ``state_dict`` of plain tensors, for ``torch.load(..., weights_only=True)``."""
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(checkpoint), target)


_FORMATS = (
    Format(
        "safetensors",
        ".safetensors",
        "application/octet-stream",
        "The checkpoint as it was written: names and plain numbers, no code. Safe to open, read by most tools.",
    ),
    Format(
        "pytorch",
        ".pt",
        "application/octet-stream",
        "A state_dict for network.load_state_dict(torch.load(path, weights_only=True)).",
        write_pytorch,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _FORMATS})
"""By name; the first is the default."""
