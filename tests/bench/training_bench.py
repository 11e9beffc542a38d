"""Samples/s of training with live metrics, side by side: the product, a plain loop, Lightning Fabric, Lightning Trainer.

The product is measured through the real ``train()`` with the real emitter writing a real spool.  All get the same float tensors
in memory, the same network and the same optimizer settings, at batch 128.  Rounds are interleaved; medians are printed.
"""

# ruff: noqa: E402  (the environment is set before torch is imported)

import logging
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from netwright.training.threads import spin_briefly

spin_briefly()  # for all loops alike: with neighbours on the cores, the default makes every figure noise

import torch
from netwright.data.base import Part, Prepared
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.devices import bfloat16_instructions
from netwright.training.loop import train
from netwright.training.metrics import METRICS
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.worker.emitter import Emitter
from netwright.worker.spool import SpoolWriter
from torch import nn

BATCH = 128
ROUNDS = 9
LEARNING_RATE = 0.001
BFLOAT16_WANTED = 1.9
"""Of the small CNN, against the plain loop in float32, on a CPU with instructions for bfloat16."""


def build_mlp() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def build_cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1568, 10),
    )


def preprocess(batch: torch.Tensor) -> torch.Tensor:
    return batch.to(torch.float32) / 255


class Bench:
    """Random pictures of MNIST's size; only the time matters."""

    def __init__(self, build: Callable[[], nn.Module], num_samples: int) -> None:
        generator = torch.Generator().manual_seed(0)
        self.build = build
        self.raw = torch.randint(0, 256, (num_samples, 1, 28, 28), dtype=torch.uint8, generator=generator)
        self.targets = torch.randint(0, 10, (num_samples,), generator=generator)
        self.inputs = preprocess(self.raw)

    def product_bfloat16(self) -> float:
        """As :meth:`product`, under autocast."""
        return self.product(precision="bfloat16")

    def product_all_metrics(self) -> float:
        """As :meth:`product`, with every metric that there is for classes."""
        return self.product(metrics=[name for name, each in METRICS.classes.items() if "classification" in each.tasks])

    def product(self, **settings: object) -> float:
        """Samples/s between the first and the last report of the training part."""
        part = Part(self.raw, self.targets)
        data = Prepared(
            train=part,
            validation=Part(self.raw[:BATCH], self.targets[:BATCH]),
            test=None,
            preprocess_source="",
            input_shape=(1, 28, 28),
            kind="image",
            task="classification",
            classes=tuple("0123456789"),
            target_name="label",
            num_outputs=10,
            fingerprint="",
        )
        config = TrainingConfig.model_validate(
            {"epochs": 1, "data": {"batch_size": BATCH}, "device": "cpu", **settings}
        )
        with tempfile.TemporaryDirectory() as folder:
            progress = Progress()
            emitter = Emitter(SpoolWriter(Path(folder) / "spool.jsonl"), "bench", 1, progress)
            times: list[tuple[str | None, float]] = []

            def emit(type: str, /, **fields: object) -> None:  # noqa: A002
                if type == "state":
                    times.append((str(fields["phase"]), time.perf_counter()))
                emitter(type, **fields)

            train(
                Job(self.build(), preprocess, data, config, Path(folder), "bench"), emit, Control(), progress=progress
            )
            emitter.close()
        seconds = dict(times)["validating"] - dict(times)["training"]
        return len(self.raw) / seconds

    def plain(self) -> float:
        """What one writes by hand: shuffled indices, zero_grad, forward, backward, step, the loss summed up."""
        network, loss_function = self.build(), nn.CrossEntropyLoss()
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
        began = time.perf_counter()
        order, total = torch.randperm(len(self.inputs)), 0.0
        for start in range(0, len(order), BATCH):
            indices = order[start : start + BATCH]
            optimizer.zero_grad()
            loss = loss_function(network(self.inputs[indices]), self.targets[indices])
            loss.backward()
            optimizer.step()
            total += loss.item()
        return len(self.inputs) / (time.perf_counter() - began)

    def fabric(self) -> float:
        """Lightning Fabric with a DataLoader over the tensors, as its documentation shows."""
        from lightning.fabric import Fabric
        from torch.utils.data import DataLoader, TensorDataset

        fabric = Fabric(accelerator="cpu", devices=1)
        network = self.build()
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
        network, optimizer = fabric.setup(network, optimizer)
        loader = fabric.setup_dataloaders(
            DataLoader(TensorDataset(self.inputs, self.targets), batch_size=BATCH, shuffle=True)
        )
        began, total = time.perf_counter(), 0.0
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(inputs), targets)
            fabric.backward(loss)
            optimizer.step()
            total += loss.item()
        return len(self.inputs) / (time.perf_counter() - began)

    def lightning(self) -> float:
        """Lightning Trainer with its progress bar and logger off."""
        import lightning
        from torch.utils.data import DataLoader, TensorDataset

        build, times = self.build, []

        class Module(lightning.LightningModule):
            def __init__(self) -> None:
                super().__init__()
                self.network = build()

            def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
                loss = nn.functional.cross_entropy(self.network(batch[0]), batch[1])
                self.log("train/loss", loss)
                return loss

            def configure_optimizers(self) -> torch.optim.Optimizer:
                return torch.optim.AdamW(self.parameters(), lr=LEARNING_RATE)

            def on_train_epoch_start(self) -> None:
                times.append(time.perf_counter())

            def on_train_epoch_end(self) -> None:
                times.append(time.perf_counter())

        trainer = lightning.Trainer(
            accelerator="cpu",
            devices=1,
            max_epochs=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(Module(), DataLoader(TensorDataset(self.inputs, self.targets), batch_size=BATCH, shuffle=True))
        return len(self.inputs) / (times[1] - times[0])


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # what Lightning says at each start
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, batch {BATCH}, {ROUNDS} interleaved rounds")
    print(f"{'':24}{'samples/s':>12}{'x plain':>10}")
    for title, bench in (("MLP", Bench(build_mlp, 128 * 160)), ("small CNN", Bench(build_cnn, 128 * 24))):
        loops = {
            "product (live metrics)": bench.product,
            "product, all metrics": bench.product_all_metrics,
            "product in bfloat16": bench.product_bfloat16,
            "plain PyTorch loop": bench.plain,
            "Lightning Fabric": bench.fabric,
            "Lightning Trainer": bench.lightning,
        }
        rates: dict[str, list[float]] = {label: [] for label in loops}
        for loop in loops.values():
            loop()  # warm
        for _ in range(ROUNDS):
            for label, loop in loops.items():
                rates[label].append(loop())
        ratios = {
            label: statistics.median(a / b for a, b in zip(values, rates["plain PyTorch loop"], strict=True))
            for label, values in rates.items()
        }
        for label, values in rates.items():
            ratio = ratios[label]
            print(f"{title:10}{label:<24}{statistics.median(values):>10,.0f}{ratio:>10.2f}")
        if title == "small CNN":
            print(describe_bfloat16(ratios["product in bfloat16"]))


def describe_bfloat16(ratio: float) -> str:
    """The row of the goal, which only a CPU that multiplies bfloat16 itself can be held to."""
    row = "training, small CNN, bfloat16, against a plain float32 loop"
    if bfloat16_instructions():
        names = " and ".join(bfloat16_instructions())
        return f"{row}: {ratio:.2f}x ({BFLOAT16_WANTED} wanted; this CPU has {names} for bfloat16)"
    return (
        f"{row}: SKIPPED, NOT MEASURED: this CPU has neither AVX-512 BF16 nor AMX, bfloat16 is emulated ({ratio:.2f}x, "
        f"{BFLOAT16_WANTED} wanted where it has)"
    )


if __name__ == "__main__":
    main()
