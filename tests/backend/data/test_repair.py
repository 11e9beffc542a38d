"""Ways out of lists of steps: each was tried, so each mends what it is offered for."""

import pytest
from netwright.data.base import DataError, Step
from netwright.data.repair import find_repair
from netwright.data.transform_base import Layout, LayoutColumn
from netwright.data.transforms import TRANSFORMS, plan_chain

PICTURES = Layout("image", (3, 8, 8), is_float=False)
ROWS = Layout(
    "table",
    (2,),
    is_float=True,
    columns=(LayoutColumn("a", may_be_missing=True), LayoutColumn("b", ("x", "y"), may_be_missing=True)),
)


@pytest.mark.parametrize(
    ("layout", "types", "label", "mended"),
    [
        (PICTURES, "Normalize ToFloat", "Move Normalize behind ToFloat", "ToFloat Normalize"),
        (PICTURES, "Grayscale Normalize ToFloat", "Put ToFloat before Grayscale", None),
        (PICTURES, "Normalize Grayscale", "Put ToFloat before Normalize", "ToFloat Normalize Grayscale"),
        (PICTURES, "ToFloat Normalize ToFloat", "Remove ToFloat", "ToFloat Normalize"),
        (PICTURES, "Grayscale", "Put ToFloat before Grayscale", "ToFloat Grayscale"),
        (ROWS, "OneHot Impute", "Move OneHot behind Impute", "Impute OneHot"),
        (ROWS, "Impute Standardize", "Add OneHot", "OneHot Impute Standardize"),
        (PICTURES, "ToFloat Impute", "Remove Impute", "ToFloat"),
    ],
)
def test_list_when_it_makes_no_sense_is_offered_what_mends_it(
    layout: Layout, types: str, label: str, mended: str | None
) -> None:
    steps = [Step(each) for each in types.split()]
    with pytest.raises(DataError) as caught:
        plan_chain(steps, layout)
    insertable = [name for name, each in TRANSFORMS.items() if layout.kind in each.kinds]
    repair = find_repair(steps, caught.value, lambda tried: plan_chain(tried, layout), insertable)
    assert repair is not None
    found = " ".join(step.type for step in repair.steps)
    if mended is None:  # two faults: the first one is gone
        with pytest.raises(DataError) as left:
            plan_chain(repair.steps, layout)
        assert caught.value.step is not None
        assert left.value.step is None or left.value.step > caught.value.step
    elif label == "Add OneHot":
        plan_chain(repair.steps, layout)
    else:
        assert found == mended
    assert repair.label == label
