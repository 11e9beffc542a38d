"""When a run counts as stalled."""

from collections.abc import Iterable

from netwright.language import spoken, use_language
from netwright.worker.system import StallWatch, describe_stall


def looks(
    watch: StallWatch, steps: Iterable[int], *, start: int = 0, is_training: bool = True
) -> list[tuple[int, float]]:
    """What the looks of every second found: the second, and the seconds waited."""
    return [
        (second, waited)
        for second, step in enumerate(steps, start)
        if (waited := watch.look(step, float(second), is_training=is_training)) is not None
    ]


def test_stall_when_steps_end_is_found_once_after_a_minute_and_again_after_the_next_step() -> None:
    watch = StallWatch()
    assert looks(watch, range(0, 100, 10)) == []
    assert watch.usual_seconds == 0.1
    assert looks(watch, [90] * 200, start=10) == [(69, 60.0)]
    assert looks(watch, [91], start=210) == []
    assert [second for second, _ in looks(watch, [91] * 400, start=211)] != []


def test_stall_when_a_step_takes_long_as_a_rule_waits_for_twenty_of_them() -> None:
    watch = StallWatch()
    assert looks(watch, [step for step in range(4) for _ in range(10)]) == []
    found = looks(watch, [3] * 400, start=40)
    assert len(found) == 1
    assert found[0][1] >= 20 * 10


def test_stall_when_nothing_is_trained_or_the_first_step_is_compiled_is_not_found() -> None:
    watch = StallWatch()
    assert looks(watch, [0] * 1000) == []
    assert looks(watch, [1], start=1000) == []
    assert looks(watch, [1] * 1000, start=1001, is_training=False) == []
    # The minute begins anew behind a validation.
    assert looks(watch, [1] * 30, start=2001) == []


def test_stall_is_said_with_what_a_step_takes() -> None:
    assert str(describe_stall(61.2, 0.0123)).startswith("No step has ended for 61 s; one takes 12 ms as a rule.")
    with use_language("zh"):
        assert spoken(describe_stall(61.2, 2.0)).startswith("已有 61 秒没有完成任何训练步")
