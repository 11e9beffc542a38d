"""Recurrent and attention layers in networks: reference counts, states and masks, and what is refused before it runs."""

from typing import Any

import pytest
import torch
from netwright.compiler.calls import build_call
from netwright.compiler.check import check
from netwright.compiler.check_infer import infer_leaf
from netwright.compiler.check_params import to_key
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from netwright.layers.base import MISSING, TensorSpec
from netwright.layers.registry import get_layer
from samples import block, document, image, node, out, transformer, translator
from torch import nn


def parameters_of(name: str, params: dict[str, Any], *shapes: tuple[int, ...] | None) -> int:
    specs = tuple(MISSING if shape is None else TensorSpec(shape) for shape in shapes)
    leaf = infer_leaf(name, to_key(params), specs)
    assert leaf is not None
    assert leaf.complaints == ()
    return leaf.parameters


@pytest.mark.parametrize(
    ("name", "params", "shapes", "count"),
    [
        ("LSTM", {"hidden_size": 20}, ((7, 10), None, None), 2560),
        ("LSTM", {"hidden_size": 20, "num_layers": 2}, ((7, 10), None, None), 5920),
        ("LSTM", {"hidden_size": 20, "bidirectional": True}, ((7, 10), None, None), 5120),
        ("GRU", {"hidden_size": 20}, ((7, 10), None), 1920),
        ("RNN", {"hidden_size": 20}, ((7, 10), None), 640),
        ("MultiheadAttention", {"num_heads": 8}, ((7, 512), None, None), 1050624),
        ("TransformerEncoderLayer", {"nhead": 8}, ((32, 512), None), 3152384),
        ("TransformerEncoder", {"nhead": 8, "num_layers": 2}, ((32, 512), None), 2 * 3152384),
    ],
)
def test_parameters_are_those_of_the_reference(
    name: str, params: dict[str, Any], shapes: tuple[tuple[int, ...] | None, ...], count: int
) -> None:
    assert parameters_of(name, params, *shapes) == count


def test_embedding_has_a_row_for_each_index() -> None:
    leaf = infer_leaf("Embedding", to_key({"num_embeddings": 10000, "embedding_dim": 64}), (TensorSpec((7,), "int64"),))
    assert leaf is not None
    assert leaf.parameters == 640000
    assert leaf.outputs == (TensorSpec((7, 64)),)


def test_small_transformer_has_the_parameters_of_the_worked_example() -> None:
    assert check(transformer()).totals.parameters == 715266


# --- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_last_is_the_end_of_each_direction_and_states_are_pytorchs_with_the_batch_first(
    name: str, bidirectional: bool
) -> None:
    layer = get_layer(name)
    params = layer.Params.model_validate(
        {"hidden_size": 5, "num_layers": 2, "bidirectional": bidirectional, "return_state": True}
    )
    specs = [TensorSpec((7, 3)), *([MISSING] * (len(layer.inputs) - 1))]
    built = build_call(layer.call(params, specs))
    assert isinstance(built, nn.Module)
    x = torch.randn(4, 7, 3)
    outputs = dict(zip([port.name for port in layer.outputs_for(dict(params))], built(x), strict=True))
    module = built.get_submodule("module")
    y, states = module(x)
    hidden = states[0] if name == "LSTM" else states
    assert torch.equal(outputs["y"], y)
    assert torch.equal(outputs["h"], hidden.transpose(0, 1))
    # Forward has read everything at the last step, backward at the first.
    ends = [y[:, -1, :5], y[:, 0, 5:]] if bidirectional else [y[:, -1]]
    torch.testing.assert_close(outputs["last"], torch.cat(ends, dim=1))
    if name == "LSTM":
        assert torch.equal(outputs["c"], states[1].transpose(0, 1))


def test_sequence_read_in_two_halves_is_the_sequence_read_at_once() -> None:
    """The state that one call gives is the state that the next one takes."""
    layer = get_layer("LSTM")
    params = layer.Params.model_validate({"hidden_size": 5, "num_layers": 2, "return_state": True})
    first = build_call(layer.call(params, [TensorSpec((3, 4)), MISSING, MISSING]))
    state = TensorSpec((2, 5))
    second = build_call(layer.call(params, [TensorSpec((4, 4)), state, state]))
    assert isinstance(first, nn.Module)
    assert isinstance(second, nn.Module)
    second.load_state_dict(first.state_dict())
    x = torch.randn(2, 7, 4)
    whole, *_ = first(x)
    begin, _, h, c = first(x[:, :3])
    end, *_ = second(x[:, 3:], h, c)
    torch.testing.assert_close(torch.cat((begin, end), dim=1), whole)


