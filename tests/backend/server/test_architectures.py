"""The gallery over HTTP."""

from typing import Any

from backend.server.helpers import RealServer, assert_problem


def test_gallery_when_listed_has_a_card_for_every_network(server: RealServer) -> None:
    cards: list[dict[str, Any]] = server.client.get("/api/architectures").json()
    assert len({card["id"] for card in cards}) == len(cards) >= 30
    for card in cards:
        assert card["outline"]["nodes"]
        assert set(card["name"]) == set(card["summary"]) == {"en", "zh"}
    resnet = next(card for card in cards if card["id"] == "resnet152")
    assert (resnet["parameters"], resnet["inputs"], resnet["paper"]["year"]) == (
        60_192_808,
        {"image": [3, 224, 224]},
        2016,
    )
    assert sum(card["is_starter"] for card in cards) == 4


def test_network_when_read_can_be_made_ones_own_and_has_no_problem(server: RealServer) -> None:
    read = server.client.get("/api/architectures/resnet50").json()
    assert read["published"]["parameters"] == read["parameters"]
    assert set(read["block_outlines"]) == set(read["document"]["blocks"])
    assert len(read["look"]["en"]) == len(read["look"]["zh"]) >= 3
    created = server.client.post("/api/networks", json={"document": read["document"]})
    assert created.status_code == 201
    assert created.json()["name"] == "ResNet-50"
    report = server.client.post("/api/check", json={"document": created.json()["document"]}).json()
    assert (report["problems"], report["totals"]["parameters"]) == ([], read["parameters"])


def test_example_and_sweep_when_a_network_has_them_come_with_it(server: RealServer) -> None:
    example = server.client.get("/api/architectures/channel_mixing").json()["example"]
    assert example["result"][0][0] == [6, 7, 8, 9]
    sweep = server.client.get("/api/architectures/average_or_flatten").json()["sweep"]
    assert sweep["nodes"]["averaged_fc"] == [650] * len(sweep["values"])


def test_network_when_there_is_none_is_not_found(server: RealServer) -> None:
    assert_problem(server.client.get("/api/architectures/nonsense"), 404, "not_found")


def test_followers_when_read_are_the_most_usual_first(server: RealServer) -> None:
    followers = server.client.get("/api/architectures/followers").json()["followers"]
    assert all(list(each.values()) == sorted(each.values(), reverse=True) for each in followers.values())
    assert followers["Flatten"]["Linear"] > 1
