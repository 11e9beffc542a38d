"""``train.py`` of a project: the training loop of a run, with its choices written as the PyTorch calls that they are.

The choices print themselves (``Loss.source``, ``Optimizer.source``, ``Schedule.source``, ``Metric.source``); the loop is that
of ``training.loop`` without what serves a page.  A test trains the script beside the product for each choice there is and
compares the losses bit by bit; ``WRITTEN`` names the settings that it knows, and another test that there are no others.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from netwright.compiler.source import join_imports, to_comment, to_literal
from netwright.training.choices import ChoiceParams, Registry
from netwright.training.config import Choice, ObjectiveConfig, TrainingConfig
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES, fit_targets_source
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.project.main_script import BATCHES, FROZEN_MODULES, write_main
from netwright.training.project.script_facts import Facts, Term
from netwright.training.schedules import SCHEDULES
from netwright.training.spec import INITIAL_WEIGHTS

WRITTEN = {
    "": {
        "data", "objectives", "metrics", "optimizer", "parameter_groups", "schedule", "epochs", "seed", "precision", "device",
        "gradient_clip_norm", "early_stopping", "checkpoint", "initial_weights", "frozen",
    },
    "data": {"source", "batch_size", "split", "preprocess", "augment"},
    "objectives": {"output", "target", "loss", "weight"},
    "schedule": {"type", "params", "warmup_steps"},
    "early_stopping": {"monitor", "mode", "patience", "min_delta", "restore_best_weights"},
    "checkpoint": {"monitor", "mode", "every_epochs", "keep"},
}  # fmt: skip
"""Fields of the config and of its parts that the script minds (or that are for the page alone: ``keep``, ``every_epochs``)."""


def write_train(config: TrainingConfig, facts: Facts) -> str:
    """The script.

    Raises:
        UnknownChoiceError, pydantic.ValidationError: the config names what does not exist.
    """
    metrics = _metrics(config, facts)
    monitored = {"train/loss", "val/loss", *(f"val/{name}" for name in metrics)}
    checkpoint, stopping = config.checkpoint, config.early_stopping
    monitor = checkpoint.monitor if checkpoint.monitor in monitored else "val/loss"
    stop_monitor = None if stopping is None else stopping.monitor if stopping.monitor in monitored else "val/loss"
    mode = checkpoint.mode if checkpoint.monitor in monitored else "min"
    imports = ["import argparse", "import math", "import random", "import time", "from pathlib import Path"]
    imports += [
        "from collections.abc import Iterator",
        "import numpy as np",
        "import torch",
        "from torch import Tensor, nn",
    ]
    files = "load_file, save_file" if facts.has_initial_weights else "save_file"
    imports += ["from torch.nn import functional", f"from safetensors.torch import {files}"]
    sections = [
        _head(config, facts, metrics),
        join_imports(imports) + f"\n\nfrom data import load_parts\nfrom model import {_from_model(facts)}",
        _constants(config, facts),
        _learning_rate(config),
        _loss(config, facts),
        _optimizer(config),
        _forward(config, facts),
        BATCHES,
        _evaluate(facts, metrics),
        *([FROZEN_MODULES] if config.frozen else []),
        write_main(config, facts, monitor, mode, stop_monitor),
    ]
    text = "\n\n\n".join(section.strip("\n") for section in sections).replace("\n\n\n", "\n\n", 2)
    used = text.split("from model import", 1)[1]
    if "functional." not in used:
        text = text.replace("from torch.nn import functional\n", "", 1)
    return text + '\n\n\nif __name__ == "__main__":\n    main()\n'


def _from_model(facts: Facts) -> str:
    return "Network, postprocess, preprocess, scale_targets" if facts.scales_targets else "Network, preprocess"


def _params(registry: Registry[Any], chosen: Choice) -> ChoiceParams:
    return registry.params(chosen.type, chosen.params)


def _metrics(config: TrainingConfig, facts: Facts) -> dict[str, str]:
    """Expressions of the metrics that can be written as one, by name."""
    found = {name: METRICS.get(name).source(facts.terms[0].num_scores) for name in config.metrics}
    return {name: source for name, source in found.items() if source is not None}


def _head(config: TrainingConfig, facts: Facts, metrics: dict[str, str]) -> str:
    data = " --data PATH" if facts.argument else ""
    left_out = [name for name in config.metrics if name not in metrics]
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
    if left_out:
        lines.append(f"Not measured here: {', '.join(left_out)}.")
    return "\n".join([*lines, '"""'])


def _constants(config: TrainingConfig, facts: Facts) -> str:
    rate = OPTIMIZERS.params(config.optimizer.type, config.optimizer.params).model_dump()["lr"]
    lines = [
        f"SEED = {config.seed}",
        f"EPOCHS = {config.epochs}",
        f"BATCH_SIZE = {config.data.batch_size}",
        f"LEARNING_RATE = {rate!r}",
    ]
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


def _learning_rate(config: TrainingConfig) -> str:
    schedule = SCHEDULES.get(config.schedule.type)
    expression = schedule.source(_params(SCHEDULES, config.schedule))
    warmup = config.schedule.warmup_steps
    first = f"{schedule.type} after {warmup} steps of linear warm-up" if warmup else schedule.type
    lines = [
        "def learning_rate(step: int, num_steps: int, steps_per_epoch: int) -> float:",
        f'    """Of update ``step`` (from 1) of ``num_steps``: {first}."""',
    ]
    if warmup:
        lines += ["    if step <= WARMUP_STEPS:", "        return LEARNING_RATE * step / WARMUP_STEPS"]
    if expression == "lr":
        return "\n".join([*lines, "    return LEARNING_RATE"])
    lines += ["    lr = LEARNING_RATE", f"    step -= {'1 + WARMUP_STEPS' if warmup else '1'}"]
    if "num_steps" in expression:
        lines.append(f"    num_steps = max(num_steps{' - WARMUP_STEPS' if warmup else ''}, 1)")
    return "\n".join([*lines, f"    return {expression}"])


