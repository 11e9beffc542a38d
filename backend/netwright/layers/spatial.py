"""What convolutions and pools share: windows that slide over one, two or three axes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netwright.language import say, sized
from netwright.layers.base import Complaint, Port, Repair, TensorSpec
from netwright.layers.params import plain, short

AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


def picture_port(name: str, dims: int, channels: str = "C", mark: str = "") -> Port:
    """A port for ``(N, C, L)``, ``(N, C, H, W)`` or ``(N, C, D, H, W)``; ``mark`` is put behind every spatial letter."""
    axes = primed(dims) if mark else AXES[dims]
    return Port(name, f"(N, {channels}, {axes})", frozenset({dims + 2}))


def primed(dims: int) -> str:
    """``H', W'``: the spatial letters of an output of another size."""
    return ", ".join(letter + "'" for letter in AXES[dims].split(", "))


@dataclass(frozen=True, slots=True)
class Window:
    """A window that slides over the spatial axes; every tuple holds one number for each axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]

    @property
    def reach(self) -> tuple[int, ...]:
        """Pixels from the window's first to its last, both counted: ``dilation * (kernel - 1) + 1``."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def places(self, sizes: Sequence[int], *, ceil_mode: bool = False) -> tuple[int, ...]:
        """How often the window fits along each axis of an input of ``sizes``, its padding counted on both sides.

        With ``ceil_mode`` a last window may hang over the edge, as long as it begins before the padding behind the input.
        """
        return tuple(
            _count(size, pad, reach, step, ceil_mode=ceil_mode)
            for size, pad, reach, step in zip(sizes, self.padding, self.reach, self.stride, strict=True)
        )


def _count(size: int, pad: int, reach: int, step: int, *, ceil_mode: bool) -> int:
    room = size + 2 * pad - reach
    if not ceil_mode:
        return room // step + 1
    count = -(-room // step) + 1
    return count - 1 if (count - 1) * step >= size + pad else count


def check_window(name: str, window: Window, spec: TensorSpec, *, can_pad: bool = False) -> Iterator[Complaint]:
    """One complaint when the window is larger than the padded input on any axis; ``can_pad`` where padding helps as much as
    a smaller window."""
    sizes = spec.shape[1:]
    padded = tuple(size + 2 * pad for size, pad in zip(sizes, window.padding, strict=True))
    if all(reach <= size for reach, size in zip(window.reach, padded, strict=True)):
        return
    reach, room = sized(window.reach), sized(padded)
    pad = any(window.padding)
    largest = [max(1, (size - 1) // d + 1) for size, d in zip(padded, window.dilation, strict=True)]
    fits = tuple(min(kernel, most) for kernel, most in zip(window.kernel, largest, strict=True))
    missing = tuple(max(0, -(-(r - size) // 2)) for r, size in zip(window.reach, sizes, strict=True))
    yield Complaint(
        code="kernel_too_large",
        message=say(
            "{name} `{node}` slides a window of {reach} but gets only {room} with its padding from `{source}`."
            if pad
            else "{name} `{node}` slides a window of {reach} but gets only {room} from `{source}`.",
            name=name,
            reach=reach,
            room=room,
        ),
        port="x",
        field="kernel_size",
        expected=say("at least {size}", size=reach),
        got=room,
        values={"window": reach, "input": room},
        fixes=(
            Repair("set_param", {"name": "kernel_size", "value": plain(fits)}),
            *((Repair("set_param", {"name": "padding", "value": plain(missing)}),) if can_pad else ()),
        ),
    )


def not_divided(name: str, channels: int, groups: int, instead: int, field: str) -> Complaint:
    """The channels of the input cannot be split into equal groups; ``instead`` of them can."""
    return Complaint(
        code="groups_do_not_divide",
        message=say(
            "{name} `{node}` cannot split the {channels} channels from `{source}` into {groups} equal groups.",
            name=name,
            channels=channels,
            groups=groups,
        ),
        port="x",
        field=field,
        expected=say("a divisor of {channels}", channels=channels),
        got=str(groups),
        values={"channels": channels, "groups": groups},
        fixes=(Repair("set_param", {"name": field, "value": instead}),),
    )


def check_cut(type_: str, spec: TensorSpec, sizes: Sequence[int], padding: Sequence[int]) -> Iterator[Complaint]:
    """Of a layer whose padding is cut off what it makes: something must be left of ``sizes``, one an axis."""
    if all(size >= 1 for size in sizes):
        return
    fits = tuple(max(0, pad - (2 - min(size, 1)) // 2) for pad, size in zip(padding, sizes, strict=True))
    yield Complaint(
        code="nothing_left",
        message=say(
            "{type} `{node}` cuts {padding} pixels off every side, and of {spec} from `{source}` nothing is left.",
            type=type_,
            padding=short(padding),
            spec=spec,
        ),
        port="x",
        field="padding",
        expected=say("at most {size}", size=short(fits)),
        got=short(padding),
        values={"padding": short(padding), "got": str(spec)},
        fixes=(Repair("set_param", {"name": "padding", "value": plain(fits)}),),
    )
