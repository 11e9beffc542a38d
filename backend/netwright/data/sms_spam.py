"""The SMS Spam Collection: downloaded once, or imported as its file."""

from __future__ import annotations

import numpy as np

from netwright.data.base import Arrays, DataError, RemoteFile, Source, Step
from netwright.data.facts import Facts
from netwright.data.sample_code import SampleCode
from netwright.data.texts import READS_TEXTS, encode_texts, read_texts_code, text_arrays
from netwright.language import say

_CLASSES = ("ham", "spam")
_FILE = "sms.tsv"
_STEP = Step(
    "Tokenize",
    {"unit": "words", "vocabulary_size": 5_000, "max_length": 48, "padding": "start", "lowercase": True},
)

LOAD = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """All messages, from the file sms.tsv: the class, a tab, the text.  Quotes are letters like any other."""
    if path is None:
        raise SystemExit("Say where sms.tsv is: --data FILE")
    rows = [line.split("\\t", 1) for line in path.read_text(encoding="utf-8").split("\\n") if line.strip()]
    labels = np.array([CLASSES.index(label) for label, _ in rows], dtype=np.int64)
    return to_samples([text.strip() for _, text in rows]), labels
'''


class SmsSpam(Source):
    type = "sms_spam"
    title = "SMS spam"
    description = (
        "5,574 text messages in English, 747 of them unwanted advertising (spam), the others real (ham). Always saying ham "
        "is right in 87 % of the cases, so look at more than accuracy."
    )
    kind = "text"
    citation = (
        "T. Almeida, J. Gómez Hidalgo, A. Yamakami: Contributions to the Study of SMS Spam Filtering. ACM DocEng 2011; UCI "
        "Machine Learning Repository (CC BY 4.0)"
    )
    facts = Facts(
        task="classification",
        num_samples=5_574,
        num_test=None,
        classes=_CLASSES,
        input_shape=(48,),
        num_outputs=2,
        bytes=477_907,
        input_dtype="int64",
        num_tokens=5_000,
    )
    mirrors = (
        "https://raw.githubusercontent.com/justmarkham/pycon-2016-tutorial/5339710562cc46c4a32a369d63f1e8751a18a54e/data/",
    )
    files = (RemoteFile(_FILE, 477_907, "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d"),)

    def read(self) -> Arrays:
        rows = self._rows()
        labels = np.array([_CLASSES.index(label) for label, _ in rows])
        return text_arrays(encode_texts([text for _, text in rows]).inputs, labels, _CLASSES, _STEP)

    def code(self, arrays: Arrays) -> SampleCode:
        return SampleCode(
            functions=LOAD + "\n\n" + read_texts_code(arrays.inputs),
            reads=READS_TEXTS,
            needs=f"the file {_FILE} of {self.title} (from {self.mirrors[0]})",
            argument=_FILE,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return ["text", "label"], [[text[:200], label] for label, text in self._rows()[:num_rows]]

    def _rows(self) -> list[tuple[str, str]]:
        """Label and text of each message."""
        try:
            lines = (self.folder / _FILE).read_text(encoding="utf-8").split("\n")
        except FileNotFoundError as error:
            raise DataError(
                say("{name} is not here. Download or import it.", name=_FILE), code="missing_file", file=_FILE
            ) from error
        rows = [line.split("\t", 1) for line in lines if line.strip()]
        return [(row[0], row[1].strip()) for row in rows]
