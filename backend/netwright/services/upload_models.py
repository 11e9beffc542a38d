"""What the page is told about uploads of data."""

from pydantic import Field

from netwright.graph.model import Model


class UploadRules(Model):
    """What may be uploaded as data."""

    suffixes: list[str] = Field(description="How the names of such files end, for the dialog that chooses them.")
    max_bytes: int = Field(description="The largest file that is taken.")
