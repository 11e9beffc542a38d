"""What a few real steps before a run tell.  No torch here: the server reads it."""

from netwright.graph.model import Model
from netwright.language import Sentence

PREFLIGHT = 0
"""The number of the attempt that only looks: its folder has a ``spec.json``, it writes ``preflight.json`` and nothing else."""

RESULT_NAME = "preflight.json"
READY_NAME = "preflight.ready"
"""A file that is there once the data is read and the first step begins."""


class Preflight(Model):
    """``sentence`` says why the run will not work; the figures that were not reached are null.  ``note`` says
    what they leave out.

    ``peak_bytes`` is the most that the worker held (on a GPU: of its memory), ``free_bytes`` what may still be taken beside it.
    ``largest_batch`` follows from the memory of two batches; ``is_tried`` where a step of that size was made.
    """

    sentence: Sentence | None = None
    note: Sentence | None = None
    node: str | None = None
    device: str = ""
    batch_size: int
    num_steps: int = 0
    samples_per_second: float | None = None
    epoch_seconds: float | None = None
    run_seconds: float | None = None
    peak_bytes: int | None = None
    free_bytes: int | None = None
    largest_batch: int | None = None
    is_tried: bool = False
    prepare_seconds: float | None = None
    seconds: float = 0.0
