"""What orders that only look at a run have in common: how they answer."""

from pathlib import Path

from pydantic import BaseModel

from netwright.data.base import DataError
from netwright.language import STORED, said_by
from netwright.training.spec import RunSpec


def write_answer(path: Path, found: BaseModel) -> None:
    """So that the server reads all of it or the one before."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(found.model_dump_json(context=STORED), encoding="utf-8")
    partial.replace(path)


def sentence_of(error: Exception, spec: RunSpec) -> str:
    """Why a run cannot make its steps."""
    from netwright.training.memory import describe_out_of_memory, is_out_of_memory
    from netwright.training.reporting import Progress

    if is_out_of_memory(error):
        return describe_out_of_memory(spec.training, Progress())
    if isinstance(error, DataError):
        return error.message
    return said_by(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
