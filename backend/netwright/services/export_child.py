"""``python -m netwright.services.export_child``: makes one export, in a process of its own.

The exporter and ONNX Runtime take seconds and most of a gigabyte; here they take them from nobody, and all is given back at
the end.  The order comes as JSON on standard input, which the server then holds open: when it ends, so does this process.
The answer is a JSON line for each stage and one for the end, on what was standard output; what libraries print goes to
standard error.
"""

import errno
import os
import sys
import threading
from pathlib import Path
from typing import TextIO

from netwright.exchange.formats import FORMATS
from netwright.exchange.material import ExportError, Material
from netwright.language import STORED, said_by, say
from netwright.services.export_order import Order, Said
from netwright.training.threads import spin_briefly

NICENESS = 5
"""Training and the server go first."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> int:
    """Reads the order and the name of the file to make, one line each; the exit status is 0 where it was made."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(NICENESS)
    spin_briefly()
    order = Order.model_validate_json(sys.stdin.buffer.readline())
    target = Path(sys.stdin.buffer.readline().decode().rstrip("\n"))
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    said = make(order, target, answers)
    _tell(answers, said)
    return 0 if said.code is None else 1


def make(order: Order, target: Path, answers: TextIO) -> Said:
    """Writes ``target`` and says how it went."""
    from netwright.data.base import DataError

    try:
        FORMATS[order.format].write(_material(order, answers), target)  # type: ignore[misc]  # only written formats are ordered
    except ExportError as error:
        return Said(is_over=True, code="cannot_export", message=said_by(error), node=error.node)
    except DataError as error:
        return Said(is_over=True, code="bad_data", message=said_by(error))
    except MemoryError:
        return Said(
            is_over=True,
            code="export_failed",
            message=say("Memory ran out while the file was made. Close other programs, or take another format."),
        )
    except OSError as error:
        return _explain(error)
    except RuntimeError as error:
        if "can't allocate memory" in str(error):
            return Said(is_over=True, code="export_failed", message=say("Memory ran out while the file was made."))
        raise
    return Said(is_over=True)


def _material(order: Order, answers: TextIO) -> Material:
    from netwright.compiler.source import to_source

    material = Material(
        document=order.document,
        source=to_source(order.document) if order.weights is None else order.source or "",
        weights=None if order.weights is None else Path(order.weights),
        seed=order.seed,
        metadata=order.metadata,
        say=lambda stage: _tell(answers, Said(stage=stage)),
    )
    if order.record is None:
        return material
    from netwright.services.export_project import project_of

    return project_of(material, order.record)


def _explain(error: OSError) -> Said:
    if error.errno in FULL:
        return _full()
    if isinstance(error, FileNotFoundError):
        return Said(
            is_over=True,
            code="checkpoint_damaged",
            message=say("The file of this checkpoint is gone. Take another one."),
        )
    return Said(
        is_over=True, code="export_failed", message=say("The file cannot be written: {why}.", why=error.strerror)
    )


def _full() -> Said:
    return Said(
        is_over=True, code="disk_full", message=say("The disk of the data folder is full. Make room and take it again.")
    )


def _tell(answers: TextIO, said: Said) -> None:
    answers.write(said.model_dump_json(context=STORED) + "\n")
    answers.flush()


def _end_with_the_server() -> None:
    """Standard input ends when the server does, whatever way it went; or when it wants this to end."""
    while os.read(0, 4096):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
