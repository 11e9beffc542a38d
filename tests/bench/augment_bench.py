"""What augmentation costs a sample: crop with a border, flip, to float, normalise, on pictures of CIFAR's size (3 x 32 x 32).

Ours is what training runs: the written source over a batch, and the fitted preprocessing.  Against it torchvision's
``transforms.v2`` a sample at a time, on PIL pictures (as a DataLoader's worker does) and on tensors, where torchvision lies in
``.oracle``; the goal is a tenth of the former.  All on one thread, interleaved, and in CPU time of that thread: the wall clock
would count what the machine's neighbours take.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

import torch
from netwright.data.augment.subject import describe_subject
from netwright.data.augment.write import load_augment, write_augment
from netwright.data.base import Step
from netwright.data.prepare import load_preprocess, write_preprocess
from netwright.data.transform_base import Layout
from netwright.data.transforms import plan_chain
from PIL import Image
from torchvision_oracle import FOLDER, declare_operators, is_there

sys.path.append(str(FOLDER))
OPERATORS = declare_operators()
BATCH, ROUNDS = 128, 25
CHAIN = (Step("ToFloat"), Step("Normalize"))
LISTS = {
    "crop + flip": (Step("RandomCrop"), Step("RandomHorizontalFlip")),
    "crop + flip + erasing + CutMix": (
        Step("RandomCrop"),
        Step("RandomHorizontalFlip"),
        Step("RandomErasing"),
        Step("CutMix"),
    ),
    "ColorJitter": (Step("ColorJitter", {"hue": 0.1}),),
    "RandAugment": (Step("RandAugment"),),
    "TrivialAugmentWide": (Step("TrivialAugmentWide"),),
}
PICTURES = torch.randint(256, (BATCH, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
TARGETS = torch.arange(BATCH) % 10


def ours(steps: tuple[Step, ...]) -> Callable[[], object]:
    layout = Layout("image", (3, 32, 32), is_float=False)
    written = write_augment(steps, describe_subject(layout, plan_chain(CHAIN, layout), CHAIN, "classification", 10))
    assert written is not None
    functions = load_augment(written)
    preprocess = load_preprocess(write_preprocess(PICTURES, layout, CHAIN)[0])

    def run() -> object:
        generator = torch.Generator().manual_seed(1)
        batch, targets = functions["samples"](PICTURES, TARGETS, generator)
        batch = preprocess(batch)
        return functions["inputs"](batch, targets, generator) if "inputs" in functions else batch

    return run


def theirs() -> dict[str, Callable[[], object]]:
    """torchvision's, by what it runs on; empty where it is not installed."""
    if not is_there():
        print("no torchvision in .oracle: `make .setup/oracle` puts it there")
        return {}
    from torchvision.transforms import v2

    changes = [v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip()]
    ends = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.49, 0.48, 0.45], [0.25, 0.24, 0.26])]
    on_pil, on_tensors = v2.Compose([*changes, v2.PILToTensor(), *ends]), v2.Compose([*changes, *ends])
    pil = [Image.fromarray(picture.permute(1, 2, 0).numpy()) for picture in PICTURES]
    found: dict[str, Callable[[], Any]] = {
        "torchvision v2, PIL, one by one": lambda: torch.stack([on_pil(picture) for picture in pil]),
        "torchvision v2, tensors, one by one": lambda: torch.stack([on_tensors(picture) for picture in PICTURES]),
    }
    return found


def measure(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median microseconds of CPU time a sample, interleaved."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 2):
        for name, run in runs.items():
            began = time.thread_time()
            run()
            if number > 1:  # the first ones warm up
                times[name].append((time.thread_time() - began) / BATCH * 1e6)
    return {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    torch.set_num_threads(1)
    found = measure(theirs() | {f"ours, {name}": ours(steps) for name, steps in LISTS.items()})
    for name, microseconds in found.items():
        print(f"{name:<40} {microseconds:8.1f} us a sample")
    base = found["ours, crop + flip"]
    for name in found:
        if name.startswith("torchvision"):
            print(f"{name:<40} {found[name] / base:8.1f} times as much as ours, crop + flip (goal: 10)")


if __name__ == "__main__":
    main()
