"""What the page is told about uploads of data."""

from pydantic import Field

from netwright.graph.model import Model


class UploadRules(Model):
    """What may be uploaded as data."""

    suffixes: list[str] = Field(description="How the names of such files end, for the dialog that chooses them.")
    max_bytes: int = Field(description="The largest file that is taken.")


class UploadBegin(Model):
    """A file that is to be sent in parts: name, size and time of the last change (ms) tell it from others."""

    filename: str = Field(min_length=1, max_length=1000)
    bytes: int = Field(ge=1)
    last_modified: int


class UploadRead(Model):
    """An upload that has not ended."""

    id: str
    filename: str
    bytes: int
    last_modified: int
    offset: int = Field(description="How many bytes are here; the next part begins there.")
    crc32: int = Field(
        description="CRC-32 of those bytes, by which a browser knows that it is the same file; 0 of none."
    )


class UploadFinish(Model):
    """The whole file's CRC-32, as the browser computed it."""

    crc32: int
