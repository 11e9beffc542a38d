"""Samples in memory, batch by batch: one tensor on the device, no DataLoader.

Measured on two cores at batch 128 (784-256-128-10 MLP): preprocessed up front 97 k samples/s, raw uint8 turned to float a batch
at a time 91 k, the usual fancy indexing 93 k.  So what fits is preprocessed once; else it stays raw.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Union

import psutil
import torch

from netwright.data.augment.base import Augment
from netwright.data.augment.functions.draws import send
from netwright.data.augment.write import load_augment
from netwright.data.base import Part
from netwright.data.graphs import GraphPart
from netwright.language import say
from netwright.training.graph_batches import GraphBatches, GraphInputs

if TYPE_CHECKING:
    from torch import Tensor

Inputs = Union["Tensor", GraphInputs]
"""What ``forward`` of a run takes: the network's input, or a graph."""

CHUNK = 4096
MAX_READY_BYTES = 4 * 2**30


def free_bytes(device: torch.device) -> int:
    """Memory that a run may still take on ``device``."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


class Batches:
    """One part of the data on ``device``.

    Pictures are kept with their channels last where the network wants that, as ``(N, H, W, C)`` seen as ``(N, C, H, W)``:
    picking rows of it gives channels-last batches without a copy.
    """

    def __init__(
        self,
        part: Part,
        preprocess: Callable[["Tensor"], "Tensor"],
        device: torch.device,
        *,
        channels_last: bool = False,
        augment: Augment | None = None,
    ) -> None:
        self.device = device
        self.channels_last = channels_last
        self.augment = augment
        self._preprocess = preprocess
        self._apply = {} if augment is None else load_augment(augment)
        self.targets = None if part.is_own_target else part.targets.to(device)
        """None where each sample is its own target."""
        one = preprocess(part.inputs[:1])
        ready_bytes = one.numel() * one.element_size() * len(part)
        budget = free_bytes(device) // 4
        # What is changed before the preprocessing must be preprocessed anew each time.
        is_fixed = "samples" not in self._apply
        self.is_ready = is_fixed and ready_bytes <= min(budget, MAX_READY_BYTES)
        if self.is_ready:
            self._rows = self._prepare(part.inputs, one)
        else:
            # Raw bytes are a quarter of floats; where even they do not fit, batches travel one by one.
            is_small = part.inputs.numel() * part.inputs.element_size() <= budget
            self._rows = part.inputs.to(device) if is_small else part.inputs

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def index_device(self) -> torch.device:
        """Where the places of samples are wanted: where the samples lie.  Fetched from a GPU they would be waited for."""
        return self._rows.device

    def _prepare(self, raw: "Tensor", one: "Tensor") -> "Tensor":
        is_moved = self.channels_last and one.ndim == 4
        shape = (*one.shape[2:], one.shape[1]) if is_moved else one.shape[1:]
        rows = torch.empty((len(raw), *shape), dtype=one.dtype, device=self.device)
        for start in range(0, len(raw), CHUNK):
            chunk = self._preprocess(raw[start : start + CHUNK].to(self.device))
            rows[start : start + CHUNK] = chunk.permute(0, 2, 3, 1) if is_moved else chunk
        return rows

    def describe(self) -> str:
        """For the run's log."""
        if self.is_ready:
            return say(
                "{count:,} sample held on {device}, preprocessed once."
                if len(self) == 1
                else "{count:,} samples held on {device}, preprocessed once.",
                count=len(self),
                device=self.device,
            )
        if "samples" in self._apply:
            return say(
                "{count:,} samples held on {device}, raw, augmented and preprocessed a batch at a time.",
                count=len(self),
                device=self.device,
            )
        return say(
            "{count:,} samples held on {device}, raw, preprocessed a batch at a time (too large as floats).",
            count=len(self),
            device=self.device,
        )

    def pick(self, indices: "Tensor") -> "tuple[Tensor, Tensor]":
        """The network's input ``(n, *input_shape)`` and the targets of some samples; ``indices`` on ``index_device``."""
        inputs = self._pick_inputs(indices)
        return inputs, inputs if self.targets is None else self._pick_labels(self.targets, indices)

    def pick_targets(self, indices: "Tensor") -> "Tensor":
        """The targets of some samples alone."""
        return self._pick_inputs(indices) if self.targets is None else self._pick_labels(self.targets, indices)

    @staticmethod
    def _pick_labels(targets: "Tensor", indices: "Tensor") -> "Tensor":
        picked = targets.index_select(0, send(indices, targets.device))
        # Masks are kept as bytes, an eighth of what losses want.
        return picked.long() if picked.dtype is torch.uint8 else picked

    def _pick_inputs(self, indices: "Tensor") -> "Tensor":
        if not self.is_ready:
            return self._laid_out(self._preprocess(self._raw(indices)))
        rows = self._rows.index_select(0, indices)
        return rows.permute(0, 3, 1, 2) if self._is_picture(rows) else rows

    def pick_augmented(self, indices: "Tensor", seed: int) -> "tuple[Tensor, Tensor]":
        """As :meth:`pick`, with the augmentation that ``seed`` gives; without one, the same."""
        if not self._apply:
            return self.pick(indices)
        generator = torch.Generator().manual_seed(seed)
        # A sample that is its own target is compared with what it was before the last augmentations: noise is taken out again.
        labels = None if self.targets is None else self._pick_labels(self.targets, indices)
        if "samples" in self._apply:
            raw, labels = self._apply["samples"](self._raw(indices), labels, generator)
            inputs = self._preprocess(raw)
        else:
            inputs = self._pick_inputs(indices)
        clean = inputs
        if "inputs" in self._apply:
            inputs, labels = self._apply["inputs"](inputs, labels, generator)
        return self._laid_out(inputs), self._laid_out(clean) if labels is None else labels

    def _raw(self, indices: "Tensor") -> "Tensor":
        return send(self._rows.index_select(0, indices), self.device)

    def _laid_out(self, ready: "Tensor") -> "Tensor":
        return ready.contiguous(memory_format=torch.channels_last) if self._is_picture(ready) else ready

    def _is_picture(self, rows: "Tensor") -> bool:
        return self.channels_last and rows.ndim == 4

    def in_order(self, batch_size: int) -> "Iterator[tuple[Tensor, Tensor]]":
        """All samples in their fixed order."""
        for indices in torch.split(torch.arange(len(self), device=self.index_device), batch_size):
            yield self.pick(indices)