def test_decoder_takes_the_memory_of_the_encoder_and_shares_its_embedding() -> None:
    network = build_network(to_source(translator()))
    assert sum(key.startswith("embed") for key in network.state_dict()) == 1
    text, start = torch.randint(0, 100, (2, 20)), torch.randint(0, 100, (2, 15))
    result = network(text=text, start=start)
    assert [(name, tuple(tensor.shape)) for name, tensor in result.items()] == [
        ("words", (2, 15, 100)),
        ("gist", (2, 32)),
    ]


# --- attention -------------------------------------------------------------------------------------------------------


def attention(**params: Any) -> tuple[Any, nn.Module]:
    layer = get_layer("MultiheadAttention")
    model = layer.Params.model_validate({"num_heads": 2, **params})
    built = build_call(layer.call(model, [TensorSpec((6, 8)), MISSING, MISSING]))
    assert isinstance(built, nn.Module)
    return built, built.module  # type: ignore[return-value]


def test_causal_attention_does_not_see_later_steps() -> None:
    built, _ = attention(causal=True)
    x = torch.randn(1, 6, 8)
    changed = x.clone()
    changed[:, 4:] += 1
    torch.testing.assert_close(built(x)[:, :4], built(changed)[:, :4])
    assert not torch.allclose(built(x)[:, 4:], built(changed)[:, 4:])


@pytest.mark.parametrize(
    "name", ["TransformerEncoderLayer", "TransformerDecoderLayer", "TransformerEncoder", "TransformerDecoder"]
)
def test_causal_transformer_layer_does_not_see_later_steps(name: str) -> None:
    layer = get_layer(name)
    model = layer.Params.model_validate({"nhead": 2, "dim_feedforward": 16, "causal": True})
    has_memory = len(layer.inputs) == 3
    specs = [TensorSpec((6, 8)), *([TensorSpec((5, 8))] if has_memory else []), MISSING]
    built = build_call(layer.call(model, specs))
    assert isinstance(built, nn.Module)
    built.eval()
    x, memory = torch.randn(1, 6, 8), [torch.randn(1, 5, 8)] * has_memory
    changed = x.clone()
    changed[:, 4:] += 1
    torch.testing.assert_close(built(x, *memory)[:, :4], built(changed, *memory)[:, :4])


def test_weights_of_attention_sum_to_one_and_make_the_output() -> None:
    built, module = attention(need_weights=True)
    x = torch.randn(2, 6, 8)
    y, weights = built(x)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 6))
    torch.testing.assert_close(y, module(x, x, x)[0])


def stacks() -> Document:
    """One block with a whole encoder, used twice with other sizes, and a decoder that looks at what it gives."""
    inside = [
        node("x", "Input"),
        node("encode", "TransformerEncoder", nhead=2, num_layers="=depth", dim_feedforward="=wide", dropout="=p"),
        out("y"),
    ]
    nodes = [
        node("x", "Input", shape=[6, 8]),
        node("first", "block:Encoder", depth=2, wide=9, p=0.1),
        node("second", "block:Encoder", depth=1, wide=12, p=0.3),
        node("write", "TransformerDecoder", nhead=2, num_layers=2, dim_feedforward=9, final_norm=True),
        out("y"),
    ]
    wires = "x first second write.memory, x write.x, write y"
    return document(block(nodes, wires), "Stacks", Encoder=block(inside, depth=6, wide=2048, p=0.1))


