"""Layers that read a sequence step by step, and the single steps of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from netwright.language import listed, say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Probability, Size, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
_FLAT = frozenset({2})
_SEQUENCE = frozenset({3})
_STATES = "(N, L, H)"


class RecurrentParams(LayerParams):
    hidden_size: Size = setting(64, "How many values the layer remembers from step to step.", unit="features")
    num_layers: Size = setting(
        1, "How many such layers stand on each other, each reading what the one below says.", unit="layers"
    )
    bias: bool = setting(True, "Add learned offsets.")
    dropout: Probability = setting(
        0.0, "Chance that a value between two of the layers is set to zero while training.", unit="probability"
    )
    bidirectional: bool = setting(
        False, "Read the sequence from both ends; the features of both directions stand side by side."
    )
    return_state: bool = setting(
        False,
        "Give the state of every layer after the last step as an output of its own, for another network to go on from.",
    )


class _Recurrent(Layer[Any]):
    """``gates`` is how many linear maps make one step."""

    family = "recurrent"
    gates: ClassVar[int]
    results: ClassVar[str] = "y, h"
    muted_is_identity = False
    Params = RecurrentParams
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("x", "(N, T, F)", _SEQUENCE),
        Port("h0", _STATES, _SEQUENCE, optional=True),
    )
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("y", "(N, T, H)", _SEQUENCE),
        Port("last", "(N, H)", _FLAT),
        Port("h", _STATES, _SEQUENCE, only_if="return_state"),
    )

    @classmethod
    def call(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> Call:
        defaults = cls.Params.model_fields
        arguments: dict[str, Any] = {"input_size": inputs[0].shape[-1], "hidden_size": params.hidden_size}
        arguments |= {
            name: value
            for name, value in params
            if name not in {"hidden_size", "return_state"} and value != defaults[name].default
        }
        if params.num_layers == 1:
            arguments.pop("dropout", None)  # it stands between layers, and PyTorch warns where there is one alone
        arguments["batch_first"] = True
        states = [f"{{{i}}}.transpose(0, 1).contiguous()" for i in range(1, len(cls.inputs))]
        state = states[0] if len(states) == 1 else f"({', '.join(states)})"
        invoke = f"{{self}}({{0}}, {state})" if inputs[1].is_given else "{self}({0})"
        return Call(cls.type, arguments, 2, invoke=invoke, results=cls.results, outputs=cls._outputs(params))

    @classmethod
    def _outputs(cls, params: RecurrentParams) -> Mapping[str, str]:
        """The state is (L, N, H) in PyTorch: of each layer the forward direction, then the backward one."""
        last = "torch.cat(({h}[-2], {h}[-1]), dim=1)" if params.bidirectional else "{h}[-1]"
        texts = {"y": "{y}", "last": last, "h": "{h}.transpose(0, 1)", "c": "{c}.transpose(0, 1)"}
        return {port.name: texts[port.name] for port in cls.outputs_for(dict(params))}

    @classmethod
    def check(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from cls._check_states(params, inputs)
        if params.dropout > 0 and params.num_layers == 1:
            yield Complaint(
                code="dropout_between_nothing",
                message=say(
                    "{type} `{node}` has a dropout of {dropout} but one layer only: it stands between layers, so "
                    "it does nothing.",
                    type=cls.type,
                    dropout=f"{params.dropout:g}",
                ),
                field="dropout",
                severity="warning",
                expected=say("2 layers or more, or no dropout"),
                got=say("1 layer"),
                values={"dropout": params.dropout},
                fixes=(
                    Repair("set_param", {"name": "dropout", "value": 0.0}),
                    Repair("set_param", {"name": "num_layers", "value": 2}),
                ),
            )

    @classmethod
    def _check_states(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        wanted = (params.num_layers * (1 + params.bidirectional), params.hidden_size)
        states = list(zip(cls.inputs, inputs, strict=True))[1:]
        absent = [port.name for port, spec in states if not spec.is_given]
        if absent and len(absent) < len(states):
            yield Complaint(
                code="state_incomplete",
                message=say(
                    "{type} `{node}` begins with a state that is given in part: nothing comes in at `{port}`. "
                    "Connect it too, or none of them.",
                    type=cls.type,
                    port=absent[0],
                ),
                port=next(port.name for port, spec in states if spec.is_given),
                expected=say("both states or none"),
                got=say("one"),
                values={"port": absent[0]},
            )
            return
        for port, spec in states:
            if spec.is_given and spec.shape != wanted:
                width = spec.shape[-1] if spec.shape[0] == wanted[0] else None
                yield Complaint(
                    code="state_does_not_fit",
                    message=say(
                        "{type} `{node}` begins with a state of N x {layers} x {size} (its layers and directions, its"
                        " hidden size) but gets {spec} from `{source}`.",
                        type=cls.type,
                        layers=wanted[0],
                        size=wanted[1],
                        spec=spec,
                    ),
                    port=port.name,
                    expected=f"N x {wanted[0]} x {wanted[1]}",
                    got=str(spec),
                    values={"expected": f"N x {wanted[0]} x {wanted[1]}", "got": str(spec)},
                    fixes=(Repair("set_param", {"name": "hidden_size", "value": width}),) if width else (),
                )
                return

    @classmethod
    def _sizes(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> Iterator[int]:
        """For every layer and direction how many weights its maps have, without offsets."""
        directions = 1 + params.bidirectional
        width = params.hidden_size
        for layer in range(min(params.num_layers, 2)):
            below = inputs[0].shape[-1] if layer == 0 else width * directions
            times = params.num_layers - 1 if layer == 1 else 1
            yield cls.gates * width * (below + width) * directions * times

    @classmethod
    def estimate_parameters(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> int:
        offsets = 2 * cls.gates * params.hidden_size * (1 + params.bidirectional) * params.num_layers
        return sum(cls._sizes(params, inputs)) + (offsets if params.bias else 0)

    @classmethod
    def macs(cls, params: RecurrentParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[0] * sum(cls._sizes(params, inputs))

    @classmethod
    def estimate_inner(cls, params: RecurrentParams, inputs: Sequence[TensorSpec]) -> int:
        """The gates of every step."""
        each = cls.gates * params.hidden_size * (1 + params.bidirectional) * params.num_layers
        return inputs[0].shape[0] * each

    @classmethod
    def summary(cls, params: RecurrentParams) -> str:
        layers = [say("{count} layers", count=params.num_layers)] if params.num_layers > 1 else []
        return listed([params.hidden_size, *layers, *([say("both ways")] if params.bidirectional else [])])


_LAST = (
    " `y` is the answer at every step, `last` the one on the whole: the state of the uppermost layer after the last step and, "
    "with two directions, beside it that of the backward one, which ends at the first step."
)


class RNNParams(RecurrentParams):
    nonlinearity: Literal["tanh", "relu"] = setting("tanh", "The activation of every step.")


class RNN(_Recurrent):
    """(N, T, F) -> (N, T, H), (N, H)."""

    gates = 1
    Params = RNNParams
    documentation = Documentation(
        summary="Reads a sequence step by step and keeps a state that every step changes.",
        formula=r"h_t = \tanh(W_x x_t + b_x + W_h h_{t-1} + b_h), \qquad y_t = h_t",
        shape="(N, T, F) -> (N, T, H), (N, H)",
        use_when="To understand recurrence, and for short sequences." + _LAST,
        pitfalls="The gradient vanishes or explodes over long sequences, so it forgets early steps: LSTM and GRU were made "
        "against that. Padding at the end is read like data. The batch comes first here, unlike PyTorch's default.",
        source=_DOCS + "RNN.html",
    )


class LSTM(_Recurrent):
    """(N, T, F) -> (N, T, H), (N, H)."""

    gates = 4
    results = "y, (h, c)"
    inputs = (*_Recurrent.inputs, Port("c0", _STATES, _SEQUENCE, optional=True))
    outputs = (*_Recurrent.outputs, Port("c", _STATES, _SEQUENCE, only_if="return_state"))
    documentation = Documentation(
        summary="Reads a sequence step by step with a memory that gates write, keep and read.",
        formula=r"\begin{aligned} (i, f, g, o) &= (\sigma, \sigma, \tanh, \sigma)(W_x x_t + b_x + W_h h_{t-1} + b_h) \\ "
        r"c_t &= f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t) \end{aligned}",
        shape="(N, T, F) -> (N, T, H), (N, H)",
        use_when="For sequences of up to some hundred steps: text, sound, measurements; with `return_state` to hand the memory "
        "to a decoder." + _LAST,
        pitfalls="Steps follow each other, so a GPU is poorly used on long sequences. Padding at the end is read like data and "
        "changes `last`. PyTorch keeps two offsets where Keras has one, so counts differ.",
        source="Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; " + _DOCS + "LSTM.html",
    )


class GRU(_Recurrent):
    """(N, T, F) -> (N, T, H), (N, H)."""

    gates = 3
    documentation = Documentation(
        summary="Reads a sequence step by step; two gates say how much of the state stays.",
        formula=r"\begin{aligned} r, z &= \sigma(W_x x_t + b_x + W_h h_{t-1} + b_h) \\ "
        r"n &= \tanh(W_{xn} x_t + b_{xn} + r \odot (W_{hn} h_{t-1} + b_{hn})) \\ h_t &= (1 - z) \odot n + z \odot h_{t-1} "
        r"\end{aligned}",
        shape="(N, T, F) -> (N, T, H), (N, H)",
        use_when="Like an LSTM with three quarters of its weights; often as good on small data." + _LAST,
        pitfalls="Steps follow each other, so a GPU is poorly used on long sequences. Padding at the end is read like data and "
        "changes `last`.",
        source="Cho et al. 2014, https://arxiv.org/abs/1406.1078; " + _DOCS + "GRU.html",
    )


# --- single steps ----------------------------------------------------------------------------------------------------


class CellParams(LayerParams):
    bias: bool = setting(True, "Add learned offsets.")


class _Cell(Layer[Any]):
    """One step: the hidden size follows from the state that comes in."""

    family = "recurrent"
    gates: ClassVar[int]
    muted_is_identity = False
    Params = CellParams
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "(N, F)", _FLAT), Port("h", "(N, H)", _FLAT))
    outputs: ClassVar[tuple[Port, ...]] = (Port("h", "(N, H)", _FLAT),)

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Any] = {"input_size": inputs[0].shape[0], "hidden_size": inputs[1].shape[0]}
        defaults = cls.Params.model_fields
        arguments |= {name: value for name, value in params if value != defaults[name].default}
        return Call(
            cls.type, arguments, 2, invoke="{self}({0}, ({1}, {2}))" if len(inputs) == 3 else "{self}({0}, {1})"
        )

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        width = inputs[1].shape[0]
        return cls.gates * width * (inputs[0].shape[0] + width)

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        width = inputs[1].shape[0]
        return int(cls.gates * width * (inputs[0].shape[0] + width + 2 * params.bias))

    @classmethod
    def estimate_inner(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        return cls.gates * inputs[1].shape[0]


class RNNCellParams(CellParams):
    nonlinearity: Literal["tanh", "relu"] = setting("tanh", "The activation of the step.")


_CELL_USE = (
    "To build a recurrence of one's own, step by step, in a block that repeats; else use the layer that reads the whole "
    "sequence."
)
_CELL_PITFALL = "The state has to come from somewhere: an Input, a Linear layer, or the cell before."


class RNNCell(_Cell):
    """(N, F), (N, H) -> (N, H)."""

    gates = 1
    Params = RNNCellParams
    documentation = Documentation(
        summary="One step of an RNN: from an input and a state to the next state.",
        formula=r"h' = \tanh(W_x x + b_x + W_h h + b_h)",
        shape="(N, F), (N, H) -> (N, H)",
        use_when=_CELL_USE,
        pitfalls=_CELL_PITFALL,
        source=_DOCS + "RNNCell.html",
    )


class LSTMCell(_Cell):
    """(N, F), (N, H), (N, H) -> (N, H), (N, H)."""

    gates = 4
    inputs = (*_Cell.inputs, Port("c", "(N, H)", _FLAT))
    outputs = (*_Cell.outputs, Port("c", "(N, H)", _FLAT))
    documentation = Documentation(
        summary="One step of an LSTM: from an input, a state and a memory to the next state and memory.",
        formula=r"\begin{aligned} (i, f, g, o) &= (\sigma, \sigma, \tanh, \sigma)(W_x x + b_x + W_h h + b_h) \\ "
        r"c' &= f \odot c + i \odot g, \qquad h' = o \odot \tanh(c') \end{aligned}",
        shape="(N, F), (N, H), (N, H) -> (N, H), (N, H)",
        use_when=_CELL_USE,
        pitfalls="State and memory, of one size, have to come from somewhere: Inputs, Linear layers, or the cell before.",
        source=_DOCS + "LSTMCell.html",
    )

    @classmethod
    def check(cls, params: CellParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        if inputs[1].shape != inputs[2].shape:
            width = inputs[1].shape[0]
            yield Complaint(
                code="state_and_memory_differ",
                message=say(
                    "LSTMCell `{node}` needs a state and a memory of one size but gets {state} at `h` and "
                    "{memory} from `{source}`.",
                    state=inputs[1],
                    memory=inputs[2],
                ),
                port="c",
                expected=str(inputs[1]),
                got=str(inputs[2]),
                values={"expected": str(inputs[1]), "got": str(inputs[2])},
                fixes=(Repair("insert", {"nodes": [{"type": "Linear", "params": {"out_features": width}}]}),),
            )


class GRUCell(_Cell):
    """(N, F), (N, H) -> (N, H)."""

    gates = 3
    documentation = Documentation(
        summary="One step of a GRU: from an input and a state to the next state.",
        formula=r"\begin{aligned} r, z &= \sigma(W_x x + b_x + W_h h + b_h) \\ "
        r"n &= \tanh(W_{xn} x + b_{xn} + r \odot (W_{hn} h + b_{hn})) \\ h' &= (1 - z) \odot n + z \odot h \end{aligned}",
        shape="(N, F), (N, H) -> (N, H)",
        use_when=_CELL_USE,
        pitfalls=_CELL_PITFALL,
        source=_DOCS + "GRUCell.html",
    )
