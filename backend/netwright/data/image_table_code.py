"""Python that reads an uploaded ZIP of pictures with a table again, without Netwright."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from netwright.data.base import Array
from netwright.data.pictures import Target
from netwright.data.sample_code import PICTURE_IMPORTS, SampleCode, picture_code

LOAD = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """The pictures, uint8 (N, {channels}, {height}, {width}), of the ZIP that was uploaded, and what its table says of them."""
    if path is None:
        raise SystemExit("Say where the ZIP is that was uploaded: --data FILE.zip")
    with np.load(HERE / "samples.npz", allow_pickle=False) as data:
        targets, members = data["targets"], data["pictures"]
    pictures = np.empty((len(targets), {channels}, {height}, {width}), dtype=np.uint8)
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(members.tolist()):
            with archive.open(member) as file:
                pictures[number] = decode(file)
    return pictures, targets
'''


def table_code(target: Target, targets: Array, members: Sequence[str], filename: str) -> SampleCode:
    """``members`` are the pictures in the ZIP ``filename``, ``targets`` what the table says of each."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, targets=targets, pictures=np.array(members))
    load = LOAD.format(channels=target.channels, height=target.height, width=target.width)
    return SampleCode(
        functions=load + "\n\n" + picture_code(target),
        reads="a picture, or an array file (.npy)",
        imports=("import zipfile", *PICTURE_IMPORTS),
        files={"samples.npz": buffer.getvalue()},
        requirements=("pillow",),
        needs=f"your file {filename}, as it was uploaded",
        argument=filename,
    )
