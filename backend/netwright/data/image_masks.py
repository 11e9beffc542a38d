"""An uploaded ZIP of pictures with a mask each, decoded once to a common size."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import Field

from netwright.data.archive import READ_ERRORS, open_archive
from netwright.data.array_cache import ArrayCache, ArraySpec
from netwright.data.base import Arrays, DataError, Progress, Source, Step
from netwright.data.csv_source import upload_name
from netwright.data.facts import Facts
from netwright.data.image_folder import check_damaged, check_size, choose_target
from netwright.data.mask_pairs import Pair, list_pairs
from netwright.data.mask_values import (
    Values,
    choose_values,
    describe_value,
    fit_mask,
    parse_value,
    rare_notes,
    read_values,
)
from netwright.data.picture_options import Color, FitOption, ImageSize, keep_contents
from netwright.data.pictures import DamagedPictureError, Target, decode, read_header, tell_modes
from netwright.data.sample_code import SampleCode, members_code
from netwright.graph.model import Model
from netwright.language import Sentence, Text, say

_VERSION = 1
"""Of the decoding: caches of another version are not used."""


class Contents(Model):
    """What looking through the archive once found; kept beside it."""

    pairs: list[tuple[str, str, bool]]
    """Picture, mask, whether they belong to the test part."""
    sizes: list[tuple[int, int, int]]
    """Width, height, how many pictures; the commonest first."""
    is_grey: bool
    modes: list[tuple[str, int]] = Field(default_factory=list)
    """Pillow's mode, how many pictures; the commonest first.  Empty in a note from before it was kept."""
    values: dict[str, dict[int, int]]
    """Of each mask: how many pixels have each value."""
    notes: list[Sentence]


