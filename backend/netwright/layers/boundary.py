"""Where data enters and leaves a network or a block."""

from collections.abc import Sequence

from netwright.language import sized
from netwright.layers.base import ANY_ALONG, ANY_DTYPE, Call, Documentation, DType, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import Sizes, setting


class InputParams(LayerParams):
    shape: Sizes = setting(
        (1, 28, 28),
        "Size of each axis of one sample, without the batch: channels, height, width for a picture. "
        "Inside a block the wire outside decides and this is not used.",
        unit="elements",
    )
    dtype: DType = setting("float32", "Type of the values: float32 for measurements and pictures, int64 for indices.")


class Input(Layer[InputParams]):
    """() -> (N, *)."""

    family = "io"
    Params = InputParams
    inputs = ()
    outputs = (Port("y", dtypes=ANY_DTYPE),)
    muted_is_identity = False
    is_entry = True
    documentation = Documentation(
        summary="Where data enters the network: one batch of samples of the stated shape.",
        formula=r"y = x",
        shape="() -> (N, *)",
        use_when="Every network has at least one. Add a second for a second kind of data, such as a picture and a text.",
        pitfalls="The shape leaves the batch out: a grey 28 by 28 picture is [1, 28, 28], with the channel first.",
        source="https://docs.pytorch.org/docs/stable/tensors.html",
    )
    aliases = ("data", "placeholder")

    @classmethod
    def infer(cls, params: InputParams, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        """The tensor that a top-level Input promises."""
        return (TensorSpec(params.shape, params.dtype),)

    @classmethod
    def call(cls, params: InputParams, inputs: Sequence[TensorSpec]) -> Call:
        """Nothing is called: the value is an argument of ``forward``."""
        return Call(template="{0}")

    @classmethod
    def summary(cls, params: InputParams) -> str:
        shape = sized(params.shape)
        return shape if params.dtype == "float32" else f"{shape}, {params.dtype}"


class Output(Layer[LayerParams]):
    """(N, *) -> ()."""

    family = "io"
    inputs = (Port("x", dtypes=ANY_DTYPE, along=ANY_ALONG),)
    outputs = ()
    muted_is_identity = False
    documentation = Documentation(
        summary="What the network returns under this name. The training objective refers to it.",
        formula=r"y = x",
        shape="(N, *) -> ()",
        use_when="Every network has at least one. Give each task of a network with several tasks an output of its own.",
        pitfalls="CrossEntropyLoss wants raw scores: do not put a Softmax before an output that it is used on.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward",
    )
    aliases = ("result", "scores", "prediction")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        """Nothing is called: the value is returned by ``forward``."""
        return Call(template="{0}")
