"""Samples/s on a GPU: the product, a loop by hand that holds everything on the GPU, Lightning with a DataLoader.

ResNet-18 on pictures of CIFAR-10's size (random bytes: only the time matters) in bfloat16 with the channels last, and a small
MLP whose step is shorter than what launches it.  All get the same pictures, network and optimizer settings.  Rounds are
interleaved; medians are printed.  On the MLP the captured step is to make 3 times the samples/s of the other one, or more.
``torch.compile`` has a column of its own.  Lightning is left out where it is not installed.

``gpu_bench.py tiny`` runs the same code on a few samples of small networks, on a CPU where there is no GPU: it tells whether
the code works, no figures.
"""

import importlib.util
import logging
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from netwright.data.base import Part, Prepared
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.worker.emitter import Emitter
from netwright.worker.spool import SpoolWriter
from torch import nn

ROUNDS = 5
LEARNING_RATE = 0.001
MEAN, STD = 120.0, 64.0


class Block(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.skip = nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.skip(x))


def build_resnet18() -> nn.Module:
    """ResNet-18 for small pictures: a 3x3 stem without a pool."""
    stages = [Block(a, b, s) for a, b, s in ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2))]
    seconds = [Block(channels, channels, 1) for channels in (64, 128, 256, 512)]
    blocks = [block for pair in zip(stages, seconds, strict=True) for block in pair]
    stem = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def build_mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def preprocess(batch: torch.Tensor) -> torch.Tensor:
    return (batch.to(torch.float32) - MEAN) / STD


def synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class Bench:
    def __init__(
        self, build: Callable[[], nn.Module], shape: tuple[int, ...], num_samples: int, batch: int, precision: str
    ) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        generator = torch.Generator().manual_seed(0)
        self.build, self.shape, self.batch, self.precision = build, shape, batch, precision
        self.raw = torch.randint(0, 256, (num_samples, *shape), dtype=torch.uint8, generator=generator)
        self.targets = torch.randint(0, 10, (num_samples,), generator=generator)

    @property
    def is_bfloat16(self) -> bool:
        return self.precision == "bfloat16"

    def captured(self) -> float:
        """The product with its step captured as CUDA graphs, which happens in the first epoch."""
        return self.product("on")

    def compiled(self) -> float:
        """The product with ``torch.compile`` switched on; it compiles in the first epoch, which is not counted."""
        return self.product(is_compiled=True)

    def product(self, cuda_graphs: str = "off", *, is_compiled: bool = False) -> float:
        """The second of two epochs of the real ``train()`` with the real emitter: in the first cuDNN tries its ways."""
        data = Prepared(
            train=Part(self.raw, self.targets),
            validation=Part(self.raw[: self.batch], self.targets[: self.batch]),
            test=None,
            preprocess_source="",
            input_shape=self.shape,
            kind="image",
            task="classification",
            classes=tuple("0123456789"),
            target_name="label",
            num_outputs=10,
            fingerprint="",
        )
        config = TrainingConfig.model_validate(
            {
                "epochs": 2,
                "data": {"batch_size": self.batch},
                "device": self.device,
                "precision": self.precision,
                "cuda_graphs": cuda_graphs,
                "compile": is_compiled,
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            progress = Progress()
            emitter = Emitter(SpoolWriter(Path(folder) / "spool.jsonl"), "bench", 1, progress)
            times: list[tuple[str, float]] = []

            def emit(type: str, /, **fields: object) -> None:  # noqa: A002
                if type == "state":
                    times.append((str(fields["phase"]), time.perf_counter()))
                emitter(type, **fields)

            job = Job(self.build(), preprocess, data, config, Path(folder), "bench")
            train(job, emit, Control(), progress=progress)
            emitter.close()
        began = [at for phase, at in times if phase == "training"][1]
        ended = [at for phase, at in times if phase == "validating"][1]
        return len(self.raw) / (ended - began)

    def by_hand(self) -> float:
        """Everything on the GPU, fused AdamW, no synchronisation until the end of the epoch."""
        network = self.build().to(self.device)
        if self.is_bfloat16:
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        inputs = preprocess(self.raw.to(self.device))
        if self.is_bfloat16 and inputs.ndim == 4:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        targets = self.targets.to(self.device)
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
        torch.backends.cudnn.benchmark = True
        for _ in range(2):
            synchronize()
            began = time.perf_counter()
            order, total = torch.randperm(len(inputs)).to(self.device), torch.zeros((), device=self.device)
            for indices in torch.split(order, self.batch):
                with torch.autocast(self.device, torch.bfloat16, enabled=self.is_bfloat16):
                    outputs = network(inputs[indices])
                loss = nn.functional.cross_entropy(outputs.float(), targets[indices])
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                total += loss.detach()
            total.item()
        return len(inputs) / (time.perf_counter() - began)

    def lightning(self) -> float:
        """Lightning Trainer over a DataLoader of tensors with two workers, its bar and logger off."""
        import lightning
        from torch.utils.data import DataLoader, TensorDataset

        build, times, is_bfloat16 = self.build, [], self.is_bfloat16

        class Module(lightning.LightningModule):
            def __init__(self) -> None:
                super().__init__()
                self.network = build()
                if is_bfloat16:
                    self.network = self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

            def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _: int) -> torch.Tensor:
                loss = nn.functional.cross_entropy(self.network(preprocess(batch[0])), batch[1])
                self.log("train/loss", loss)
                return loss

            def configure_optimizers(self) -> torch.optim.Optimizer:
                return torch.optim.AdamW(self.parameters(), lr=LEARNING_RATE, fused=True)

            def on_train_epoch_start(self) -> None:
                times.append(time.perf_counter())

            def on_train_epoch_end(self) -> None:
                synchronize()
                times.append(time.perf_counter())

        trainer = lightning.Trainer(
            accelerator="gpu" if self.device == "cuda" else "cpu",
            devices=1,
            max_epochs=2,
            precision="bf16-mixed" if is_bfloat16 else "32-true",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        loader = DataLoader(
            TensorDataset(self.raw, self.targets),
            batch_size=self.batch,
            shuffle=True,
            num_workers=2,
            pin_memory=self.device == "cuda",
            persistent_workers=True,
        )
        trainer.fit(Module(), loader)
        return len(self.raw) / (times[3] - times[2])


def main(is_tiny: bool) -> None:
    has_gpu = torch.cuda.is_available()
    if not has_gpu and not is_tiny:
        print("no GPU here: nothing is measured (gpu_bench.py tiny: whether the code works)")
        return
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    benches: list[tuple[str, Bench]]
    if is_tiny:
        print("tiny: whether the code works; these are no figures")
        benches = [("MLP, float32, batch 32", Bench(build_mlp, (1, 28, 28), 128, 32, "float32"))]
    else:
        print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}, {ROUNDS} interleaved rounds")
        benches = [
            ("ResNet-18, bf16, batch 512", Bench(build_resnet18, (3, 32, 32), 40_960, 512, "bfloat16")),
            ("MLP, float32, batch 128", Bench(build_mlp, (1, 28, 28), 60_000, 128, "float32")),
        ]
    print(f"{'':34}{'samples/s':>12}{'x by hand':>11}")
    for title, bench in benches:
        measure(title, bench, 1 if is_tiny else ROUNDS, has_gpu)


def measure(title: str, bench: Bench, num_rounds: int, has_gpu: bool) -> None:
    """Prints a line for each loop."""
    loops = {"product (live metrics)": bench.product, "product, torch.compile": bench.compiled}
    if has_gpu:
        loops["product, captured step"] = bench.captured
    else:
        print("product, captured step: left out, CUDA graphs need a GPU")
    loops["by hand"] = bench.by_hand
    if importlib.util.find_spec("lightning"):
        loops["Lightning, DataLoader"] = bench.lightning
    rates: dict[str, list[float]] = {label: [] for label in loops}
    for _ in range(num_rounds):
        for label, loop in loops.items():
            rates[label].append(loop())
    for label, values in rates.items():
        ratio = statistics.median(a / b for a, b in zip(values, rates["by hand"], strict=True))
        print(f"{title:28}{label:<24}{statistics.median(values):>12,.0f}{ratio:>10.2f}", flush=True)


if __name__ == "__main__":
    main(is_tiny=sys.argv[1:] == ["tiny"])