def _loss(config: TrainingConfig, facts: Facts) -> str:
    objectives = [
        _objective(objective, term, facts) for objective, term in zip(config.objectives, facts.terms, strict=True)
    ]
    names = [objective.loss.type for objective in config.objectives]
    if len(objectives) == 1:
        return (
            "def compute_loss(outputs: Tensor, targets: Tensor) -> Tensor:\n"
            f'    """{names[0]}."""\n'
            f"    return {objectives[0]}"
        )
    return "\n".join(
        [
            "def compute_loss(outputs: dict[str, Tensor], targets: Tensor) -> Tensor:",
            f'    """The weighted sum of {" and ".join(dict.fromkeys(names))} on {len(names)} outputs."""',
            "    terms = [",
            *(f"        {expression}," for expression in objectives),
            "    ]",
            "    return torch.stack(terms).sum()",
        ]
    )


def _objective(objective: ObjectiveConfig, term: Term, facts: Facts) -> str:
    """One term of the loss, as an expression."""
    fitted = fit_targets_source(term.num_scores, is_class=facts.is_class)
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


_GROUPS = """    left = {{name: weight for name, weight in network.named_parameters() if weight.requires_grad}}
    groups = []
    for nodes, settings in {groups}:
        names = [name for node in nodes for name in left if name.startswith(node + ".")]
        groups.append({{"params": [left.pop(name) for name in names], **settings}})
    weights = [{{"params": list(left.values())}}, *groups] if left else groups
"""


def _optimizer(config: TrainingConfig) -> str:
    call = OPTIMIZERS.get(config.optimizer.type).source(_params(OPTIMIZERS, config.optimizer))
    head = "def build_optimizer(network: nn.Module) -> torch.optim.Optimizer:\n"
    if not config.parameter_groups:
        body = "    weights = [weight for weight in network.parameters() if weight.requires_grad]\n"
        return f"{head}{body}    return {call}"
    settings = [(one.nodes, one.model_dump(exclude={"nodes"}, exclude_none=True)) for one in config.parameter_groups]
    groups = ", ".join(f"({_names(nodes)}, {_settings(values)})" for nodes, values in settings)
    return f"{head}{_GROUPS.format(groups=f'[{groups}]')}    return {call}"


def _names(nodes: Sequence[str]) -> str:
    return f"[{', '.join(map(to_literal, nodes))}]"


def _settings(values: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{to_literal(name)}: {value!r}' for name, value in values.items())}}}"


def _forward(config: TrainingConfig, facts: Facts) -> str:
    is_single = len(facts.terms) == 1
    lines = [
        f"def forward(network: nn.Module, samples: Tensor) -> {'Tensor' if is_single else 'dict[str, Tensor]'}:",
        f'    """Raw samples to the scores, float32{"" if is_single else "; by the outputs that have a loss"}."""',
        "    inputs = preprocess(samples)",
    ]
    if facts.is_channels_last:
        lines += [
            "    # Convolutions run faster with the channels last.",
            "    inputs = inputs.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)",
        ]
    call = "network(inputs)"
    if config.precision == "bfloat16":
        lines += [
            "    # The network runs in bfloat16, the loss is computed in float32.",
            "    with torch.autocast(samples.device.type, torch.bfloat16):",
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


def _evaluate(facts: Facts, metrics: dict[str, str]) -> str:
    if len(facts.terms) > 1:
        metrics = {name: _on_output(expression, facts.terms[0]) for name, expression in metrics.items()}
    names = [to_literal(f"val/{name}") for name in ("loss", *metrics)]
    scaled, postprocessed = "batch", []
    if facts.scales_targets:
        scaled = "scale_targets(batch)"
        first = "outputs" if len(facts.terms) == 1 else f"outputs[{_key(facts.terms[0])}]"
        postprocessed = [f"        {first} = postprocess({first})"]
    lines = [
        "@torch.inference_mode()",
        "def evaluate(network: nn.Module, part: tuple[Tensor, Tensor], device: torch.device) -> dict[str, float]:",
        '    """Loss and metrics of the validation part."""',
        "    network.eval()",
        "    inputs, targets = part",
        f"    sums = dict.fromkeys([{', '.join(names)}], 0.0)",
        "    num_values = 0",
        "    for start in range(0, len(targets), 2 * BATCH_SIZE):",
        "        batch = targets[start : start + 2 * BATCH_SIZE].to(device)",
        "        outputs = forward(network, inputs[start : start + 2 * BATCH_SIZE].to(device))",
        f'        sums["val/loss"] += compute_loss(outputs, {scaled}).item() * len(batch)',
        *postprocessed,
        *(f'        sums["val/{name}"] += {_renamed(expression)}.item()' for name, expression in metrics.items()),
        "        num_values += batch.numel()",
        '    return {name: value / (len(targets) if name == "val/loss" else num_values) for name, value in sums.items()}',
    ]
    return "\n".join(lines)


def _renamed(expression: str) -> str:
    return expression.replace("targets", "batch")