def test_stacks_of_transformer_layers_take_the_weights_of_pytorchs_own_and_give_its_values() -> None:
    report = check(stacks())
    assert report.problems == []
    network = build_network(to_source(stacks()))
    assert report.totals.parameters == sum(each.numel() for each in network.parameters())
    encoders = []
    for depth, wide, p in ((2, 9, 0.1), (1, 12, 0.3)):
        layer = nn.TransformerEncoderLayer(8, 2, wide, p, batch_first=True)
        encoders.append(nn.TransformerEncoder(layer, depth, enable_nested_tensor=False))
    step = nn.TransformerDecoderLayer(8, 2, 9, batch_first=True)
    decoder = nn.TransformerDecoder(step, 2, nn.LayerNorm(8))
    modules = dict(network.named_modules())
    for path, module in (("first.encode", encoders[0]), ("second.encode", encoders[1]), ("write", decoder)):
        modules[path].load_state_dict(module.state_dict())  # by name, all of them
    x = torch.randn(3, 6, 8)
    hidden = nn.Transformer.generate_square_subsequent_mask(6)
    wanted = decoder.eval()(x, encoders[1].eval()(encoders[0].eval()(x)), hidden, tgt_is_causal=True)
    torch.testing.assert_close(network.eval()(x), wanted)
    assert modules["second.encode.layers.0"].dropout.p == 0.3


def masked() -> Document:
    nodes = [
        node("x", "Input", shape=[6, 8]),
        node("padding", "Input", shape=[6], dtype="bool"),
        node("layer", "TransformerEncoderLayer", nhead=2, dim_feedforward=16),
        node("look", "MultiheadAttention", num_heads=2, need_weights=True),
        out("y"),
        out("weights"),
    ]
    wires = "x layer.x, padding layer.mask, layer look.x, padding look.mask, look.y y, look.weights weights"
    return document(block(nodes, wires), "Masked")


def test_mask_hides_padding_in_a_drawn_network() -> None:
    report = check(masked())
    assert report.problems == []
    source = to_source(masked())
    assert "self.layer(x, src_key_padding_mask=padding)" in source
    network = build_network(source).eval()
    x = torch.randn(2, 6, 8)
    padding = torch.tensor([[False] * 4 + [True] * 2] * 2)
    changed = x.clone()
    changed[:, 4:] += 1
    one, other = network(x=x, padding=padding), network(x=changed, padding=padding)
    torch.testing.assert_close(one["y"][:, :4], other["y"][:, :4])
    assert float(one["weights"][:, :, 4:].detach().abs().max()) == 0.0


def test_rotary_products_depend_on_the_distance_alone() -> None:
    layer = get_layer("RotaryEmbedding")
    built = build_call(layer.call(layer.Params.model_validate({"num_heads": 2}), [TensorSpec((9, 8))]))
    q, k = torch.randn(8), torch.randn(8)
    turned_q, turned_k = built(q.expand(1, 9, 8))[0], built(k.expand(1, 9, 8))[0]
    products = turned_q @ turned_k.T
    for distance in (-3, 0, 4):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))
    torch.testing.assert_close(turned_q[0], q)


def test_sine_positions_are_those_of_the_paper() -> None:
    layer = get_layer("PositionalEncoding")
    table = build_call(layer.call(layer.Params(), [TensorSpec((50, 6))]))(torch.zeros(1, 50, 6))[0]
    for position, i in ((0, 0), (7, 1), (49, 2)):
        angle = torch.tensor(position / 10000 ** (2 * i / 6))
        torch.testing.assert_close(table[position, 2 * i], angle.sin())
        torch.testing.assert_close(table[position, 2 * i + 1], angle.cos())


def test_patches_are_the_picture_row_by_row() -> None:
    layer = get_layer("PatchEmbedding")
    params = layer.Params.model_validate({"embed_dim": 12, "patch_size": 2})
    built = build_call(layer.call(params, [TensorSpec((3, 4, 6))]))
    assert isinstance(built, nn.Module)
    picture = torch.randn(1, 3, 4, 6)
    patch = picture[0, :, 2:4, 0:2].flatten()  # the first of the second row
    weight, bias = built.get_parameter("proj.weight"), built.get_parameter("proj.bias")
    torch.testing.assert_close(built(picture)[0, 3], weight.flatten(1) @ patch + bias)


# --- limits, repairs, mutes ------------------------------------------------------------------------------------------


