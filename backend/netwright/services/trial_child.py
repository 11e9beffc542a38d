"""``python -m netwright.services.trial_child``: holds one checkpoint and answers about it, in a process of its own.

The server never loads a network that a person trained.  The order comes as the first line of standard input, a question is a
line after it, each answer a line on what was standard output; what libraries print goes to standard error.  When standard
input ends, so does this process: the server lives no shorter than its children.
"""

import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from netwright.language import STORED, said_by
from netwright.services.trial_models import Ask, Told, TrialOrder
from netwright.training.threads import spin_briefly

if TYPE_CHECKING:
    from netwright.services.trial_evaluation import Evaluation

NICENESS = 5


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(NICENESS)
    spin_briefly()
    order = TrialOrder.model_validate_json(sys.stdin.buffer.readline())
    opened, told = _open(order)
    _tell(answers, told)
    if opened is None:
        return 0
    for line in iter(sys.stdin.buffer.readline, b""):
        _tell(answers, _answer(opened, Ask.model_validate_json(line)))
    return 0


def _open(order: TrialOrder) -> tuple["Evaluation | None", Told]:
    # Only now: whoever started this process has its order read before PyTorch is loaded.
    from netwright.data.base import DataError
    from netwright.services.trial_desk import Desk
    from netwright.services.trial_evaluation import Evaluation
    from netwright.training.trial.model import TrialError

    try:
        desk = Desk(order)
    except TrialError as error:
        return None, Told(code="cannot_try", message=said_by(error))
    except DataError as error:
        return None, Told(code="bad_data", message=said_by(error))
    return Evaluation(desk), Told(result={})


def _answer(opened: "Evaluation", ask: Ask) -> Told:
    from netwright.data.base import DataError
    from netwright.training.trial.model import TrialError

    try:
        return Told(result=_find(opened, ask))
    except TrialError as error:
        return Told(code="cannot_try", message=said_by(error))
    except DataError as error:
        return Told(code="bad_data", message=said_by(error), column=error.column)


def _find(opened: "Evaluation", ask: Ask) -> dict[str, Any]:
    match ask.method:
        case "describe":
            return opened.desk.describe().model_dump(mode="json")
        case "draw":
            return opened.desk.draw(ask.params["sample"]).model_dump(mode="json")
        case "predict":
            return opened.desk.predict(ask.params).model_dump(mode="json")
        case "predict_file":
            return opened.desk.predict_file(ask.params)
        case "evaluate":
            return opened.figures().model_dump(mode="json")
        case "samples":
            return opened.samples(ask.params).model_dump(mode="json")


def _tell(answers: TextIO, told: Told) -> None:
    answers.write(told.model_dump_json(context=STORED) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
