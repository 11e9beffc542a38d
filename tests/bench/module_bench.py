"""The module made from a document against the same network written by hand: forward, and forward with backward.

Both sides have weights of the same shapes and see the same batch; rounds are interleaved and the median of their ratios is
printed.  CPU time of one thread, not wall time: neighbours on the machine count less.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from samples import mlp, resnet18

ROUNDS = 40


class BasicBlock(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample: nn.Module | None = None
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        result: torch.Tensor = self.relu(out)
        return result


class ResNet18(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = torch.flatten(self.avgpool(x), 1)
        result: torch.Tensor = self.fc(x)
        return result


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        sizes = [32] + [64] * 11
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.relu = nn.ReLU()
        self.head = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.hidden:
            x = self.relu(layer(x))
        result: torch.Tensor = self.head(x)
        return result


def timed(work: Callable[[], object], repeat: int) -> float:
    start = time.process_time()
    for _ in range(repeat):
        work()
    return time.process_time() - start


def forward(network: nn.Module, batch: torch.Tensor) -> Callable[[], object]:
    def work() -> None:
        with torch.no_grad():
            network(batch)

    return work


def forward_backward(network: nn.Module, batch: torch.Tensor) -> Callable[[], object]:
    def work() -> None:
        network.zero_grad(set_to_none=True)
        torch.autograd.backward(network(batch).square().mean())

    return work


def compare(name: str, document: Document, by_hand: nn.Module, batch: torch.Tensor, repeat: int) -> None:
    torch.manual_seed(0)
    ours = build_network(to_source(document))
    shapes = [sorted(tuple(p.shape) for p in network.parameters()) for network in (ours, by_hand)]
    assert shapes[0] == shapes[1], "the two networks differ"
    for label, make in (("forward", forward), ("forward + backward", forward_backward)):
        sides = [make(ours, batch), make(by_hand, batch)]
        for side in sides:
            timed(side, repeat)
        times: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            # Each side goes first in every other round.
            order = (0, 1) if number % 2 else (1, 0)
            pair = {side: timed(sides[side], repeat) for side in order}
            times.append((pair[0], pair[1]))
        ratio = statistics.median(a / b for a, b in times)
        mine, theirs = (statistics.median(column) / repeat * 1000 for column in zip(*times, strict=True))
        print(f"{name:10} {label:20} ours {mine:8.3f} ms   by hand {theirs:8.3f} ms   ratio {ratio:.3f}", flush=True)


def main() -> None:
    torch.set_num_threads(1)
    compare("MLP-12", mlp(depth=12, width=64), Mlp(), torch.randn(128, 32), repeat=60)
    compare("ResNet-18", resnet18(), ResNet18(), torch.randn(4, 3, 64, 64), repeat=1)


if __name__ == "__main__":
    main()
