"""What a network may cost at most, and the sums.

Every limit is judged from computed sizes before anything is allocated, and named in the message that quotes it.
"""

from netwright.compiler.report import Totals

MAX_LAYERS = 5_000
"""Layers and blocks of the network with all repetitions unfolded (ResNet-152 has about 570)."""

MAX_EDGES = 4 * MAX_LAYERS
"""Wires drawn in one block."""

MAX_NESTING = 32
"""Blocks within blocks."""

MAX_PARAMETERS = 10**10
"""Trainable scalars of one layer and of the whole network: 40 GB in float32."""

MAX_TENSOR_ELEMENTS = 2**31
"""Elements of one tensor of one sample: 8 GiB in float32."""

MAX_INNER_ELEMENTS = 2**33
"""Values that one layer keeps of one sample on the way to its output, such as the T x T weights of attention: 32 GiB."""

MAX_MACS = 10**15
"""Multiply-accumulates of one forward pass of one sample, of one layer and of the whole network: minutes on any GPU."""

MAX_ACTIVATION_BYTES = 2**40
"""Bytes of all outputs that training keeps for one sample."""

MAX_JSON_INTEGER = 2**53
"""Sums are reported up to here: beyond it a number is not exact in a browser."""

BYTES_PER_ELEMENT = {"float32": 4, "int64": 8, "bool": 1}

_COPIES_IN_TRAINING = 4
"""Of every parameter: the weight, its gradient, and Adam's two averages."""


def total(parameters: int, buffers: int, macs: int, activation_bytes: int, batch_size: int) -> Totals:
    """The sums of a network.  ``activation_bytes`` is for one sample; training keeps it for ``batch_size`` of them."""
    weights = BYTES_PER_ELEMENT["float32"] * parameters
    rest = BYTES_PER_ELEMENT["float32"] * buffers
    training = _COPIES_IN_TRAINING * weights + rest + activation_bytes * batch_size
    sums = (parameters, buffers, macs, activation_bytes, weights, training)
    capped = [min(value, MAX_JSON_INTEGER) for value in sums]
    return Totals(
        parameters=capped[0],
        buffers=capped[1],
        macs=capped[2],
        activation_bytes=capped[3],
        parameter_bytes=capped[4],
        training_bytes=capped[5],
        batch_size=batch_size,
    )