def test_check_of_a_long_recurrent_sequence_does_not_walk_its_steps() -> None:
    nodes = [node("x", "Input", shape=[100_000, 8]), node("read", "LSTM", hidden_size=16, num_layers=2), out()]
    report = check(document(block(nodes)))  # PyTorch's own way on meta would take more than ten minutes
    assert report.problems == []
    assert report.nodes["read"].outputs["y"].shape == [None, 100_000, 16]


def test_attention_over_a_million_steps_is_refused_before_anything_is_computed() -> None:
    for name in ("MultiheadAttention", "TransformerEncoderLayer"):
        nodes = [node("x", "Input", shape=[10**6, 64]), node("look", name), out()]
        [problem] = check(document(block(nodes))).problems
        assert (problem.code, problem.node) == ("too_much_inside", "look")


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32)])
def test_picture_that_meets_an_lstm_becomes_a_sequence_of_rows(shape: tuple[int, int, int]) -> None:
    nodes = [image(*shape), node("read", "LSTM"), node("head", "Linear", out_features=10), out()]
    source = document(block(nodes, "image read.x, read.last head scores"))
    [problem] = check(source).problems
    assert problem.code == "wrong_rank"
    fixed = apply_edits(source, problem.fixes[0].edits)
    report = check(fixed)
    assert report.problems == []
    channels, height, width = shape
    [rows] = report.nodes["read"].inputs.values()
    assert rows.shape == [None, height, channels * width]
    # A step is one row of the picture, the channels side by side.
    network = build_network(to_source(fixed))
    seen: list[torch.Tensor] = []
    network.get_submodule("read").register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    picture = torch.randn(1, *shape)
    network(picture)
    assert torch.equal(seen[0][0, 5], picture[0, :, 5].flatten())


def test_indices_that_meet_an_lstm_are_embedded() -> None:
    nodes = [node("x", "Input", shape=[9], dtype="int64"), node("read", "LSTM"), out()]
    source = document(block(nodes))
    [problem] = check(source).problems
    assert problem.fixes[0].label == "Insert Embedding"
    assert check(apply_edits(source, problem.fixes[0].edits)).problems == []


def test_floats_that_meet_an_embedding_are_retyped_at_the_input() -> None:
    nodes = [node("x", "Input", shape=[9]), node("embed", "Embedding"), out()]
    source = document(block(nodes))
    [problem] = check(source).problems
    assert problem.code == "wrong_dtype"
    assert check(apply_edits(source, problem.fixes[0].edits)).problems == []


def test_muted_attention_passes_its_input_on_and_with_weights_cannot_be_muted() -> None:
    nodes = [node("x", "Input", shape=[9, 8]), node("look", "MultiheadAttention", muted=True), out()]
    report = check(document(block(nodes)))
    assert (report.problems, report.totals.parameters) == ([], 0)
    nodes[1] = node("look", "MultiheadAttention", muted=True, need_weights=True)
    assert [problem.code for problem in check(document(block(nodes))).problems] == ["cannot_mute"]
    nodes[1] = node("look", "LSTM", muted=True)
    assert [problem.code for problem in check(document(block(nodes))).problems] == ["cannot_mute"]


def test_optional_input_may_stay_without_a_wire_but_not_the_first() -> None:
    nodes = [
        node("x", "Input", shape=[9, 8]),
        node("padding", "Input", shape=[9], dtype="bool"),
        node("look", "MultiheadAttention", num_heads=2),
        out(),
    ]
    report = check(document(block(nodes, "padding look.mask, look scores, x")))
    assert [(problem.code, problem.field) for problem in report.problems if problem.severity == "error"] == [
        ("missing_input", "x")
    ]


def test_recurrent_layer_in_a_repeated_block_is_stacked() -> None:
    inner = block([node("x", "Input"), node("read", "GRU", hidden_size="=width"), out("y")], width=16)
    nodes = [node("x", "Input", shape=[9, 8]), node("stack", "block:Reader", width=12, repeat=3), out()]
    source = document(block(nodes), Reader=inner)
    assert check(source).problems == []
    text = to_source(source)
    assert "nn.Sequential(Reader(8, width=12), *(Reader(12, width=12) for _ in range(2)))" in text.replace(
        "\n", ""
    ).replace("            ", "").replace("        )", ")")
    assert build_network(text)(torch.randn(2, 9, 8)).shape == (2, 9, 12)
