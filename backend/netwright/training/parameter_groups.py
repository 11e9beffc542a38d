"""Weights that the optimizer treats differently, chosen by the nodes that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from netwright.compiler.report import CheckReport
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.training.config import ParameterGroupConfig, TrainingConfig
from netwright.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from torch import nn


def belongs_to(name: str, node: str) -> bool:
    """Whether a parameter (``stage.0.conv.weight``) is one of the node ``stage``, ``stage.0.conv`` ..."""
    return name.startswith(f"{node}.") or name == node


def split_weights(config: TrainingConfig, network: nn.Module) -> list[dict[str, Any]]:
    """The optimizer's groups: each of ``config.parameter_groups``, and before them the weights that no group names; each in
    two where norms and biases are spared from decay.  A group's ``lr_factor`` stands in it.

    Raises:
        ValueError: a group names no weights, or weights that an earlier group has.
    """
    from netwright.training.scripted import spared_from_decay

    left = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    frozen = [name for name, weight in network.named_parameters() if not weight.requires_grad]
    groups: list[dict[str, Any]] = []
    for number, group in enumerate(config.parameter_groups):
        chosen = []
        for node in group.nodes:
            names = [name for name in left if belongs_to(name, node)]
            if not names and not any(belongs_to(name, node) for name in frozen):
                raise ValueError(
                    say(
                        "Group {number} names `{node}`, which has no weights that are left to it.",
                        number=number + 1,
                        node=node,
                    )
                )
            chosen += [left.pop(name) for name in names]
        groups.append({"params": chosen, **group_settings(group)})
    groups = [group for group in ({"params": list(left.values())}, *groups) if group["params"]]
    if not config.no_decay_on_norms_and_biases or not has_weight_decay(config):
        return groups
    spared = spared_from_decay(network)
    parts = []
    for one in groups:
        decayed = [weight for weight in one["params"] if id(weight) not in spared]
        others = [weight for weight in one["params"] if id(weight) in spared]
        parts += [one | {"params": decayed}, one | {"params": others, "weight_decay": 0.0}]
    return [part for part in parts if part["params"]]


def group_settings(group: ParameterGroupConfig) -> dict[str, float]:
    """What a group changes."""
    settings = group.model_dump(exclude={"nodes"}, exclude_none=True)
    if group.lr_factor == 1.0:
        del settings["lr_factor"]
    return settings


def describe_groups(config: TrainingConfig, groups: Sequence[dict[str, Any]]) -> list[str]:
    """One line for the run's notes where the weights are not all treated alike."""
    if not config.parameter_groups and not config.no_decay_on_norms_and_biases:
        return []
    without = sum(weight.numel() for group in groups for weight in group["params"] if not group.get("weight_decay"))
    return [
        say(
            "The optimizer has {count} group of weights; {without:,} parameters have no weight decay."
            if len(groups) == 1
            else "The optimizer has {count} groups of weights; {without:,} parameters have no weight decay.",
            count=len(groups),
            without=without,
        )
    ]


def has_weight_decay(config: TrainingConfig) -> bool:
    """Whether the optimizer knows the setting."""
    return "weight_decay" in OPTIMIZERS.get(config.optimizer.type).Params.model_fields


def check_groups(training: TrainingConfig, report: CheckReport) -> Iterator[Problem]:
    """Nodes that are not there, have no weights or stand in two groups; settings that the optimizer does not know."""
    taken: dict[str, int] = {}
    optimizer = OPTIMIZERS.classes.get(training.optimizer.type)
    for i, group in enumerate(training.parameter_groups):
        for name in group_settings(group).keys() - {"lr_factor"}:
            if optimizer is not None and name not in optimizer.Params.model_fields:
                yield Problem(
                    code="group_setting_unknown",
                    field=f"parameter_groups.{i}.{name}",
                    message=say(
                        "{type} has no {name}. Leave it out of the group, or choose another optimizer.",
                        type=optimizer.type,
                        name=name,
                    ),
                    values={"name": name},
                )
        for j, node in enumerate(group.nodes):
            field = f"parameter_groups.{i}.nodes.{j}"
            known = {path for path in report.nodes if belongs_to(path, node)}
            if not known:
                yield Problem(
                    code="group_node_unknown",
                    field=field,
                    message=say(
                        "There is no node `{node}`. Name a node, or a block with everything in it, by its path.",
                        node=node,
                    ),
                    values={"node": node},
                )
                continue
            if not any(report.nodes[path].parameters for path in known):
                yield Problem(
                    code="group_without_weights",
                    field=field,
                    message=say(
                        "`{node}` has no weights, so that the group does nothing for it. Take it out.", node=node
                    ),
                    values={"node": node},
                )
            twice = next((other for other in taken if belongs_to(node, other) or belongs_to(other, node)), None)
            if twice is not None:
                yield Problem(
                    code="group_node_doubled",
                    field=field,
                    message=say(
                        "`{node}` is in group {number} already, as `{other}`. A weight is in one group.",
                        node=node,
                        number=taken[twice] + 1,
                        other=twice,
                    ),
                    values={"node": node},
                )
            taken.setdefault(node, i)
