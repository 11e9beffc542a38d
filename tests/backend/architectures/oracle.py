"""Run by a Python of its own with torchvision on its path: compares the ready-made networks with torchvision's and prints JSON.

``oracle.py`` prints for every network that torchvision has too: ``difference`` (the largest of two outputs in eval mode, from
the same random weights), ``size`` (the largest output), and for some the ``lines`` of both sources.  The weights are carried
over as a person does it: torchvision's state_dict, saved as a file, goes through the reader of uploads and the product's match.
"""

import inspect
import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from source_lines import lines_of
from torch import nn
from torchvision_oracle import declare_operators

_OPERATORS = declare_operators()

import torchvision  # noqa: E402 - after the declarations
from netwright.architectures.registry import ARCHITECTURES  # noqa: E402
from netwright.compiler.module import build_network  # noqa: E402
from netwright.compiler.source import to_source  # noqa: E402
from netwright.exchange.incoming import WEIGHTS, read_file, sniff  # noqa: E402
from netwright.exchange.weights.expected import expected_tensors  # noqa: E402
from netwright.exchange.weights.loading import load_weights  # noqa: E402
from netwright.exchange.weights.matching import match_tensors  # noqa: E402
from netwright.exchange.weights.tensors import list_tensors  # noqa: E402
from netwright.graph.document import Document  # noqa: E402

THEIRS: dict[str, tuple[str, dict[str, Any]]] = {
    "alexnet": ("alexnet", {}),
    **{name: (name, {}) for name in ARCHITECTURES if name.startswith(("vgg", "resnet"))},
    "vit_b16": ("vit_b_16", {}),
    "googlenet_torchvision": ("googlenet", {"aux_logits": False, "init_weights": False}),
    "googlenet_torchvision_aux": ("googlenet", {"aux_logits": True, "init_weights": False}),
}

SOURCES = {
    "resnet50": ("resnet", ("conv3x3", "conv1x1", "Bottleneck", "ResNet", "_resnet", "resnet50")),
    "googlenet_torchvision_aux": (
        "googlenet",
        ("BasicConv2d", "Inception", "InceptionAux", "GoogLeNet", "googlenet"),
    ),
}
"""torchvision's module, and what of it the network needs."""


def fill(network: nn.Module) -> None:
    """Random weights that keep values of about one size through any depth, and statistics that are not the trivial ones."""
    generator = torch.Generator().manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            module.weight.data.uniform_(-1, 1, generator=generator).mul_((6 / fan_in) ** 0.5)
            if module.bias is not None:
                module.bias.data.uniform_(-0.1, 0.1, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.25, 0.75, generator=generator)
            module.bias.data.uniform_(-0.1, 0.1, generator=generator)
            assert module.running_mean is not None
            assert module.running_var is not None
            assert module.num_batches_tracked is not None
            module.running_mean.uniform_(-0.1, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.num_batches_tracked.zero_()
        elif not isinstance(module, nn.ModuleList | nn.Sequential):
            for weight in module.parameters(recurse=False):
                weight.data.uniform_(-0.1, 0.1, generator=generator)


def carry_over(values: dict[str, torch.Tensor], ours: nn.Module, document: Document) -> None:
    """Their weights into our network, by a file; all of them are taken, and nothing is left new."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        file = folder / "theirs.pth"
        torch.save(values, file)
        outcome = read_file(sniff(file, file.name), file, folder, file.name)
        assert outcome.refusal is None, outcome.refusal
        file.unlink()
        found = list_tensors(folder / WEIGHTS).tensors
        # As the page proposes it: by name where names agree, else by order.
        match = load_weights(ours, document, folder / WEIGHTS, match_tensors(expected_tensors(document), found).by)
    assert [(each.expected.key, each.reason) for each in match.tensors if each.state != "kept"] == []
    assert [each.name for each in match.unused] == []


def compare(name: str) -> dict[str, Any]:
    function, options = THEIRS[name]
    document = ARCHITECTURES[name].build()
    source = to_source(document)
    # Nothing is initialised twice: on the meta device modules have no values yet.
    with torch.device("meta"):
        theirs = getattr(torchvision.models, function)(**options)
        ours = build_network(source)
    theirs = theirs.to_empty(device="cpu").eval()
    fill(theirs)
    ours = ours.to_empty(device="cpu").eval()
    carry_over(theirs.state_dict(), ours, document)
    sample = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected, found = theirs(sample), ours(sample)
    if isinstance(found, dict):
        found = found["scores"]  # in eval mode torchvision gives the last classifier's alone
    result: dict[str, Any] = {
        "difference": (expected - found).abs().max().item(),
        "size": expected.abs().max().item(),
    }
    if name in SOURCES:
        module, members = SOURCES[name]
        text = inspect.getsource(import_module(f"torchvision.models.{module}"))
        result["lines"] = [sum(lines_of(source)), sum(lines_of(text, members))]
    return result


if __name__ == "__main__":
    torch.set_num_threads(2)
    json.dump({name: compare(name) for name in sys.argv[1:] or THEIRS}, sys.stdout)
