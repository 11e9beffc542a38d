"""What usually follows what in the ready-made networks."""

from itertools import pairwise

from netwright.architectures.followers import count_followers, gallery_followers
from netwright.graph.document import Block, Document, Edge, Node
from netwright.layers.registry import LAYERS


def block(*chain: tuple[str, str], repeat: int = 1) -> Block:
    """A chain of ``(id, type)``; blocks in it are repeated."""
    nodes = [Node(id=id_, type=type_, repeat=repeat if type_.startswith("block:") else 1) for id_, type_ in chain]
    ids = [node.id for node in nodes]
    return Block(nodes=nodes, edges=[Edge(source=a, target=b) for a, b in pairwise(ids)])


def test_followers_when_a_block_is_repeated_sees_through_it_and_counts_a_pair_once() -> None:
    stage = block(("x", "Input"), ("conv", "Conv2d"), ("act", "ReLU"), ("y", "Output"))
    network = block(("image", "Input"), ("stage", "block:Stage"), ("flat", "Flatten"), ("scores", "Output"), repeat=3)
    document = Document(network=network, blocks={"Stage": stage})
    assert count_followers([document]) == {
        "Conv2d": {"ReLU": 1},
        "Flatten": {"Output": 1},
        "Input": {"Conv2d": 1},
        # Within the repetition, and behind it.
        "ReLU": {"Conv2d": 1, "Flatten": 1},
    }
    assert count_followers([document, document])["Conv2d"] == {"ReLU": 2}


def test_gallery_when_counted_names_layers_only_and_knows_the_usual_ways() -> None:
    followers = gallery_followers()
    assert {*followers} | {after for each in followers.values() for after in each} <= {*LAYERS}
    assert next(iter(followers["Conv2d"])) == "BatchNorm2d"
    assert next(iter(followers["BatchNorm2d"])) == "ReLU"
    assert next(iter(followers["Flatten"])) == "Linear"
    assert "Conv2d" in followers["ReLU"]
