"""What can be said of a document without saving it.  Importing this loads no torch; asking does."""

from netwright.compiler.report import CheckReport
from netwright.graph.document import Document
from netwright.language import say
from netwright.services.errors import ServiceError


def warm_up() -> None:
    """Loads what the first check needs.

    Raises:
        ImportError: PyTorch cannot be imported.
    """
    from netwright.compiler import check

    check.warm_up()


def check_document(document: Document, batch_size: int = 1) -> CheckReport:
    """Shapes, costs, problems."""
    from netwright.compiler.check import check

    return check(document, batch_size)


def check_document_json(document: Document, batch_size: int) -> bytes:
    """The same as a ``CheckReport``'s JSON, without the objects between."""
    from netwright.compiler import check

    return check.check_document_json(document, batch_size)


def write_code(document: Document) -> str:
    """The network as a Python module.

    Raises:
        ServiceError: ``invalid_document`` with the problems.
    """
    from netwright.compiler.program import DocumentInvalidError
    from netwright.compiler.source import to_source

    try:
        return to_source(document)
    except DocumentInvalidError as error:
        raise ServiceError(
            "invalid_document",
            say("There is no code for it yet. {message}", message=error.problems[0].message),
            error.problems,
        ) from error
