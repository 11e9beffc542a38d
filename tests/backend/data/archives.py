"""ZIPs of small pictures."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image


def picture(
    color: object = (200, 30, 40), size: tuple[int, int] = (12, 8), mode: str = "RGB", kind: str = "PNG"
) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, kind)  # type: ignore[arg-type]  # a colour of whatever mode
    return buffer.getvalue()


def two_classes(prefix: str = "") -> dict[str, bytes]:
    return {
        f"{prefix}{label}/{number}.png": picture((number * 20, 100 * index, 7))
        for index, label in enumerate(("cat", "dog"))
        for number in range(4)
    }


def pack(
    members: Mapping[str, bytes] | list[tuple[zipfile.ZipInfo | str, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, data)
    return buffer.getvalue()
