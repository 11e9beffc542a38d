"""Files that other programs write, and files that lie."""

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from samples import drawn_inputs
from torch import nn


def network_of(document: Document) -> nn.Module:
    """The document's network in evaluation, with biases and statistics that are not zeros and ones."""
    torch.manual_seed(0)
    network = build_network(to_source(document)).eval()
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point() and tensor.ndim == 1:
                tensor.copy_(
                    torch.rand_like(tensor) + 0.5 if "var" in name or "weight" in name else torch.randn_like(tensor)
                )
    return network


def samples_of(document: Document, count: int = 3) -> tuple[torch.Tensor, ...]:
    """A batch for each Input."""
    torch.manual_seed(1)
    return tuple(drawn_inputs(document, count).values())


def write_onnx(network: nn.Module, inputs: tuple[torch.Tensor, ...], path: Path, *, dynamo: bool = True) -> None:
    """By PyTorch's exporter, or by the one before it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            axes: Any = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
            torch.onnx.export(
                network, inputs, path, dynamo=True, external_data=False, dynamic_shapes=axes, verbose=False
            )
        else:
            names = [f"in{number}" for number in range(len(inputs))]
            dynamic = {name: {0: "N"} for name in names}
            torch.onnx.export(
                network, inputs, path, dynamo=False, input_names=names, dynamic_axes=dynamic, verbose=False
            )


def write_program(network: nn.Module, inputs: tuple[torch.Tensor, ...], path: Path) -> None:
    """What ``torch.export.save`` writes."""
    axes: Any = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(network, inputs, dynamic_shapes=axes), path)


class Canary:
    """Pickled, it would write ``path`` when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (f"open({str(self.path)!r}, 'w').write('it ran')",))


def pickle_that_runs_code(canary: Path) -> bytes:
    """A PyTorch file whose pickle calls ``exec``."""
    buffer = io.BytesIO()
    torch.save({"weight": torch.zeros(2), "extra": Canary(canary)}, buffer)
    return buffer.getvalue()


def bare_pickle(canary: Path) -> bytes:
    return pickle.dumps(Canary(canary))


def safetensors_bytes(header: object, data: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def state_dict_bytes(state: "dict[str, Any] | OrderedDict[str, Any]") -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def repack(data: bytes, changes: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP with some entries (named by how they end) replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", compression) as target:
        for name in source.namelist():
            content = next((new for end, new in changes.items() if name.endswith(end)), None)
            target.writestr(name, source.read(name) if content is None else content)
    return buffer.getvalue()
