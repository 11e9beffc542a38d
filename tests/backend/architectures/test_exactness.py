"""What ``make exactness`` says at its end: what was compared, what differs, what was left out."""

import pytest
from bench import exactness
from bench.exactness import Part, verdict

AGREES = Part("Published figures", "70 parameter counts")
MISSING = Part("Outputs", left_out=("all of it: torchvision is not there",))
DIFFERS = Part("Out and in again as onnx", "63 networks", ("unet", "vit_b16"))


def test_verdict_when_everything_was_compared_says_so() -> None:
    assert verdict([AGREES, AGREES]) == "All of it was compared, and agrees."


def test_verdict_when_a_part_was_left_out_names_it_and_does_not_say_that_all_agrees() -> None:
    assert verdict([AGREES, MISSING]) == "What was compared agrees. Not compared: Outputs."
    assert MISSING.lines() == ["Outputs: NOT COMPARED", "    not compared: all of it: torchvision is not there"]


def test_verdict_when_one_differs_names_it_whatever_else_was_left_out() -> None:
    assert verdict([AGREES, MISSING, DIFFERS]) == "These differ: Out and in again as onnx."
    assert DIFFERS.lines() == ["Out and in again as onnx: DIFFERS: unet, vit_b16 (63 networks)"]


@pytest.mark.parametrize(("parts", "status"), [([AGREES, MISSING], 0), ([AGREES, DIFFERS], 1)])
def test_command_when_something_differs_fails(
    parts: list[Part], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(exactness, "published", lambda: parts)
    for name in ("reference", "oracle", "ruff"):
        monkeypatch.setattr(exactness, name, list)
    assert exactness.main(["--without-round-trips", "--without-training"]) == status
    printed = capsys.readouterr().out
    assert "Out and in again as exported: NOT COMPARED" in printed
    assert "GCN on Cora: NOT COMPARED" in printed
    assert exactness.main(["--nonsense"]) == 2
