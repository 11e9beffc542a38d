"""Errors on the wire: RFC 9457 problem documents, one table of codes, one place that makes them.

docs/errors.md lists the same codes; a test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from netwright.graph.problems import Problem
from netwright.language import fault_sentence, say
from netwright.services.models import ProblemDocument

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """A code's HTTP status and title."""

    status: int
    title: str


ERRORS: Mapping[str, ErrorKind] = {
    # what stands in the request
    "invalid_json": ErrorKind(400, "The body is not valid JSON"),
    "body_too_large": ErrorKind(413, "The body is too large"),
    "wrong_content_type": ErrorKind(415, "The body is not JSON"),
    "invalid_request": ErrorKind(422, "The request does not have the right shape"),
    "invalid_document": ErrorKind(422, "The network has problems"),
    "invalid_run": ErrorKind(422, "This run cannot start"),
    "bad_data": ErrorKind(422, "The data cannot be used"),
    "cannot_export": ErrorKind(422, "The network cannot leave in this format"),
    "cannot_try": ErrorKind(422, "This checkpoint cannot be tried out here"),
    "bad_file": ErrorKind(422, "The file cannot be imported"),
    # who asks
    "not_signed_in": ErrorKind(401, "Not signed in"),
    "foreign_host": ErrorKind(421, "Not a name of this server"),
    "foreign_origin": ErrorKind(403, "Another site asks"),
    # where to
    "not_found": ErrorKind(404, "Not found"),
    "method_not_allowed": ErrorKind(405, "Not with this method"),
    # the state of things
    "stale_revision": ErrorKind(409, "Saved elsewhere in the meantime"),
    "run_is_active": ErrorKind(409, "The run is still going"),
    "run_cannot_resume": ErrorKind(409, "This run cannot go on"),
    "run_cannot_change": ErrorKind(409, "This cannot be changed now"),
    "not_ready": ErrorKind(409, "Not there yet"),
    "in_use": ErrorKind(409, "In use"),
    "fenced": ErrorKind(409, "Another attempt has taken over"),
    "checkpoint_damaged": ErrorKind(410, "The checkpoint's file is gone or damaged"),
    "range_not_satisfiable": ErrorKind(416, "Outside of the file"),
    # what the machine lacks
    "disk_full": ErrorKind(507, "The disk is full"),
    "database_blocked": ErrorKind(503, "The database cannot be used now"),
    "export_failed": ErrorKind(503, "The file was not made"),
    "try_failed": ErrorKind(503, "There was no answer"),
    # our own faults
    "internal_error": ErrorKind(500, "Something is wrong in Netwright"),
    "shutting_down": ErrorKind(503, "The server is shutting down"),
}


DISK_FULL = say("The disk of the data folder is full. Nothing was changed. Make room and try again.")


class ApiError(Exception):
    """Raised by routes; becomes a problem document."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        problems: list[Problem] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.problems, self.headers, self.status = code, detail, problems, headers, status


def problem_response(
    code: str,
    detail: str,
    *,
    problems: list[Problem] | None = None,
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
) -> Response:
    """A problem document.  ``status`` overrides the code's own (other 4xx that the framework raises)."""
    kind = ERRORS[code]
    status = status or kind.status
    document = ProblemDocument(
        type=f"/docs/errors#{code}",
        title=say(kind.title) if status == kind.status else HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        problems=problems or [],
    )
    return Response(document.model_dump_json(), status, headers=headers, media_type=MEDIA_TYPE)


def to_problems(errors: list[Any], code: str = "invalid_request") -> list[Problem]:
    """Pydantic's errors as problems: ``field`` is the dotted place in the body."""
    return [
        Problem(
            code=code,
            field=".".join(str(part) for part in error["loc"]),
            message=say("{why}.", why=fault_sentence(error)),
            values={"type": error["type"]},
        )
        for error in errors[:100]
    ]
