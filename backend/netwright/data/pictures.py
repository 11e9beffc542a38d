"""One picture at a time: its size checked from the header, then decoded to a common size."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Literal

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from netwright.data.base import DataError
from netwright.language import Sentence, listed, say

MAX_PIXELS = 50_000_000
"""Of one picture: about 7,000 x 7,000.  Checked from the header, before a pixel is decoded."""
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on bytes that are no sound picture."""

Fit = Literal["crop", "pad", "stretch"]


@dataclass(frozen=True, slots=True)
class Target:
    """What every picture of a set becomes: uint8 ``(channels, height, width)``."""

    height: int
    width: int
    channels: int
    fit: Fit


class DamagedPictureError(ValueError):
    """The picture cannot be decoded; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Header:
    """Width and height as the picture stands upright by its EXIF note; ``mode`` is Pillow's, as ``RGB``, ``L``, ``CMYK``."""

    width: int
    height: int
    mode: str

    @property
    def is_grey(self) -> bool:
        return self.mode in {"1", "L", "LA", "I;16", "I;16B", "I;16L"}


def read_header(file: IO[bytes], name: str) -> Header:
    """Of a picture, without decoding a pixel.

    Raises:
        DataError: code ``too_large``, more than :data:`MAX_PIXELS`.
        DamagedPictureError: no picture that can be read.
    """
    with open_picture(file, name) as image:
        width, height = image.size
        if _is_on_its_side(image):
            width, height = height, width
        return Header(width, height, image.mode)


def tell_modes(modes: Sequence[tuple[str, int]], target: Target) -> Iterator[Sentence]:
    """A note where pictures change their colours on the way to ``target``.  ``modes``: Pillow's, and how many have each."""
    is_grey = target.channels == 1
    others = [(mode, count) for mode, count in modes if mode != ("L" if is_grey else "RGB")]
    if not others:
        return
    number = sum(count for _, count in others)
    yield say(
        "{count:,} of {all:,} pictures is converted to {color}: {modes}."
        if number == 1
        else "{count:,} of {all:,} pictures are converted to {color}: {modes}.",
        count=number,
        all=sum(count for _, count in modes),
        color=say("grey") if is_grey else "RGB",
        modes=listed(say("{count:,} {mode}", count=count, mode=_name_of(mode)) for mode, count in others),
    )
    if any(mode in {"RGBA", "LA", "PA"} for mode, _ in others):
        yield say("Transparent pixels become white.")


def _name_of(mode: str) -> Sentence | str:
    names = {
        "1": say("black and white"),
        "L": say("grey"),
        "LA": say("grey with transparency"),
        "RGBA": say("RGB with transparency"),
        "P": say("with a palette"),
        "PA": say("with a palette and transparency"),
    }
    return say("grey with 16 bits a pixel") if mode.startswith("I;16") else names.get(mode, mode)


def decode(file: IO[bytes], name: str, target: Target) -> npt.NDArray[np.uint8]:
    """The picture as uint8 ``(C, H, W)``: upright by its EXIF note, transparency on white, resized.

    Raises:
        DataError, DamagedPictureError: as :func:`read_header`.
    """
    size = (target.width, target.height)
    mode = "L" if target.channels == 1 else "RGB"
    with open_picture(file, name) as opened:
        try:
            opened.draft(mode, (2 * target.width, 2 * target.height))
            picture = _flatten(ImageOps.exif_transpose(opened), mode)
        except DAMAGE as error:
            raise DamagedPictureError(reason_of(error)) from error
    if picture.size != size:
        bilinear = Image.Resampling.BILINEAR
        if target.fit == "crop":
            picture = ImageOps.fit(picture, size, bilinear)
        elif target.fit == "pad":
            picture = ImageOps.pad(picture, size, bilinear)
        else:
            picture = picture.resize(size, bilinear)
    pixels = np.asarray(picture, dtype=np.uint8)
    return pixels[np.newaxis] if target.channels == 1 else pixels.transpose(2, 0, 1)


def open_picture(file: IO[bytes], name: str) -> Image.Image:
    """A picture whose header is sound and whose size is sane; its pixels are not decoded yet.

    Raises:
        DataError, DamagedPictureError: as :func:`read_header`.
    """
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        found = re.search(r"\d+", str(error))
        raise _too_large(name, say("{count:,} pixels", count=int(found[0])) if found else say("more pixels")) from error
    except UnidentifiedImageError as error:
        raise DamagedPictureError(say("its bytes are no picture")) from error
    except DAMAGE as error:
        raise DamagedPictureError(reason_of(error)) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        image.close()
        raise _too_large(name, say("{width:,} x {height:,} pixels", width=width, height=height))
    return image


def _is_on_its_side(image: Image.Image) -> bool:
    """Whether the EXIF note turns the picture by a quarter, as those of cameras are; a note that is not in the header, as a
    PNG's, is met when the picture is decoded."""
    if not image.info.get("exif"):
        return False
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1)) in {5, 6, 7, 8}
    except DAMAGE:
        return False


def _flatten(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)).convert(mode)
    if image.mode in {"I", "F"}:
        raise DamagedPictureError(
            say("its pixels are of type {mode} with an unknown range; save it with 8 bits a channel", mode=image.mode)
        )
    if image.has_transparency_data:
        see_through = image.convert("RGBA")
        white = Image.new("RGBA", see_through.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, see_through).convert(mode)
    return image.convert(mode)


def reason_of(error: BaseException) -> str:
    """Why a picture is damaged, in Netwright's words where Pillow's are known."""
    text = str(error)
    if "truncated" in text.lower():
        return say("it ends too early")
    if "broken data stream" in text or "broken PNG" in text:
        return say("its pixels are damaged")
    return (text or type(error).__name__).rstrip(".")[:200]


def _too_large(name: str, got: str) -> DataError:
    return DataError(
        say(
            "The picture {name} has {got}, the limit is {limit:,}. Make it smaller, or take it out.",
            name=name,
            got=got,
            limit=MAX_PIXELS,
        ),
        code="too_large",
        file=name,
    )
