"""Python that cuts the samples of an uploaded time series again, without Netwright."""

from __future__ import annotations

from netwright.data.binary_tables import source_of
from netwright.data.sample_code import SampleCode, rows_source, table_imports, table_requirements
from netwright.data.series import read_times, to_time_source
from netwright.data.time_series_reading import Reading

ROWS = '''CHANNELS = {channels!r}
"""Columns that the network sees."""
MISSING = {missing}
{names}

def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names of the columns and the rows below them."""
{rows}
    return {split}

{to_time}
def to_values(names: list[str], rows: list[list[str]]) -> np.ndarray:
    """Channels, float64 (rows, {num_channels}); NaN where a value is missing."""
    lacking = [name for name in CHANNELS if name not in names]
    if lacking:
        raise SystemExit(f"The table has no column {{lacking[0]}}; it needs: {{', '.join(CHANNELS)}}.")
    places = [names.index(name) for name in CHANNELS]
    cells = [[row[place] for place in places] for row in rows]
    return np.array([[math.nan if cell in MISSING else float(cell{decimal}) for cell in row] for row in cells])


def series(names: list[str], rows: list[list[str]]) -> list[list[int]]:
    """Places of the rows of each series{in_order}."""
{series}

'''
READ = '''def read(path: Path) -> np.ndarray:
    """{what} of a table; or raw samples from an array file (.npy)."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False).reshape(-1, {length}, {num_channels}).astype(np.float32)
    names, rows = read_rows(path)
    values = to_values(names, rows)
    samples = np.full((0, {length}, {num_channels}), np.nan, dtype=np.float32)
    for indices in series(names, rows):
        sample = np.full((1, {length}, {num_channels}), np.nan, dtype=np.float32)
        kept = values[indices][-{length}:]
        sample[0, {place}] = kept
        samples = np.concatenate([samples, sample])
    return samples
'''
FORECAST = '''WINDOW, HORIZON, STRIDE = {window}, {horizon}, {stride}
TARGETS = {targets!r}
"""Places of what is forecast among the channels."""


def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Windows (N, WINDOW, F) of the uploaded table, and the next HORIZON values of the targets."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
    values = to_values(names, rows)
    inputs, targets = [], []
    for indices in series(names, rows):
        one = values[indices]
        for start in range(0, len(one) - WINDOW - HORIZON + 1, STRIDE):
            future = one[start + WINDOW : start + WINDOW + HORIZON, TARGETS].reshape(-1)
            if not np.isnan(future).any():
                inputs.append(one[start : start + WINDOW])
                targets.append(future)
    return np.array(inputs).astype(np.float32), np.array(targets).astype(np.float32)


'''
CLASSES_OF_WINDOWS = '''WINDOW, STRIDE = {window}, {stride}


def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Windows (N, WINDOW, F) of the uploaded table, and the class of the last row of each."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
    values = to_values(names, rows)
    cells = [row[names.index({label!r})] for row in rows]
    inputs, labels = [], []
    for indices in series(names, rows):
        for start in range(0, len(indices) - WINDOW + 1, STRIDE):
            chosen = indices[start : start + WINDOW]
            if cells[chosen[-1]] not in MISSING:
                inputs.append(values[chosen])
                labels.append(CLASSES.index(cells[chosen[-1]]))
    return np.array(inputs).astype(np.float32), np.array(labels, dtype=np.int64)


'''
WHOLE = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """The series of the uploaded table, (N, {length}, F) with NaN where one has no step, and the class of each."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
    values = to_values(names, rows)
    cells = [row[names.index({label!r})] for row in rows]
    inputs, labels = [], []
    for indices in series(names, rows):
        known = [cells[index] for index in indices if cells[index] not in MISSING]
        if known:
            sample = np.full(({length}, len(CHANNELS)), np.nan)
            kept = values[indices][-{length}:]
            sample[{place}] = kept
            inputs.append(sample)
            labels.append(CLASSES.index(known[0]))
    return np.array(inputs).astype(np.float32), np.array(labels, dtype=np.int64)


'''
TO_TIME = '''
def to_time(cell: str) -> float:
    """A moment as a number, to put rows in order by."""
    return {expression}

'''
ONE_SERIES = "    found = [list(range(len(rows)))]"
BY_GROUP = """    groups: dict[str, list[int]] = {{}}
    for index, row in enumerate(rows):
        groups.setdefault(row[names.index({group!r})], []).append(index)
    found = list(groups.values())"""
IN_ORDER = """
    times = [to_time(row[names.index({time!r})]) for row in rows]
    return [sorted(indices, key=times.__getitem__) for indices in found]"""


def series_code(reading: Reading) -> SampleCode:
    """Everything that was guessed or told, written down as Python."""
    table, options = reading.table, reading.options
    length = reading.samples.inputs.shape[1]
    place = f"{length} - len(kept) :" if options.padding == "start" else ": len(kept)"
    if not reading.is_class:
        load = FORECAST.format(
            window=reading.window,
            horizon=options.horizon,
            stride=options.stride,
            targets=list(reading.target_channels),
        )
        what = f"The last {length} steps"
    elif reading.window is None:
        load = WHOLE.format(length=length, label=reading.targets[0].name, place=place)
        what = "The series"
    else:
        load = CLASSES_OF_WINDOWS.format(window=reading.window, stride=options.stride, label=reading.targets[0].name)
        what = f"The last {length} steps"
    imports = [*table_imports(table, "import math")]
    rows = _rows(reading)
    if "datetime.strptime" in rows:
        imports.append("from datetime import UTC, datetime")
    read = READ.format(what=what, length=length, num_channels=len(reading.channels), place=place)
    channels = ", ".join(column.name for column in reading.channels)
    return SampleCode(
        functions=(source_of(table.form, table.sheet) + "\n\n" if table.form else "") + rows + load + read,
        reads=f"a table with the columns {channels}, or an array file (.npy)",
        imports=tuple(imports),
        requirements=table_requirements(table),
        needs=f"your file {table.filename}, as it was uploaded",
        argument=table.filename,
    )


def _rows(reading: Reading) -> str:
    table, options = reading.table, reading.options
    marks = ", ".join(map(repr, ["", *sorted(set(options.missing_marks) - {""})]))
    has_names = table.header == table.names
    kept = "rows[1:]" if table.header is not None else "rows"
    series = ONE_SERIES if reading.group is None else BY_GROUP.format(group=reading.group.name)
    to_time = ""
    if reading.time is not None:
        found = read_times(reading.time.cells)
        assert found is not None
        series += IN_ORDER.format(time=reading.time.name)
        to_time = TO_TIME.format(expression=to_time_source(found[1]))
    return ROWS.format(
        channels=[column.name for column in reading.channels],
        missing=f"{{{marks}}}",
        names="" if has_names else f'NAMES = {list(table.names)!r}\n"""All columns in the order of the file."""\n',
        rows=rows_source(
            delimiter=table.delimiter, encoding=table.encoding, is_quoted=table.is_quoted, form=table.form
        ),
        split="rows[0], rows[1:]" if has_names else f"NAMES, {kept}",
        to_time=to_time,
        num_channels=len(reading.channels),
        decimal='.replace(",", ".")' if reading.has_comma else "",
        series=series if reading.time is not None else f"{series}\n    return found",
        in_order="" if reading.time is None else ", in the order of time",
    )
