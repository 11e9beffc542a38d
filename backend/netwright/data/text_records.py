"""Text as records: encoding, delimiter and quotes found out or told, every fault with its line."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Literal, Protocol

from netwright.data.base import DataError
from netwright.language import say

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 20_000_000

Delimiter = Literal[",", ";", "\t", "|"]
Encoding = Literal["utf-8", "utf-16", "cp1252", "latin-1", "gb18030", "shift_jis"]

_DELIMITERS: tuple[Delimiter, ...] = ("\t", ";", "|", ",")
"""In the order of belief: a semicolon that divides every line alike is no accident, a comma may be a decimal one."""
_SAMPLE_CHARACTERS = 1 << 16
DELIMITER_NAMES = {",": say("comma"), ";": say("semicolon"), "\t": say("tab"), "|": say("bar")}


class _Reader(Protocol):
    """What ``csv.reader`` returns."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


def decode(data: bytes, filename: str, encoding: Encoding | None) -> tuple[str, str]:
    """The text, and the name of its encoding as Python's codecs know it.

    Raises:
        DataError: code ``bad_file``, a byte that the encoding has not, or a zero byte, with its line.
    """
    if encoding is None:
        encoding = _sniff_encoding(data)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            say(
                "{filename}, line {line}: byte {byte:,} is no {encoding}. Choose another encoding.",
                filename=filename,
                line=line,
                byte=error.start,
                encoding=encoding,
            ),
            code="bad_file",
            file=filename,
            line=line,
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            say(
                "{filename}, line {line}: there is a zero byte, so this is no text. Export the table as CSV.",
                filename=filename,
                line=line,
            ),
            code="bad_file",
            file=filename,
            line=line,
        )
    return text, codec


def _sniff_encoding(data: bytes) -> Encoding:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for candidate in ("utf-8", "cp1252"):
        try:
            data.decode(candidate)
        except UnicodeDecodeError:
            continue
        return "utf-8" if candidate == "utf-8" else "cp1252"
    return "latin-1"


def sniff_delimiter(text: str, is_quoted: bool | None) -> Delimiter:
    """The first delimiter that divides (nearly) every line alike, else the one that comes nearest."""
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    best: tuple[float, Delimiter] = (0.0, ",")
    for candidate in _DELIMITERS:
        try:
            quoted = keeps_quotes(sample, candidate) if is_quoted is None else is_quoted
            records = _reader(sample, candidate, is_strict=False, is_quoted=quoted)
            widths = Counter(len(record) for record in records if record)
        except csv.Error:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total() if width > 1 else 0.0
        if share >= 0.95:
            return candidate
        if share > best[0]:
            best = (share, candidate)
    return best[1]


def _reader(text: str, delimiter: Delimiter, *, is_strict: bool, is_quoted: bool) -> _Reader:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        skipinitialspace=True,
        strict=is_strict,
    )


def keeps_quotes(text: str, delimiter: Delimiter) -> bool:
    """Tab-separated text mostly knows no quotes; a lone one would swallow the lines after it."""
    return delimiter != "\t" or not _has_lone_quotes(text)


def _has_lone_quotes(text: str) -> bool:
    """Whether some tab-separated field begins with a quote that does not end it."""
    if '"' not in text:
        return False
    fields = (field for line in text.splitlines() for field in line.split("\t") if field.startswith('"'))
    return any(len(field) < 2 or not field.endswith('"') for field in fields)


def split_records(
    text: str, delimiter: Delimiter, filename: str, *, is_quoted: bool
) -> tuple[list[list[str]], list[int]]:
    """The fields of each record, as many in every one, and the line (from 1) where it begins; empty lines are left out.

    Raises:
        DataError: code ``bad_file`` or ``too_large``, with the line.
    """
    records: list[list[str]] = []
    lines: list[int] = []
    reader = _reader(text, delimiter, is_strict=True, is_quoted=is_quoted)
    width = 0
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return records, lines
        except csv.Error as error:
            raise _bad_record(filename, line, str(error)) from error
        if not record:
            continue
        if not records:
            width = len(record)
            if width > MAX_COLUMNS:
                raise too_large(
                    filename, say("{count:,} columns", count=width), say("{count:,} columns", count=MAX_COLUMNS)
                )
        elif len(record) != width:
            raise DataError(
                say(
                    "{filename}, line {line}: {count} fields, but line {first} has {width} (divided by a "
                    "{delimiter}). Correct the line, or choose another delimiter.",
                    filename=filename,
                    line=line,
                    count=len(record),
                    first=lines[0],
                    width=width,
                    delimiter=DELIMITER_NAMES[delimiter],
                ),
                code="bad_file",
                file=filename,
                line=line,
            )
        records.append(record)
        lines.append(line)
        if len(records) > MAX_ROWS + 1 or len(records) * width > MAX_CELLS:
            raise too_large(
                filename, say("more"), say("{rows:,} rows and {cells:,} cells", rows=MAX_ROWS, cells=MAX_CELLS)
            )


def _bad_record(filename: str, line: int, reason: str) -> DataError:
    if "unexpected end of data" in reason:
        why = say("a quoted field begins in this record and never ends. Close the quote, or double it if it is meant")
    elif "field larger than field limit" in reason:
        why = say(
            "a field has more than {limit:,} characters; mostly a quote is not closed. Close it",
            limit=csv.field_size_limit(),
        )
    elif "expected after" in reason:
        why = say("text follows a closing quote. Double a quote that is meant")
    else:
        why = say("{it}", it=reason)
    return DataError(
        say("{filename}, line {line}: {why}.", filename=filename, line=line, why=why),
        code="bad_file",
        file=filename,
        line=line,
    )


def too_large(filename: str, got: str, limit: str) -> DataError:
    """What is said of a file that has ``got`` of what is limited to ``limit``."""
    return DataError(
        say(
            "{filename} is too large: it has {got}, the limit is {limit}. Upload a part of it.",
            filename=filename,
            got=got,
            limit=limit,
        ),
        code="too_large",
        file=filename,
    )
