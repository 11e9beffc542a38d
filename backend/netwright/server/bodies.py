"""Bodies of requests: limited, strict, parsed from the raw bytes.

FastAPI would parse JSON into Python objects first, which lets pass what our models refuse: ``NaN``, numbers that become
infinite, doubled keys, integers that no database column and no browser can hold.
"""

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, runtime_checkable

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, JsonValue, ValidationError

from netwright.language import fault_sentence, said_by, say
from netwright.server.problems import ApiError, to_problems

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 200
"""Levels of nesting; the models' parser counts them."""

MAX_INTEGER = 2**53
"""The largest integer that JSON numbers carry exactly into a browser."""

_DIGITS_TO_ZERO = bytes(48 if byte in b"0123456789" else byte for byte in range(256))
_MANY_DIGITS = b"0" * 16
"""As many as 2^53 has."""


@runtime_checkable
class Recalled(Protocol):
    """A model that can be made from JSON more quickly than by validating all of it."""

    @classmethod
    def recall(cls, raw: bytes, read: Callable[[bytes], JsonValue]) -> BaseModel | None:
        """The model; None where ``read``, which gives what JSON holds where that is surely fine, gives nothing; a
        ``ValidationError`` where something does not fit, whose places need not be the body's."""


class ModelRoute(APIRoute):
    """A route whose body, where it has one, is a model that is read by :func:`parse_body`.

    OpenAPI sees the model as usual; the endpoint gets the validated instance.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        if self.body_field is None:
            return handler
        model = self.body_field.field_info.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise TypeError(f"{self.path}: the body of a ModelRoute must be a model, not {model!r}")

        async def handle(request: Request) -> Response:
            _check_content_type(request)
            body = parse_body(model, await read_body(request, MAX_BODY_BYTES))
            return await handler(_ParsedRequest(request, body))

        return handle


class _ParsedRequest(Request):
    """A request whose JSON has been read already."""

    def __init__(self, request: Request, body: BaseModel) -> None:
        super().__init__(request.scope, request.receive)
        self._parsed = body

    async def body(self) -> bytes:
        return b"{}"  # not empty, so that the framework asks for json()

    async def json(self) -> Any:
        return self._parsed


def _check_content_type(request: Request) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise ApiError(
            "wrong_content_type",
            say("Send the body as application/json, not as {type}.", type=content_type or say("nothing")),
        )


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        ApiError: ``body_too_large``, before more than ``limit`` bytes are held.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> ApiError:
    return ApiError("body_too_large", say("The body may have {size} MiB at most.", size=limit // 2**20))


def _too_deep() -> ApiError:
    return ApiError("invalid_json", say("The body is nested deeper than {count} levels.", count=MAX_DEPTH))


def parse_body(model: type[BaseModel], raw: bytes) -> BaseModel:
    """``raw`` as ``model``.

    Raises:
        ApiError: ``invalid_json``, or ``invalid_request`` with a problem for each field that does not fit.
    """
    recalled = _recall(model, raw)
    if recalled is not None:
        return recalled
    check_json(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        if errors and errors[0]["type"] == "json_invalid":
            if "recursion limit" in errors[0]["msg"]:
                raise _too_deep() from error
            raise ApiError("invalid_json", say("{why}.", why=fault_sentence(errors[0]))) from error
        raise ApiError(
            "invalid_request",
            say("Some fields of the body do not fit; see problems."),
            problems=to_problems(list(errors)),
        ) from error


def _recall(model: type[BaseModel], raw: bytes) -> BaseModel | None:
    """None where the model cannot do that, or where something does not fit: the whole validation says what."""
    if not issubclass(model, Recalled):
        return None
    try:
        return model.recall(raw, _quick_look)
    except ValidationError:
        return None


class _RefusedJsonError(ValueError):
    """Valid for Python's parser, but not what we take."""


def check_json(raw: bytes) -> None:
    """Refuses what the models' own parser lets pass: doubled keys, NaN, numbers out of range.

    Raises:
        ApiError: ``invalid_json``.
    """
    if _quick_look(raw) is not None:
        return
    try:
        json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_refuse_doubled_keys,
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_int,
        )
    except UnicodeDecodeError as error:
        raise ApiError("invalid_json", say("The body is not UTF-8: byte {byte} is wrong.", byte=error.start)) from error
    except json.JSONDecodeError as error:
        raise ApiError(
            "invalid_json",
            say(
                "The body is not valid JSON: line {line}, column {column}: {why}.",
                line=error.lineno,
                column=error.colno,
                why=error.msg,
            ),
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except _RefusedJsonError as error:
        raise ApiError("invalid_json", said_by(error)) from error


def _quick_look(raw: bytes) -> JsonValue:
    """What ``raw`` holds where that is surely fine, else None: a third of the exact way's time, which counts at each edit of a
    network.

    orjson refuses NaN, infinities, surrogates and deep nesting, but takes large integers and the last of two equal keys.  A key
    that was doubled is missing when the value is printed again, so there are fewer quotation marks.
    """
    if _has_long_integer(raw) or b"\\u0022" in raw:  # a quotation mark that would be printed as one
        return None
    try:
        data: JsonValue = orjson.loads(raw)
        again = orjson.dumps(data)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return data if again.count(b'"') == raw.count(b'"') else None


def _has_long_integer(raw: bytes) -> bool:
    """Whether there are 16 digits in a row that are not a fraction's."""
    zeros = raw.translate(_DIGITS_TO_ZERO)
    start = zeros.find(_MANY_DIGITS)
    while start >= 0:
        if start == 0 or zeros[start - 1] != ord("."):
            return True
        start = zeros.find(_MANY_DIGITS, start + len(_MANY_DIGITS))
    return False


def _refuse_doubled_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _RefusedJsonError(
            say("The key {key} stands twice in one object.", key=repr(counts.most_common(1)[0][0][:100]))
        )
    return names


def _refuse_constant(name: str) -> Any:
    raise _RefusedJsonError(
        say('{name} is not JSON. Send it as the string "{name}" where the field takes one.', name=name)
    )


def _parse_float(text: str) -> float:
    value = float(text)
    if value - value != 0.0:  # inf - inf is nan
        raise _RefusedJsonError(say("The number {number} is too large.", number=text[:40]))
    return value


def _parse_int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise _RefusedJsonError(say("The integer {number} is out of range: at most 2^53 either way.", number=text[:40]))
    return int(text)
