"""What people read, in their language.

A sentence is written in English where it is made: ``say("{layer} `{node}` has no wire.", layer=..., node=...)``.  What that
gives is a ``str`` in English that remembers its template and values.  It is put into another language where it leaves the
server, by ``language/<language>/<package>.json``: template to template.  docs/decisions/0034 has the reasons,
CONTRIBUTING.md the way to add a sentence.
"""

from netwright.language.faults import fault_sentence
from netwright.language.fields import STORED, Schema, Sentence, dump_stored, from_stored, parse_stored, to_stored
from netwright.language.speaking import (
    DEFAULT,
    LANGUAGES,
    current_language,
    html_language,
    language_of,
    spoken,
    translated,
    use_language,
)
from netwright.language.text import Text, all_of, any_of, in_a_row, listed, put_in, said_by, say, sized

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "STORED",
    "Schema",
    "Sentence",
    "Text",
    "all_of",
    "any_of",
    "current_language",
    "dump_stored",
    "fault_sentence",
    "from_stored",
    "html_language",
    "in_a_row",
    "language_of",
    "listed",
    "parse_stored",
    "put_in",
    "said_by",
    "say",
    "sized",
    "spoken",
    "to_stored",
    "translated",
    "use_language",
]
