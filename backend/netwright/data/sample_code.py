"""Python that reads a set again without Netwright: what ``data.py`` of a project is made of.

Everything that had to be found out while reading (encodings, types of columns, classes, sizes) is known by now and written
down, so the code is short.  That it gives the very same arrays is held by tests, and looked at again whenever it runs: it
compares the fingerprint of what it read with the run's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwright.data.binary_tables import IMPORTS as BINARY_IMPORTS
from netwright.data.binary_tables import REQUIREMENTS, BinaryFormat, source_of
from netwright.language import sized

if TYPE_CHECKING:
    from netwright.data.base import Array, Arrays
    from netwright.data.pictures import Target
    from netwright.data.text_table import TextTable


@dataclass(frozen=True, slots=True)
class SampleCode:
    """``functions`` is Python source that defines

    - ``load(path)``: raw ``inputs, targets`` of all samples but the test part, as NumPy arrays, in the set's own order;
      ``path`` is None where the set needs no file from a person.  Of a set with a test part of its own
      ``load(path, is_test=True)`` gives that, which ``has_test`` says; of a set of graphs it is among the samples;
    - ``read(path)``: raw samples ``(N, ...)`` out of a file to predict.

    ``imports`` are its lines of import, ``files`` what must lie beside it, ``requirements`` the packages beyond torch, NumPy
    and safetensors.  ``needs`` says what a person must have to train again, as a sentence; then ``argument`` names it
    (``TITANIC.csv``).  ``reads`` says what ``read`` takes.
    """

    functions: str
    reads: str
    imports: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    needs: str = ""
    argument: str = ""
    has_test: bool = False


IS_TEST = ", is_test: bool = False"
"""The argument of a ``load`` that gives a test part too."""


READ_ARRAYS = '''def read(path: Path) -> np.ndarray:
    """One or more raw samples from an array file: {what}."""
    if path.suffix != ".npy":
        raise SystemExit(f"{{path}} is no array file (.npy).")
    samples = np.load(path, allow_pickle=False)
    return samples.reshape(-1, *{shape}).astype(np.{dtype})
'''
LOAD_ARRAYS = '''def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The samples of {title} as the run saw them, from data.npz."""
    with np.load(HERE / "data.npz", allow_pickle=False) as data:
{test}        return data["inputs"], data["targets"]
'''
_TEST_ARRAYS = """        if is_test:
            return data["test_inputs"], data["test_targets"]
"""


def arrays_code(title: str, arrays: Arrays) -> SampleCode:
    """For a set that nobody else can read: its arrays go into the project."""
    import io

    import numpy as np

    buffer = io.BytesIO()
    parts = {"inputs": arrays.inputs, "targets": arrays.targets}
    has_test = arrays.test_inputs is not None and arrays.test_targets is not None
    if arrays.test_inputs is not None and arrays.test_targets is not None:
        parts |= {"test_inputs": arrays.test_inputs, "test_targets": arrays.test_targets}
    np.savez_compressed(buffer, **parts)  # type: ignore[arg-type]  # arrays by name
    return SampleCode(
        functions=load_arrays(title, has_test=has_test) + "\n\n" + read_arrays(arrays),
        has_test=has_test,
        reads=f"an array file (.npy) of raw samples, {sized(arrays.inputs.shape[1:])} each",
        files={"data.npz": buffer.getvalue()},
    )


def load_arrays(title: str, *, has_test: bool = False) -> str:
    """Source of a ``load`` of ``data.npz``."""
    return LOAD_ARRAYS.format(title=title, is_test=IS_TEST if has_test else "", test=_TEST_ARRAYS if has_test else "")


def read_arrays(arrays: Arrays) -> str:
    """Source of a ``read`` for array files alone."""
    shape = arrays.inputs.shape[1:]
    return READ_ARRAYS.format(
        what=f"{arrays.inputs.dtype} ({', '.join(map(str, ('N', *shape)))}) or a single one",
        shape=repr(tuple(shape)),
        dtype=arrays.inputs.dtype,
    )


# --- files of an archive ----------------------------------------------------------------------------------------------


def write_listed(what: str, found: Iterable[tuple[str, int, bool]]) -> dict[str, bytes]:
    """``samples.csv``, and ``test.csv`` where there is a test part: member of the archive and class, of each that is ``found``
    (member, class, whether it belongs to the test part)."""
    import csv
    import io

    parts: dict[bool, list[tuple[str, int]]] = {False: [], True: []}
    for member, label, is_test in found:
        parts[is_test].append((member, label))
    files = {}
    for name, rows in (("samples.csv", parts[False]), ("test.csv", parts[True])):
        if rows or name == "samples.csv":
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow([what, "class"])
            writer.writerows(rows)
            files[name] = text.getvalue().encode()
    return files


def load_listed(*, has_test: bool) -> dict[str, str]:
    """What the ``load`` of listed files says where there is a test part, and where there is none."""
    if not has_test:
        return {"is_test": "", "named": "samples.csv", "file": '"samples.csv"'}
    return {
        "is_test": IS_TEST,
        "named": "samples.csv (or test.csv)",
        "file": '("test.csv" if is_test else "samples.csv")',
    }


# --- pictures --------------------------------------------------------------------------------------------------------

PICTURE_IMPORTS = ("from PIL import Image, ImageOps",)
READ_PICTURE = '''def read(path: Path) -> np.ndarray:
    """One picture, uint8 (1, {channels}, {height}, {width}); or raw samples from an array file (.npy)."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False).reshape(-1, {channels}, {height}, {width}).astype(np.uint8)
    with path.open("rb") as file:
        return decode(file)[None]
'''
DECODE = '''def decode(file) -> np.ndarray:
    """A picture as uint8 ({channels}, {height}, {width}): upright, transparency on white, resized{fitted}."""
    picture = Image.open(file)
    picture.draft("{mode}", ({draft_width}, {draft_height}))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I;16"):
        picture = Image.fromarray((np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    picture = picture.convert("{mode}")
    if picture.size != ({width}, {height}):
        picture = {resize}
    pixels = np.array(picture, dtype=np.uint8)
    return {axes}
'''
_RESIZE = {
    "crop": "ImageOps.fit(picture, ({width}, {height}), Image.Resampling.BILINEAR)",
    "pad": "ImageOps.pad(picture, ({width}, {height}), Image.Resampling.BILINEAR)",
    "stretch": "picture.resize(({width}, {height}), Image.Resampling.BILINEAR)",
}
_FITTED = {"crop": " and cut to the middle", "pad": " and padded with black", "stretch": ""}


LOAD_MEMBERS = '''def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The pictures, uint8 (N, {channels}, {height}, {width}), of the ZIP that was uploaded, and
    {what}."""
    if path is None:
        raise SystemExit("Say where the ZIP is that was uploaded: --data FILE.zip")
    with np.load(HERE / "samples.npz", allow_pickle=False) as data:
        targets, members = {parts}
    pictures = np.empty((len(targets), {channels}, {height}, {width}), dtype=np.uint8)
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(members.tolist()):
            with archive.open(member) as file:
                pictures[number] = decode(file)
    return pictures, targets
