"""Bodies and answers about the one file that holds a workspace."""

from pydantic import Field

from netwright.graph.model import Model

KIND = "netwright-workspace"
FORMAT = 1


class WorkspaceSize(Model):
    """What an export would hold, and how many bytes of files each choice adds."""

    networks: int
    blocks: int
    runs: int
    datasets: int
    run_bytes: int
    """Logs and code of runs, files of weights."""
    checkpoint_bytes: int
    data_bytes: int


class WorkspaceImported(Model):
    """What was taken in.  ``copies`` counts the networks, blocks, runs, data sets and files of weights that were here
    already and came as copies."""

    networks: int
    blocks: int
    runs: int
    datasets: int
    checkpoints: int
    copies: int


class Member(Model):
    """A member of the file as its manifest says it."""

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Model):
    """``manifest.json``, the last member: every other one with its size and hash."""

    kind: str
    format: int
    netwright: str
    created: float
    members: dict[str, Member]
