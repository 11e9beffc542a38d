"""Layers on pictures, put back together from what exporters make of them."""

from dataclasses import replace

import numpy as np

from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.reading import Reading


def local_response_norm(op: Operator, reading: Reading) -> Operator | None:
    """x / (k + alpha * mean of the squares of neighbouring channels) ** beta."""
    is_quotient = op.kind in {"Div", "aten.div"} and len(op.inputs) == 2
    power = reading.maker(op.inputs[1], "Pow", "aten.pow") if is_quotient else None
    beta = None if power is None else reading.split(power)
    shifted = None if power is None or beta is None else reading.maker(beta[0], "Add", "aten.add")
    offset = None if shifted is None else reading.split(shifted)
    scaled = None if offset is None else reading.maker(offset[0], "Mul", "aten.mul")
    factor = None if scaled is None else reading.split(scaled)
    if power is None or beta is None or offset is None or factor is None or power.inputs[0] != beta[0]:
        return None
    pooled = reading.origin(factor[0], "AveragePool", "aten.avg_pool2d", "aten.avg_pool3d")
    padded = None if pooled is None else reading.maker(pooled[0].inputs[0], "Pad", "aten.pad", "aten.constant_pad_nd")
    squares = None if padded is None else reading.origin(padded.inputs[0], "Mul", "aten.mul")
    if pooled is None or padded is None or squares is None or squares[0].inputs != (op.inputs[0], op.inputs[0]):
        return None
    is_onnx = pooled[0].kind == "AveragePool"
    size = _neighbours(pooled[0], padded, reading) if is_onnx else _program_neighbours(pooled[0], padded)
    if size is None:
        return None
    attributes = {"size": size, "alpha": factor[1], "beta": beta[1], "bias": offset[1]}
    return replace(op, kind="nw.LocalResponseNorm", inputs=(op.inputs[0],), attributes=attributes)


def _neighbours(pool: Operator, pad: Operator, reading: Reading) -> int | None:
    """How many channels are averaged; None where more than the channels, which stand on the third axis from the pool's view."""
    kernel = pool.attributes["kernel_shape"]
    pads = reading.constant(pad.inputs[1]) if len(pad.inputs) > 1 else None
    if pads is None or set(kernel[1:]) != {1} or any(pool.attributes.get("pads") or []):
        return None
    if set(pool.attributes.get("strides") or [1]) != {1} or not pool.attributes.get("count_include_pad"):
        return None
    size, rank = kernel[0], pads.size // 2
    wanted = [0] * (2 * rank)
    wanted[2], wanted[rank + 2] = size // 2, (size - 1) // 2
    return size if len(pad.inputs) < 4 and pads.reshape(-1).tolist() == wanted else None


def _program_neighbours(pool: Operator, pad: Operator) -> int | None:
    """The same of a PyTorch program, whose pads begin with the last axis and whose pools step by their windows."""
    kernel = pool.attributes["kernel_size"]
    size, rest = kernel[0], kernel[1:]
    wanted = [0, 0] * len(rest) + [size // 2, (size - 1) // 2]
    is_plain = set(rest) == {1} and set(pool.attributes.get("stride") or [0]) == {1}
    is_plain &= not any(pool.attributes.get(name) or 0 for name in ("ceil_mode", "divisor_override"))
    is_plain &= set(pool.attributes.get("padding") or [0]) == {0}
    is_zero = pad.attributes.get("mode", "constant") == "constant" and not pad.attributes.get("value")
    return size if is_plain and is_zero and pad.attributes["pad"] == wanted else None


def adaptive_pool(op: Operator, reading: Reading) -> Operator | None:
    """The mean of windows that were gathered, where the windows do not divide the picture."""
    axes = reading.constant(op.inputs[1]) if op.kind == "ReduceMean" and len(op.inputs) > 1 else None
    if axes is None or op.attributes.get("keepdims", 1) or sorted(int(axis) % 6 for axis in axes.reshape(-1)) != [3, 5]:
        return None
    value = op.inputs[0]
    gathered = reading.origin(value, "GatherND")
    if gathered is None:
        return None
    turned = reading.makers.get(gathered[0].inputs[0])
    data = "" if turned is None or turned.kind != "Transpose" else turned.inputs[0]
    places = reading.numbers.places(data)
    if turned is None or places is None or places.ndim != 4:
        return None
    # One picture is enough: neither samples nor channels are looked at.
    picture = places[:1, :1]
    index = reading.constant(gathered[0].inputs[1])
    rearranged = reading.numbers.rearrange([turned], picture)
    if index is None or rearranged is None or gathered[0].attributes.get("batch_dims", 0):
        return None
    if index.shape[-1] != 2 or rearranged.shape[2:] != (1, 1):
        return None
    found = reading.numbers.rearrange(gathered[2], rearranged[tuple(np.moveaxis(index, -1, 0))])
    sizes = None if found is None or found.ndim != 6 else (found.shape[2], found.shape[4])
    if found is None or sizes is None:
        return None
    rows, columns = (_windows(picture.shape[axis], size) for axis, size in zip((2, 3), sizes, strict=True))
    if rows is None or columns is None:
        return None
    wanted = picture[:, :, rows[:, :, None, None], columns[None, None]]
    if not np.array_equal(found, wanted):
        return None
    return replace(op, kind="nw.AdaptiveAvgPool", inputs=(data,), attributes={"output_size": list(sizes)})


def _windows(size: int, count: int) -> Array | None:
    """The places in each of ``count`` windows of PyTorch's adaptive pools; None where the windows differ in size."""
    windows = [range(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
    return np.array(windows) if len({len(window) for window in windows}) == 1 else None
