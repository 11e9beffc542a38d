"""What a registered loss, optimizer, schedule or metric is: one class with nested ``Params``.

Importing a registry loads no torch: the server lists what there is before it has torch, so torch is imported inside the
methods that build something.
"""

import builtins
from collections.abc import Mapping
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import ConfigDict, JsonValue, ValidationError

from netwright.data.base import Kind, Task
from netwright.graph.model import Model
from netwright.language import Schema, Sentence, Text, fault_sentence, listed, say


class ChoiceParams(Model):
    """Settings under PyTorch's own names; frozen, nothing unknown, every field described."""

    model_config = ConfigDict(frozen=True)


class RegisteredChoice:
    """One entry of a form: a name, what it is for, its settings.

    Definition errors (a missing text, a field without a description, settings without defaults) raise ``TypeError`` at import
    with the class's name.
    """

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    tasks: ClassVar[tuple[Task, ...]] = ()
    kinds: ClassVar[tuple[Kind, ...]] = ()
    mode: ClassVar[Literal["min", "max"] | None] = None
    """Of what is measured: whether lower or higher is better."""
    Params: ClassVar[builtins.type[ChoiceParams]] = ChoiceParams

    def __init_subclass__(cls, *, is_abstract: bool = False) -> None:
        super().__init_subclass__()
        if is_abstract:
            return
        for name in ("type", "title", "description"):
            if not getattr(cls, name, None):
                raise TypeError(f"{cls.__name__} lacks `{name}`")
        undescribed = [name for name, field in cls.Params.model_fields.items() if not field.description]
        if undescribed:
            raise TypeError(f"{cls.__name__}.Params lacks descriptions of: {', '.join(undescribed)}")
        cls.Params()  # every setting has a valid default


R = TypeVar("R", bound=RegisteredChoice)


class UnknownChoiceError(ValueError):
    """A type that is not registered; the message names what exists."""


class Registry(Generic[R]):
    """Registered classes of one kind by type, in the order of the form."""

    def __init__(self, kind: str, *classes: type[R]) -> None:
        self.kind = kind
        self.classes: Mapping[str, type[R]] = {each.type: each for each in classes}
        assert len(self.classes) == len(classes), f"two of these have one type: {classes}"

    families: tuple[builtins.type[R], ...] = ()
    """Whose types are patterns (``Top{k}Accuracy``); the form fills in their settings."""

    def find(self, name: str) -> type[R] | None:
        """The class registered as ``name``, if there is one."""
        return self.classes.get(name)

    def get(self, type: str) -> type[R]:  # noqa: A002  (the wire's word)
        """The class registered as ``type``.

        Raises:
            UnknownChoiceError: there is none.
        """
        found = self.find(type)
        if found is None:
            raise UnknownChoiceError(
                say(
                    "There is no {kind} `{name}`. There are: {known}.",
                    kind=say(self.kind),
                    name=type,
                    known=listed([*self.classes, *(family.type for family in self.families)]),
                )
            )
        return found

    def params(self, type: str, params: Mapping[str, JsonValue]) -> ChoiceParams:  # noqa: A002
        """Validated settings of ``type``.

        Raises:
            UnknownChoiceError: there is no such type.
            pydantic.ValidationError: a setting is unknown or out of range.
        """
        return self.get(type).Params.model_validate(dict(params))


class Option(Model):
    """A registered choice as the form needs it: ``tasks`` and ``kinds`` empty means any.  ``params_schema`` is JSON Schema;
    ``mode`` says of a metric whether lower or higher is better.
    """

    type: str
    title: Sentence
    description: Sentence
    params_schema: Schema
    tasks: list[Task]
    kinds: list[Kind]
    mode: Literal["min", "max"] | None = None


def to_options(registry: Registry[R]) -> list[Option]:
    """The form's entries of a registry: those that are there by themselves, then its families."""
    return [
        Option(
            type=each.type,
            title=say(each.title),
            description=say(each.description),
            params_schema=each.Params.model_json_schema(),
            tasks=list(each.tasks),
            kinds=list(each.kinds),
            mode=each.mode,
        )
        for each in (*registry.classes.values(), *registry.families)
    ]


def explain(error: ValidationError) -> list[tuple[str, Text]]:
    """``(field, sentence)`` of each fault in settings, in our words."""
    faults = []
    for fault in error.errors(include_url=False):
        field = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            faults.append((field, say("There is no setting `{field}`.", field=field)))
        else:
            why, got = fault_sentence(fault), repr(fault["input"])
            faults.append((field, say("`{field}`: {why}, but it is {got}.", field=field, why=why, got=got)))
    return faults
