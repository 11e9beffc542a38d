"""A sentence with its template and its values."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Self

_PLACE = re.compile(r"\{(\w+)(:,)?\}")
"""``{name}``, or ``{name:,}`` for a number with its thousands separated.  Nothing else: a template may come from the disk."""


def fill(template: str, values: Mapping[str, Any], say_value: Callable[[Any], str] = str) -> str:
    """``template`` with its values put in; a place whose value is not known stays as it is."""

    def put(match: re.Match[str]) -> str:
        name, thousands = match.groups()
        if name not in values:
            return match[0]
        value = values[name]
        return f"{value:,}" if thousands and isinstance(value, (int, float)) else say_value(value)

    return _PLACE.sub(put, template)


class Text(str):
    """English that can be put into other languages.  ``values`` may be texts themselves, which are translated too.

    It is a ``str`` like any other, but what is cut from it or joined with it is not a ``Text`` any more.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Self:
        text = super().__new__(cls, fill(template, values))
        text.template, text.values = template, values
        return text

    def __getnewargs__(self) -> tuple[str, Mapping[str, Any]]:  # type: ignore[override]  # made of two parts, not of one
        """For pickling: an error may cross to another process."""
        return self.template, self.values

    def with_values(self, **values: Any) -> "Text":
        """The same sentence with values for places that are open."""
        return Text(self.template, {**self.values, **values})


def say(template: str, /, **values: Any) -> Text:
    """A sentence for people: ``template`` in English with ``{names}`` for what is put in.

    Values are texts of their own, numbers, or what ``str`` makes of them.
    """
    return Text(template, values)


def said_by(error: BaseException) -> str:
    """The sentence of an error, whole (``str(error)`` is English only)."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Text) else str(error)


def put_in(text: str, **values: Any) -> Text:
    """``text`` with values for its open places, whether it was made by ``say`` or is plain."""
    return text.with_values(**values) if isinstance(text, Text) else Text(text, values)


def _chain(template: str, parts: Iterable[object]) -> Text:
    first, *rest = parts
    start = first if isinstance(first, Text) else say("{it}", it=first)
    return reduce(lambda before, last: say(template, before=before, last=last), rest, start)


def listed(parts: Iterable[object]) -> Text:
    """``a, b, c``; one or more."""
    return _chain("{before}, {last}", parts)


def in_a_row(sentences: Iterable[object]) -> Text:
    """Whole sentences, one behind the other; one or more."""
    return _chain("{before} {last}", sentences)


def any_of(parts: Iterable[object]) -> Text:
    """``a or b or c``; one or more."""
    return _chain("{before} or {last}", parts)


def all_of(parts: Iterable[object]) -> Text:
    """``a and b and c``; one or more."""
    return _chain("{before} and {last}", parts)


def sized(sizes: Iterable[object]) -> str:
    """``3 x 32 x 32``, the same in every language."""
    return " x ".join(map(str, sizes))
