"""Two nodes, one set of weights: one attribute, one name in the checkpoint, counted once."""

import torch
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from netwright.graph.edits import RemoveNode, SetNode, SetParam
from netwright.graph.io import dump_document, graph_hash, load_document
from samples import block, document, node, out, siamese


def twice(muted: bool = False, wires: str = "x fc act fc2 scores") -> Document:
    nodes = [
        node("x", "Input", shape=[8]),
        node("fc", "Linear", out_features=8, muted=muted),
        node("act", "Tanh"),
        node("fc2", "Linear", out_features=8, share="fc"),
        out(),
    ]
    return document(block(nodes, wires))


def test_shared_weights_are_counted_once_and_computed_twice() -> None:
    report = check(twice())
    assert (report.nodes["fc"].parameters, report.nodes["fc2"].parameters) == (72, 0)
    assert report.totals.parameters == 72
    assert report.totals.macs == 2 * 64


def test_counting_once_changes_nothing_for_layers_that_are_alike() -> None:
    # Same settings and same shapes at both ends: what the check knows of such a layer is kept for all documents.
    same = twice()
    same.network.nodes[1].params = same.network.nodes[3].params = {"out_features": 8, "bias": False}
    own = apply_edits(same, [SetNode(block="network", id="fc2", share="")])
    for _ in range(2):
        assert check(same).totals.parameters == 64
        assert check(own).totals.parameters == 128
        assert [check(own).nodes[name].parameters for name in ("fc", "fc2")] == [64, 64]


def test_shared_layer_is_one_attribute_that_is_called_twice() -> None:
    source = to_source(twice())
    assert source.count("nn.Linear(") == 1
    assert source.count("self.fc(x)") == 2
    network = build_network(source)
    assert list(network.state_dict()) == ["fc.weight", "fc.bias"]
    x = torch.randn(2, 8)
    torch.testing.assert_close(network(x), network.fc(torch.tanh(network.fc(x))))  # type: ignore[operator]


def test_gradient_of_shared_weights_is_the_sum_of_both_uses() -> None:
    network = build_network(to_source(twice()))
    x = torch.randn(4, 8)
    network(x).sum().backward()
    one, two = torch.nn.Linear(8, 8), torch.nn.Linear(8, 8)
    for copy in (one, two):
        copy.load_state_dict({name.removeprefix("fc."): value for name, value in network.state_dict().items()})
    two(torch.tanh(one(x))).sum().backward()
    assert one.weight.grad is not None
    assert two.weight.grad is not None
    torch.testing.assert_close(network.get_parameter("fc.weight").grad, one.weight.grad + two.weight.grad)


def test_muted_owner_leaves_its_weights_to_the_others_under_its_name() -> None:
    source = twice(muted=True)
    report = check(source)
    assert (report.ok, report.totals.parameters, report.nodes["fc2"].parameters) == (True, 72, 72)
    assert list(build_network(to_source(source)).state_dict()) == ["fc.weight", "fc.bias"]


def test_owner_that_nothing_depends_on_still_lends_its_weights() -> None:
    source = twice(wires="x act fc2 scores, x fc")
    report = check(source)
    assert [problem.code for problem in report.problems] == ["unused_node"]
    assert report.totals.parameters == 72
    network = build_network(to_source(source))
    assert sum(parameter.numel() for parameter in network.parameters()) == 72


def test_three_users_count_once() -> None:
    source = twice()
    source.network.nodes.insert(-1, node("fc3", "Linear", out_features=8, share="fc"))
    source.network.edges[-1].target = "fc3"
    source.network.edges.append(source.network.edges[-1].model_copy(update={"source": "fc3", "target": "scores"}))
    assert check(source).totals.parameters == 72


def test_edit_of_one_keeps_both_alike_and_removal_of_the_owner_promotes_the_other() -> None:
    wider = apply_edits(twice(), [SetParam(block="network", id="fc2", name="bias", value=False)])
    assert check(wider).problems == []
    assert check(wider).totals.parameters == 64
    alone = apply_edits(twice(), [RemoveNode(block="network", id="fc")])
    assert alone.network.nodes[2].share is None
    own = apply_edits(twice(), [SetNode(block="network", id="fc2", share="")])
    assert check(own).totals.parameters == 144


def test_siamese_network_gives_the_same_for_the_same_picture_on_both_sides() -> None:
    network = build_network(to_source(siamese()))
    picture = torch.randn(2, 1, 12, 12)
    torch.testing.assert_close(network.encoder(picture), network.encoder(picture.clone()))  # type: ignore[operator]
    assert {key.split(".")[0] for key in network.state_dict()} == {"encoder", "head", "same"}
    assert network(picture, picture).shape == (2, 1)


def test_document_without_sharing_is_written_and_hashed_as_before() -> None:
    plain = apply_edits(twice(), [SetNode(block="network", id="fc2", share="")])
    assert b"share" not in dump_document(plain)
    assert "share" not in plain.model_dump_json()
    assert graph_hash(plain) != graph_hash(twice())
    assert load_document(dump_document(twice())) == twice()


def test_sharing_inside_a_repeated_block_is_within_each_repetition() -> None:
    inner = twice().network
    inner.nodes[0] = node("x", "Input")
    inner.nodes[-1] = out("scores")
    source = document(
        block([node("image", "Input", shape=[8]), node("stage", "block:Stage", repeat=3), out("y")]), Stage=inner
    )
    report = check(source)
    assert (report.problems, report.totals.parameters) == ([], 3 * 72)
    network = build_network(to_source(source))
    assert set(network.state_dict()) == {f"stage.{i}.fc.{name}" for i in range(3) for name in ("weight", "bias")}
