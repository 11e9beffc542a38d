"""CIFAR-10 and CIFAR-100: downloaded once in their binary version, whose records are plain bytes; nothing is unpickled."""

from __future__ import annotations

import tarfile
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from netwright.data.array_cache import ArrayCache, ArraySpec
from netwright.data.base import Array, Arrays, DataError, Progress, RemoteFile, Source, Step
from netwright.data.cifar_names import CIFAR10, CIFAR100
from netwright.data.facts import Facts
from netwright.data.sample_code import PICTURE_IMPORTS, SampleCode, picture_code
from netwright.language import say

PIXELS = 3 * 32 * 32
MIRROR = "https://www.cs.toronto.edu/~kriz/"

LOAD = '''def load(path: Path | None, is_test: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The training part (or the test part), uint8 (N, 3, 32, 32) and class indices (N,), from the binary version's archive."""
    if path is None:
        raise SystemExit("Say where {archive} is: --data FILE")
    parts = []
    with tarfile.open(path) as archive:
        for name in {test_members} if is_test else {members}:
            file = archive.extractfile(name)
            parts.append(np.frombuffer(file.read(), dtype=np.uint8).reshape(-1, {record}))
    records = np.concatenate(parts)
    return records[:, {labels}:].reshape(-1, 3, 32, 32), records[:, {label}].astype(np.int64)
'''


class _Cifar(Source):
    """32 x 32 colour pictures in one ``.tar.gz``: members of records, each of some bytes of labels and 3,072 of pixels."""

    kind = "image"
    classes: ClassVar[tuple[str, ...]]
    train_members: ClassVar[tuple[str, ...]]
    test_members: ClassVar[tuple[str, ...]]
    num_labels: ClassVar[int]
    """Bytes of labels before the pixels; the last one is the class."""
    augment = (
        Step("RandomCrop", {"padding": 4}),
        Step("RandomHorizontalFlip"),
    )
    mirrors = (MIRROR,)

    def read(self) -> Arrays:
        cache = ArrayCache(self.folder, "pictures")
        if not cache.is_there():
            self._unpack(cache)
        arrays = cache.load()
        return Arrays(
            inputs=arrays["inputs"],
            targets=arrays["targets"],
            test_inputs=arrays["test_inputs"],
            test_targets=arrays["test_targets"],
            kind="image",
            task="classification",
            classes=self.classes,
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
        )

    def prepare_files(self, progress: Progress) -> None:
        self.read()
        progress(1, 1)

    def code(self, arrays: Arrays) -> SampleCode:
        from netwright.data.pictures import Target

        archive = self.files[0].name
        load = LOAD.format(
            archive=archive,
            members=repr(self.train_members),
            test_members=repr(self.test_members),
            record=self.num_labels + PIXELS,
            labels=self.num_labels,
            label=self.num_labels - 1,
        )
        return SampleCode(
            functions=load + "\n\n" + picture_code(Target(32, 32, 3, "crop")),
            reads="a picture, or an array file (.npy)",
            imports=("import tarfile", *PICTURE_IMPORTS),
            requirements=("pillow",),
            needs=f"{self.title}'s file {archive} (from {MIRROR})",
            argument="FILE",
            has_test=True,
        )

    def _unpack(self, cache: ArrayCache) -> None:
        """The archive's pictures as plain bytes beside it, which runs map into memory: unpacking takes seconds each time.

        Raises:
            DataError: the archive is missing, damaged, or holds other members.
        """
        inputs, targets = self._part(self.train_members)
        test_inputs, test_targets = self._part(self.test_members)
        arrays: dict[str, Array] = {
            "inputs": inputs,
            "targets": targets,
            "test_inputs": test_inputs,
            "test_targets": test_targets,
        }
        specs = {name: ArraySpec(str(each.dtype), each.shape) for name, each in arrays.items()}
        with cache.write(specs) as writer:
            for each in arrays.values():
                writer.append(each)

    def _part(self, members: tuple[str, ...]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        name, size = self.files[0].name, self.num_labels + PIXELS
        path = self.folder / name
        if not path.is_file():
            raise DataError(
                say("{name} is missing. Download or import it again.", name=name), code="missing_file", file=name
            )
        try:
            with tarfile.open(path, "r:gz") as archive:
                parts = [self._records(archive, member, size) for member in members]
        except (tarfile.TarError, OSError, EOFError, KeyError) as error:
            raise DataError(
                say("{name} is damaged: {why}. Download or import it again.", name=name, why=error),
                code="bad_file",
                file=name,
            ) from error
        records = np.concatenate(parts)
        labels = records[:, self.num_labels - 1]
        if labels.max(initial=0) >= len(self.classes):
            raise DataError(
                say(
                    "{name} holds the label {label}, the highest is {highest}. Download or import it again.",
                    name=name,
                    label=int(labels.max()),
                    highest=len(self.classes) - 1,
                ),
                code="bad_file",
                file=name,
            )
        return records[:, self.num_labels :].reshape(-1, 3, 32, 32), labels.astype(np.int64)

    def _records(self, archive: tarfile.TarFile, member: str, size: int) -> npt.NDArray[np.uint8]:
        """The records of one member; it is read where it lies, nothing is written to disk under its name."""
        file = archive.extractfile(member)
        if file is None:
            raise KeyError(member)
        data = file.read()
        if not data or len(data) % size:
            raise DataError(
                say(
                    "{member} has {bytes:,} bytes, which are no whole records of {size:,}. Download or import {name} again.",
                    member=member,
                    bytes=len(data),
                    size=size,
                    name=self.files[0].name,
                ),
                code="bad_file",
                file=member,
            )
        return np.frombuffer(data, dtype=np.uint8).reshape(-1, size)


CITATION = "A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, 2009"


class Cifar10(_Cifar):
    type = "cifar10"
    title = "CIFAR-10"
    description = (
        "60,000 colour photos of 32 x 32 pixels in ten classes of animals and vehicles, 10,000 kept for testing."
    )
    citation = CITATION
    classes = CIFAR10
    train_members = tuple(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6))
    test_members = ("cifar-10-batches-bin/test_batch.bin",)
    num_labels = 1
    facts = Facts(
        task="classification",
        num_samples=50_000,
        num_test=10_000,
        classes=CIFAR10,
        input_shape=(3, 32, 32),
        num_outputs=10,
        bytes=60_000 * PIXELS,
    )
    files = (
        RemoteFile(
            "cifar-10-binary.tar.gz", 170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
        ),
    )


class Cifar100(_Cifar):
    type = "cifar100"
    title = "CIFAR-100"
    description = "60,000 colour photos of 32 x 32 pixels in a hundred classes, 600 of each, 10,000 kept for testing."
    citation = CITATION
    classes = CIFAR100
    train_members = ("cifar-100-binary/train.bin",)
    test_members = ("cifar-100-binary/test.bin",)
    num_labels = 2
    facts = Facts(
        task="classification",
        num_samples=50_000,
        num_test=10_000,
        classes=CIFAR100,
        input_shape=(3, 32, 32),
        num_outputs=100,
        bytes=60_000 * PIXELS,
    )
    files = (
        RemoteFile(
            "cifar-100-binary.tar.gz", 168_513_733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"
        ),
    )
