"""Options that every uploaded table has, however it is read: types of fields, each None where it is to be found out."""

from typing import Annotated, Literal

from pydantic import Field

from netwright.data.text_records import Delimiter, Encoding

HasHeader = Annotated[bool | None, Field(description="Whether the first line holds names; empty: found out.")]
DelimiterOption = Annotated[Delimiter | None, Field(description="What divides the fields; empty: found out.")]
IsQuoted = Annotated[
    bool | None,
    Field(
        description="Whether quotes hold a field together; off: a quote is a letter like any other. Empty: found out."
    ),
]
Decimal = Annotated[
    Literal[".", ","] | None, Field(description="The decimal mark; empty: a comma only beside semicolons.")
]
SheetOption = Annotated[
    str | None, Field(description="Of a workbook, the sheet that is read; empty: the first that holds a table.")
]
EncodingOption = Annotated[Encoding | None, Field(description="How letters are stored; empty: found out.")]
