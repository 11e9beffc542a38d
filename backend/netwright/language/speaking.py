"""Which language is spoken, and what a text is in it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any

from netwright.language.text import Text, fill

DEFAULT = "en"
LANGUAGES = ("en", "zh")

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)
"""Of whoever is answered.  What runs for nobody in particular (a worker, the terminal) speaks English."""


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Within it, texts are spoken in ``language``, one of ``LANGUAGES``."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def language_of(accepted: str) -> str:
    """The first language of an ``Accept-Language`` header that is spoken here: ``zh-Hans, en;q=0.5`` is ``zh``.

    Languages go by their weight, those of the same weight in their order; English where there is none.
    """
    wanted = []
    for number, part in enumerate(accepted.split(",")[:50]):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            wanted.append((-_weight(weight), number, language))
    return min(wanted)[2] if wanted else DEFAULT


def _weight(text: str) -> float:
    name, _, value = text.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Template to template, of all packages."""
    words: dict[str, str] = {}
    folder = files("netwright.language") / language
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            words |= json.loads(file.read_text(encoding="utf-8"))
    return words


def spoken(text: object, language: str | None = None) -> str:
    """``text`` in ``language``, by default that of whoever is answered; English where it has no other."""
    chosen = language or _current.get()
    if chosen == DEFAULT or not isinstance(text, Text):
        return str(text)
    return fill(catalogue(chosen).get(text.template, text.template), text.values, lambda value: spoken(value, chosen))


def current_language() -> str:
    """Of whoever is answered."""
    return _current.get()


def html_language() -> str:
    """The same as the ``lang`` of a page."""
    return {"zh": "zh-Hans"}.get(_current.get(), _current.get())


def translated(value: Any, keys: frozenset[str], language: str | None = None) -> Any:
    """JSON with the constant sentences under ``keys`` in ``language``."""
    chosen = language or _current.get()
    if chosen == DEFAULT:
        return value
    words = catalogue(chosen)

    def walk(item: Any, key: str | None) -> Any:
        if isinstance(item, dict):
            return {name: walk(inner, name) for name, inner in item.items()}
        if isinstance(item, list):
            return [walk(inner, None) for inner in item]
        return words.get(item, item) if key in keys and isinstance(item, str) else item

    return walk(value, None)
