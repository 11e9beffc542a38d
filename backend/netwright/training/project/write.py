"""A run as the files of a project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from netwright.compiler.program import build_program
from netwright.data.base import CLASS_TASKS, Arrays, DataError, Source, Task
from netwright.data.masks import write_mask_moves
from netwright.data.prepare import chain_of, prepare, raw_layout, required_columns, split_raw
from netwright.data.prepare_graph import split_graph
from netwright.data.registry import open_source
from netwright.data.sample_code import SampleCode
from netwright.language import say
from netwright.training.answers import build_answers, find_last
from netwright.training.jobs import count_scores, find_output
from netwright.training.objectives import LOSSES
from netwright.training.project.augment_script import augment_files
from netwright.training.project.change_script import tell_history
from netwright.training.project.data_script import classes_lines, write_data
from netwright.training.project.graph_scripts import write_graph_data
from netwright.training.project.predict_script import WEIGHTS, write_predict
from netwright.training.project.script_facts import Facts, GraphTerms, Term
from netwright.training.project.train_script import write_train
from netwright.training.setup import wants_channels_last
from netwright.training.spec import Change, RunSpec


@dataclass(frozen=True, slots=True)
class Project:
    """``files`` are ``data.py``, ``train.py``, ``predict.py`` and what they read; they expect ``model.py`` beside them,
    ``model.safetensors`` to predict, and ``initial.safetensors`` where the run began with weights."""

    files: Mapping[str, str | bytes]
    source: Source
    arrays: Arrays
    code: SampleCode
    fingerprint: str
    preprocess_source: str
    input_shape: tuple[int, ...]
    num_outputs: int
    task: Task


def write_project(
    spec: RunSpec,
    network: nn.Module | None = None,
    first_losses: Sequence[float] = (),
    fingerprint: str | None = None,
    *,
    changes: Sequence[Change] = (),
    is_beginning_known: bool = True,
) -> Project:
    """Reads the data of the run again, and writes how to.  ``network`` is one of the run's, None where it has none yet;
    ``fingerprint`` is that of the data the run saw, where it is known.  ``changes`` and ``is_beginning_known`` are as in
    ``services.export_order.Record``.

    Raises:
        DataError: the data is gone, or is not what the run was trained on.
        DocumentInvalidError: the document has problems.
    """
    source = open_source(spec.source)
    arrays, raw = source.read(), source.load()
    data = prepare(raw, spec.training.data)
    if fingerprint is not None and data.fingerprint != fingerprint:
        raise DataError(
            say(
                "The data has changed since this run (its fingerprint differs), so a project could not repeat "
                "it. Take another format, or start a new run."
            )
        )
    code = source.code(arrays)
    outputs = [find_output(spec.document, objective.output) for objective in spec.training.objectives]
    terms = tuple(Term(output, count_scores(spec.document, output)) for output in outputs)
    is_channels_last = network is not None and wants_channels_last(
        network, data, next(network.parameters()).device, spec.training
    )
    loss = LOSSES.get(spec.training.objectives[0].loss.type)
    answers = build_answers(data.task, len(data.classes), loss, find_last(spec.document, outputs[0]))
    target_scale = float(getattr(source.options, "target_scale", 1.0))
    graph = None
    if raw.graph is not None:
        ports = tuple(port for _, port in build_program(spec.document).network.arguments)
        graph = GraphTerms(ports, are_vertices=raw.graph.sample == "vertex")
    facts = Facts(
        run=spec.run,
        is_class=data.task in CLASS_TASKS,
        terms=terms,
        is_channels_last=is_channels_last,
        argument=code.needs,
        output_file=WEIGHTS if network is None else "trained.safetensors",
        first_losses=tuple(first_losses),
        has_initial_weights=spec.initial_weights is not None,
        graph=graph,
        augment=data.augment,
        changes=tuple(changes),
        history=tuple(tell_history(spec, changes, is_beginning_known=is_beginning_known)),
        has_test=data.test is not None,
        is_balanced=spec.training.data.sampler == "balanced" and data.task == "classification",
        answers=answers,
        scales_targets=data.target_scale is not None,
    )
    moves = ""
    if data.task == "segmentation":
        moves = write_mask_moves(chain_of(raw, spec.training.data), raw_layout(raw))
    predict = write_predict(
        answers,
        reads=code.reads,
        output=terms[0].output,
        num_scores=terms[0].num_scores,
        target_scale=target_scale,
        graph=graph,
        scales_targets=data.target_scale is not None,
        required=required_columns(raw, chain_of(raw, spec.training.data)),
        target_columns=raw.target_columns if data.task == "regression" else (),
    )
    if raw.graph is None:
        read = write_data(code, arrays, split_raw(raw, spec.training.data.split), target_scale, moves)
    else:
        split = split_graph(raw, raw.graph, spec.training.data.split)
        read = write_graph_data(code, arrays, split, classes_lines(arrays.classes))
    files: dict[str, str | bytes] = {
        **read,
        **augment_files(data.augment),
        "train.py": write_train(spec.training, facts),
        "predict.py": predict,
    }
    return Project(
        files,
        source,
        arrays,
        code,
        data.fingerprint,
        data.preprocess_source,
        data.input_shape,
        data.num_outputs,
        data.task,
    )
