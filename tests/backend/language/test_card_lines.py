"""The line on a node's card, in the language of whoever is answered."""

import json

from drawing import block, document, node
from netwright.compiler.check import check, check_document_json
from netwright.language import use_language

DRAWN = document(
    block(
        [
            node("x: Input", params={"shape": [8, 16]}),
            node("look: MultiheadAttention", params={"num_heads": 8, "causal": True}),
            node("out: Linear", params={"out_features": 4, "bias": False}),
            node("again: Linear", params={"out_features": 4, "bias": False}),
            node("y: Output"),
        ],
        "x -> look.x",
        "look -> out -> y",
        "look -> again",
    )
)


def lines(language: str) -> dict[str, str]:
    with use_language(language):
        report = json.loads(check_document_json(DRAWN))
    return {path: found["summary"] for path, found in report["nodes"].items()}


def test_line_of_a_card_when_asked_in_chinese_is_chinese_and_english_again_after_it() -> None:
    english = {"look": "8 heads, causal", "out": "4, no bias"}
    assert lines("en").items() >= english.items()
    assert lines("zh").items() >= {"look": "8 个头、因果", "out": "4、无偏置"}.items()
    assert lines("en").items() >= english.items()


def test_report_when_asked_in_chinese_differs_from_the_english_one_in_its_lines_alone() -> None:
    with use_language("zh"):
        chinese = check(DRAWN)
    for path, found in check(DRAWN).nodes.items():
        assert chinese.nodes[path].model_copy(update={"summary": ""}) == found.model_copy(update={"summary": ""})
