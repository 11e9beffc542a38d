"""Masks as pictures: a PNG whose pixels are the classes and whose palette is their colours, to lie over what it belongs to."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

MASK_COLORS = (
    (0, 0, 0),
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
"""Of classes in turn; M. Okabe, K. Ito, Color Universal Design, 2008: told apart by colour-blind people too."""


def mask_colors(num_classes: int) -> list[str]:
    """``#rrggbb`` of each class in :func:`mask_url`; empty for the first, which is clear."""
    return ["" if label == 0 else "#{:02x}{:02x}{:02x}".format(*_color(label)) for label in range(num_classes)]


def mask_url(mask: npt.NDArray[np.uint8], max_side: int | None = None, opacity: int = 255) -> str:
    """A PNG of ``(H, W)`` as a data URL.  The first class is clear, the others have ``opacity`` (0 to 255); whoever reads its
    pixels without the palette has the class indices.  ``max_side`` makes larger ones smaller, by the nearest pixel."""
    picture = Image.fromarray(mask).copy()
    if max_side is not None:
        picture.thumbnail((max_side, max_side), Image.Resampling.NEAREST)
    picture.putpalette([channel for label in range(256) for channel in _color(label)])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", transparency=bytes([0, *[opacity] * 255]))
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _color(label: int) -> tuple[int, int, int]:
    return MASK_COLORS[label % len(MASK_COLORS)]
