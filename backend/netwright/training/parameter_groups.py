"""Weights that the optimizer treats differently, chosen by the nodes that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from netwright.compiler.report import CheckReport
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.training.config import TrainingConfig
from netwright.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from torch import nn


def belongs_to(name: str, node: str) -> bool:
    """Whether a parameter (``stage.0.conv.weight``) is one of the node ``stage``, ``stage.0.conv`` ..."""
    return name.startswith(f"{node}.") or name == node


def split_weights(config: TrainingConfig, network: nn.Module) -> list[dict[str, Any]]:
    """The optimizer's groups: each of ``config.parameter_groups``, and before them the weights that no group names.

    Raises:
        ValueError: a group names no weights, or weights that an earlier group has.
    """
    left = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    groups: list[dict[str, Any]] = []
    for number, group in enumerate(config.parameter_groups):
        settings = group.model_dump(exclude={"nodes"}, exclude_none=True)
        chosen = []
        for node in group.nodes:
            names = [name for name in left if belongs_to(name, node)]
            if not names:
                raise ValueError(
                    say(
                        "Group {number} names `{node}`, which has no weights that are left to it.",
                        number=number + 1,
                        node=node,
                    )
                )
            chosen += [left.pop(name) for name in names]
        groups.append({"params": chosen, **settings})
    return [{"params": list(left.values())}, *groups] if left else groups


def check_groups(training: TrainingConfig, report: CheckReport) -> Iterator[Problem]:
    """Nodes that are not there, have no weights or stand in two groups; settings that the optimizer does not know."""
    taken: dict[str, int] = {}
    optimizer = OPTIMIZERS.classes.get(training.optimizer.type)
    for i, group in enumerate(training.parameter_groups):
        for name in group.model_dump(exclude={"nodes"}, exclude_none=True):
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
