"""Shapes on the meta device without PyTorch's compiler.

Much of what PyTorch computes on meta is written in Python, and is wrapped so that ``torch.compile`` stays out of it
(``torch._disable_dynamo``): the wrapper loads ``torch._dynamo`` at its first call, with sympy and a thousand modules, which is
75 MB and seconds in a server that only ever asks for shapes and never compiles.
"""

import gc
from types import FunctionType

_PACKAGES = ("torch._decomp", "torch._meta_registrations", "torch._prims", "torch._prims_common", "torch._refs")
_KEPT = "__dynamo_disable"
"""Where the wrapper keeps what it calls, once ``torch._dynamo`` has made it."""


def keep_compiler_out() -> None:
    """Let the wrapped functions that give shapes be called as they are.  For a process that compiles nothing.

    The place where a wrapper keeps the function is PyTorch's own matter: where it is another one, the compiler is loaded as
    before, and the test of this module says so.
    """
    import torch._meta_registrations  # registers them; the first shape would import it anyway

    wrapper = torch._disable_dynamo(_nothing).__code__  # type: ignore[attr-defined]  # noqa: SLF001
    place = wrapper.co_freevars.index("fn")
    # Not all objects: the list would hold those that other threads are just making, and CPython gives up a tuple of a generator
    # (``SystemError``) that somebody else holds before it is whole.
    for function in gc.get_referrers(wrapper):
        if type(function) is FunctionType and function.__code__ is wrapper:
            wrapped = (function.__closure__ or ())[place].cell_contents
            if wrapped.__module__.startswith(_PACKAGES) and not hasattr(wrapped, _KEPT):
                setattr(wrapped, _KEPT, wrapped)


def _nothing() -> None: ...