'''


def members_code(
    target: Target,
    filename: str,
    what: str,
    samples: tuple[Array, Sequence[str]],
    test: tuple[Array, Sequence[str]] | None = None,
) -> SampleCode:
    """For an uploaded ZIP of pictures: ``samples`` are the targets and which member of ``filename`` is the picture of each,
    ``test`` those of the test part; ``what`` says what the targets are."""
    import io

    import numpy as np

    arrays = {"targets": samples[0], "pictures": np.array(samples[1])}
    parts = 'data["targets"], data["pictures"]'
    if test is not None:
        arrays |= {"test_targets": test[0], "test_pictures": np.array(test[1])}
        parts = f'(data["test_targets"], data["test_pictures"]) if is_test else ({parts})'
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # arrays by name
    load = LOAD_MEMBERS.format(
        channels=target.channels,
        height=target.height,
        width=target.width,
        what=what,
        parts=parts,
        is_test="" if test is None else IS_TEST,
    )
    return SampleCode(
        functions=load + "\n\n" + picture_code(target),
        reads="a picture, or an array file (.npy)",
        imports=("import zipfile", *PICTURE_IMPORTS),
        files={"samples.npz": buffer.getvalue()},
        has_test=test is not None,
        requirements=("pillow",),
        needs=f"your file {filename}, as it was uploaded",
        argument=filename,
    )


def picture_code(target: Target, white: int = 255) -> str:
    """Source of ``decode`` and ``read`` for pictures of one size; ``white`` is the raw value of a white pixel."""
    sizes = {"channels": target.channels, "height": target.height, "width": target.width}
    axes = "pixels[None]" if target.channels == 1 else "pixels.transpose(2, 0, 1)"
    decode = DECODE.format(
        **sizes,
        mode="L" if target.channels == 1 else "RGB",
        draft_width=2 * target.width,
        draft_height=2 * target.height,
        fitted=_FITTED[target.fit],
        resize=_RESIZE[target.fit].format(**sizes),
        axes=axes if white == 255 else f"np.round({axes} * ({white} / 255)).astype(np.uint8)",
    )
    return decode + "\n\n" + READ_PICTURE.format(**sizes)


# --- tables ----------------------------------------------------------------------------------------------------------

TABLE_IMPORTS = ("import csv", "import math")
READ_ROWS = '''def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names of the columns and the rows below them."""
{rows}
    return {split}
'''
TO_INPUTS = '''def to_number(cell: str) -> float:
    return math.nan if cell in MISSING else float(cell{decimal})


def to_inputs(names: list[str], rows: list[list[str]]) -> np.ndarray:
    """Raw samples, float32 (N, {num_features}): numbers as they are, a category as its place in the list, NaN if missing."""
    lacking = [name for name in FEATURES if name not in names]
    if lacking:
        raise SystemExit(f"The table has no column {{lacking[0]}}; it needs: {{', '.join(FEATURES)}}.")
    columns = []
    for name, categories in FEATURES.items():
        cells = [row[names.index(name)] for row in rows]
        if categories is None:
            columns.append([to_number(cell) for cell in cells])
            continue
        unknown = set(cells) - set(categories) - MISSING
        if unknown:
            raise SystemExit(f"{{sorted(unknown)[0]!r}} is no known {{name}}. There are: {{', '.join(categories)}}.")
        columns.append([math.nan if cell in MISSING else float(categories.index(cell)) for cell in cells])
    return np.array(columns, dtype=np.float64).T.astype(np.float32)
'''
READ_TABLE = '''def read(path: Path) -> np.ndarray:
    """The rows of a table with the columns of FEATURES, in any order; or raw samples from an array file (.npy)."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False).reshape(-1, {num_features}).astype(np.float32)
    return to_inputs(*read_rows(path))
