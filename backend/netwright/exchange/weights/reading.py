"""An uploaded file of weights, made into a safetensors file of ours.  Nothing in it is run.

A PyTorch file is a ZIP with a pickle.  It is read by ``torch.load(weights_only=True, mmap=True)``, which knows tensors and
plain containers and refuses every other name; there is no second try with less care.
"""

import math
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.tensors import DTYPE_BYTES, MAX_TENSORS, Stored, TensorInfo, list_tensors, write_tensors
from netwright.language import say

if TYPE_CHECKING:
    from torch import Tensor

MAX_WEIGHTS_BYTES = 8 * 2**30
MAX_PICKLE_BYTES = 64 * 2**20
_KEYS = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params", "ema")
"""Under which names training scripts keep the state_dict beside other things."""


def read_safetensors(source: Path, target: Path, label: str) -> tuple[int, int]:
    """Checks a safetensors file and moves it to ``target``; gives the numbers of tensors and of values.

    Raises:
        ImportRefusedError: as ``list_tensors``; it holds no tensors, or ones of a type that is not known.
    """
    tensors = list_tensors(source, label).tensors
    if not tensors:
        raise ImportRefusedError("file_without_weights", say("{label} holds no tensors.", label=label))
    for info in tensors:
        if info.dtype not in DTYPE_BYTES:
            raise ImportRefusedError(
                "file_format_unsupported",
                say(
                    "The tensor `{name}` of {label} is of type {dtype}, which is not read.",
                    name=info.name,
                    label=label,
                    dtype=info.dtype,
                ),
            )
    source.replace(target)
    return len(tensors), sum(math.prod(info.shape) for info in tensors)


def read_state_dict(source: Path, target: Path, label: str) -> tuple[int, int]:
    """Reads a PyTorch file with a state_dict into ``target``; gives the numbers of tensors and of values.

    Raises:
        ImportRefusedError: it is no ZIP of PyTorch's, is packed, damaged or cut off, names what is more than data, or holds
            no tensors.
    """
    check_archive(source, label)
    stored = load_state_dict(source, label)
    write_tensors(target, stored)
    return len(stored), sum(math.prod(each.info.shape) for each in stored)


def load_state_dict(source: Path, label: str) -> list[Stored]:
    """The tensors of a PyTorch file that :func:`check_archive` has passed, mapped from it.

    Raises:
        ImportRefusedError: as :func:`read_state_dict`.
    """
    return list(_to_stored(_find_tensors(_load(source, label), label), source.stat().st_size, label))


def check_archive(source: Path, label: str) -> None:
    """Looks at the ZIP before anything reads what is inside.

    PyTorch packs nothing, so an entry that is packed is no file of its, and would grow as it is read.

    Raises:
        ImportRefusedError: it is no ZIP, is cut off, packed, or its pickle is too large.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ImportRefusedError(
            "file_truncated",
            say(
                "{label} is no whole PyTorch file: it is cut off, damaged, or in the format from before PyTorch "
                "1.6. Fetch it again, or load it in PyTorch and save its state_dict anew.",
                label=label,
            ),
        ) from error
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "{label} is packed ({file} grows from {packed:,} to {unpacked:,} bytes); PyTorch's "
                    "own files are not. Save it again in PyTorch.",
                    label=label,
                    file=repr(entry.filename[:100]),
                    packed=entry.compress_size,
                    unpacked=entry.file_size,
                ),
            )
        if entry.filename.endswith(".pkl") and entry.file_size > MAX_PICKLE_BYTES:
            raise ImportRefusedError(
                "file_too_large",
                say(
                    "The list of tensors in {label} has {bytes:,} bytes; at most {limit:,} are read.",
                    label=label,
                    bytes=entry.file_size,
                    limit=MAX_PICKLE_BYTES,
                ),
            )


def _load(source: Path, label: str) -> Any:
    import pickle

    import torch

    try:
        return torch.load(source, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise ImportRefusedError(
            "file_runs_code",
            say(
                "{label} holds more than tensors: {found} Such a file can run code, so it is not opened. In "
                "PyTorch, save the state_dict alone: torch.save(model.state_dict(), path).",
                label=label,
                found=_first_sentence(error),
            ),
        ) from error
    except (RuntimeError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        raise ImportRefusedError(
            "file_damaged",
            say("PyTorch cannot read {label}: {why} Fetch the file again.", label=label, why=_first_sentence(error)),
        ) from error


def _first_sentence(error: BaseException) -> str:
    """The part of PyTorch's message that says what was found, without its advice to read the file with less care."""
    text = str(error)
    if "Unsupported global" in text:
        if "GLOBAL " not in text:
            return say("it names something unknown.")
        return say("it names {name}.", name=text.partition("GLOBAL ")[2].split()[0])
    if "Unsupported" in text or "Trying to" in text:
        found = text[text.find("Unsupported") :] if "Unsupported" in text else text[text.find("Trying to") :]
        return found.split(".")[0][:200] + "."
    lines = text.splitlines()
    return lines[0][:200].rstrip(".") + "." if lines else say("no reason given.")


