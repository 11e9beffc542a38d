"""What ``train.py`` of a project needs to learn as the run did: learning rate, optimizer, first weights, and the functions
that the run calls itself, printed as they stand."""

import inspect
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from netwright.compiler.source import to_literal
from netwright.training.averaging import AVERAGINGS
from netwright.training.choices import ChoiceParams, Registry
from netwright.training.config import Choice, InitializationConfig, TrainingConfig
from netwright.training.initializers import INITIALIZERS
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.parameter_groups import group_settings, has_weight_decay
from netwright.training.schedules import SCHEDULES, ReduceLROnPlateau
from netwright.training.scripted import penalty, recompute_statistics, spared_from_decay


def needs_closure(config: TrainingConfig) -> bool:
    return OPTIMIZERS.get(config.optimizer.type).needs_closure


def is_recomputed(config: TrainingConfig) -> bool:
    """Whether batch norm's statistics are computed anew for averaged weights."""
    return config.averaging is not None and not AVERAGINGS.get(config.averaging.type).is_each_step


def is_penalised(config: TrainingConfig) -> bool:
    return bool(config.l1 or config.l2)


def spares(config: TrainingConfig) -> bool:
    """Whether the optimizer's decay spares norms and biases."""
    return config.no_decay_on_norms_and_biases and has_weight_decay(config)


def params_of(registry: Registry[Any], chosen: Choice) -> ChoiceParams:
    return registry.params(chosen.type, chosen.params)


def constants_of_learning(config: TrainingConfig) -> list[str]:
    lines = []
    if config.accumulate_steps > 1:
        lines.append(f"ACCUMULATE_STEPS = {config.accumulate_steps}")
    if is_penalised(config):
        lines += [f"L1 = {config.l1!r}", f"L2 = {config.l2!r}"]
    return lines


def write_helpers(config: TrainingConfig) -> list[str]:
    """Functions and classes that the rest calls."""
    schedules = [SCHEDULES.get(each.type) for each in (config.schedule, *config.schedule.chain)]
    helpers: list[Any] = [OPTIMIZERS.get(config.optimizer.type).helper(), *(each.helper() for each in schedules)]
    if spares(config) or (is_penalised(config) and config.no_decay_on_norms_and_biases):
        helpers.append(spared_from_decay)
    if is_penalised(config):
        helpers.append(penalty)
    if is_recomputed(config):
        helpers.append(recompute_statistics)
    return [inspect.getsource(helper) for helper in dict.fromkeys(helpers) if helper is not None]


def write_learning_rate(config: TrainingConfig, *, is_changed: bool = False) -> str:
    first = SCHEDULES.get(config.schedule.type)
    warmup, chain = config.schedule.warmup_steps, config.schedule.chain
    names = ", then ".join((first.type, *(each.type for each in chain)))
    about = f"{names} after {warmup} steps of linear warm-up" if warmup else names
    rate = 'changed("lr", LEARNING_RATE, step)' if is_changed else "LEARNING_RATE"
    more = ", num_cuts: int" if first.watches else ""
    lines = [
        f"def learning_rate(step: int, num_steps: int, steps_per_epoch: int{more}) -> float:",
        f'    """Of update ``step`` (from 1) of ``num_steps``: {about}."""',
    ]
    expressions = [SCHEDULES.get(each.type).source(params_of(SCHEDULES, each)) for each in (config.schedule, *chain)]
    if first.watches:
        lines += [f"    lr = {rate}", f"    lr = {expressions[0]}"]
        if warmup:
            lines += ["    if step <= WARMUP_STEPS:", "        return lr * step / WARMUP_STEPS"]
        return "\n".join([*lines, "    return lr"])
    if warmup:
        lines += ["    if step <= WARMUP_STEPS:", f"        return {rate} * step / WARMUP_STEPS"]
    if expressions == ["lr"]:
        return "\n".join([*lines, f"    return {rate}"])
    lines += [f"    lr = {rate}", f"    step -= {'1 + WARMUP_STEPS' if warmup else '1'}"]
    if chain or "num_steps" in expressions[0]:
        lines.append(f"    num_steps = max(num_steps{' - WARMUP_STEPS' if warmup else ''}, 1)")
    if not chain:
        return "\n".join([*lines, f"    return {expressions[0]}"])
    borders = [0, *(each.milestone for each in chain)]
    for begin, border, expression in zip(borders, borders[1:], expressions, strict=False):
        shift = f" - {begin} * steps_per_epoch" if begin else ""
        lines += [
            f"    if step < {border} * steps_per_epoch:",
            f"        num_steps = max(min(num_steps, {border} * steps_per_epoch){shift}, 1)",
            *([f"        step -= {begin} * steps_per_epoch"] if begin else []),
            f"        return {expression}",
        ]
    last = borders[-1]
    lines += [
        f"    num_steps = max(num_steps - {last} * steps_per_epoch, 1)",
        f"    step -= {last} * steps_per_epoch",
        f"    return {expressions[-1]}",
    ]
    return "\n".join(lines)


