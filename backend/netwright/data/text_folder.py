"""Uploaded texts: a ZIP with one folder of text files for each class."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from functools import cached_property

import numpy as np

from netwright.data.archive import READ_ERRORS, Listing, list_class_files, open_archive
from netwright.data.array_cache import ArrayCache, ArraySpec
from netwright.data.base import Array, Arrays, DataError, Progress, Source, Step
from netwright.data.csv_source import upload_name
from netwright.data.facts import Facts
from netwright.data.sample_code import SampleCode, load_listed, write_listed
from netwright.data.texts import (
    READS_TEXTS,
    TextOptions,
    cut_note,
    encode_texts,
    read_texts_code,
    text_arrays,
    text_facts,
    tokenize_step,
)
from netwright.data.transforms_text import read_texts
from netwright.language import say

SUFFIX = ".txt"
_SHOWN = 200

LOAD = '''def decode(data: bytes) -> str:
    """UTF-8, or Windows' letters where it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The texts of the uploaded archive in the order of {named}."""
    if path is None:
        raise SystemExit("Say where the archive is that was uploaded: --data FILE")
    with (HERE / {file}).open(encoding="utf-8", newline="") as file:
        samples = list(csv.reader(file))[1:]
    with zipfile.ZipFile(path) as archive:
        texts = [" ".join(decode(archive.read(member)).split()) for member, _ in samples]
    return to_samples(texts), np.array([int(label) for _, label in samples], dtype=np.int64)
'''


class TextFolder(Source):
    type = "text_folder"
    title = "Texts in folders"
    description = "Uploaded text files, one folder for each class."
    kind = "text"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(TextOptions):
        pass

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        if not self._cache.is_there():
            self._read_all(progress)

    def read(self) -> Arrays:
        self.prepare_files(lambda _done, _total: None)
        arrays = self._cache.load()
        found = text_arrays(arrays["inputs"].astype(np.uint8), arrays["targets"], self._listing.classes, self._step)
        if not len(arrays["test_targets"]):
            return found
        return replace(found, test_inputs=arrays["test_inputs"], test_targets=arrays["test_targets"].astype(np.int64))

    def describe(self) -> Facts:
        arrays = self._cache.load()
        facts = text_facts(
            len(arrays["targets"]),
            self._listing.classes,
            self._step,
            bytes=(self.folder / "original").stat().st_size,
            notes=(*self._listing.notes, *cut_note(int(arrays["num_cut"][0].item()))),
        )
        return replace(facts, num_test=len(arrays["test_targets"]) or None)

    def code(self, arrays: Arrays) -> SampleCode:
        index = {name: position for position, name in enumerate(self._listing.classes)}
        found = [(file.member, index[file.label], file.is_test) for file in self._listing.pictures]
        files = write_listed("text", found)
        has_test = len(files) > 1
        return SampleCode(
            functions=LOAD.format(**load_listed(has_test=has_test)) + "\n\n" + read_texts_code(arrays.inputs),
            reads=READS_TEXTS,
            imports=("import csv", "import zipfile"),
            files=files,
            has_test=has_test,
            needs=f"your file {self._filename}, as it was uploaded",
            argument=self._filename,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        """Rows of every class in turn: in the archive one class follows the other."""
        arrays = self._cache.load()
        classes = self._listing.classes
        each = max(1, num_rows // len(classes))
        chosen = [
            i for label in range(len(classes)) for i in np.flatnonzero(arrays["targets"] == label)[:each].tolist()
        ]
        chosen = chosen[:num_rows]
        texts = read_texts(arrays["inputs"][chosen].astype(np.uint8))
        labels = arrays["targets"][chosen].tolist()
        return ["text", "label"], [[text[:_SHOWN], classes[label]] for text, label in zip(texts, labels, strict=True)]

    @cached_property
    def _filename(self) -> str:
        return upload_name(self.folder)

    @cached_property
    def _listing(self) -> Listing:
        with open_archive(self.folder / "original", self._filename) as archive:
            return list_class_files(archive, self._filename, SUFFIX)

    @cached_property
    def _step(self) -> Step:
        return tokenize_step(list(read_texts(self._cache.load()["inputs"].astype(np.uint8))), self.options)

    @property
    def _cache(self) -> ArrayCache:
        return ArrayCache(self.folder, "texts")

    def _read_all(self, progress: Progress) -> None:
        listing = self._listing
        index = {name: position for position, name in enumerate(listing.classes)}
        parts: tuple[list[str], list[str]] = ([], [])
        labels: tuple[list[int], list[int]] = ([], [])
        with open_archive(self.folder / "original", self._filename) as archive:
            for number, file in enumerate(listing.pictures):
                parts[file.is_test].append(self._read(archive, file.member))
                labels[file.is_test].append(index[file.label])
                progress(number + 1, len(listing.pictures))
        if len(set(labels[0])) < 2:
            raise DataError(
                say("{filename}: only one class has texts to train on. Add some of another.", filename=self._filename),
                code="bad_file",
                file=self._filename,
            )
        # One length for both parts, so that a test text is cut where a training text would be.
        encoded = encode_texts([*parts[0], *parts[1]])
        num_train = len(parts[0])
        arrays: dict[str, Array] = {
            "inputs": encoded.inputs[:num_train],
            "targets": np.array(labels[0], dtype=np.int64),
            "test_inputs": encoded.inputs[num_train:],
            "test_targets": np.array(labels[1], dtype=np.int64),
            "num_cut": np.array([encoded.num_cut], dtype=np.int64),
        }
        specs = {name: ArraySpec(str(array.dtype), array.shape) for name, array in arrays.items()}
        with self._cache.write(specs) as writer:
            for array in arrays.values():
                if array.size:
                    writer.append(array)

    def _read(self, archive: zipfile.ZipFile, member: str) -> str:
        try:
            data = archive.read(member)
        except READ_ERRORS as error:
            raise DataError(
                say(
                    "{filename}: {member} cannot be read: {why}. Pack the folders again.",
                    filename=self._filename,
                    member=member,
                    why=error,
                ),
                code="bad_file",
                file=self._filename,
            ) from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        # Line ends mean nothing to a tokenizer, and a text is one line where it is read again.
        return " ".join(text.split())
