"""The process that reads an uploaded file: ``python -m netwright.exchange.incoming KIND FILE FOLDER LABEL``.

A process of its own, so that a file can neither stop the server nor keep its memory: it may crash, take too long or need
gigabytes, and what it made is looked at only when it has ended well.  It writes into ``FOLDER``:

    outcome.json          Outcome: what was read, or why not
    weights.safetensors   the tensors
    document.json         the network, where the file holds one
"""

import resource
import sys
from pathlib import Path
from typing import Literal

from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.refusal import ImportRefusedError
from netwright.graph.model import Model
from netwright.language import STORED, Sentence, say

Kind = Literal["safetensors", "pytorch", "onnx", "program"]

OUTCOME = "outcome.json"
WEIGHTS = "weights.safetensors"
DOCUMENT = "document.json"
MAX_MEMORY_BYTES = 12 * 2**30


class Refusal(Model):
    code: str
    message: Sentence


class Outcome(Model):
    """``refusal`` says why nothing was read; ``report`` is there for a file that holds a network."""

    refusal: Refusal | None = None
    num_tensors: int = 0
    num_values: int = 0
    report: ImportReport | None = None


def sniff(path: Path, label: str) -> Kind:
    """What a file is, by its first bytes and, for a ZIP, by the names inside; its own name plays no part.

    Raises:
        ImportRefusedError: none of what can be read.
    """
    import zipfile

    with path.open("rb") as file:
        head = file.read(64)
    if head[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile as error:
            raise ImportRefusedError(
                "file_truncated",
                say("{label} is a ZIP archive that is cut off or damaged. Fetch it again.", label=label),
            ) from error
        if any(name.endswith(("models/model.json", "serialized_exported_program.json")) for name in names):
            return "program"
        # It has a data.pkl too, and its code is packed.
        if any("/code/" in name for name in names):
            raise ImportRefusedError(
                "file_runs_code",
                say(
                    "{label} is a TorchScript program, which holds code. Save the state_dict, or use torch.export.",
                    label=label,
                ),
            )
        if any(name == "data.pkl" or name.endswith("/data.pkl") for name in names):
            return "pytorch"
    elif head[8:9] == b"{":
        return "safetensors"
    elif head[:2] in {b"\x80\x02", b"\x80\x04", b"\x80\x05"}:
        raise ImportRefusedError(
            "file_runs_code",
            say(
                "{label} is a bare pickle, which can run code, or a PyTorch file from before version 1.6. Load "
                "it where you trust it, and save its state_dict with torch.save or as safetensors.",
                label=label,
            ),
        )
    elif head[:1] == b"\x08":
        return "onnx"
    raise ImportRefusedError(
        "file_kind_unknown",
        say(
            "{label} is none of what can be read: a Netwright document (.json), ONNX, a PyTorch program "
            "(.pt2), safetensors, or a PyTorch state_dict.",
            label=label,
        ),
    )


def read_file(kind: Kind, source: Path, folder: Path, label: str) -> Outcome:
    """Reads ``source`` into ``folder``; a refusal is an outcome, too."""
    from netwright.exchange.weights.reading import read_safetensors, read_state_dict

    try:
        if kind == "safetensors":
            counts = read_safetensors(source, folder / WEIGHTS, label)
        elif kind == "pytorch":
            counts = read_state_dict(source, folder / WEIGHTS, label)
        else:
            return _read_network(kind, source, folder, label)
    except ImportRefusedError as error:
        return Outcome(refusal=Refusal(code=error.code, message=error.message))
    return Outcome(num_tensors=counts[0], num_values=counts[1])


def _read_network(kind: Kind, source: Path, folder: Path, label: str) -> Outcome:
    from netwright.exchange.graphs.building import build_network_files
    from netwright.exchange.graphs.onnx_reader import read_onnx
    from netwright.exchange.graphs.program_reader import read_program

    graph = read_onnx(source, label) if kind == "onnx" else read_program(source, label)
    report, counts = build_network_files(graph, folder / DOCUMENT, folder / WEIGHTS)
    return Outcome(num_tensors=counts[0], num_values=counts[1], report=report)


def main(arguments: list[str]) -> int:
    kind, source, folder, label = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    assert kind in {"safetensors", "pytorch", "onnx", "program"}
    outcome = read_file(kind, Path(source), Path(folder), label)  # type: ignore[arg-type]  # asserted above
    (Path(folder) / OUTCOME).write_text(outcome.model_dump_json(context=STORED), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