_GROUPS = """    left = {{name: weight for name, weight in network.named_parameters() if weight.requires_grad}}
    groups = []
    for nodes, settings in {groups}:
        names = [name for node in nodes for name in left if name.startswith(node + ".")]
        groups.append({{"params": [left.pop(name) for name in names], **settings}})
    weights = [group for group in ({{"params": list(left.values())}}, *groups) if group["params"]]
"""
_ALL = """    weights = [weight for weight in network.parameters() if weight.requires_grad]
"""
_SPARED = """    # Biases, and scales and shifts of normalisations, do not decay.
    spared, groups = spared_from_decay(network), {groups}
    weights = []
    for group in groups:
        decayed = [weight for weight in group["params"] if id(weight) not in spared]
        others = [weight for weight in group["params"] if id(weight) in spared]
        weights += [group | {{"params": decayed}}, group | {{"params": others, "weight_decay": 0.0}}]
    weights = [group for group in weights if group["params"]]
"""


def write_optimizer(config: TrainingConfig) -> str:
    call = OPTIMIZERS.get(config.optimizer.type).source(params_of(OPTIMIZERS, config.optimizer))
    kind = call.partition("(")[0] if not call.startswith("torch.") else "torch.optim.Optimizer"
    head = f"def build_optimizer(network: nn.Module) -> {kind}:\n"
    if not config.parameter_groups:
        body = _ALL + (_SPARED.format(groups='[{"params": weights}]') if spares(config) else "")
        return f"{head}{body}    return {call}"
    settings = [(one.nodes, group_settings(one)) for one in config.parameter_groups]
    groups = ", ".join(f"({_names(nodes)}, {_settings(values)})" for nodes, values in settings)
    body = _GROUPS.format(groups=f"[{groups}]") + (_SPARED.format(groups="weights") if spares(config) else "")
    return f"{head}{body}    return {call}"


def _names(nodes: Sequence[str]) -> str:
    return f"[{', '.join(map(to_literal, nodes))}]"


def _settings(values: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{to_literal(name)}: {value!r}' for name, value in values.items())}}}"


def write_initialization(config: TrainingConfig) -> str:
    lines = [
        "@torch.no_grad()",
        "def initialize(network: nn.Module) -> nn.Module:",
        '    """First weights."""',
    ]
    for rule in config.initialization:
        lines += _write_rule(rule)
    return "\n".join([*lines, "    return network"])


def _write_rule(rule: InitializationConfig) -> list[str]:
    call = INITIALIZERS.get(rule.type).source(params_of(INITIALIZERS, rule))
    lines = ["    for name, weight in network.named_parameters():"]
    if rule.nodes:
        begins = ", ".join(to_literal(f"{node}.") for node in rule.nodes)
        lines += [f"        if not name.startswith(({begins},)):", "            continue"]
    lines += ["        if weight.ndim >= 2:", f"            {call}"]
    if rule.zero_biases:
        lines += ['        elif "bias" in name.rpartition(".")[2]:', "            weight.zero_()"]
    return lines


_CLOSURE = '''def closure(
    network: nn.Module,{weights_argument}
    samples: Tensor,
    targets: Tensor,
    known: Tensor,
) -> Callable[[], Tensor]:
    """What the optimizer calls to compute loss and gradients again; the first time they are ``known``."""
    first = [known]

    def compute() -> Tensor:
        if first:
            return first.pop()
        network.zero_grad()
        loss = compute_loss(forward(network, samples{ready}), targets)
        minimised = {minimised}
        minimised.backward()
{clip}        return minimised

    return compute'''


def write_closure(config: TrainingConfig, ready: str) -> str:
    """``ready`` is an argument of ``forward``: see ``ready_argument``."""
    clip = write_clip(config)
    return _CLOSURE.format(
        ready=ready,
        minimised=write_minimised(config),
        weights_argument="".join(
            f"\n    {name}: list[nn.Parameter],"
            for name, is_needed in (("weights", bool(clip)), ("penalised", is_penalised(config)))
            if is_needed
        ),
        clip=textwrap.indent(clip, " " * 8),
    )


def call_closure(config: TrainingConfig) -> str:
    """The argument of ``optimizer.step``."""
    if not needs_closure(config):
        return ""
    names = [
        "compiled" if config.compile else "network",
        *(["weights"] if write_clip(config) else []),
        *(["penalised"] if is_penalised(config) else []),
    ]
    return f"closure({', '.join(names)}, samples, targets, minimised)"


def write_minimised(config: TrainingConfig) -> str:
    """What the gradients are taken of, before batches are averaged."""
    return "loss + penalty(penalised, L1, L2)" if is_penalised(config) else "loss"


def write_clip(config: TrainingConfig) -> str:
    """A line, or nothing."""
    if config.gradient_clip_norm is not None:
        return f"nn.utils.clip_grad_norm_(weights, {config.gradient_clip_norm!r})\n"
    if config.gradient_clip_value is not None:
        return f"nn.utils.clip_grad_value_(weights, {config.gradient_clip_value!r})\n"
    return ""


def write_plateau(config: TrainingConfig) -> tuple[str, str]:
    """The line that begins to count, and the one that counts an epoch; empty for schedules that watch nothing."""
    schedule = SCHEDULES.get(config.schedule.type)
    if not schedule.watches:
        return "", ""
    params = params_of(SCHEDULES, config.schedule)
    assert isinstance(params, ReduceLROnPlateau.Params)
    return (
        f"    plateau = {ReduceLROnPlateau.start_source(params)}\n",
        f"        plateau.update(results[{to_literal(params.monitor)}])\n",
    )
