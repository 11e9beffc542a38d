"""An uploaded ZIP of class folders of pictures, decoded once to a common size."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from pydantic import Field

from netwright.data.archive import READ_ERRORS, Picture, list_pictures, open_archive
from netwright.data.array_cache import ArrayCache, ArraySpec, CacheWriter
from netwright.data.base import Arrays, DataError, Progress, Source, Step
from netwright.data.csv_source import upload_name
from netwright.data.facts import Facts
from netwright.data.picture_options import Color, FitOption, ImageSize, keep_contents
from netwright.data.pictures import DamagedPictureError, Fit, Target, decode, read_header, tell_modes
from netwright.data.sample_code import PICTURE_IMPORTS, SampleCode, load_listed, picture_code, write_listed
from netwright.graph.model import Model
from netwright.language import Sentence, listed, say

LONGEST_SIDE = 128
"""Of the size that is chosen by itself: twice this takes four times the time, which a CPU does not have."""
MAX_DECODED_BYTES = 4 << 30
MAX_NAMED = 10
_VERSION = 1
"""Of the decoding: caches of another version are not used."""


LOAD = '''def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The pictures of {named}, uint8 (N, {channels}, {height}, {width}), out of the ZIP that was uploaded."""
    if path is None:
        raise SystemExit("Say where the ZIP is that was uploaded: --data FILE.zip")
    with (HERE / {file}).open(encoding="utf-8", newline="") as file:
        samples = list(csv.reader(file))[1:]
    pictures = np.empty((len(samples), {channels}, {height}, {width}), dtype=np.uint8)
    with zipfile.ZipFile(path) as archive:
        for number, (member, _) in enumerate(samples):
            with archive.open(member) as file:
                pictures[number] = decode(file)
    return pictures, np.array([int(label) for _, label in samples], dtype=np.int64)
