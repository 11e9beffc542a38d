"""Operations that the exporter has no translation for and ONNX has."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import onnxscript
import torch

_OPSET: Any = onnxscript.opset18


def sort_stable(
    self: Any,
    stable: bool | None = None,  # noqa: ARG001  (TopK is stable: of equal values that with the lower index comes first)
    dim: int = -1,
    descending: bool = False,
) -> Any:
    """``torch.sort(self, stable=True)``, in which pools of graphs put the vertices of each graph together."""
    size = _OPSET.Gather(_OPSET.Shape(self), _OPSET.Constant(value_ints=[dim]))
    return _OPSET.TopK(self, size, axis=dim, largest=int(descending), sorted=1)


def rnn(
    input: Any,  # noqa: A002
    hx: Any,
    params: Sequence[Any],
    has_biases: bool,
    num_layers: int,
    dropout: float,  # noqa: ARG001  (files are made for evaluation)
    train: bool,  # noqa: ARG001
    bidirectional: bool,
    batch_first: bool,
    *,
    activation: str,
) -> Any:
    """``nn.RNN`` as ONNX's operator, a layer each; the exporter has none and would write out every step."""
    directions, num_params = 1 + bidirectional, 4 if has_biases else 2
    steps = _OPSET.Transpose(input, perm=[1, 0, 2]) if batch_first else input
    states = []
    for layer in range(num_layers):
        first = layer * directions
        groups = [params[num_params * each : num_params * (each + 1)] for each in range(first, first + directions)]
        biases = [_OPSET.Concat(group[2], group[3], axis=0) for group in groups] if has_biases else []
        outputs, state = _OPSET.RNN(
            steps,
            _stacked([group[0] for group in groups]),
            _stacked([group[1] for group in groups]),
            _stacked(biases) if biases else None,
            None,
            _OPSET.Slice(hx, [first], [first + directions], [0]),
            activations=[activation] * directions,
            direction="bidirectional" if bidirectional else "forward",
            hidden_size=hx.shape[2],
        )
        # (T, directions, N, H) -> (T, N, directions * H)
        steps = _OPSET.Reshape(_OPSET.Transpose(outputs, perm=[0, 2, 1, 3]), [0, 0, -1])
        states.append(state)
    ends = _OPSET.Concat(*states, axis=0) if len(states) > 1 else states[0]
    return _OPSET.Transpose(steps, perm=[1, 0, 2]) if batch_first else steps, ends


def _stacked(parts: Sequence[Any]) -> Any:
    """One on another along a new first axis, the directions."""
    grown = [_OPSET.Unsqueeze(part, [0]) for part in parts]
    return _OPSET.Concat(*grown, axis=0) if len(grown) > 1 else grown[0]


def rnn_tanh(*arguments: Any) -> Any:
    return rnn(*arguments, activation="Tanh")


def rnn_relu(*arguments: Any) -> Any:
    return rnn(*arguments, activation="Relu")


def max_unpool(self: Any, indices: Any, output_size: Sequence[int]) -> Any:
    """``nn.MaxUnpool``: the exporter's own way counts through the whole batch, and ONNX's operator asks for a window that
    PyTorch's does not know."""
    channels = _OPSET.Shape(self, start=0, end=2)
    rows, places = (_OPSET.Reshape(each, [0, 0, -1]) for each in (self, indices))
    size, count = (_OPSET.Constant(value_ints=ints) for ints in ([*output_size], [math.prod(output_size)]))
    zeros = _OPSET.ConstantOfShape(_OPSET.Concat(channels, count, axis=0))
    filled = _OPSET.ScatterElements(zeros, places, rows, axis=2)
    return _OPSET.Reshape(filled, _OPSET.Concat(channels, size, axis=0))


def max_unpool_3d(
    self: Any,
    indices: Any,
    output_size: Sequence[int],
    stride: Sequence[int],  # noqa: ARG001
    padding: Sequence[int],  # noqa: ARG001
) -> Any:
    return max_unpool(self, indices, output_size)


TRANSLATIONS: dict[Any, Callable[..., Any]] = {
    torch.ops.aten.sort.stable: sort_stable,
    torch.ops.aten.rnn_tanh.input: rnn_tanh,
    torch.ops.aten.rnn_relu.input: rnn_relu,
    torch.ops.aten.max_unpool2d.default: max_unpool,
    torch.ops.aten.max_unpool3d.default: max_unpool_3d,
}