class ImageMasks(Source):
    type = "image_masks"
    title = "Pictures with masks"
    description = "Uploaded pictures, each with a mask that says of every pixel what it belongs to."
    kind = "image"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(Model):
        reading: Literal["values", "binary"] = Field(
            default="values",
            description="Each value of a mask is a class, or everything above 0 is one class and 0 the other.",
        )
        values: list[str] | None = Field(
            default=None,
            max_length=64,
            description="Values that are classes, in their order: numbers, or colours such as #ff0000. Empty: all that "
            "are found.",
        )
        names: list[str] | None = Field(
            default=None, max_length=64, description="Names of the classes, in the order of the values."
        )
        image_size: ImageSize = None
        color: Color = None
        fit: FitOption = "crop"

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        problem = self._classes[1]
        if problem is not None:
            return  # the description says it; nothing is decoded until it is mended
        check_size(self._target, len(self._contents.pairs), other_planes=1)
        if not self._cache.is_there():
            self._decode_all(progress)

    def read(self) -> Arrays:
        values, problem = self._classes
        if problem is not None:
            raise problem
        self.prepare_files(lambda _done, _total: None)
        arrays = self._cache.load()
        has_test = len(arrays["test_targets"]) > 0
        return Arrays(
            inputs=arrays["inputs"],
            targets=arrays["targets"],
            test_inputs=arrays["test_inputs"] if has_test else None,
            test_targets=arrays["test_targets"] if has_test else None,
            kind="image",
            task="segmentation",
            classes=self._names(values),
            target_name="mask",
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
        )

    def code(self, arrays: Arrays) -> SampleCode:
        target = self._target
        train, test = (
            [image for image, _, is_test in self._contents.pairs if is_test is part] for part in (False, True)
        )
        return members_code(
            target,
            self._filename,
            f"the classes of their pixels, uint8 (N, {target.height}, {target.width})",
            (arrays.targets, train),
            None if arrays.test_targets is None else (arrays.test_targets, test),
        )

    def describe(self) -> Facts:
        contents, target = self._contents, self._target
        values, problem = self._classes
        num_test = sum(is_test for _, _, is_test in contents.pairs)
        names = self._names(values)
        return Facts(
            task="segmentation",
            num_samples=len(contents.pairs) - num_test,
            num_test=num_test or None,
            classes=names,
            input_shape=(target.channels, target.height, target.width),
            num_outputs=len(names),
            bytes=(self.folder / "original").stat().st_size,
            notes=(
                *contents.notes,
                *self._size_notes(),
                *tell_modes(contents.modes, target),
                *self._rare_notes(values),
            ),
            problem=problem,
        )

    def _rare_notes(self, values: Sequence[int]) -> Iterator[Text]:
        """A person who named the values knows of them."""
        if self.options.reading == "values" and not self.options.values:
            yield from rare_notes(self._contents.values, values)

    def _size_notes(self) -> Iterator[str]:
        target = self._target
        others = sum(
            count for width, height, count in self._contents.sizes if (height, width) != (target.height, target.width)
        )
        if others:
            yield say(
                "{count:,} of {all:,} pictures is brought to {height} x {width}, its mask with it by the nearest pixel."
                if others == 1
                else "{count:,} of {all:,} pictures are brought to {height} x {width}, their masks with them by the nearest "
                "pixel.",
                count=others,
                all=len(self._contents.pairs),
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
        pairs, notes = list_pairs(archive, self._filename)
        sizes: Counter[tuple[int, int]] = Counter()
        modes: Counter[str] = Counter()
        is_grey, damaged = True, list[str]()
        values: dict[str, dict[int, int]] = {}
        for pair in pairs:
            try:
                with archive.open(pair.image) as file:
                    header = read_header(file, pair.image)
                with archive.open(pair.mask) as file:
                    mask = read_values(file, pair.mask)
            except (DamagedPictureError, *READ_ERRORS) as error:
                damaged.append(f"{pair.image} ({error})")
                continue
            self._check_sizes(pair, (header.height, header.width), mask)
            distinct, counts = np.unique(mask, return_counts=True)
            values[pair.mask] = dict(zip(distinct.tolist(), counts.tolist(), strict=True))
            sizes[header.width, header.height] += 1
            modes[header.mode] += 1
            is_grey = is_grey and header.is_grey
        check_damaged(damaged, self._filename)
        return Contents(
            pairs=[(pair.image, pair.mask, pair.is_test) for pair in pairs],
            sizes=[(*size, count) for size, count in sizes.most_common()],
            is_grey=is_grey,
            modes=modes.most_common(),
            values=values,
            notes=list(notes),
        )

    def _check_sizes(self, pair: Pair, size: tuple[int, int], mask: Values) -> None:
        # A picture that is turned by its EXIF note has its header's sides the other way round.
        if mask.shape in {size, size[::-1]}:
            return
        raise DataError(
            say(
                "{filename}: {image} has {height} x {width} pixels, but its mask {mask} has {mask_height} x {mask_width}. "
                "A mask must have a pixel for each of its picture's.",
                filename=self._filename,
                image=pair.image,
                height=size[0],
                width=size[1],
                mask=pair.mask,
                mask_height=mask.shape[0],
                mask_width=mask.shape[1],
            ),
            code="bad_mask",
            file=pair.mask,
        )

    @cached_property
    def _classes(self) -> tuple[list[int], DataError | None]:
        """The values that are classes, and what keeps the set from being trained on."""
        if self.options.reading == "binary":
            return [0, 1], None
        return choose_values(self._contents.values, self._given(), self._filename)

    def _given(self) -> list[int] | None:
        if not self.options.values:
            return None
        found: list[int] = []
        for text in self.options.values:
            try:
                found.append(parse_value(text.strip()))
            except ValueError as error:
                raise DataError(
                    say(
                        "{value} is no value of a mask. Write whole numbers such as 255, or colours such as #ff0000.",
                        value=repr(text),
                    ),
                    code="bad_option",
                    column="values",
                ) from error
        values = list(dict.fromkeys(found))
        if len(values) < 2:
            raise DataError(
                say("Name at least two values, as there is nothing to tell apart in one."),
                code="bad_option",
                column="values",
            )
        return values

    def _names(self, values: Sequence[int]) -> tuple[str, ...]:
        given = self.options.names or []
        usual = ["background", "foreground"] if self.options.reading == "binary" else [*map(describe_value, values)]
        if self.options.reading == "values" and usual and values[0] == 0:
            usual[0] = "background"
        return tuple(given[place] if place < len(given) else name for place, name in enumerate(usual))

    @cached_property
    def _target(self) -> Target:
        contents, options = self._contents, self.options
        is_grey = contents.is_grey if options.color is None else options.color == "grey"
        return choose_target(contents.sizes[0], options.image_size, options.fit, is_grey=is_grey)

    @cached_property
    def _cache(self) -> ArrayCache:
        target = self._target
        key = json.dumps(
            [
                _VERSION,
                "masks",
                target.height,
                target.width,
                target.channels,
                target.fit,
                self.options.reading,
                self._classes[0],
            ]
        )
        return ArrayCache(self.folder, hashlib.sha256(key.encode()).hexdigest()[:16])

    def _decode_all(self, progress: Progress) -> None:
        target, pairs = self._target, self._contents.pairs
        train = [pair for pair in pairs if not pair[2]]
        test = [pair for pair in pairs if pair[2]]
        shape, pixels = (target.channels, target.height, target.width), (target.height, target.width)
        specs = {
            "inputs": ArraySpec("uint8", (len(train), *shape)),
            "targets": ArraySpec("uint8", (len(train), *pixels)),
            "test_inputs": ArraySpec("uint8", (len(test), *shape)),
            "test_targets": ArraySpec("uint8", (len(test), *pixels)),
        }
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            progress(done, 2 * len(pairs))

        with open_archive(self.folder / "original", self._filename) as archive, self._cache.write(specs) as writer:
            for part in (train, test):
                for image, _, _ in part:
                    writer.append(self._decoded(archive, image, lambda file, name: decode(file, name, target)))
                    count()
                for _, mask, _ in part:
                    writer.append(self._labels(self._decoded(archive, mask, read_values)))
                    count()

    def _decoded(
        self,
        archive: zipfile.ZipFile,
        member: str,
        read: Callable[..., np.ndarray[tuple[int, ...], np.dtype[np.generic]]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
        try:
            with archive.open(member) as file:
                return read(file, member)
        except (DamagedPictureError, *READ_ERRORS) as error:
            check_damaged([f"{member} ({error})"], self._filename)
            raise

    def _labels(
        self, mask: np.ndarray[tuple[int, ...], np.dtype[np.generic]]
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        """Class indices at every pixel, in the size of the pictures."""
        target, values = self._target, self._classes[0]
        fitted = fit_mask(mask.astype(np.int64), target.height, target.width, target.fit, values[0])
        if self.options.reading == "binary":
            return (fitted > 0).astype(np.uint8)
        order = np.argsort(values)
        places = np.searchsorted(np.array(values)[order], fitted)
        labels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = order[places].astype(np.uint8)
        return labels
