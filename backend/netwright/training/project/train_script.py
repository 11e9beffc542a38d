"""``train.py`` of a project: the training loop of a run, with its choices written as the PyTorch calls that they are.

The choices print themselves (``Loss.source``, ``Optimizer.source``, ``Schedule.source``, ``Metric.source``); the loop is that
of ``training.loop`` without what serves a page.  A test trains the script beside the product for each choice there is and
compares the losses bit by bit; ``WRITTEN`` names the settings that it knows, and another test that there are no others.
"""

import ast
import re
from collections.abc import Sequence
from typing import Any

from netwright.compiler.source import join_imports, to_comment, to_literal
from netwright.training.choices import ChoiceParams, Registry
from netwright.training.config import HALF_PRECISIONS, Choice, ObjectiveConfig, TrainingConfig
from netwright.training.objectives import LOSSES, fit_targets_source
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.project.augment_script import augment_import, ready_argument
from netwright.training.project.change_script import CHANGED, change_lines, first_value, last_epochs, tell_changes
from netwright.training.project.evaluate_script import chosen_metrics, write_evaluate, write_figures
from netwright.training.project.graph_scripts import write_graph_forward
from netwright.training.project.learning_script import (
    constants_of_learning,
    is_recomputed,
    needs_closure,
    write_closure,
    write_helpers,
    write_initialization,
    write_learning_rate,
    write_optimizer,
)
from netwright.training.project.main_script import FROZEN_MODULES, IN_ORDER, write_batches, write_main
from netwright.training.project.script_facts import Facts, Term
from netwright.training.spec import INITIAL_WEIGHTS

WRITTEN = {
    "": {
        "data", "objectives", "metrics", "optimizer", "parameter_groups", "schedule", "epochs", "seed", "precision", "device",
        "deterministic", "compile", "cuda_graphs",
        "gradient_clip_norm", "gradient_clip_value", "accumulate_steps", "l1", "l2", "no_decay_on_norms_and_biases",
        "averaging", "initialization", "early_stopping", "checkpoint", "initial_weights", "frozen",
    },
    "data": {"source", "batch_size", "split", "preprocess", "augment", "sampler", "task"},
    "data.split": {"by", "validation", "test", "seed", "stratify", "folds", "fold"},
    "objectives": {"output", "target", "loss", "weight"},
    "parameter_groups": {"nodes", "lr_factor", "weight_decay"},
    "initialization": {"type", "params", "nodes", "zero_biases"},
    "schedule": {"type", "params", "warmup_steps", "chain"},
    "schedule.chain": {"type", "params", "milestone"},
    "early_stopping": {"monitor", "mode", "patience", "min_delta", "restore_best_weights"},
    "checkpoint": {"monitor", "mode", "every_epochs", "keep", "tested"},
}  # fmt: skip
"""Fields of the config and of its parts that the script minds (or that are for the page alone: ``keep``, ``every_epochs``)."""


def write_train(config: TrainingConfig, facts: Facts) -> str:
    """The script.

    Raises:
        UnknownChoiceError, pydantic.ValidationError: the config names what does not exist.
    """
    metrics, main = chosen_metrics(config), _main_output(facts)
    body = [
        _constants(config, facts),
        *([CHANGED] if facts.changes else []),
        *write_helpers(config),
        write_learning_rate(config, is_changed=any(change.name == "lr" for change in facts.changes)),
        *loss_functions(config),
        _loss(config, facts),
        write_optimizer(config),
        *([write_initialization(config)] if config.initialization else []),
        _forward(config, facts) if facts.graph is None else write_graph_forward(config, facts),
        write_batches(facts),
        *([IN_ORDER] if is_recomputed(config) else []),
        *write_figures(metrics, facts),
        write_evaluate(facts, metrics, main),
        *([FROZEN_MODULES] if config.frozen else []),
        *([write_closure(config, ready_argument(facts))] if needs_closure(config) else []),
        write_main(config, facts, main),
    ]
    used = "\n\n\n".join(section.strip("\n") for section in body)
    samples, load_test = "", ", load_test" if facts.has_test else ""
    if facts.graph is not None:  # its samples are no tensor
        used = used.replace("tuple[Tensor, Tensor]", "tuple[Samples, Tensor]").replace(
            "samples: Tensor", "samples: Samples"
        )
        samples = "Samples, "
    imports = (
        join_imports([*_IMPORTS, *_imports_of(used)])
        + f"\n\n{augment_import(facts)}from data import {samples}load_parts{load_test}\nfrom model import "
    )
    head = f"{_head(config, facts)}\n\n{imports}{_from_model(facts)}\n\n"
    return head + used + '\n\n\nif __name__ == "__main__":\n    main()\n'


