"""One layer run on the meta device, and one call built and printed."""

import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
import torch
from drawing import chain, image, node, scores
from layer_cases import CASES, IDS, Case
from layer_inputs import fitting_shapes, specs_for
from netwright.compiler.calls import build_call, call_source
from netwright.compiler.check import check, forget, warm_up
from netwright.compiler.check_infer import InferenceError, given, has_errors, run_on_meta, without_running
from netwright.compiler.without_compiler import keep_compiler_out
from netwright.layers.base import Call, TensorSpec
from netwright.layers.registry import LAYERS
from torch import nn

PICTURE = TensorSpec((3, 8, 8))


@pytest.fixture
def _forgetful() -> Iterator[None]:
    forget()
    yield
    forget()


def test_run_on_meta_gives_shapes_without_the_batch_and_counts_what_the_module_holds() -> None:
    run = run_on_meta(Call("Conv2d", {"in_channels": 3, "out_channels": 4, "kernel_size": 3}, positional=3), (PICTURE,))
    assert run.outputs == (TensorSpec((4, 6, 6)),)
    assert (run.parameters, run.buffers, run.activation_bytes) == (3 * 4 * 9 + 4, 0, 4 * 6 * 6 * 4)


SHAPES = [(4,), (4, 16), (4, 16, 12), (4, 16, 12, 10)]


@pytest.mark.parametrize(
    "type_name", [name for name in LAYERS if name not in {"Input", "Output"} and LAYERS[name].family != "graph"]
)
def test_short_cuts_of_run_on_meta_give_what_pytorch_gives_without_them(type_name: str) -> None:
    layer = LAYERS[type_name]
    params = layer.Params()
    tried = 0
    own = fitting_shapes(layer)
    for shapes in [own, *([None if known is None else shape for known in own] for shape in SHAPES)]:
        inputs = specs_for(layer, shapes)
        if has_errors([*layer.check_ports(inputs)]) or has_errors([*layer.check(params, inputs)]):
            continue
        tried += 1
        call = layer.call(params, inputs)
        wired = given(inputs)
        assert run_on_meta(call, wired) == run_on_meta(call, wired, with_short_cuts=False)
    assert tried > 0


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_that_says_its_own_shapes_says_what_its_run_gives(case: Case) -> None:
    name, params, shapes = case
    layer = LAYERS[name]
    model, inputs = layer.Params.model_validate(params), specs_for(layer, shapes)
    said = without_running(layer, model, inputs)
    if said is not None:  # what indices count through is said by no tensor
        said = replace(said, outputs=tuple(replace(spec, places=None) for spec in said.outputs))
    assert said is None or said == run_on_meta(layer.call(model, inputs), given(inputs))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("type_name", ["Conv1d", "Conv2d", "Conv3d", "DepthwiseConv2d"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_windows_of_a_convolution_fit_as_often_as_pytorch_slides_them(
    type_name: str, stride: int, dilation: int
) -> None:
    layer = LAYERS[type_name]
    dims = int(type_name.removesuffix("d")[-1])
    tried = 0
    for kernel, padding, size in product((1, 2, 3, 4), (0, 1, 2, "same", "valid"), (5, 6, 9)):
        params = layer.Params.model_validate(
            {"kernel_size": kernel, "padding": padding, "stride": stride, "dilation": dilation}
        )
        inputs = (TensorSpec((4, *range(size, size + dims))),)
        if has_errors(layer.check(params, inputs)):
            continue
        tried += 1
        assert without_running(layer, params, inputs) == run_on_meta(layer.call(params, inputs), inputs)
    assert tried >= 30


def test_run_on_meta_of_an_output_without_the_batch_is_refused() -> None:
    with pytest.raises(InferenceError, match="does not keep the batch"):
        run_on_meta(Call(template="{0}.flatten(0)"), (PICTURE,))
    with pytest.raises(InferenceError, match="type that can flow"):
        run_on_meta(Call(template="{0}.double()"), (PICTURE,))


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize(
    ("template", "reason"),
    [("{0}.flatten(0)", "The check says: the output does not keep the batch"), ("{0}.view(7, -1)", "PyTorch says: ")],
)
def test_check_of_a_layer_that_pytorch_refuses_says_so_as_the_last_resort(
    template: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LAYERS["Flatten"], "call", classmethod(lambda _cls, _params, _inputs: Call(template=template)))
    problem = check(chain(image(3, 5, 5), node("flat: Flatten"), scores())).problems[0]
    assert problem.code == "refused"
    assert reason in problem.message
    assert problem.message.startswith("Flatten `flat` does not work on this input.")
    assert [fix.code for fix in problem.fixes] == ["remove_edge"]


def test_build_call_and_call_source_are_the_same_call() -> None:
    x = torch.arange(24.0).reshape(2, 3, 4)
    call = Call(template="torch.cat(({inputs}), dim={dim})", arguments={"dim": 1})
    source = call_source(call, {}, ("x", "x"))
    assert source == "torch.cat((x, x), dim=1)"
    assert torch.equal(build_call(call)(x, x), torch.cat((x, x), dim=1))
    module = build_call(Call("Linear", {"in_features": 4, "out_features": 2, "bias": False}, positional=2))
    assert isinstance(module, nn.Linear)
    assert module.bias is None


@pytest.mark.parametrize(
    ("template", "override", "source"),
    [
        ("{0} * {scale}", "width", "x * width"),
        ("{0} * {scale}", "width + 1", "x * (width + 1)"),
        ("f({0}, {scale})", "width + 1", "f(x, width + 1)"),
        ("f({0}, by={scale})", "2 * width", "f(x, by=2 * width)"),
    ],
)
def test_call_source_puts_an_operation_in_parentheses_where_it_needs_them(
    template: str, override: str, source: str
) -> None:
    call = Call(template=template, arguments={"scale": 2})
    assert call_source(call, {"scale": override}, ("x",)) == source


def test_call_source_prints_positional_arguments_first_and_overrides_by_name() -> None:
    call = Call("Conv2d", {"in_channels": 3, "out_channels": 8, "kernel_size": (3, 5), "padding": "same"}, positional=3)
    printed = call_source(call, {"in_channels": "in_channels", "out_channels": "2 * width"})
    assert printed == "nn.Conv2d(in_channels, 2 * width, (3, 5), padding='same')"


def test_warm_up_leaves_nothing_to_be_loaded_and_freezes_what_is_there() -> None:
    warm_up()
    try:
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("module", ["netwright.compiler.report", "netwright.graph.io", "netwright.compiler.program"])
def test_import_of_what_the_first_page_needs_leaves_torch_alone(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_checking_networks_does_not_load_the_compiler_of_pytorch() -> None:
    """torch._dynamo takes 75 MB and seconds, and a server that only works out shapes has no use for it."""
    code = (
        "import sys; from netwright.architectures.registry import ARCHITECTURES; from netwright.compiler.check import *;"
        "warm_up(); [check(architecture.build()) for architecture in ARCHITECTURES.values()];"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_other_threads_make_is_whole_while_the_compiler_is_kept_out() -> None:
    """Whoever holds a tuple of a generator before it is whole lets CPython give it up with a SystemError."""
    faults: list[BaseException] = []
    has_ended = threading.Event()

    def make_tuples() -> None:
        while not has_ended.is_set():
            try:
                tuple(number for number in range(2000))
            except SystemError as fault:
                faults.append(fault)

    thread = threading.Thread(target=make_tuples)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        thread.start()
        for _ in range(8):
            keep_compiler_out()
    finally:
        sys.setswitchinterval(interval)
        has_ended.set()
        thread.join()
    assert not faults
