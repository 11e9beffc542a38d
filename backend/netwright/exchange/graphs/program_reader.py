"""A PyTorch program (``.pt2``, what ``torch.export.save`` writes) as a foreign graph.

It is a ZIP with a JSON description of the graph and the weights as plain bytes.  Both are read here, as data.
``torch.export.load`` is not called; nothing is unpickled but the state_dict of older programs, by ``weights_only``.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from netwright.exchange.graphs.foreign import ForeignGraph, ForeignInput, Operator, Shape, numel
from netwright.exchange.graphs.limits import check_shape, choose_shape, order_operators
from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.reading import check_archive, load_state_dict
from netwright.exchange.weights.tensors import DTYPE_BYTES, Stored, TensorInfo
from netwright.language import say

MAX_JSON_BYTES = 64 * 2**20
MAX_NODES = 20_000
_DTYPES = {1: "U8", 2: "I8", 3: "I16", 4: "I32", 5: "I64", 6: "F16", 7: "F32", 8: "F64", 12: "BOOL", 13: "BF16"}
_INPUT_DTYPES = {"F32": "float32", "F64": "float32", "F16": "float32", "BF16": "float32", "BOOL": "bool"}
_OLD_GRAPH, _OLD_WEIGHTS = "serialized_exported_program.json", "serialized_state_dict.pt"


def read_program(path: Path, label: str) -> ForeignGraph:
    """Reads the file.

    Raises:
        ImportRefusedError: it is damaged, packed or too large, its description does not hold together, or it keeps weights in
            a way that could run code.
    """
    check_archive(path, label)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        model = next((name for name in names if "/models/" in f"/{name}" and name.endswith(".json")), None)
        old = next((name for name in names if name.endswith(_OLD_GRAPH)), None)
        try:
            if model is not None:
                root = model.rpartition("models/")[0]
                description = _read_json(archive, model, label)
                constants = dict(_read_weights(archive, root, Path(model).stem, label))
            elif old is not None:
                description = _read_json(archive, old, label)
                constants = _read_old_weights(archive, old.removesuffix(_OLD_GRAPH), path.parent, label)
            else:
                raise ImportRefusedError(
                    "file_without_network", say("{label} holds no graph that torch.export has written.", label=label)
                )
            return _to_graph(description, constants, label)
        except (KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "The description of the network in {label} does not have the form that torch.export writes "
                    "({type}: {why}). It is damaged, or of a version that is not known.",
                    label=label,
                    type=type(error).__name__,
                    why=str(error)[:100],
                ),
            ) from error


def _read_json(archive: zipfile.ZipFile, name: str, label: str) -> Any:
    if archive.getinfo(name).file_size > MAX_JSON_BYTES:
        raise ImportRefusedError(
            "file_too_large",
            say("{name} in {label} is larger than {limit} MiB.", name=name, label=label, limit=MAX_JSON_BYTES // 2**20),
        )
    try:
        return json.loads(_read(archive, name, label))
    except (ValueError, RecursionError) as error:
        raise ImportRefusedError(
            "file_damaged", say("{name} in {label} is no JSON: {why}.", name=name, label=label, why=str(error)[:200])
        ) from error


def _read(archive: zipfile.ZipFile, name: str, label: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ImportRefusedError(
            "file_damaged",
            say("{name} in {label} is damaged: {why}. Fetch the file again.", name=name, label=label, why=error),
        ) from error


# --- weights ---------------------------------------------------------------------------------------------------------


def _read_weights(archive: zipfile.ZipFile, root: str, model: str, label: str) -> Iterator[tuple[str, Stored]]:
    known = set(archive.namelist())
    tied: dict[str, Stored] = {}
    for folder, kind in (("weights", "weights"), ("constants", "constants")):
        config = f"{root}data/{folder}/{model}_{kind}_config.json"
        if config not in known:
            continue
        for name, entry in _read_json(archive, config, label)["config"].items():
            if entry.get("use_pickle"):
                raise ImportRefusedError(
                    "file_runs_code",
                    say(
                        "{label} keeps `{name}` as a pickle, which can run code. Export the program again.",
                        label=label,
                        name=name[:100],
                    ),
                )
            file = f"{root}data/{folder}/{entry['path_name']}"
            if entry.get("tensor_meta") is None or file not in known:
                continue
            # Weights that are tied are one file under several names; what reads them must see that they are the same.
            place = json.dumps([file, entry["tensor_meta"]], sort_keys=True)
            if place not in tied:
                tied[place] = _tensor(name, entry["tensor_meta"], _read(archive, file, label), label)
            yield name, tied[place]


def _tensor(name: str, meta: Mapping[str, Any], data: bytes, label: str) -> Stored:
    """A tensor over the bytes of its storage, brought into C order."""
    import numpy as np

    shape = tuple(int(size["as_int"]) for size in meta["sizes"])
    strides = tuple(int(step["as_int"]) for step in meta["strides"])
    check_shape(shape, name, label)
    dtype = _DTYPES.get(meta["dtype"])
    if dtype is None:
        raise ImportRefusedError(
            "file_format_unsupported",
            say("`{name}` in {label} is of a type that is not read.", name=name[:100], label=label),
        )
    size = DTYPE_BYTES[dtype]
    offset = int(meta["storage_offset"]["as_int"])
    # A damaged or hostile description must not reach outside of the bytes.
    last = offset + sum((count - 1) * step for count, step in zip(shape, strides, strict=True)) if numel(shape) else 0
    if (
        min((offset, *strides)) < 0
        or (last + 1) * size > max(len(data), size)
        or (numel(shape) and numel(shape) * size > len(data))
    ):
        raise ImportRefusedError(
            "file_damaged", say("`{name}` in {label} does not hold what its shape says.", name=name[:100], label=label)
        )
    if not numel(shape):
        return Stored(TensorInfo(name, shape, dtype), b"")
    units = np.frombuffer(data, f"<u{size}", count=len(data) // size)[offset:]
    view = np.lib.stride_tricks.as_strided(units, shape, tuple(step * size for step in strides), writeable=False)
    return Stored(TensorInfo(name, shape, dtype), np.ascontiguousarray(view).reshape(-1).view(np.uint8).data)


def _read_old_weights(archive: zipfile.ZipFile, root: str, beside: Path, label: str) -> dict[str, Stored]:
    """The state_dict inside, which is a PyTorch file of its own.  It is unpacked in the folder ``beside``, which is cleared
    even where this process is given up."""
    if f"{root}{_OLD_WEIGHTS}" not in archive.namelist():
        return {}
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        path = Path(folder) / "state_dict.pt"
        path.write_bytes(_read(archive, f"{root}{_OLD_WEIGHTS}", label))
        check_archive(path, label)
        return {each.info.name: Stored(each.info, bytes(each.data)) for each in load_state_dict(path, label)}


# --- the graph -------------------------------------------------------------------------------------------------------


def _to_graph(description: Mapping[str, Any], weights: Mapping[str, Stored], label: str) -> ForeignGraph:
    module = description["graph_module"]
    graph, signature = module["graph"], module["signature"]
    nodes = graph["nodes"]
    if not nodes:
        raise ImportRefusedError("file_without_network", say("{label} holds no operators.", label=label))
    if len(nodes) > MAX_NODES:
        raise ImportRefusedError(
            "file_too_large",
            say(
                "{label} has {count:,} operators; at most {limit:,} are read.",
                label=label,
                count=len(nodes),
                limit=MAX_NODES,
            ),
        )
    metas = graph["tensor_values"]
    shapes = {name: _shape(meta, name, label) for name, meta in metas.items()}
    constants, inputs, buffers = {}, [], set()
    for spec in signature["input_specs"]:
        (kind, value), *_ = spec.items()
        if kind == "user_input":
            name = value["arg"]["as_tensor"]["name"]
            dtype = _DTYPES.get(metas[name]["dtype"], "F32")
            inputs.append(ForeignInput(name, name, _hinted(metas[name]), _INPUT_DTYPES.get(dtype, "int64")))  # type: ignore[arg-type]
        else:
            target = next(
                value[key] for key in ("parameter_name", "buffer_name", "tensor_constant_name") if key in value
            )
            if target in weights:
                constants[value["arg"]["name"]] = weights[target]
                buffers |= {value["arg"]["name"]} if "buffer_name" in value else set()
    outputs = [
        spec["user_output"]["arg"]["as_tensor"]["name"]
        for spec in signature["output_specs"]
        if "as_tensor" in spec.get("user_output", {}).get("arg", {})
    ]
    found = ForeignGraph(
        title=Path(label).stem,
        format="program",
        producer=f"torch.export, PyTorch {description.get('torch_version', '')}".strip()[:200],
        inputs=[],
        outputs=[(name, "output" if len(outputs) == 1 else f"output{number}") for number, name in enumerate(outputs)],
        operators=[],
        constants=constants,
        shapes=shapes,
        buffers=buffers,
        axes={name: tuple(map(_symbol, meta["sizes"])) for name, meta in metas.items()},
    )
    found.inputs = choose_shape(inputs, found, label)
    operators = [op for node in nodes if (op := _operator(node)).outputs]
    known = {name for name in shapes if name not in {value for op in operators for value in op.outputs}}
    found.operators = order_operators(operators, known | set(constants), label)
    return found


def _shape(meta: Mapping[str, Any], name: str, label: str) -> Shape:
    shape = tuple(size.get("as_int") for size in meta["sizes"])
    check_shape(shape, name, label)
    return shape


def _symbol(size: Mapping[str, Any]) -> str:
    """What the program calls a size that is open."""
    return "" if "as_int" in size else str((size.get("as_expr") or {}).get("expr_str", ""))


def _hinted(meta: Mapping[str, Any]) -> Shape:
    """An input's shape; a size that is open beside the batch is taken from the example it was exported with."""
    sizes: list[int | None] = []
    for axis, size in enumerate(meta["sizes"]):
        hint = (size.get("as_expr") or {}).get("hint") or {}
        sizes.append(size.get("as_int") if axis == 0 or "as_int" in size else hint.get("as_int"))
    return tuple(sizes)


