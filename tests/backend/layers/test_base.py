"""A layer that is not defined whole fails at import, by its name."""

from typing import Any

import pytest
from netwright.layers.base import Call, Documentation, Layer, LayerParams, TensorSpec
from netwright.layers.params import Size, setting
from pydantic import Field

DOCUMENTATION = Documentation("What.", "y = x", "(N, *) -> (N, *)", "When.", "Beware.", "https://example.org")


def define(name: str = "Odd", **members: Any) -> type[Layer[Any]]:
    defaults = {"family": "shape", "documentation": DOCUMENTATION, "call": classmethod(lambda *_: Call("Identity"))}
    chosen = {key: value for key, value in (defaults | members).items() if value is not None}
    return type(name, (Layer,), chosen)


class Undescribed(LayerParams):
    size: Size = 3


class WithoutUnit(LayerParams):
    size: Size = Field(default=3, description="A size.")


class BadDefault(LayerParams):
    size: Size = setting(0, "A size.", unit="pixels")


def test_whole_definition_is_taken_and_its_type_is_its_name() -> None:
    assert define().type == "Odd"


def test_family_base_needs_no_documentation() -> None:
    assert not hasattr(define("_Base", documentation=None), "type")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"documentation": None}, "no documentation"),
        ({"documentation": Documentation("What.", " ", "s", "When.", "Beware.", "")}, "leaves formula, source empty"),
        ({"family": None}, "family must be one of io, linear"),
        ({"family": "odd"}, "family must be one of io, linear"),
        ({"call": None}, "no call"),
        ({"Params": Undescribed}, "field size has no description"),
        ({"Params": WithoutUnit}, "field size has no unit"),
        (
            {"Params": BadDefault},
            "the default of field size does not validate: Input should be greater than or equal to 1",
        ),
    ],
)
def test_definition_when_incomplete_raises_with_the_classs_name(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(TypeError, match=f"layer Odd: .*{reason}"):
        define(**members)


def test_documentation_of_the_parent_is_not_the_childs() -> None:
    parent = define("Parent")
    with pytest.raises(TypeError, match="layer Child: no documentation"):
        type("Child", (parent,), {})


def test_tensor_spec_counts_one_sample() -> None:
    spec = TensorSpec((3, 4, 5))
    assert (spec.numel, str(spec)) == (60, "N x 3 x 4 x 5")