_IMPORTS = (
    *("import argparse", "import math", "import random", "import time", "from pathlib import Path"),
    *("import numpy as np", "import torch", "from torch import Tensor, nn"),
)


def _imports_of(used: str) -> list[str]:
    """Imports that only some scripts need."""

    def named(*names: str) -> str:
        return ", ".join(name for name in names if re.search(rf"\b{name}\b", used))

    files = named("load_file", "save_file")
    lines = [f"from collections.abc import {named('Callable', 'Iterable', 'Iterator', 'Sequence')}"]
    lines.append(f"from safetensors.torch import {files}")
    if "os.environ" in used:
        lines.append("import os")
    for module, names in (
        ("dataclasses", named("dataclass")),
        ("typing", named("Any")),
        ("torch.nn", named("functional")),
        ("torch.optim.swa_utils", named("AveragedModel", "get_ema_multi_avg_fn")),
    ):
        if names:
            lines.append(f"from {module} import {names}")
    return lines


def _from_model(facts: Facts) -> str:
    return "Network, postprocess, preprocess, scale_targets" if facts.scales_targets else "Network, preprocess"


def _params(registry: Registry[Any], chosen: Choice) -> ChoiceParams:
    return registry.params(chosen.type, chosen.params)


def _head(config: TrainingConfig, facts: Facts) -> str:
    data = " --data PATH" if facts.argument else ""
    follows = "samples, order and first weights follow from the seed"
    if facts.has_initial_weights:
        follows = f"it begins with the weights of {INITIAL_WEIGHTS}, all else follows from the seed"
    as_run = f" as run {to_comment(facts.run)} did" if facts.run else ""
    lines = [
        f'"""Trains the network of model.py{as_run}: {follows}.',
        "",
        f"    python train.py{data} [--epochs N] [--device cpu] [--output {facts.output_file}]",
        "",
        "With the versions of requirements.txt a CPU of the same machine gives the losses of the run to the last bit.",
    ]
    if config.cuda_graphs != "off":
        lines += [
            "The run may have replayed its steps from CUDA graphs. Here they are made one operation after the other: on a",
            "GPU that is slower for small networks, and the same arithmetic.",
        ]
    lines += facts.history
    if facts.changes:
        lines.append("Changed by hand while the run trained, and so here (CHANGES):")
        lines += [f"- {sentence}" for sentence in tell_changes(facts.changes)]
    split = config.data.split
    if split.folds is not None:
        lines.append(
            f"Validated with fold {split.fold} of {split.folds}: which samples these are stands in the files of data.py."
        )
    return "\n".join([*lines, '"""'])


def _constants(config: TrainingConfig, facts: Facts) -> str:
    chosen = OPTIMIZERS.params(config.optimizer.type, config.optimizer.params).model_dump()["lr"]
    rate = first_value(facts.changes, "lr", chosen)
    lines = [
        f"SEED = {config.seed}",
        f"EPOCHS = {last_epochs(facts.changes, config)}",
        f"BATCH_SIZE = {config.data.batch_size}",
        f"LEARNING_RATE = {rate!r}",
    ]
    lines += constants_of_learning(config)
    lines += change_lines(facts.changes, config)
    if config.schedule.warmup_steps:
        lines.append(f"WARMUP_STEPS = {config.schedule.warmup_steps}")
    if facts.has_initial_weights:
        lines.append(f'INITIAL_WEIGHTS = Path(__file__).parent / "{INITIAL_WEIGHTS}"')
    if config.frozen:
        lines += [*_listed("FROZEN", config.frozen), '"""Parts of the network whose weights do not move."""']
    lines += _listed("RUN_LOSSES", list(facts.first_losses))
    first = "What the run itself measured in its first steps." if facts.first_losses else "Nothing to compare with yet."
    lines.append(f'"""{first}"""')
    return "\n".join(lines)


def _listed(name: str, values: Sequence[float] | Sequence[str]) -> list[str]:
    """Lines that assign a list: one, or one for each value where that would be too long."""
    literals = [to_literal(value) if isinstance(value, str) else repr(value) for value in values]
    one = f"{name} = [{', '.join(literals)}]"
    return [one] if len(one) <= 120 else [f"{name} = [", *(f"    {literal}," for literal in literals), "]"]


