"""MNIST and Fashion-MNIST: downloaded once, or imported from their four files."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from netwright.data.base import Arrays, DataError, RemoteFile, Source, Step
from netwright.data.facts import Facts
from netwright.data.idx import read_idx
from netwright.data.sample_code import PICTURE_IMPORTS, SampleCode, picture_code
from netwright.language import say

_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_RAW_BYTES = 70_000 * 28 * 28


LOAD = '''def read_idx(path: Path) -> np.ndarray:
    """The bytes of a gzipped IDX file, in their shape."""
    data = gzip.decompress(path.read_bytes())
    num_axes = data[3]
    sizes = struct.unpack(f">{num_axes}I", data[4 : 4 + 4 * num_axes])
    return np.frombuffer(bytearray(data), dtype=np.uint8, offset=4 + 4 * num_axes).reshape(sizes)


def load(path: Path | None, is_test: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The training part (or the test part), uint8 (N, 1, 28, 28) and class indices (N,), from the folder with the files."""
    if path is None:
        raise SystemExit("Say where train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz are: --data FOLDER")
    part = "t10k" if is_test else "train"
    pictures = read_idx(path / f"{part}-images-idx3-ubyte.gz")
    return pictures[:, None], read_idx(path / f"{part}-labels-idx1-ubyte.gz").astype(np.int64)
'''


class _IdxPictures(Source):
    """28 x 28 grey pictures in four IDX files: training pictures and labels, test pictures and labels."""

    kind = "image"
    classes: ClassVar[tuple[str, ...]]

    def read(self) -> Arrays:
        inputs, targets = self._part("train")
        test_inputs, test_targets = self._part("t10k")
        return Arrays(
            inputs=inputs,
            targets=targets,
            test_inputs=test_inputs,
            test_targets=test_targets,
            kind="image",
            task="classification",
            classes=self.classes,
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
        )

    def code(self, arrays: Arrays) -> SampleCode:
        from netwright.data.pictures import Target

        _, channels, height, width = arrays.inputs.shape
        return SampleCode(
            functions=LOAD + "\n\n" + picture_code(Target(height, width, channels, "stretch")),
            reads="a picture, light on a dark ground as in the set, or an array file (.npy)",
            imports=("import gzip", "import struct", *PICTURE_IMPORTS),
            requirements=("pillow",),
            needs=f"{self.title}'s files train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz, and to test the same two "
            f"that begin with t10k, in one folder (from {self.mirrors[0]})",
            argument="FOLDER",
            has_test=True,
        )

    def _part(self, part: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        pictures_name, labels_name = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
        pictures = read_idx(self.folder / pictures_name)
        labels = read_idx(self.folder / labels_name)
        if pictures.ndim != 3:
            raise _misfit(pictures_name, say("holds {count} axes, pictures have 3", count=pictures.ndim))
        if labels.shape != pictures.shape[:1]:
            raise _misfit(
                labels_name,
                say("holds {labels:,} labels for {pictures:,} pictures", labels=labels.size, pictures=len(pictures)),
            )
        if labels.max() >= len(self.classes):
            raise _misfit(
                labels_name,
                say(
                    "holds the label {label}, the highest is {highest}",
                    label=labels.max(),
                    highest=len(self.classes) - 1,
                ),
            )
        return pictures[:, np.newaxis], labels.astype(np.int64)


def _misfit(name: str, why: str) -> DataError:
    return DataError(say("{name} {why}. Download or import it again.", name=name, why=why), code="bad_file", file=name)


class Mnist(_IdxPictures):
    type = "mnist"
    title = "MNIST"
    description = "70,000 handwritten digits of 28 x 28 grey pixels, 10,000 of them kept for testing."
    citation = (
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document Recognition. Proceedings of "
        "the IEEE 86(11), 1998. Y. LeCun, C. Cortes: MNIST (CC BY-SA 3.0)"
    )
    classes = _DIGITS
    facts = Facts(
        task="classification",
        num_samples=60_000,
        num_test=10_000,
        classes=_DIGITS,
        input_shape=(1, 28, 28),
        num_outputs=10,
        bytes=_RAW_BYTES,
    )
    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    files = (
        RemoteFile(
            "train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
        ),
    )


class FashionMnist(_IdxPictures):
    type = "fashion_mnist"
    title = "Fashion-MNIST"
    description = (
        "70,000 pictures of clothes, 28 x 28 grey pixels in ten classes, 10,000 kept for testing. Harder than digits."
    )
    citation = "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST. arXiv:1708.07747, 2017 (MIT, Zalando SE)"
    classes = _CLOTHES
    facts = Facts(
        task="classification",
        num_samples=60_000,
        num_test=10_000,
        classes=_CLOTHES,
        input_shape=(1, 28, 28),
        num_outputs=10,
        bytes=_RAW_BYTES,
    )
    mirrors = (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    )
    files = (
        RemoteFile(
            "train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
        ),
    )
