"""``train.py`` of a project: the training loop of a run, with its choices written as the PyTorch calls that they are.

The choices print themselves (``Loss.source``, ``Optimizer.source``, ``Schedule.source``, ``Metric.source``); the loop is that
of ``training.loop`` without what serves a page.  A test trains the script beside the product for each choice there is and
compares the losses bit by bit; ``WRITTEN`` names the settings that it knows, and another test that there are no others.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netwright.compiler.source import join_imports, to_comment, to_literal
from netwright.training.choices import ChoiceParams, Registry
from netwright.training.config import Choice, ObjectiveConfig, TrainingConfig
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES, fit_targets_source
from netwright.training.optimizers import OPTIMIZERS
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


@dataclass(frozen=True, slots=True)
class Term:
    """An output that an objective stands on: its key (None where the network gives one tensor) and its second axis."""

    output: str | None
    num_scores: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the script needs to know beyond the config.  ``terms`` are the outputs that the objectives stand on, in their order;
    ``argument`` is what ``--data`` takes where a person must bring it (empty: nothing), ``begins_with`` the title of the
    weights in :data:`INITIAL_WEIGHTS` (empty: the run began with random ones)."""

    run: str
    is_class: bool
    terms: tuple[Term, ...]
    is_channels_last: bool
    argument: str
    output_file: str
    first_losses: tuple[float, ...]
    begins_with: str = ""


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
    files = "load_file, save_file" if facts.begins_with else "save_file"
    imports += ["from torch.nn import functional", f"from safetensors.torch import {files}"]
    sections = [
        _head(config, facts, metrics),
        join_imports(imports) + "\n\nfrom data import load_parts\nfrom model import Network, preprocess",
        _constants(config, facts),
        _learning_rate(config),
        _loss(config, facts),
        _optimizer(config),
        _forward(config, facts),
        _BATCHES,
        _evaluate(facts, metrics),
        *([_FROZEN_MODULES] if config.frozen else []),
        _main(config, facts, monitor, mode, stop_monitor),
    ]
    text = "\n\n\n".join(section.strip("\n") for section in sections).replace("\n\n\n", "\n\n", 2)
    used = text.split("from model import", 1)[1]
    if "functional." not in used:
        text = text.replace("from torch.nn import functional\n", "", 1)
    return text + '\n\n\nif __name__ == "__main__":\n    main()\n'


def _params(registry: Registry[Any], chosen: Choice) -> ChoiceParams:
    return registry.params(chosen.type, chosen.params)


def _metrics(config: TrainingConfig, facts: Facts) -> dict[str, str]:
    """Expressions of the metrics that can be written as one, by name."""
    found = {name: METRICS.get(name).source(facts.terms[0].num_scores) for name in config.metrics}
    return {name: source for name, source in found.items() if source is not None}


def _head(config: TrainingConfig, facts: Facts, metrics: dict[str, str]) -> str:
    data = " --data PATH" if facts.argument else ""
    left_out = [name for name in config.metrics if name not in metrics]
    as_run = f" as run {to_comment(facts.run)} did" if facts.run else ""
    lines = [
        f'"""Trains the network of model.py{as_run}: samples, order and first weights follow from the seed.',
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
    if facts.begins_with:
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


_BATCHES = '''def num_batches(num_samples: int) -> int:
    """Of an epoch.  A last batch of a single sample is left out: BatchNorm cannot learn from one."""
    full, rest = divmod(num_samples, BATCH_SIZE)
    return max(full + (rest > 1), 1)


def batches(part: tuple[Tensor, Tensor], epoch: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """The training samples in an order that follows from seed and epoch (from 1) alone."""
    inputs, targets = part
    generator = torch.Generator().manual_seed((SEED * 1_000_003 + epoch) % 2**63)
    order = torch.randperm(len(targets), generator=generator)
    for indices in torch.split(order, BATCH_SIZE)[: num_batches(len(targets))]:
        yield inputs[indices].to(device), targets[indices].to(device)'''


def _evaluate(facts: Facts, metrics: dict[str, str]) -> str:
    if len(facts.terms) > 1:
        metrics = {name: _on_output(expression, facts.terms[0]) for name, expression in metrics.items()}
    names = [to_literal(f"val/{name}") for name in ("loss", *metrics)]
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
        '        sums["val/loss"] += compute_loss(outputs, batch).item() * len(batch)',
        *(f'        sums["val/{name}"] += {_renamed(expression)}.item()' for name, expression in metrics.items()),
        "        num_values += batch.numel()",
        '    return {name: value / (len(targets) if name == "val/loss" else num_values) for name, value in sums.items()}',
    ]
    return "\n".join(lines)


def _renamed(expression: str) -> str:
    return expression.replace("targets", "batch")