def num_batches(num_samples: int, batch_size: int) -> int:
    """Batches of an epoch.  A last batch of a single sample is left out (BatchNorm cannot learn from one); each epoch another
    sample is concerned."""
    full, rest = divmod(num_samples, batch_size)
    return max(full + (rest > 1), 1)


def hold(
    part: Part | GraphPart,
    preprocess: Callable[["Tensor"], "Tensor"],
    device: torch.device,
    *,
    channels_last: bool = False,
    augment: Augment | None = None,
) -> Batches | GraphBatches:
    """A part of the data on ``device``; ``augment`` is for the one that is trained on."""
    if isinstance(part, GraphPart):
        return GraphBatches(part, preprocess, device)
    return Batches(part, preprocess, device, channels_last=channels_last, augment=augment)


def balanced_weights(targets: "Tensor") -> "Tensor":
    """How likely each sample is drawn so that all classes come equally often: class indices (N,) to float64 (N,)."""
    return targets.bincount().double().clamp_min(1).reciprocal()[targets]


class Sampler:
    """The order of the training samples: a new permutation each epoch that follows from seed and epoch alone, so that any
    position can be found again.  ``accumulate_steps`` batches make an update; the last of an epoch may have fewer."""

    def __init__(
        self,
        batches: Batches | GraphBatches,
        batch_size: int,
        seed: int,
        accumulate_steps: int = 1,
        *,
        is_balanced: bool = False,
    ) -> None:
        self.batches = batches
        self._weights = balanced_weights(batches.targets.cpu()) if is_balanced and batches.targets is not None else None
        self.batch_size = batch_size
        self.seed = seed
        self.accumulate_steps = accumulate_steps
        self.num_batches = num_batches(len(batches), batch_size)
        self.num_updates = -(-self.num_batches // accumulate_steps)

    @property
    def num_samples(self) -> int:
        """Samples that an epoch learns from: all, but for one that a last batch would have alone."""
        return min(len(self.batches), self.num_batches * self.batch_size)

    def is_update_border(self, batch: int) -> bool:
        """Whether an update is done once ``batch`` batches of an epoch are."""
        return batch % self.accumulate_steps == 0 or batch == self.num_batches

    def size_of_update(self, batch: int) -> int:
        """How many batches the update has that batch number ``batch`` (from 0) is part of."""
        begin = batch - batch % self.accumulate_steps
        return min(self.accumulate_steps, self.num_batches - begin)

    def step_back(self, batch: int, updates: int) -> int:
        """The first batch of the update that lies so many whole updates before the one that batch ``batch`` (from 0)
        is part of."""
        current = self.num_updates if batch == self.num_batches else batch // self.accumulate_steps
        return (current - updates) * self.accumulate_steps

    def in_order(self) -> "Iterator[tuple[Inputs, Tensor]]":
        """Batches of the samples in their fixed order, as many as an epoch has."""
        return itertools.islice(self.batches.in_order(self.batch_size), self.num_batches)

    def epoch(self, epoch: int, start: int = 0) -> "Iterator[tuple[Inputs, Tensor]]":
        """Batches of ``epoch`` (from 1) from batch ``start`` on."""
        generator = torch.Generator().manual_seed((self.seed * 1_000_003 + epoch) % 2**63)
        if self._weights is None:
            order = torch.randperm(len(self.batches), generator=generator)
        else:
            order = torch.multinomial(self._weights, len(self.batches), replacement=True, generator=generator)
        order = order.to(self.batches.index_device)
        batches = torch.split(order, self.batch_size)[start : self.num_batches]
        for number, indices in enumerate(batches, start=start):
            if isinstance(self.batches, GraphBatches):
                yield self.batches.pick(indices)
            else:
                # Chance of its own for each batch, so that any of them can be made again without those before.
                yield self.batches.pick_augmented(indices, self._batch_seed(epoch, number))

    def _batch_seed(self, epoch: int, number: int) -> int:
        return ((self.seed * 1_000_003 + epoch) * 1_000_003 + number) % 2**63

    def batch(self, epoch: int, index: int) -> "tuple[Inputs, Tensor]":
        """One batch again: number ``index`` (from 0) of ``epoch``."""
        return next(self.epoch(epoch, index))
