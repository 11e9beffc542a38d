"""What a service says when it cannot do what was asked."""

from netwright.graph.problems import Problem
from netwright.language import say


class ServiceError(Exception):
    """``code`` is one of those in docs/errors.md (the server gives it its HTTP status), the message a full sentence."""

    def __init__(self, code: str, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = problems or []


def not_found(what: str) -> ServiceError:
    """``what`` names the thing with its article: ``the network``."""
    return ServiceError("not_found", say("There is no such {what}. It may have been deleted.", what=say(what)))
