"""An ONNX file as a foreign graph.  It is parsed, never run; tensors kept in other files are refused."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from netwright.exchange.graphs.foreign import ForeignGraph, ForeignInput, Operator, Shape, from_array
from netwright.exchange.graphs.limits import check_shape, choose_shape, order_operators
from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.tensors import Stored, TensorInfo
from netwright.language import say

MAX_OPERATORS = 20_000
MAX_DEPTH = 16
"""Graphs within graphs (branches and loops)."""

_DTYPES = {
    1: "F32",
    2: "U8",
    3: "I8",
    4: "U16",
    5: "I16",
    6: "I32",
    7: "I64",
    9: "BOOL",
    10: "F16",
    11: "F64",
    12: "U32",
    13: "U64",
    16: "BF16",
}
_INPUT_DTYPES = {1: "float32", 7: "int64", 9: "bool"}
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SMALL_BYTES = 8192


def read_onnx(path: Path, label: str) -> ForeignGraph:
    """Reads the file.

    Raises:
        ImportRefusedError: it is damaged, keeps tensors in other files, nests too deep, has a size that no tensor can have, or
            holds no network.
    """
    model = _parse(path, label)
    _refuse_external(model, label)
    graph = model.graph
    if not graph.node:
        raise ImportRefusedError("file_without_network", say("{label} holds no operators.", label=label))
    if len(graph.node) > MAX_OPERATORS:
        raise ImportRefusedError(
            "file_too_large",
            say(
                "{label} has {count:,} operators; at most {limit:,} are read.",
                label=label,
                count=len(graph.node),
                limit=MAX_OPERATORS,
            ),
        )
    for item in (*graph.input, *graph.output, *graph.value_info):
        check_shape(_raw_shape(item), item.name, label)
    constants = {tensor.name: _tensor(tensor, label) for tensor in graph.initializer}
    shapes, batched, axes = _infer_shapes(model, constants)
    inputs = [_input(item, label) for item in graph.input if item.name not in constants]
    found = ForeignGraph(
        title=_title(graph.name, label),
        format="onnx",
        producer=f"{model.producer_name} {model.producer_version}".strip()[:200],
        inputs=[],
        outputs=[(item.name, item.name) for item in graph.output],
        operators=[],
        constants=constants,
        shapes=shapes,
        batched=batched,
        axes=axes,
    )
    found.inputs = choose_shape(inputs, found, label)
    opset = next((each.version for each in model.opset_import if each.domain in {"", "ai.onnx"}), 1)
    operators = [_operator(node, opset, found) for node in graph.node if not _keep_constant(node, found, label)]
    found.operators = order_operators(operators, {each.value for each in found.inputs} | set(constants), label)
    return found


def _parse(path: Path, label: str) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.load(path, load_external_data=False)
    except DecodeError as error:
        raise ImportRefusedError(
            "file_damaged",
            say(
                "{label} is no whole ONNX file: it is cut off, damaged or nests too deep. Fetch it again.", label=label
            ),
        ) from error
    except RecursionError as error:
        raise ImportRefusedError("file_too_deep", say("{label} nests too deep to be read.", label=label)) from error


def _refuse_external(model: Any, label: str) -> None:
    """Tensors may say that their numbers lie in another file, under any path."""
    import onnx

    functions = (_tensors_of(function.node, label, 0) for function in model.functions)
    for tensor in chain(_tensors(model.graph, label), *functions):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            where = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
            raise ImportRefusedError(
                "file_external_data",
                say(
                    "{label} keeps the tensor `{name}` in another file ({where}), which is not opened. Save the "
                    "model in one file: onnx.save(onnx.load(path), new_path, save_as_external_data=False).",
                    label=label,
                    name=tensor.name[:100],
                    where=repr(where[:200]),
                ),
            )


def _tensors(graph: Any, label: str, depth: int = 0) -> Iterator[Any]:
    if depth > MAX_DEPTH:
        raise ImportRefusedError(
            "file_too_deep",
            say("{label} nests graphs more than {limit} levels deep.", label=label, limit=MAX_DEPTH),
        )
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
    yield from _tensors_of(graph.node, label, depth)


def _tensors_of(nodes: Iterable[Any], label: str, depth: int) -> Iterator[Any]:
    """Tensors that operators hold as settings, and those of the graphs within them."""
    for node in nodes:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    yield from _tensors(inner, label, depth + 1)


def _tensor(tensor: Any, label: str) -> Stored:
    """An initialiser with its bytes.

    Raises:
        ImportRefusedError: its type is not known, or it holds more or less than its shape says.
    """
    shape = tuple(tensor.dims)
    check_shape(shape, tensor.name, label)
    dtype = _DTYPES.get(tensor.data_type)
    if dtype is None:
        raise ImportRefusedError(
            "file_format_unsupported",
            say("The tensor `{name}` of {label} is of a type that is not read.", name=tensor.name[:100], label=label),
        )
    if tensor.HasField("raw_data"):
        stored = Stored(TensorInfo(tensor.name, shape, dtype), memoryview(tensor.raw_data))
    else:
        from onnx import numpy_helper

        try:
            stored = from_array(tensor.name, numpy_helper.to_array(tensor))
        except (ValueError, TypeError, KeyError) as error:
            raise _wrong_size(tensor.name, label) from error
    _check_size(stored, label)
    return stored


def _check_size(stored: Stored, label: str) -> None:
    from netwright.exchange.graphs.foreign import numel
    from netwright.exchange.weights.tensors import DTYPE_BYTES

    if len(stored.data) != numel(stored.info.shape) * DTYPE_BYTES[stored.info.dtype]:
        raise _wrong_size(stored.info.name, label)


def _wrong_size(name: str, label: str) -> ImportRefusedError:
    return ImportRefusedError(
        "file_damaged",
        say(
            "The tensor `{name}` of {label} does not hold what its shape says. The file is damaged.",
            name=name[:100],
            label=label,
        ),
    )


def _raw_shape(item: Any) -> Shape:
    dims = item.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in dims)


def _infer_shapes(
    model: Any, constants: dict[str, Stored]
) -> tuple[dict[str, Shape], set[str], dict[str, tuple[str, ...]]]:
    """Shapes of all values by ONNX's own inference, on a copy without the large tensors, which of them have the batch as
    their one open axis, and what the sizes of the inputs are called."""
    import onnx

    light = onnx.ModelProto()
    light.CopyFrom(model) if model.ByteSize() < _SMALL_BYTES else _copy_light(model, light)
    try:
        inferred = onnx.shape_inference.infer_shapes(light, data_prop=True)
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError):
        inferred = light  # what the file itself says of its values must do
    graph = inferred.graph
    shapes = {
        item.name: _raw_shape(item)
        for item in (*graph.input, *graph.value_info, *graph.output)
        if item.type.tensor_type.HasField("shape")
    }
    batched = set(_batched(graph))
    axes = {item.name: tuple(dim.dim_param for dim in item.type.tensor_type.shape.dim) for item in graph.input}
    return shapes | {name: stored.info.shape for name, stored in constants.items()}, batched, axes


def _batched(graph: Any) -> Iterator[str]:
    """Axes are told apart by the names that the file gives to open ones."""
    dims = [item.type.tensor_type.shape.dim for item in graph.input]
    batch = next((each[0].dim_param for each in dims if len(each) and each[0].dim_param), None)
    for item in (*graph.input, *graph.value_info, *graph.output):
        open_axes = [dim for dim in item.type.tensor_type.shape.dim if not dim.HasField("dim_value")]
        if batch is not None and [dim.dim_param for dim in open_axes] == [batch]:
            yield item.name


def _copy_light(model: Any, light: Any) -> None:
    import onnx

    light.ir_version = model.ir_version
    light.opset_import.extend(model.opset_import)
    light.functions.extend(model.functions)
    graph, source = light.graph, model.graph
    graph.name = source.name or "graph"
    graph.node.extend(source.node)
    graph.value_info.extend(source.value_info)
    graph.output.extend(source.output)
    graph.input.extend(source.input)
    named = {item.name for item in source.input}
    for tensor in source.initializer:
        if tensor.ByteSize() <= _SMALL_BYTES:
            graph.initializer.append(tensor)
        elif tensor.name not in named:
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))


def _input(item: Any, label: str) -> ForeignInput:
    kind = item.type.tensor_type.elem_type
    dtype = _INPUT_DTYPES.get(
        kind, "float32" if kind in {10, 11, 16} else "int64" if kind in {2, 3, 5, 6, 12} else None
    )
    if dtype is None:
        raise ImportRefusedError(
            "file_format_unsupported",
            say("The input `{name}` of {label} is no tensor of numbers.", name=item.name[:100], label=label),
        )
    return ForeignInput(item.name, item.name, _raw_shape(item), dtype)  # type: ignore[arg-type]  # one of the three


def _title(name: str, label: str) -> str:
    usual = {"", "main_graph", "torch_jit", "torch-jit-export", "main", "graph"}
    return Path(label).stem if name in usual else name[:100]


def _keep_constant(node: Any, graph: ForeignGraph, label: str) -> bool:
    """Whether the operator is a constant, which goes to the others of the graph."""
    import numpy as np

    if node.op_type != "Constant" or node.domain not in {"", "ai.onnx"} or len(node.attribute) != 1:
        return False
    attribute, name = node.attribute[0], node.output[0]
    if attribute.name == "value":
        stored = _tensor(attribute.t, label)
        graph.constants[name] = Stored(TensorInfo(name, stored.info.shape, stored.info.dtype), stored.data)
    elif attribute.name in {"value_int", "value_ints", "value_float", "value_floats"}:
        graph.constants[name] = from_array(name, np.array(_attribute(attribute)))
    else:
        return False
    graph.shapes[name] = graph.constants[name].info.shape
    return True


def _operator(node: Any, opset: int, graph: ForeignGraph) -> Operator:
    attributes = {attribute.name: _attribute(attribute) for attribute in node.attribute}
    attributes["opset"] = opset
    scope, classes = _scope(node, graph.constants)
    domain = "" if node.domain in {"", "ai.onnx"} else f"{node.domain}."
    bodies = [attribute.g for attribute in node.attribute if attribute.type == attribute.GRAPH]
    inner = [_operator(each, opset, graph) for body in bodies for each in body.node]
    if inner:
        within = (each.attributes.get("bodies", ()) for each in inner)
        attributes["bodies"] = (*inner, *chain.from_iterable(within))
    given = (*node.input, *_captured(node, bodies, inner))
    return Operator(f"{domain}{node.op_type}", given, tuple(node.output), attributes, scope, classes)


def _captured(node: Any, bodies: Iterable[Any], inner: Iterable[Operator]) -> list[str]:
    """What branches and loops take from outside without saying so: no two values of a file have one name."""
    own = {value for op in inner for value in op.outputs} | set(node.input)
    own |= {item.name for body in bodies for item in (*body.input, *body.initializer)}
    taken = chain(
        (value for op in inner for value in op.inputs), (item.name for body in bodies for item in body.output)
    )
    return list(dict.fromkeys(value for value in taken if value and value not in own))


def _attribute(attribute: Any) -> Any:
    kind = attribute.type
    if kind == attribute.INT:
        return attribute.i
    if kind == attribute.FLOAT:
        return attribute.f
    if kind == attribute.STRING:
        return attribute.s.decode("utf-8", "replace")
    if kind == attribute.INTS:
        return list(attribute.ints)
    if kind == attribute.FLOATS:
        return list(attribute.floats)
    if kind == attribute.STRINGS:
        return [item.decode("utf-8", "replace") for item in attribute.strings]
    return None


def _scope(node: Any, constants: dict[str, Stored]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where the operator stood in its program: by the names of its weights, by PyTorch's notes, or by its own name."""
    notes = {entry.key: entry.value for entry in node.metadata_props}
    scopes = _list(notes.get("pkg.torch.onnx.name_scopes", ""))[:-1]
    names = tuple(scopes[-1].split(".")) if scopes and scopes[-1] else ()
    classes = tuple(each.rpartition(".")[2] for each in _list(notes.get("pkg.torch.onnx.class_hierarchy", ""))[1:-1])
    for name in node.input:
        if name in constants and "." in name and "::" not in name and constants[name].info.shape:
            owner = tuple(name.split(".")[:-1])
            return owner, classes if len(classes) == len(owner) else ()
    if names:
        return names, classes if len(classes) == len(names) else ()
    if node.name.startswith("/"):
        return _path(node.name.strip("/").split("/")[:-1]), ()
    return (), ()


def _path(parts: Iterable[str]) -> tuple[str, ...]:
    """``layer1``, ``layer1.0``, ``conv1`` of an older exporter as ``layer1``, ``0``, ``conv1``."""
    found: list[str] = []
    for part in parts:
        before = found[-1] if found else None
        found.append(part.removeprefix(f"{before}.") if before is not None else part)
    return tuple(found)


def _list(text: str) -> list[str]:
    """A printed list of texts."""
    return [single or double for single, double in _QUOTED.findall(text[:20_000])]