def _main_output(facts: Facts) -> str:
    """The output of the first objective, which metrics are measured on, in the unit of the targets."""
    first = "outputs" if len(facts.terms) == 1 else _on_output("outputs", facts.terms[0])
    return f"postprocess({first})" if facts.scales_targets else first


def _loss(config: TrainingConfig, facts: Facts) -> str:
    objectives = [
        _objective(objective, term, facts) for objective, term in zip(config.objectives, facts.terms, strict=True)
    ]
    names = [objective.loss.type for objective in config.objectives]
    scale = ["    targets = scale_targets(targets)"] if facts.scales_targets else []
    if len(objectives) == 1:
        return "\n".join(
            [
                "def compute_loss(outputs: Tensor, targets: Tensor) -> Tensor:",
                f'    """{names[0]}."""',
                *scale,
                f"    return {objectives[0]}",
            ]
        )
    return "\n".join(
        [
            "def compute_loss(outputs: dict[str, Tensor], targets: Tensor) -> Tensor:",
            f'    """The weighted sum of {" and ".join(dict.fromkeys(names))} on {len(names)} outputs."""',
            *scale,
            "    terms = [",
            *(f"        {expression}," for expression in objectives),
            "    ]",
            "    return torch.stack(terms).sum()",
        ]
    )


def loss_functions(config: TrainingConfig) -> list[str]:
    """Source of what the losses call that PyTorch has not."""
    found = [_functions_of(objective.loss) for objective in config.objectives]
    return [source for source in dict.fromkeys(found) if source]


def _functions_of(chosen: Choice) -> str:
    return LOSSES.get(chosen.type).functions(_params(LOSSES, chosen))


def _objective(objective: ObjectiveConfig, term: Term, facts: Facts) -> str:
    """One term of the loss, as an expression."""
    is_soft = facts.augment is not None and facts.augment.has_soft_targets
    fitted = fit_targets_source(term.num_scores, is_class=facts.is_class, is_mask=facts.is_mask, is_soft=is_soft)
    expression = LOSSES.get(objective.loss.type).source(_params(LOSSES, objective.loss), fitted)
    if objective.weight != 1.0:
        expression = f"{objective.weight!r} * {_in_brackets(expression)}"
    return expression if len(facts.terms) == 1 else _on_output(expression, term)


def _in_brackets(expression: str) -> str:
    """As one factor: what is a sum, a product or a quotient goes into brackets."""
    is_whole = isinstance(ast.parse(expression, mode="eval").body, ast.Call | ast.Name)
    return expression if is_whole else f"({expression})"


def _on_output(expression: str, term: Term) -> str:
    """An expression over ``outputs`` where these are a dict."""
    return re.sub(r"\boutputs\b", lambda _: f"outputs[{_key(term)}]", expression)


def _key(term: Term) -> str:
    assert term.output is not None, "of several outputs each has a name"
    return to_literal(term.output)


def _forward(config: TrainingConfig, facts: Facts) -> str:
    is_single = len(facts.terms) == 1
    ready = "" if facts.augment is None else ", *, is_ready: bool = False"
    lines = [
        f"def forward(network: nn.Module, samples: Tensor{ready}) -> {'Tensor' if is_single else 'dict[str, Tensor]'}:",
        f'    """Raw samples to the scores, float32{"" if is_single else "; by the outputs that have a loss"}."""',
        f"    inputs = {'samples if is_ready else ' if ready else ''}preprocess(samples)",
    ]
    if facts.is_channels_last:
        lines += [
            "    # Convolutions run faster with the channels last.",
            "    inputs = inputs.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)",
        ]
    elif OPTIMIZERS.get(config.optimizer.type).needs_closure:
        lines += [
            f"    # {config.optimizer.type} strings all gradients together, which must not have their channels last.",
            "    inputs = inputs.clone(memory_format=torch.contiguous_format)",
        ]
    call = "network(inputs)"
    if config.precision in HALF_PRECISIONS:
        lines += [
            f"    # The network runs in {config.precision}, the loss is computed in float32.",
            f"    with torch.autocast(samples.device.type, torch.{config.precision}):",
            "        outputs = network(inputs)",
        ]
        call = "outputs"
    if is_single:
        output = facts.terms[0].output
        chosen = "" if output is None else f"[{to_literal(output)}]"
        return "\n".join([*lines, f"    return {call}{chosen}.float()"])
    if call != "outputs":
        lines.append("    outputs = network(inputs)")
    names = ", ".join(map(_key, facts.terms))
    return "\n".join([*lines, f"    return {{name: outputs[name].float() for name in ({names})}}"])
