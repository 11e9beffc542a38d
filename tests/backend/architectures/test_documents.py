"""The documents of the ready-made networks, and what is said of them."""

import json
import re
from importlib.resources import files
from itertools import combinations
from typing import Any

import pytest
from netwright.architectures.base import LANGUAGES, Architecture
from netwright.architectures.drawing import COLUMN_WIDTH, MOST_IN_A_ROW
from netwright.architectures.registry import ARCHITECTURES, STARTERS
from netwright.compiler.source import to_source
from netwright.data.registry import SOURCES
from netwright.graph.document import NETWORK
from netwright.graph.io import dump_document, load_document
from netwright.services.outline import build_outline
from netwright.training.checking import check_choices
from netwright.training.config import TrainingConfig

EVERY = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
CARD = (200, 80)
"""Pixels of a card, with some air below it."""


@EVERY
def test_document_when_written_and_read_again_is_the_same(architecture: Architecture) -> None:
    document = architecture.build()
    assert load_document(dump_document(document)) == document


@EVERY
def test_every_level_when_opened_is_whole_and_no_card_lies_on_another(architecture: Architecture) -> None:
    document = architecture.build()
    for name in (NETWORK, *document.blocks):
        places = document.view[name]
        assert set(places) == {node.id for node in document.block(name).nodes}
        assert max(x for x, _ in places.values()) <= (MOST_IN_A_ROW - 1) * COLUMN_WIDTH, name
        for (one, (x, y)), (other, (u, v)) in combinations(places.items(), 2):
            assert abs(x - u) >= CARD[0] or abs(y - v) >= CARD[1], (name, one, other)


@EVERY
def test_picture_when_made_shows_every_node_of_the_top_level(architecture: Architecture) -> None:
    document = architecture.build()
    outline = build_outline(document)
    assert [node.label for node in outline.nodes] == [node.id for node in document.network.nodes]
    assert len(outline.edges) == len(document.network.edges)
    assert {node.family for node in outline.nodes}.isdisjoint({"unknown"})


@EVERY
def test_preset_when_read_is_a_training_config_for_data_that_exists(architecture: Architecture) -> None:
    training = architecture.build().training
    config = TrainingConfig.model_validate(training)
    assert list(check_choices(config)) == []
    source = architecture.preset.source
    if source is None:
        assert "source" not in architecture.preset.to_training().get("data", {})
        return
    assert config.data.source == source
    facts = SOURCES[source].facts
    assert facts is not None
    if not config.data.preprocess:
        assert facts.input_shape in architecture.figures.inputs.values()


@EVERY
def test_words_when_read_are_there_in_every_language(architecture: Architecture) -> None:
    for language in LANGUAGES:
        words = architecture.words(language)
        assert all((words.name, words.summary, words.data))
        assert 3 <= len(words.look) <= 6
        assert "!" not in " ".join((words.summary, words.data, *words.look))
        if language == "zh":
            assert all(re.search(r"[\u4e00-\u9fff]", text) for text in (words.summary, words.data, *words.look))


def test_texts_when_compared_between_languages_have_the_same_keys_and_none_is_left_over() -> None:
    families = {each.family for each in ARCHITECTURES.values()}
    for name in (*families, "presets", "sources"):
        english, chinese = (_keys(_read(language, name)) for language in LANGUAGES)
        assert english == chinese, name
    for family in families:
        said = _read("en", family)
        members = [each for each in ARCHITECTURES.values() if each.family == family]
        assert set(said["networks"]) == {each.id for each in members}
        assert set(said["looks"]) == {each.look for each in members}
        assert all(len(_read("zh", family)["looks"][key]) == len(lines) for key, lines in said["looks"].items())
    assert set(_read("en", "presets")) == {each.preset.text for each in ARCHITECTURES.values()}
    assert set(_read("en", "sources")) == {each.published.source for each in ARCHITECTURES.values() if each.published}


def _read(language: str, name: str) -> dict[str, Any]:
    text = files("netwright.architectures").joinpath(f"texts/{language}/{name}.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def _keys(value: object) -> object:
    return {key: _keys(inner) for key, inner in value.items()} if isinstance(value, dict) else None


def test_resnet152_when_opened_is_a_dozen_boxes() -> None:
    assert len(ARCHITECTURES["resnet152"].build().network.nodes) <= 13


def test_starters_when_offered_exist_and_the_smallest_need_no_download() -> None:
    assert set(STARTERS) <= set(ARCHITECTURES)
    ready = [name for name in STARTERS if (source := ARCHITECTURES[name].preset.source) and not SOURCES[source].files]
    assert len(ready) >= 2


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("resnet50", {"Bottleneck", "DownsampleBottleneck", "Stage", "Network"}),
        ("resnet18", {"BasicBlock", "DownsampleBasicBlock", "Stage", "Network"}),
        ("googlenet_torchvision_aux", {"BasicConv2d", "Inception", "InceptionAux", "Network"}),
    ],
)
def test_source_when_exported_has_the_names_that_a_person_looks_for(name: str, classes: set[str]) -> None:
    assert set(re.findall(r"^class (\w+)", to_source(ARCHITECTURES[name].build()), re.MULTILINE)) == classes
