"""An uploaded ZIP of pictures and one table that says of each by its file's name what it is."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import Field

from netwright.data.archive import READ_ERRORS, list_members, open_archive, unsound
from netwright.data.array_cache import ArrayCache, ArraySpec
from netwright.data.base import Array, Arrays, DataError, Progress, Source, Step, Task
from netwright.data.columns import read_columns
from netwright.data.csv_source import MISSING_MARKS, upload_name
from netwright.data.facts import Facts
from netwright.data.image_folder import check_damaged, check_size, choose_target
from netwright.data.labels import Separator
from netwright.data.picture_names import find_picture, find_pictures, find_table, guess_file_column, index_names
from netwright.data.picture_options import Color, FitOption, ImageSize, keep_contents
from netwright.data.pictures import DamagedPictureError, Target, decode, read_header, tell_modes
from netwright.data.sample_code import SampleCode, members_code
from netwright.data.table_target import TableTarget
from netwright.data.table_target import choose_target as choose_column
from netwright.data.text_table import TextTable, parse_text_table
from netwright.graph.model import Model
from netwright.language import Sentence, Text, listed, say

MAX_NAMED = 6
_VERSION = 1
"""Of the decoding: caches of another version are not used."""


class Contents(Model):
    """What looking through the archive once found; kept beside it."""

    table: str
    pictures: list[str]
    sizes: dict[str, tuple[int, int]]
    """Width and height of each picture."""
    is_grey: bool
    modes: dict[str, str] = Field(default_factory=dict)
    """Pillow's mode of each picture.  Empty in a note from before it was kept."""
    notes: list[Sentence]


@dataclass(frozen=True, slots=True)
class _Role:
    role: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What a person said, as the choice of a table's target wants it."""

    target: str | None
    task: Task | None
    label_separator: Separator | None
    columns: dict[str, _Role]
    target_scale: float = 1.0
    missing_marks: Sequence[str] = field(default_factory=lambda: list(MISSING_MARKS))


@dataclass(frozen=True, slots=True)
class _Rows:
    """``members`` of the rows that have a picture and a target, ``rows`` their places in the table."""

    members: list[str]
    rows: list[int]
    target: TableTarget
    notes: list[Text]
    problem: DataError | None


