"""What is said in Chinese, as a reader gets it: problems with their fixes, complaints, and what was kept for later."""

import json
import pickle
import re
from typing import Any

import pytest
from broken_documents import CASES
from broken_parts import Case
from layer_inputs import specs_for
from layer_mistakes import FAILING
from netwright.compiler.check import check_document_json
from netwright.language import (
    STORED,
    Text,
    all_of,
    any_of,
    dump_stored,
    language_of,
    listed,
    parse_stored,
    said_by,
    say,
    spoken,
    to_stored,
    use_language,
)
from netwright.layers.registry import get_layer
from netwright.store.events import StoredEvent
from netwright.training.events import EVENTS, EndEvent, HelloEvent, LogEvent
from netwright.training.states import EndReason, RunState

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(
    r"\b(?:the|is|are|but|with|from|and|or|of|has|needs|gets|gives|at|to|it|by|one|not|which|cannot|must)\b"
)
"""Words that no English sentence does without; names of PyTorch's and a person's own words have none of them."""


def is_left_english(text: str) -> bool:
    without_names = re.sub(
        r"`[^`]*`|'[^']*'|\"[^\"]*\"|：[^：]*$" if "PyTorch 的说明" in text else r"`[^`]*`|'[^']*'", "", text
    )
    return bool(ENGLISH.search(without_names))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_problem_of_a_document_when_asked_in_chinese_is_chinese(case: Case) -> None:
    with use_language("zh"):
        report = json.loads(check_document_json(case.document))
    english = json.loads(check_document_json(case.document))
    assert [problem["code"] for problem in report["problems"]] == [problem["code"] for problem in english["problems"]]
    for problem in report["problems"]:
        assert CHINESE.search(problem["message"])
        for text in (problem["message"], problem["expected"] or "", problem["got"] or ""):
            assert not is_left_english(text), text
        for fix in problem["fixes"]:
            assert CHINESE.search(fix["label"])
            assert not is_left_english(fix["label"]), fix["label"]


@pytest.mark.parametrize(
    ("name", "params", "shapes"), [case[:3] for case in FAILING], ids=lambda value: str(value)[:30]
)
def test_complaint_of_a_layer_is_a_text_with_a_chinese_twin(
    name: str, params: dict[str, Any], shapes: tuple[tuple[int, ...], ...]
) -> None:
    layer = get_layer(name)
    checked = layer.Params.model_validate({**params})
    without_wire = [None for port in layer.inputs[len(shapes) :] if port.optional]
    specs = specs_for(layer, [*shapes, *without_wire])
    complaints = list(layer.check_ports(specs)) or list(layer.check(checked, specs))
    assert complaints
    for complaint in complaints:
        assert isinstance(complaint.message, Text)
        message = spoken(complaint.message.with_values(node="n", source="s"), "zh")
        assert CHINESE.search(message)
        assert not is_left_english(message), message


def test_text_is_a_str_that_keeps_its_template() -> None:
    text = say("Remove {node}", node="conv1")
    assert text == "Remove conv1"
    assert isinstance(text, str)
    assert spoken(text, "zh") == "移除 conv1"
    assert pickle.loads(pickle.dumps(text)).template == text.template  # noqa: S301  our own bytes


def test_text_with_open_places_is_filled_later() -> None:
    text = say("{type} `{node}` needs {expected} but gets {spec} from `{source}`.", type="Linear", spec="N x 3")
    assert str(text) == "Linear `{node}` needs {expected} but gets N x 3 from `{source}`."
    assert (
        text.with_values(node="head", source="conv", expected="it")
        == "Linear `head` needs it but gets N x 3 from `conv`."
    )


def test_texts_within_texts_are_translated_too() -> None:
    text = say("Connect {names}", names=all_of(["a", "b", "c"]))
    assert text == "Connect a and b and c"
    assert spoken(text, "zh") == "连接 a 和 b 和 c"
    assert spoken(listed(["a", "b"]), "zh") == "a、b"
    assert spoken(any_of([say("a number"), "x"]), "zh") == "数字 或 x"


def test_value_that_looks_like_a_template_is_left_alone() -> None:
    text = say("Remove {node}", node="{node} {0.__class__}")
    assert spoken(text, "zh") == "移除 {node} {0.__class__}"


def test_sentence_without_a_twin_stays_english() -> None:
    assert spoken(say("Nobody has translated {this}.", this="it"), "zh") == "Nobody has translated it."


def test_error_tells_its_whole_sentence() -> None:
    error = ValueError(say("The expression is empty."))
    assert spoken(said_by(error), "zh") == "表达式是空的。"
    assert said_by(OSError("disk")) == "disk"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-Hans", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("fr,de;q=0.8", "en"),
        ("fr,zh;q=0.1", "zh"),
        ("en;q=0.2, zh;q=0.7", "zh"),
        ("zh;q=nonsense, en", "en"),
        ("*", "en"),
    ],
)
def test_language_of_a_header(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


# --- what is kept ----------------------------------------------------------------------------------------------------

ENVELOPE: dict[str, Any] = {"run": "r", "attempt": 1, "seq": 1, "time": 0.0, "elapsed": 0.0, "cursor": 1}
WHY = say("{monitor} did not improve for {patience} epochs (best {best}).", monitor="val/loss", patience=3, best="0.5")


def test_event_when_stored_keeps_its_template_for_readers_of_any_language() -> None:
    event = EndEvent(**ENVELOPE, state=RunState.COMPLETED, reason=EndReason.EARLY_STOP, message=WHY)
    stored = StoredEvent(1, event.model_dump_json(context=STORED))
    assert json.loads(stored.spoken("en"))["message"] == "val/loss did not improve for 3 epochs (best 0.5)."
    assert json.loads(stored.spoken("zh"))["message"] == "val/loss 连续 3 轮没有改进（最佳 0.5）。"
    (read,) = EVENTS.validate_json(f"[{stored.payload}]")
    assert read == event


def test_event_of_a_plain_text_is_told_as_it_is() -> None:
    event = LogEvent(**ENVELOPE, message='it holds {"template": 1}')
    stored = StoredEvent(1, event.model_dump_json(context=STORED))
    assert json.loads(stored.spoken("zh"))["message"] == 'it holds {"template": 1}'


def test_notes_of_a_hello_are_told_in_the_language_of_the_reader() -> None:
    notes = [say("{type}: fused, all weights in one kernel.", type="AdamW"), "plain"]
    event = HelloEvent(
        **ENVELOPE,
        pid=1,
        device="cpu",
        versions={},
        steps_per_epoch=1,
        total_steps=1,
        notes=[to_stored(note) for note in notes],
    )
    stored = StoredEvent(1, event.model_dump_json(context=STORED))
    assert json.loads(stored.spoken("zh"))["notes"] == ["AdamW：fused，一个内核更新全部权重。", "plain"]


def test_column_of_text_gives_back_what_was_put_in() -> None:
    assert parse_stored(dump_stored(WHY)) == WHY
    assert spoken(parse_stored(dump_stored(WHY)), "zh") == spoken(WHY, "zh")
    for text in (None, "plain", '{"template": "not ours"}', '{"template":7}'):
        assert parse_stored(dump_stored(text)) == text
