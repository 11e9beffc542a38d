"""Answers: models printed by pydantic itself, straight to bytes."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import Response
from pydantic import BaseModel, TypeAdapter

JSON = "application/json"


def answer(model: BaseModel, status: int = 200) -> Response:
    """``model`` as JSON.  (FastAPI would validate and convert it a second time.)"""
    return Response(model.__pydantic_serializer__.to_json(model), status, media_type=JSON)


def answer_list(models: Sequence[BaseModel], model: type[BaseModel]) -> Response:
    """A JSON array of ``model``."""
    return Response(_adapter(model).dump_json(list(models)), media_type=JSON)


@cache
def _adapter(model: type[BaseModel]) -> TypeAdapter[Any]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # a list of whatever model is asked for
