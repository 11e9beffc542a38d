"""Ways out that change a run's settings: what the training form offers as a button beside a problem."""

from collections.abc import Mapping

from pydantic import JsonValue

from netwright.graph.problems import Fix
from netwright.language import Text, say


def put(label: Text, settings: Mapping[str, JsonValue]) -> list[Fix]:
    """The one way out that puts ``settings``, values by their paths in the config (``data.batch_size``)."""
    return [Fix(code="set_settings", label=label, edits=[], settings=dict(settings))]


def smaller_batch(num_samples: int) -> list[Fix]:
    """A batch of which an epoch has four or more, where there are as many samples."""
    size = 1 << max(num_samples // 4, 1).bit_length() - 1
    return put(say("Set the batch size to {size}", size=size), {"data.batch_size": size})


def use_float32() -> list[Fix]:
    return put(say("Use float32"), {"precision": "float32"})


def watch_loss(field: str) -> list[Fix]:
    """``field`` is that of the monitor, ``checkpoint.monitor``."""
    part = field.removesuffix("monitor")
    return put(say("Watch `{monitor}`", monitor="val/loss"), {field: "val/loss", f"{part}mode": "min"})


def without(values: list[str], place: int) -> list[JsonValue]:
    """A list of the config without its element at ``place``."""
    return [value for i, value in enumerate(values) if i != place]
