"""One PyTorch call, built and printed.

Both halves stand here so that they cannot drift: what is printed into the exported module is what is run on the ``meta``
device for shapes.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import torch
from torch import nn

from netwright.layers.base import Call

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ATOM = re.compile(r"-?[\w.]+|'[^']*'|\([^()]*\)|\w+\([^()]*\)")
_PLAIN = Call.__dataclass_fields__["invoke"].default


def is_module(call: Call) -> bool:
    """Whether the call makes a module, which becomes an attribute."""
    return call.template is None


def build_call(call: Call, device: str = "cpu") -> Callable[..., Any]:
    """What the call makes: an ``nn.Module`` on ``device``, or a function for a stateless operation.

    Either takes the inputs that the node is given, in order, and gives a tensor, or a tuple of its outputs.
    """
    if not is_module(call):
        return _function(_expression(call), call.imports)
    return bind_call(call, build_module(call, device))


def bind_call(call: Call, module: nn.Module) -> nn.Module:
    """What :func:`build_call` makes of a call that has a module, with ``module`` in it."""
    if call.invoke == _PLAIN and call.results is None:
        return module
    return _Invoked(module, call)


class _Invoked(nn.Module):
    """A module that is called in its own way, and whose result is taken apart: what ``forward`` of the exported class does."""

    def __init__(self, module: nn.Module, call: Call) -> None:
        super().__init__()
        self.module = module
        self.invoke = _function(_fill(call.invoke, {"self": "x[0]"}, lambda index: f"x[{index + 1}]", "*x[1:]"))
        self.take_apart = _taker(call.results, tuple(call.outputs.values())) if call.results is not None else None

    def forward(self, *inputs: torch.Tensor) -> Any:
        result = self.invoke(self.module, *inputs)
        return result if self.take_apart is None else self.take_apart(result)


def build_module(call: Call, device: str = "cpu") -> nn.Module:
    """The module of a call that has a ``target``, in training mode as PyTorch makes it."""
    if call.construction is not None:
        with torch.device(device):
            return _made(_function(_construction(call), call.imports)())
    cls = _module_class(call)
    arguments = list(call.arguments.items())
    positional = [value for _, value in arguments[: call.positional]]
    keywords: dict[str, Any] = dict(arguments[call.positional :])
    if call.prelude is not None:
        # A class of ours is written as a person would, without a word of devices.
        with torch.device(device):
            return _made(cls(*positional, **keywords))
    if _takes_device(cls):
        keywords["device"] = device
        if device == "meta":
            cls = _without_initialisation(cls)
    return _made(cls(*positional, **keywords))


@cache
def _without_initialisation(cls: Any) -> Any:
    """The same class for tensors without memory: drawing the first weights does nothing there but take half of the time."""
    return type(cls.__name__, (cls,), {"reset_parameters": _nothing, "_reset_parameters": _nothing})


def _nothing(module: nn.Module) -> None:
    pass


def _made(module: Any) -> nn.Module:
    assert isinstance(module, nn.Module)
    return module


def _module_class(call: Call) -> Any:
    if call.imports:
        return _run_once("\n".join(call.imports))[call.target]
    return getattr(nn, call.target) if call.prelude is None else _run_once(call.prelude)[call.target]


def call_source(call: Call, overrides: Mapping[str, str], inputs: Sequence[str] = ()) -> str:
    """The call as Python source: ``nn.Conv2d(in_channels, 32, 3, padding=1)`` for a module, the expression over the
    variables ``inputs`` for a stateless operation.

    ``overrides`` gives source for arguments that are not to be printed as their value (``{"in_channels": "in_channels",
    "out_channels": "2 * width"}``).
    """
    arguments = {name: overrides.get(name, repr(value)) for name, value in call.arguments.items()}
    if call.template is not None:
        return _fill(call.template, arguments, inputs.__getitem__, ", ".join(inputs))
    if call.construction is not None:
        return _construct(call, arguments)
    target = call.target if call.prelude is not None or call.imports else f"nn.{call.target}"
    items = arguments.items()
    return f"{target}({', '.join(text if i < call.positional else f'{name}={text}' for i, (name, text) in enumerate(items))})"


def for_expressions(call: Call, expressions: Collection[str]) -> Call:
    """The call as it is printed where the parameters named ``expressions`` may have other values in other uses."""
    if call.template is None or call.general is None:
        return call
    places = set(_PLACEHOLDER.findall(call.template))
    is_spelt_out = any(name in expressions and name not in places for name in call.arguments)
    return replace(call, template=call.general) if is_spelt_out else call


def invoke_source(call: Call, module: str, inputs: Sequence[str]) -> str:
    """The call of a module as Python source: ``self.fc(x)``, or what the layer's ``invoke`` says.

    ``module`` is the module's name, ``inputs`` the variables that are given to it.
    """
    return _fill(call.invoke, {"self": module}, inputs.__getitem__, ", ".join(inputs))


def _expression(call: Call) -> str:
    """The template as one expression over the tuple ``x`` of all inputs."""
    assert call.template is not None
    arguments = {name: repr(value) for name, value in call.arguments.items()}
    return _fill(call.template, arguments, lambda index: f"x[{index}]", "*x,")


def _construction(call: Call) -> str:
    return _construct(call, {name: repr(value) for name, value in call.arguments.items()})


def _construct(call: Call, arguments: Mapping[str, str]) -> str:
    """The construction filled in, with the arguments that it does not name before its last bracket."""
    assert call.construction is not None
    named = set(_PLACEHOLDER.findall(call.construction))
    rest = "".join(f", {name}={text}" for name, text in arguments.items() if name not in named)
    return _fill(call.construction, arguments, str, "")[:-1] + f"{rest})"


def _fill(template: str, arguments: Mapping[str, str], one_input: Callable[[int], str], all_inputs: str) -> str:
    """The template with its placeholders replaced; an argument that is an operation gets parentheses where it stands
    beside another operator."""

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "inputs":
            return all_inputs
        if name.isdigit():
            return one_input(int(name))
        text = arguments[name]
        before = template[: match.start()].rstrip()[-1:]
        after = template[match.end() :].lstrip()[:1]
        stands_alone = before in {"", "(", "[", ",", "="} and after in {"", ")", "]", ","}
        return text if stands_alone or _ATOM.fullmatch(text) else f"({text})"

    return _PLACEHOLDER.sub(put, template)


@lru_cache(maxsize=1024)
def _function(expression: str, imports: tuple[str, ...] = ()) -> Callable[..., Any]:
    # A template is a constant of a layer class and its arguments are reprs of validated values: nothing typed by a person.
    names = _run_once("\n".join(imports)) if imports else {"torch": torch, "nn": nn, "F": nn.functional}
    function: Callable[..., Any] = eval(f"lambda *x: {expression}", names)  # noqa: S307
    return function


@cache
def _taker(results: str, outputs: tuple[str, ...]) -> Callable[[Any], Any]:
    """What makes the outputs out of a call's result.  Both texts are constants of a layer class."""
    values = ", ".join(_PLACEHOLDER.sub(r"\1", output) for output in outputs)
    names: dict[str, Any] = {"torch": torch}
    exec(f"def take_apart(value):\n    {results} = value\n    return {values}", names)  # noqa: S102
    taker: Callable[[Any], Any] = names["take_apart"]
    return taker


@cache
def _takes_device(cls: type[nn.Module]) -> bool:
    """Whether a module says where its parameters lie; those that do not have none.  (Recurrent ones hide it in ``kwargs``.)"""
    return "device" in inspect.signature(cls).parameters or issubclass(cls, nn.RNNBase)


@lru_cache(maxsize=64)
def _run_once(source: str) -> dict[str, Any]:
    # Constants of a layer class, the same text that the exported module begins with.
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": nn.functional, "__name__": __name__}
    exec(source, names)  # noqa: S102
    return names