def _find_tensors(loaded: Any, label: str) -> "dict[str, Tensor]":
    """The state_dict: the file itself, or what it keeps under a usual name."""
    import torch

    candidates = [loaded]
    if isinstance(loaded, Mapping):
        candidates += [loaded[key] for key in _KEYS if key in loaded]
    for candidate in candidates:
        if not isinstance(candidate, Mapping) or not candidate:
            continue
        tensors = {name: value for name, value in candidate.items() if isinstance(value, torch.Tensor)}
        if tensors and all(isinstance(name, str) for name in tensors) and 2 * len(tensors) >= len(candidate):
            return tensors
    raise ImportRefusedError(
        "file_without_weights",
        say(
            "{label} holds no state_dict: no names with tensors. Save it with torch.save(model.state_dict(), path).",
            label=label,
        ),
    )


def _to_stored(tensors: "Mapping[str, Tensor]", num_bytes: int, label: str) -> Iterator[Stored]:
    """Each tensor's bytes, mapped from the file where they lie as they are needed."""
    import torch

    if len(tensors) > MAX_TENSORS:
        raise ImportRefusedError(
            "file_too_large",
            say(
                "{label} has {count:,} tensors; at most {limit:,} are read.",
                label=label,
                count=len(tensors),
                limit=MAX_TENSORS,
            ),
        )
    total = 0
    for name, tensor in tensors.items():
        dtype = _dtype_name(tensor.dtype)
        if dtype is None or tensor.layout is not torch.strided or tensor.is_quantized:
            raise ImportRefusedError(
                "file_format_unsupported",
                say(
                    "The tensor `{name}` of {label} is {dtype}, {layout}: only plain tensors are read.",
                    name=name,
                    label=label,
                    dtype=tensor.dtype,
                    layout=tensor.layout,
                ),
            )
        size = tensor.numel() * tensor.element_size()
        total += size
        # A tensor may say any size and read the same few bytes again and again.
        if size > num_bytes or total > MAX_WEIGHTS_BYTES or total > 16 * num_bytes:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "The tensor `{name}` of {label} says that it has {size:,} bytes, more than the file. It is "
                    "damaged.",
                    name=name,
                    label=label,
                    size=size,
                ),
            )
        plain = tensor.detach().contiguous().reshape(-1)
        data = plain.view(torch.uint8).numpy().data if size else b""
        yield Stored(TensorInfo(name, tuple(tensor.shape), dtype), data)


def _dtype_name(dtype: Any) -> str | None:
    import torch

    names = {
        torch.bool: "BOOL",
        torch.uint8: "U8",
        torch.int8: "I8",
        torch.int16: "I16",
        torch.int32: "I32",
        torch.int64: "I64",
        torch.float16: "F16",
        torch.bfloat16: "BF16",
        torch.float32: "F32",
        torch.float64: "F64",
        torch.float8_e4m3fn: "F8_E4M3",
        torch.float8_e5m2: "F8_E5M2",
    }
    return names.get(dtype)