'''


def choose_target(size: tuple[int, int, int], image_size: Sequence[int] | None, fit: Fit, *, is_grey: bool) -> Target:
    """What all pictures become: ``image_size`` (height, width), or the most frequent one, ``size`` (width, height, how many),
    made smaller where it is large."""
    width, height, _ = size
    if image_size is not None:
        height, width = image_size
    elif max(width, height) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(width, height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    return Target(height, width, 1 if is_grey else 3, fit)


def check_size(target: Target, num_pictures: int, other_planes: int = 0) -> None:
    """``other_planes`` are bytes that a pixel has beside its channels: the class of a mask.

    Raises:
        DataError: ``bad_option`` or ``too_large``, about ``image_size``.
    """
    if not (1 <= target.height <= 1024 and 1 <= target.width <= 1024):
        raise DataError(
            say(
                "Pictures may be from 1 to 1024 pixels high and wide, not {height} x {width}.",
                height=target.height,
                width=target.width,
            ),
            code="bad_option",
            column="image_size",
        )
    decoded = num_pictures * (target.channels + other_planes) * target.height * target.width
    if decoded > MAX_DECODED_BYTES:
        raise DataError(
            say(
                "{count:,} pictures of {height} x {width} take {size} GiB, the limit is {limit} GiB. "
                "Choose a smaller image_size.",
                count=num_pictures,
                height=target.height,
                width=target.width,
                size=f"{decoded / (1 << 30):.1f}",
                limit=MAX_DECODED_BYTES >> 30,
            ),
            code="too_large",
            column="image_size",
        )


def check_damaged(damaged: Sequence[str], filename: str) -> None:
    """
    Raises:
        DataError: code ``bad_picture``, where there are any; each is named.
    """
    if damaged:
        named = listed(damaged[:MAX_NAMED])
        if len(damaged) > MAX_NAMED:
            named = say("{names} and {count} more", names=named, count=len(damaged) - MAX_NAMED)
        raise DataError(
            say(
                "{filename}: 1 picture cannot be decoded: {names}. Replace it or take it out, and upload again."
                if len(damaged) == 1
                else "{filename}: {count:,} pictures cannot be decoded: {names}. Replace them or take them out, and "
                "upload again.",
                filename=filename,
                count=len(damaged),
                names=named,
            ),
            code="bad_picture",
            file=filename,
        )


class Contents(Model):
    """What looking through the archive once found; kept beside it."""

    pictures: list[tuple[str, int, bool]]
    """Member, class index, whether it belongs to the test part."""
    classes: list[str]
    sizes: list[tuple[int, int, int]]
    """Width, height, how many pictures; the commonest first."""
    is_grey: bool
    modes: list[tuple[str, int]] = Field(default_factory=list)
    """Pillow's mode, how many pictures; the commonest first.  Empty in a note from before it was kept."""
    notes: list[Sentence]


class ImageFolder(Source):
    type = "image_folder"
    title = "Pictures in folders"
    description = "Uploaded pictures, one folder for each class."
    kind = "image"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(Model):
        image_size: ImageSize = None
        color: Color = None
        fit: FitOption = "crop"

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        check_size(self._target, len(self._contents.pictures))
        if not self._cache.is_there():
            self._decode_all(progress)

    def read(self) -> Arrays:
        self.prepare_files(lambda _done, _total: None)
        arrays = self._cache.load()
        has_test = len(arrays["test_targets"]) > 0
        return Arrays(
            inputs=arrays["inputs"],
            targets=arrays["targets"],
            test_inputs=arrays["test_inputs"] if has_test else None,
            test_targets=arrays["test_targets"] if has_test else None,
            kind="image",
            task="classification",
            classes=tuple(self._contents.classes),
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
        )

    def code(self, arrays: Arrays) -> SampleCode:
        target = self._target
        sizes = {"channels": target.channels, "height": target.height, "width": target.width}
        files = write_listed("picture", self._contents.pictures)
        has_test = len(files) > 1
        return SampleCode(
            functions=LOAD.format(**sizes, **load_listed(has_test=has_test)) + "\n\n" + picture_code(target),
            reads="a picture, or an array file (.npy)",
            imports=("import csv", "import zipfile", *PICTURE_IMPORTS),
            files=files,
            has_test=has_test,
            requirements=("pillow",),
            needs=f"your file {self._filename}, as it was uploaded",
            argument=self._filename,
        )

    def describe(self) -> Facts:
        contents, target = self._contents, self._target
        num_test = sum(is_test for _, _, is_test in contents.pictures)
        return Facts(
            task="classification",
            num_samples=len(contents.pictures) - num_test,
            num_test=num_test or None,
            classes=tuple(contents.classes),
            input_shape=(target.channels, target.height, target.width),
            num_outputs=len(contents.classes),
            bytes=(self.folder / "original").stat().st_size,
            notes=(*contents.notes, *self._size_notes(), *tell_modes(contents.modes, target)),
        )

    def _size_notes(self) -> Iterator[str]:
        target = self._target
        others = sum(
            count for width, height, count in self._contents.sizes if (height, width) != (target.height, target.width)
        )
        if others:
            how = {"crop": say("resized and cut"), "pad": say("resized and padded"), "stretch": say("stretched")}
            yield say(
                "{count:,} of {all:,} pictures is {how} to {height} x {width}."
                if others == 1
                else "{count:,} of {all:,} pictures are {how} to {height} x {width}.",
                count=others,
                all=len(self._contents.pictures),
                how=how[target.fit],
                height=target.height,
                width=target.width,
            )

    @cached_property
    def _filename(self) -> str:
        return upload_name(self.folder)

    @cached_property
    def _contents(self) -> Contents:
        return keep_contents(self.folder, self._filename, Contents, self._look_through)

    def _look_through(self, archive: zipfile.ZipFile) -> Contents:
        listing = list_pictures(archive, self._filename)
        index = {name: position for position, name in enumerate(listing.classes)}
        sizes: Counter[tuple[int, int]] = Counter()
        modes: Counter[str] = Counter()
        is_grey = True
        damaged: list[str] = []
        for picture in listing.pictures:
            try:
                with archive.open(picture.member) as file:
                    header = read_header(file, picture.member)
            except (DamagedPictureError, *READ_ERRORS) as error:
                damaged.append(f"{picture.member} ({error})")
                continue
            sizes[header.width, header.height] += 1
            modes[header.mode] += 1
            is_grey = is_grey and header.is_grey
        check_damaged(damaged, self._filename)
        self._check_parts(listing.pictures)
        return Contents(
            pictures=[(picture.member, index[picture.label], picture.is_test) for picture in listing.pictures],
            classes=list(listing.classes),
            sizes=[(*size, count) for size, count in sizes.most_common()],
            is_grey=is_grey,
            modes=modes.most_common(),
            notes=list(listing.notes),
        )

    def _check_parts(self, pictures: Sequence[Picture]) -> None:
        trained = {picture.label for picture in pictures if not picture.is_test}
        unknown = sorted({picture.label for picture in pictures} - trained)
        if unknown:
            raise DataError(
                say(
                    "{filename}: the class {class_name} is in the test folder only. Add training pictures of it.",
                    filename=self._filename,
                    class_name=unknown[0],
                ),
                code="bad_file",
                file=self._filename,
            )

    @cached_property
    def _target(self) -> Target:
        contents, options = self._contents, self.options
        is_grey = contents.is_grey if options.color is None else options.color == "grey"
        return choose_target(contents.sizes[0], options.image_size, options.fit, is_grey=is_grey)

    @cached_property
    def _cache(self) -> ArrayCache:
        target = self._target
        key = json.dumps([_VERSION, target.height, target.width, target.channels, target.fit])
        return ArrayCache(self.folder, hashlib.sha256(key.encode()).hexdigest()[:16])

    def _decode_all(self, progress: Progress) -> None:
        target, pictures = self._target, self._contents.pictures
        train = [label for _, label, is_test in pictures if not is_test]
        test = [label for _, label, is_test in pictures if is_test]
        shape = (target.channels, target.height, target.width)
        specs = {
            "inputs": ArraySpec("uint8", (len(train), *shape)),
            "test_inputs": ArraySpec("uint8", (len(test), *shape)),
            "targets": ArraySpec("int64", (len(train),)),
            "test_targets": ArraySpec("int64", (len(test),)),
        }
        with open_archive(self.folder / "original", self._filename) as archive, self._cache.write(specs) as writer:
            self._decode_into(writer, archive, progress)
            writer.append(np.array(train, dtype=np.int64))
            if test:
                writer.append(np.array(test, dtype=np.int64))

    def _decode_into(self, writer: CacheWriter, archive: zipfile.ZipFile, progress: Progress) -> None:
        """Every picture in order: those of the training part come first."""
        pictures, damaged = self._contents.pictures, list[str]()
        for done, (member, _, _) in enumerate(pictures, start=1):
            try:
                with archive.open(member) as file:
                    pixels = decode(file, member, self._target)
            except (DamagedPictureError, *READ_ERRORS) as error:
                damaged.append(f"{member} ({error})")
            else:
                writer.append(pixels)
            progress(done, len(pictures))
        check_damaged(damaged, self._filename)