def _operator(node: Mapping[str, Any]) -> Operator:
    attributes: dict[str, Any] = {}
    inputs: list[str] = []
    for entry in node["inputs"]:
        attributes[entry["name"]] = _argument(entry["arg"], inputs)
    outputs = []
    for output in node["outputs"]:
        if "as_tensor" in output:
            outputs.append(output["as_tensor"]["name"])
        elif "as_tensors" in output:
            outputs += [each["name"] for each in output["as_tensors"]]
        elif "as_sym_int" in output:
            outputs.append(output["as_sym_int"].get("as_name", ""))
    scope, classes = _scope(node.get("metadata", {}).get("nn_module_stack", ""))
    return Operator(_kind(node["target"]), tuple(inputs), tuple(outputs), attributes, scope, classes)


def _argument(arg: Mapping[str, Any], inputs: list[str]) -> Any:
    """An argument as plain data; tensors by the names of their values, which also go into ``inputs``."""
    (kind, value), *_ = arg.items()
    if kind == "as_tensor":
        inputs.append(value["name"])
        return value["name"]
    if kind in {"as_tensors", "as_optional_tensors"}:
        found = [each.get("name") or (each.get("as_tensor") or {}).get("name", "") for each in value]
        inputs.extend(name for name in found if name)
        return found
    if kind == "as_sym_int":
        if "as_name" in value:
            inputs.append(value["as_name"])
        return value.get("as_int", -1)
    if kind == "as_sym_ints":
        inputs.extend(each["as_name"] for each in value if "as_name" in each)
        return [each.get("as_int", -1) for each in value]
    return None if kind == "as_none" else value


def _kind(target: str) -> str:
    """``torch.ops.aten.relu_.default`` as ``aten.relu``."""
    name = target.removeprefix("torch.ops.")
    parts = name.split(".")
    return ".".join(parts[:2]).removesuffix("_") if parts[0] == "aten" else name


def _scope(stack: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """``L__self__,,Net;L__self__f,f,Sequential`` as the path of the innermost module and the classes on the way."""
    entries = [entry.split(",") for entry in stack.split(";") if entry.count(",") >= 2]
    if not entries or not entries[-1][1]:
        return (), ()
    scope = tuple(entries[-1][1].split("."))
    classes = tuple(entry[2].rpartition(".")[2] for entry in entries[1:])
    return scope, classes if len(classes) == len(scope) else ()
