"""ONNX: made by PyTorch's exporter, checked by ONNX's own checker and in ONNX Runtime before it is offered."""

import contextlib
import logging
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx_ir.passes.common import CommonSubexpressionEliminationPass
from torch.export import ExportedProgram
from torch.onnx import OnnxExporterError

from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import build_trained, input_specs, open_axes, output_names, random_batch
from netwright.exchange.onnx_modules import written_out
from netwright.exchange.onnx_translations import TRANSLATIONS
from netwright.exchange.traced import check_equal, checked_with, trace, unshadowed
from netwright.language import say

MAX_PROTOBUF_BYTES = 2**31 - 1
"""A protobuf message cannot be longer; ONNX keeps larger weights in a second file, which a single download cannot be."""
_AT_FAULT = re.compile(r"translating node %(\w+).*?torch\.ops\.(?:aten\.)?([\w.]+)", re.DOTALL)
_OTHERS = say("The formats exported, safetensors, pytorch and bundle hold it.")


def write_onnx(material: Material, target: Path) -> None:
    """An ONNX model; its inputs and outputs are called as the Input and Output nodes, the batch is ``N``.

    Raises:
        ExportError: ONNX cannot express the network (the message names the node), or its runtime gives other values.
    """
    material.say("loading")
    network = build_trained(material)
    num_bytes = sum(value.nbytes for value in network.state_dict().values())
    if num_bytes > MAX_PROTOBUF_BYTES:
        raise ExportError(
            say(
                "The weights take {bytes:,} bytes; a single ONNX file holds less than 2 GiB. {others}",
                bytes=num_bytes,
                others=_OTHERS,
            )
        )
    material.say("exporting")
    model = to_model(material, network)
    material.say("checking")
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]

    def run(batch: dict[str, torch.Tensor]) -> list[torch.Tensor]:
        found = session.run(output_names(material.document), {name: batch[name].numpy() for name in names})
        return [torch.from_numpy(np.asarray(value)) for value in found]

    worst, allowed = check_equal(material, network, run, "ONNX Runtime")
    note = model.metadata_props.add()
    note.key, note.value = "checked", checked_with("ONNX Runtime", onnxruntime.__version__, worst, allowed)
    target.write_bytes(model.SerializeToString())


def to_model(material: Material, network: torch.nn.Module) -> onnx.ModelProto:
    """The network as ONNX, not yet compared with it.

    Raises:
        ExportError: ONNX cannot express it.
    """
    with written_out(network):
        program = trace(material, network)
    return _convert(material, program, network)


def _convert(material: Material, program: ExportedProgram, network: torch.nn.Module) -> onnx.ModelProto:
    inputs, outputs = list(input_specs(material.document)), output_names(material.document)
    example = random_batch(input_specs(material.document), network, 2, torch.Generator().manual_seed(0))
    try:
        with _quietly():
            exported = torch.onnx.export(
                program,
                kwargs=example,
                input_names=inputs,
                output_names=outputs,
                dynamo=True,
                external_data=False,
                verbose=False,
                optimize=False,
                custom_translation_table=TRANSLATIONS,
            )
            assert exported is not None, "the exporter answers with a program"
            # A Linear on sequences turns its weight in every use: turned once, a shared weight stays one.
            CommonSubexpressionEliminationPass()(exported.model)
            exported.optimize()
    except OnnxExporterError as error:
        raise _explain(error, program) from error
    model: onnx.ModelProto = exported.model_proto
    _rename_weights(model)
    _name_axes(model, material)
    _clean(model)
    model.producer_name, model.producer_version = "Netwright", material.metadata.get("netwright", "")
    del model.metadata_props[:]
    for key, value in material.metadata.items():
        item = model.metadata_props.add()
        item.key, item.value = key, value
    return model


def _rename_weights(model: onnx.ModelProto) -> None:
    """Weights by their names in the network, which :func:`trace` may have changed."""
    for weights in model.graph.initializer:
        weights.name = unshadowed(weights.name)
    for node in model.graph.node:
        for place, value in enumerate(node.input):
            node.input[place] = unshadowed(value)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """The exporter logs that packages are missing which this network does not use, and warns of its own deprecated calls."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _name_axes(model: onnx.ModelProto, material: Material) -> None:
    """The exporter calls the batch ``s77``; a person reads ``N``."""
    values = [*model.graph.input, *model.graph.output, *model.graph.value_info]
    axes = open_axes(input_specs(material.document))
    letters = {}
    for value in model.graph.input:
        axis, letter = axes[value.name]
        letters[value.type.tensor_type.shape.dim[axis].dim_param] = letter
    for value in values:
        for size in value.type.tensor_type.shape.dim:
            for theirs, ours in letters.items():
                if theirs and size.dim_param:
                    size.dim_param = re.sub(rf"\b{re.escape(theirs)}\b", ours, size.dim_param)


def _clean(model: onnx.ModelProto) -> None:
    """Takes out the exporter's notes: they hold paths of this machine and make the file several times as long."""
    for node in model.graph.node:
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        del value.metadata_props[:]
    for weights in model.graph.initializer:
        del weights.metadata_props[:]
    del model.graph.metadata_props[:]


def _explain(error: BaseException, program: ExportedProgram) -> ExportError:
    """Which node ONNX could not express, as far as the exporter says."""
    cause: BaseException | None = error
    found = None
    while cause is not None and found is None:
        found = _AT_FAULT.search(str(cause))
        cause = cause.__cause__
    if found is None:
        return ExportError(say("ONNX cannot express this network. {others}", others=_OTHERS))
    name, operation = found[1], found[2].removesuffix(".default")
    node = _path_of(name, program)
    where = f"`{node}`" if node else say("this network")
    return ExportError(
        say(
            "ONNX has no operation for {where}: `{operation}` cannot be translated. {others}",
            where=where,
            operation=operation,
            others=_OTHERS,
        ),
        node=node,
    )


def _path_of(name: str, program: ExportedProgram) -> str | None:
    """The module (a node's path) that the operation called ``name`` belongs to."""
    with _quietly():
        decomposed = program.run_decompositions()
    for candidate in (program, decomposed):
        for node in candidate.graph.nodes:
            if node.name == name:
                stack = list((node.meta.get("nn_module_stack") or {}).values())
                return str(stack[-1][0]) or None if stack else None
    return None
