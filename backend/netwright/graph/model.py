"""The base of every model that crosses a boundary: strict, closed, without NaN."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A pydantic model that refuses unknown fields, silent conversions and NaN.

    Strict means that ``true`` is not ``1`` and ``"3"`` is not ``3``; JSON arrays still become tuples.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, ser_json_inf_nan="strings")