_FROZEN_MODULES = """def frozen_modules(network: nn.Module) -> Iterator[nn.Module]:
    named = dict(network.named_modules(remove_duplicate=False))
    for path in FROZEN:
        if path in named:
            yield from named[path].modules()"""

_BEGIN = """    # The run began with these; what they lack is as the seed made it.
    network.load_state_dict({**network.state_dict(), **load_file(INITIAL_WEIGHTS)})
"""
_FREEZE = """    for module in frozen_modules(network):
        module.requires_grad_(False)
"""
_HOLD = """        for module in frozen_modules(network):
            # The running statistics of a frozen normalisation stand still too.
            if getattr(module, "track_running_stats", False):
                module.eval()
"""

_MAIN = '''def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the network again.")
{data_argument}    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, help="stop after so many updates and show the loss of each")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--output", type=Path, default=Path("{weights}"), help="where the best weights go")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    train, validation = load_parts({data_value})

    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    network = Network().to(device){channels_last}
{begin}{freeze}    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = build_optimizer(network)
    steps_per_epoch = num_batches(len(train[1]))
    num_steps = arguments.epochs * steps_per_epoch

    step, best{stop_names} = 0, None{stop_values}
    for epoch in range(1, arguments.epochs + 1):
        began, losses = time.perf_counter(), []
        network.train()
{hold}        for samples, targets in batches(train, epoch, device):
            step += 1
            loss = compute_loss(forward(network, samples), targets)
            loss.backward()
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                raise SystemExit(f"The loss of step {{step}} is {{losses[-1]}}: nothing is learned from here on.")
{clip}            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, num_steps, steps_per_epoch)
            optimizer.step()
            optimizer.zero_grad()
            show(step, losses[-1], arguments.steps is not None)
            if step == arguments.steps:
                return
        results = {{"train/loss": sum(losses) / len(losses), **evaluate(network, validation, device)}}
        values = ", ".join(f"{{name}} {{value:.4f}}" for name, value in results.items())
        print(f"epoch {{epoch}}: {{values}} ({{time.perf_counter() - began:.1f}} s)")
        if is_better(results["{monitor}"], best, "{mode}"):
            best = results["{monitor}"]
            save_file({{name: value.contiguous() for name, value in network.state_dict().items()}}, arguments.output)
{stop_code}    print(f"best {monitor}: {{best:.4f}}, saved to {{arguments.output}}")


def is_better(value: float, best: float | None, mode: str, min_delta: float = 0.0) -> bool:
    """By more than ``min_delta``; what is not finite is never better."""
    if best is None or not math.isfinite(value):
        return math.isfinite(value)
    return (best - value if mode == "min" else value - best) > min_delta


def show(step: int, loss: float, is_wanted: bool) -> None:
    """The first losses, beside those of the run."""
    if step <= len(RUN_LOSSES):
        run = RUN_LOSSES[step - 1]
        print(f"step {{step}}: loss {{loss!r}} ({{'as in the run' if loss == run else f'in the run {{run!r}}'}})")
    elif is_wanted:
        print(f"step {{step}}: loss {{loss!r}}")'''


def _main(config: TrainingConfig, facts: Facts, monitor: str, mode: str, stop_monitor: str | None) -> str:
    stopping = config.early_stopping
    stop_code = ""
    if stopping is not None:
        stop_mode = stopping.mode if stop_monitor == stopping.monitor else "min"
        stop_code = (
            "        # Early stopping.\n"
            f'        if is_better(results["{stop_monitor}"], stop_best, "{stop_mode}", {stopping.min_delta!r}):\n'
            f'            stop_best, wait = results["{stop_monitor}"], 0\n'
            "        else:\n"
            "            wait += 1\n"
            f"        if wait >= {stopping.patience}:\n"
            "            break\n"
        )
    clip = config.gradient_clip_norm
    about = to_literal(facts.argument.replace("%", "%%"))  # argparse formats it
    data = f'    parser.add_argument("--data", type=Path, required=True, help={about})\n'
    return _MAIN.format(
        data_argument=data if facts.argument else "",
        data_value="arguments.data" if facts.argument else "None",
        weights=facts.output_file,
        channels_last=".to(memory_format=torch.channels_last)" if facts.is_channels_last else "",
        begin=_BEGIN if facts.begins_with else "",
        freeze=_FREEZE if config.frozen else "",
        hold=_HOLD if config.frozen else "",
        stop_names=", stop_best, wait" if stop_code else "",
        stop_values=", None, 0" if stop_code else "",
        clip=f"            nn.utils.clip_grad_norm_(weights, {clip!r})\n" if clip is not None else "",
        monitor=monitor,
        mode=mode,
        stop_code=stop_code,
    )