'''


def table_code(
    features: Mapping[str, tuple[str, ...] | None],
    *,
    missing: Sequence[str] = (),
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    has_comma: bool = False,
    is_quoted: bool = True,
    names: Sequence[str] | None = None,
    has_header: bool = True,
    form: BinaryFormat | None = None,
    sheet: str = "",
) -> str:
    """Source of ``read`` and its helpers for text tables.  ``features`` are the columns that the network sees, with their
    categories where they have some; ``names`` are those of all columns where the file's own first line cannot be relied on."""
    lines = feature_lines(features, missing)
    if names is not None:
        lines += [f"NAMES = {list(names)!r}", '"""All columns in the order of the file."""']
    rows = "rows[1:]" if has_header else "rows"
    rows_of = READ_ROWS.format(
        rows=rows_source(delimiter=delimiter, encoding=encoding, is_quoted=is_quoted, form=form),
        split=f"NAMES, {rows}" if names is not None else "rows[0], rows[1:]",
    )
    samples_of = READ_TABLE.format(num_features=len(features))
    inputs_of = inputs_code(len(features), has_comma=has_comma)
    parts = [*([] if form is None else [source_of(form, sheet)]), rows_of, inputs_of, samples_of]
    return "\n\n\n".join(["\n".join(lines), *(part.strip("\n") for part in parts)]) + "\n"


def inputs_code(num_features: int, *, has_comma: bool) -> str:
    """Source of ``to_number`` and ``to_inputs``."""
    return TO_INPUTS.format(decimal='.replace(",", ".")' if has_comma else "", num_features=num_features)


def feature_lines(features: Mapping[str, tuple[str, ...] | None], missing: Sequence[str]) -> list[str]:
    """``FEATURES`` and ``MISSING``, which :func:`inputs_code` reads."""
    lines = ["FEATURES = {"]
    for name, categories in features.items():
        one = f"    {name!r}: {'None' if categories is None else repr(tuple(categories))},"
        lines += [one] if len(one) <= 120 or categories is None else [f"    {name!r}: ("]
        if len(one) > 120 and categories is not None:
            lines += [*(f"        {category!r}," for category in categories), "    ),"]
    lines.append("}")
    marks = ", ".join(map(repr, ["", *sorted(set(missing) - {""})]))
    lines += ['"""Columns that the network sees, with their categories; None for a number."""']
    return [*lines, f"MISSING = {{{marks}}}"]


ROWS = """    with path.open(encoding={encoding!r}, newline="") as file:
        reader = csv.reader(file, delimiter={delimiter!r}{quoting}, skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in reader if row]"""


def rows_source(*, delimiter: str, encoding: str, is_quoted: bool, form: BinaryFormat | None) -> str:
    """Statements that put the cells of a table's file into ``rows``; those of a file that is no text call ``records``."""
    if form is not None:
        return "    rows = records(path)"
    quoting = "" if is_quoted else ", quoting=csv.QUOTE_NONE"
    return ROWS.format(encoding=encoding, delimiter=delimiter, quoting=quoting)


def table_imports(table: TextTable, *others: str) -> tuple[str, ...]:
    """Lines of import that reading the table's file needs, and others."""
    return (*(("import csv",) if table.form is None else BINARY_IMPORTS[table.form]), *others)


def table_requirements(table: TextTable) -> tuple[str, ...]:
    return () if table.form is None else (REQUIREMENTS[table.form],)