class ImageTable(Source):
    type = "image_table"
    title = "Pictures with a table"
    description = "Uploaded pictures, and a table that says of each what it is."
    kind = "image"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(Model):
        file_column: str | None = Field(
            default=None, description="The column with the names of the files; empty: the one that names most of them."
        )
        target_column: str | None = Field(default=None, description="The column to predict; empty: as guessed.")
        label_columns: list[str] | None = Field(
            default=None,
            max_length=200,
            description="Columns of yes or no, one for each label, in place of one target.",
        )
        value_columns: list[str] | None = Field(
            default=None,
            max_length=200,
            description="Columns of numbers that are predicted together, in place of one target.",
        )
        task: Literal["classification", "multilabel", "regression"] | None = Field(
            default=None,
            description="One class, several labels (multilabel) or a number; empty: by the target's values.",
        )
        label_separator: Separator | None = Field(
            default=None,
            description="What stands between the labels where one column names several; empty: found out, | or ;.",
        )
        skip_missing: bool = Field(
            default=False, description="Leave out rows whose picture is not in the ZIP, in place of refusing them."
        )
        image_size: ImageSize = None
        color: Color = None
        fit: FitOption = "crop"

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        found = self._rows
        if found.problem is not None:
            return  # the description says it; nothing is decoded until it is mended
        check_size(self._target, len(found.members))
        if not self._cache.is_there():
            self._decode_all(progress)

    def read(self) -> Arrays:
        found = self._rows
        if found.problem is not None:
            raise found.problem
        self.prepare_files(lambda _done, _total: None)
        return Arrays(
            inputs=self._cache.load()["inputs"],
            targets=self._targets(),
            test_inputs=None,
            test_targets=None,
            kind="image",
            task=found.target.task,
            classes=found.target.classes,
            target_name=found.target.name,
            target_columns=found.target.number_names,
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
            standardizes_targets=bool(found.target.number_names),
        )

    def _mode_notes(self) -> Iterator[str]:
        """Of the pictures that the table names."""
        modes = self._contents.modes
        told = Counter(modes[member] for member in self._rows.members if member in modes)
        return tell_modes(told.most_common(), self._target)

    def _targets(self) -> Array:
        target = self._rows.target
        values = target.values[self._rows.rows]
        if target.task == "classification":
            return values.astype(np.int64)
        return values.astype(np.float32).reshape(len(values), -1)

    def code(self, arrays: Arrays) -> SampleCode:
        samples = (arrays.targets, self._rows.members)
        return members_code(self._target, self._filename, "what its table says of each", samples)

    def describe(self) -> Facts:
        found, target = self._rows, self._target
        return Facts(
            task=found.target.task,
            num_samples=len(found.members),
            num_test=None,
            classes=found.target.classes,
            input_shape=(target.channels, target.height, target.width),
            num_outputs=len(found.target.classes) or len(found.target.columns),
            bytes=(self.folder / "original").stat().st_size,
            notes=(*self._contents.notes, *found.notes, *self._mode_notes()),
            problem=found.problem,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return self._table.first(num_rows)

    @cached_property
    def _filename(self) -> str:
        return upload_name(self.folder)

    @cached_property
    def _contents(self) -> Contents:
        return keep_contents(self.folder, self._filename, Contents, self._look_through)

    def _look_through(self, archive: zipfile.ZipFile) -> Contents:
        members = [member.filename for member, _ in list_members(archive, self._filename)]
        table = find_table(members)
        pictures = find_pictures(members)
        if table is None or not pictures:
            why = say("{filename} needs pictures and one table (CSV or TSV) that names them.", filename=self._filename)
            raise DataError(why, code="bad_file", file=self._filename)
        sizes: dict[str, tuple[int, int]] = {}
        modes: dict[str, str] = {}
        is_grey, damaged = True, list[str]()
        for name in pictures:
            try:
                with archive.open(name) as file:
                    header = read_header(file, name)
            except (DamagedPictureError, *READ_ERRORS) as error:
                damaged.append(f"{name} ({error})")
                continue
            sizes[name], modes[name] = (header.width, header.height), header.mode
            is_grey = is_grey and header.is_grey
        check_damaged(damaged, self._filename)
        return Contents(table=table, pictures=pictures, sizes=sizes, is_grey=is_grey, modes=modes, notes=[])

    @cached_property
    def _table(self) -> TextTable:
        with open_archive(self.folder / "original", self._filename) as archive:
            try:
                content = archive.read(self._contents.table)
            except READ_ERRORS as error:
                raise unsound(self._filename, error) from error
        return parse_text_table(content, self._contents.table)

    @cached_property
    def _file_column(self) -> str:
        told, table = self.options.file_column, self._table
        several = (*(self.options.label_columns or ()), *(self.options.value_columns or ()))
        for name in (told, self.options.target_column, *several):
            if name is not None and name not in table.names:
                raise DataError(
                    say(
                        "{filename} has no column {name}; it has: {names}.",
                        filename=table.filename,
                        name=name,
                        names=listed(table.names),
                    ),
                    code="bad_option",
                    file=table.filename,
                    column=name,
                )
        found = told or guess_file_column(table, self._index)
        if found is None:
            raise DataError(
                say(
                    "{filename}: no column of the table {table} names the pictures beside it. It needs a column with the "
                    "names of their files.",
                    filename=self._filename,
                    table=table.filename,
                ),
                code="bad_file",
                file=table.filename,
            )
        return found

    @cached_property
    def _index(self) -> dict[str, str]:
        return dict(index_names(self._contents.pictures))

    @cached_property
    def _rows(self) -> _Rows:
        table, options = self._table, self.options
        place = table.names.index(self._file_column)
        told = _Told(
            target=options.target_column,
            task=options.task,
            label_separator=options.label_separator,
            columns={
                **{name: _Role("label") for name in options.label_columns or ()},
                **{name: _Role("value") for name in options.value_columns or ()},
            },
        )
        columns = read_columns(table, {}, MISSING_MARKS, has_decimal_comma=table.delimiter == ";")
        target = choose_column(table, [column for column in columns if column.name != self._file_column], told)
        found = [find_picture(cell, self._index) for cell in table.columns[place]]
        self._check_doubled(found)
        absent = [row for row, member in enumerate(found) if member is None]
        problem = self._problem(absent, place)
        if problem is None:
            problem = _problem_of(table, target)
        kept = [row for row, member in enumerate(found) if member is not None and target.is_known[row]]
        notes = [*target.notes, *self._notes(found, absent, target)]
        return _Rows([member for row in kept if (member := found[row]) is not None], kept, target, notes, problem)

    def _problem(self, absent: Sequence[int], place: int) -> DataError | None:
        """What is wrong with rows whose picture is not there."""
        if not absent or self.options.skip_missing:
            return None
        table, line = self._table, self._table.lines[absent[0]]
        return DataError(
            say(
                "{table}, line {line}: {filename} holds no picture {name}; this is so in {count:,} of {all:,} rows. Add the "
                "pictures, or leave such rows out (skip_missing).",
                table=table.filename,
                line=line,
                filename=self._filename,
                name=repr(table.columns[place][absent[0]][:120]),
                count=len(absent),
                all=len(table.columns[place]),
            ),
            code="missing_picture",
            file=table.filename,
            line=line,
            column=self._file_column,
        )

    def _check_doubled(self, found: Sequence[str | None]) -> None:
        seen: dict[str, int] = {}
        for row, member in enumerate(found):
            if member is not None and member in seen:
                table = self._table
                raise DataError(
                    say(
                        "{table}, line {line}: the picture {name} stands in line {first} already. Each picture needs one row.",
                        table=table.filename,
                        line=table.lines[row],
                        name=member,
                        first=table.lines[seen[member]],
                    ),
                    code="bad_file",
                    file=table.filename,
                    line=table.lines[row],
                )
            if member is not None:
                seen[member] = row

    def _notes(self, found: Sequence[str | None], absent: Sequence[int], target: TableTarget) -> Iterator[Text]:
        yield say("Pictures are named by the column {column}.", column=self._file_column)
        unnamed = sorted(set(self._contents.pictures) - set(found))
        if unnamed:
            yield say(
                "{count:,} picture is not named in {table} and is left out: {names}."
                if len(unnamed) == 1
                else "{count:,} pictures are not named in {table} and are left out: {names}.",
                count=len(unnamed),
                table=self._table.filename,
                names=listed([*unnamed[:MAX_NAMED], *(["..."] if len(unnamed) > MAX_NAMED else [])]),
            )
        if absent and self.options.skip_missing:
            yield say(
                "{count:,} row without a picture is left out, in line {line}."
                if len(absent) == 1
                else "{count:,} rows without a picture are left out, the first in line {line}.",
                count=len(absent),
                line=self._table.lines[absent[0]],
            )
        num_unknown = int((~target.is_known).sum())
        if num_unknown:
            yield say(
                "{count:,} row without a target is left out."
                if num_unknown == 1
                else "{count:,} rows without a target are left out.",
                count=num_unknown,
            )

    @cached_property
    def _target(self) -> Target:
        contents, options = self._contents, self.options
        sizes = Counter(contents.sizes[member] for member in self._rows.members or contents.pictures)
        (width, height), count = sizes.most_common(1)[0]
        is_grey = contents.is_grey if options.color is None else options.color == "grey"
        return choose_target((width, height, count), options.image_size, options.fit, is_grey=is_grey)

    @cached_property
    def _cache(self) -> ArrayCache:
        target = self._target
        key = json.dumps(
            [_VERSION, "table", target.height, target.width, target.channels, target.fit, self._rows.members]
        )
        return ArrayCache(self.folder, hashlib.sha256(key.encode()).hexdigest()[:16])

    def _decode_all(self, progress: Progress) -> None:
        target, members, damaged = self._target, self._rows.members, list[str]()
        specs = {"inputs": ArraySpec("uint8", (len(members), target.channels, target.height, target.width))}
        with open_archive(self.folder / "original", self._filename) as archive, self._cache.write(specs) as writer:
            for done, member in enumerate(members, start=1):
                try:
                    with archive.open(member) as file:
                        pixels = decode(file, member, target)
                except (DamagedPictureError, *READ_ERRORS) as error:
                    damaged.append(f"{member} ({error})")
                else:
                    writer.append(pixels)
                progress(done, len(members))
            check_damaged(damaged, self._filename)


def _problem_of(table: TextTable, target: TableTarget) -> DataError | None:
    try:
        target.check(table)
    except DataError as error:
        return error
    return None
