"""Why a file is not taken in."""


class ImportRefusedError(ValueError):
    """A file that is not what it says, holds what is never run, or is too large.  The message is for a person: what, where in
    the file, what to do.  ``code`` is one of :data:`CODES`."""

    def __init__(self, code: str, message: str) -> None:
        assert code in CODES, code
        super().__init__(message)
        self.code = code
        self.message = message


CODES = frozenset(
    {
        "file_kind_unknown",
        "file_truncated",
        "file_damaged",
        "file_too_large",
        "file_runs_code",
        "file_external_data",
        "file_too_deep",
        "file_cyclic",
        "file_format_unsupported",
        "file_without_weights",
        "file_without_network",
        "import_took_too_long",
        "import_failed",
    }
)
