"""What a project's ``data.py`` is made of for an uploaded table: everything that was guessed or told, written as Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netwright.data.labels import LOAD_COLUMNS, load_code
from netwright.data.sample_code import IS_TEST, SampleCode, table_code, table_imports, table_requirements
from netwright.data.table_split import TEST_WORDS

if TYPE_CHECKING:
    from netwright.data.csv_source import Reading

LOAD_TABLE = '''TARGET = {target!r}


def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the uploaded table that have a target."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
{left_out}    cells = [row[names.index(TARGET)] for row in rows]
    known = [cell for cell in cells if cell not in MISSING]
    inputs = to_inputs(names, [row for row, cell in zip(rows, cells, strict=True) if cell not in MISSING])
    return inputs, {values}
'''
NUMBERS = """    values = np.array([[to_number(row[place]) for place in places] for row in rows])
    return to_inputs(names, rows), ({values}).astype(np.float32)"""
LEFT_OUT = """    # The test part is never trained or selected on.
    rows = [row for row in rows if (row[names.index({split!r})].lower() in {words!r}) == is_test]
"""
COMPLETE = """    # Rows without a value in one of these were left out.
    places = [names.index(name) for name in {names!r}]
    rows = [row for row in rows if not any(row[place] in MISSING for place in places)]
"""


def csv_code(reading: Reading) -> SampleCode:
    """Source of ``load`` and ``read`` for the table as it was understood."""
    table, options = reading.table, reading.options
    readers = table_code(
        {column.name: reading.categories.get(column.name) for column in reading.features},
        missing=options.missing_marks,
        delimiter=table.delimiter,
        encoding=table.encoding,
        has_comma=reading.has_comma,
        is_quoted=table.is_quoted,
        names=None if table.header == table.names else table.names,
        has_header=table.header is not None,
        form=table.form,
        sheet=table.sheet,
    )
    return SampleCode(
        functions=_load_code(reading) + "\n\n" + readers,
        reads="a table like the one that was uploaded (the target may be left out), or an array file (.npy)",
        imports=table_imports(table, "import math"),
        requirements=table_requirements(table),
        needs=f"your file {table.filename}, as it was uploaded",
        argument=table.filename,
        has_test=len(reading.test_rows) > 0,
    )


def _load_code(reading: Reading) -> str:
    left_out, has_test = "", len(reading.test_rows) > 0
    if has_test:
        split = next(column.name for column in reading.columns if column.role == "split")
        left_out = LEFT_OUT.format(split=split, words=TEST_WORDS)
    if reading.complete:
        left_out += COMPLETE.format(names=tuple(column.name for column in reading.complete))
    is_test = IS_TEST if has_test else ""
    labels, options, target = reading.target.labels, reading.options, reading.target.columns[0]
    if labels is not None:
        return load_code(labels, left_out, is_test)
    if reading.target.number_names:
        values = "values" if options.target_scale == 1.0 else f"values / {options.target_scale!r}"
        return LOAD_COLUMNS.format(
            names=reading.target.number_names,
            constants="",
            condition="target has a value",
            answers=NUMBERS.format(values=values),
            left_out=left_out,
            is_test=is_test,
        )
    if reading.task == "regression":
        scale = "" if options.target_scale == 1.0 else f" / {options.target_scale!r}"
        values = f"(np.array([to_number(cell) for cell in known]){scale}).astype(np.float32).reshape(-1, 1)"
    elif target.type == "number":
        # The file's own numbers: one part alone may lack some.
        distinct = np.unique(target.numbers[~np.isnan(target.numbers)]).tolist()
        values = f"np.searchsorted({distinct!r}, [to_number(cell) for cell in known]).astype(np.int64)"
    else:
        values = "np.array([CLASSES.index(cell) for cell in known], dtype=np.int64)"
    return LOAD_TABLE.format(target=target.name, values=values, left_out=left_out, is_test=is_test)
