"""From a run's record to the project that repeats it.  Runs in the process that makes exports."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

from netwright.compiler.program import DocumentInvalidError
from netwright.compiler.source import to_run_source
from netwright.exchange.card import Card
from netwright.exchange.material import ExportError, Material
from netwright.exchange.network import build_trained
from netwright.exchange.weights.loading import write_fitted
from netwright.language import said_by, say
from netwright.services.export_order import Record
from netwright.training.checkpoints import file_record
from netwright.training.config import ObjectiveConfig, TrainingConfig
from netwright.training.metrics import METRICS
from netwright.training.parameter_groups import group_settings
from netwright.training.project.change_script import tell_changes
from netwright.training.project.predict_script import KEPT_TASKS
from netwright.training.project.write import Project, write_project
from netwright.training.spec import INITIAL_WEIGHTS, RunSpec

ALWAYS = ("torch", "numpy", "safetensors")


def project_of(material: Material, record: Record) -> Material:
    """``material`` with the project's files and its card.

    Raises:
        DataError: the data of the run is gone or has changed.
        ExportError: the weights are not those of the network; those that the run begins with are gone or damaged; the network
            has problems.
    """
    material.say("loading")
    is_trained = material.weights is not None
    network = build_trained(material) if is_trained else None
    try:
        project = write_project(
            record.spec,
            network,
            record.first_losses,
            record.fingerprint,
            changes=record.changes,
            is_beginning_known=record.is_beginning_known,
        )
    except DocumentInvalidError as error:
        raise ExportError(say("There is no project of this network yet. {why}", why=said_by(error))) from error
    source = material.source
    if not is_trained:
        header = {"data": f"{record.spec.source.type}, fingerprint {project.fingerprint}"}
        source = to_run_source(material.document, project.preprocess_source, header=header)
    files = {**project.files, **write_initial(record)}
    return replace(material, source=source, files=files, card=_card(record, project, source))


def write_initial(record: Record) -> dict[str, Path]:
    """The weights that the run begins with, under the network's own names, in a temporary file; nothing where it begins with
    random ones.

    Raises:
        ExportError: they are gone or damaged.
    """
    weights = record.spec.initial_weights
    if weights is None:
        return {}
    source = Path(record.initial or "")
    if not source.is_file() or file_record(source).sha256 != weights.sha256:
        raise ExportError(
            say(
                "The weights that this run begins with ({title}) are gone or damaged, so a project could not repeat it. "
                "Take another format.",
                title=weights.title,
            )
        )
    # The export's own folder for temporary files: it goes with the process.
    target = Path(mkdtemp()) / INITIAL_WEIGHTS
    write_fitted(record.spec.document, source, weights.match, target)
    return {INITIAL_WEIGHTS: target}


def _card(record: Record, project: Project, module: str) -> Card:
    source, arrays, code, spec = project.source, project.arrays, project.code, record.spec
    data = ' --data "..."' if code.needs else ""
    return Card(
        title=record.name,
        notes=record.notes,
        tags=record.tags,
        task=project.task,
        kind=arrays.kind,
        data_type=source.type,
        data_title=source.title if source.is_built_in else f"{source.title}: {code.argument}",
        data_citation=source.citation,
        data_fingerprint=project.fingerprint,
        data_needs=code.needs and f"{code.needs}, to train again",
        classes=list(arrays.classes),
        input_shape=list(project.input_shape),
        num_outputs=project.num_outputs,
        target_columns=list(arrays.target_columns) if project.task == "regression" else [],
        metrics=dict(record.metrics),
        metric_names={name: _title(name) for name in record.metrics},
        settings={**_settings(spec), **_history(record)},
        curves=record.curves,
        requirements=_requirements(record, (*_imported(module), *code.requirements)),
        reads=code.reads,
        predict_command="python predict.py FILE" + (" --save FOLDER" if project.task in KEPT_TASKS else ""),
        train_command=f"python train.py{data}",
    )


def _imported(module: str) -> tuple[str, ...]:
    """Packages beyond torch that the network itself needs."""
    return ("torch_geometric",) if "from torch_geometric" in module else ()


def _title(name: str) -> str:
    """``Accuracy, validation`` of ``val/Accuracy``."""
    part, _, metric = name.partition("/")
    known = METRICS.find(metric)
    parts = {"train": "training", "val": "validation", "test": "test"}
    return f"{known.title if known else metric.capitalize()}, {parts.get(part, part)}"


def _settings(spec: RunSpec) -> dict[str, str]:
    training = spec.training
    settings = {
        "loss": " + ".join(_term(each, len(training.objectives)) for each in training.objectives),
        "optimizer": _call(training.optimizer.type, training.optimizer.params),
        "schedule": _call(training.schedule.type, training.schedule.params)
        + "".join(f", from epoch {each.milestone} {_call(each.type, each.params)}" for each in training.schedule.chain)
        + (f" after {training.schedule.warmup_steps} warm-up steps" if training.schedule.warmup_steps else ""),
        "epochs": str(training.epochs),
        "batch size": str(training.data.batch_size),
        "seed": str(training.seed),
        "precision": training.precision,
    }
    switches = {"torch.compile": training.compile, "deterministic": training.deterministic}
    switches["CUDA graphs"] = training.cuda_graphs == "on"
    settings |= {name: "yes" for name, is_on in switches.items() if is_on}
    settings |= _regularization(training)
    if spec.initial_weights is not None:
        settings["first weights"] = f"`{spec.initial_weights.title}`"
    if training.frozen:
        settings["frozen"] = ", ".join(f"`{path}`" for path in training.frozen)
    for group in training.parameter_groups:
        changed = group_settings(group)
        settings[f"group {', '.join(group.nodes)}"] = ", ".join(f"{name}={value}" for name, value in changed.items())
    for rule in training.initialization:
        where = ", ".join(rule.nodes) or "all nodes"
        zeros = ", biases zero" if rule.zero_biases else ""
        settings[f"initialisation of {where}"] = _call(rule.type, rule.params) + zeros
    if training.early_stopping is not None:
        stopping = training.early_stopping
        settings["early stopping"] = f"on {stopping.monitor}, patience {stopping.patience}"
    return settings


def _history(record: Record) -> dict[str, str]:
    """Where the run came from, and what was changed while it trained."""
    origin, told = record.spec.origin, {}
    if origin is not None:
        what = "everything" if origin.mode == "everything" else "the weights"
        told["begins with"] = f"{what} of run `{origin.run}` after step {origin.step} (epoch {origin.epoch})"
    if record.changes:
        told["changed while it trained"] = "; ".join(tell_changes(record.changes))
    if not record.is_beginning_known:
        told["not known"] = "what was changed in the run that it goes on from, which is gone"
    return told


def _regularization(training: TrainingConfig) -> dict[str, str]:
    """What is set of it, by name."""
    norm, value = training.gradient_clip_norm, training.gradient_clip_value
    settings = {
        "gradient clipping": f"norm {norm:g}" if norm is not None else f"value {value:g}" if value is not None else "",
        "batches an update": str(training.accumulate_steps) if training.accumulate_steps > 1 else "",
        "L1 penalty": f"{training.l1:g}" if training.l1 else "",
        "L2 penalty": f"{training.l2:g}" if training.l2 else "",
        "decay": "not on norms and biases" if training.no_decay_on_norms_and_biases else "",
        "average of weights": _call(training.averaging.type, training.averaging.params) if training.averaging else "",
    }
    return {name: text for name, text in settings.items() if text}


def _term(objective: ObjectiveConfig, count: int) -> str:
    """A loss as it goes into the sum: with its weight, and with its output where there are several."""
    weight = "" if objective.weight == 1.0 else f"{objective.weight:g} x "
    output = f" on `{objective.output}`" if count > 1 else ""
    return f"{weight}{_call(objective.loss.type, objective.loss.params)}{output}"


def _call(name: str, params: object) -> str:
    assert isinstance(params, dict)
    return f"`{name}({', '.join(f'{key}={value}' for key, value in params.items())})`"


def _requirements(record: Record, more: tuple[str, ...]) -> dict[str, str]:
    """Versions as the run had them where that is known, else those of this machine; without the build (``+cpu``)."""
    return {
        name: record.versions.get(name, version(name)).partition("+")[0] for name in dict.fromkeys((*ALWAYS, *more))
    }
