"""ZIPs of small pictures, and workbooks, which are ZIPs too."""

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from PIL import Image

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Row = list[str | float | None]


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


def workbook(rows: list[Row], others: Mapping[str, list[Row]] | None = None) -> bytes:
    """The smallest file that Excel opens: a sheet ``one``, and ``others`` by name."""
    sheets = {"one": rows, **(others or {})}
    named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, start=1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    }
    for n, each in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<worksheet {_MAIN}><sheetData>{_lines(each)}</sheetData></worksheet>"
    return pack({name: text.encode() for name, text in parts.items()})


def _lines(rows: list[Row]) -> str:
    def cell(value: str | float | None, place: str) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    return "".join(
        f'<row r="{n}">{"".join(cell(value, f"{chr(65 + i)}{n}") for i, value in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )
