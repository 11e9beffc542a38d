"""Texts: found in uploads, cut into tokens that the training part alone teaches, and read again without Netwright."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from backend.data.archives import pack
from backend.data.mirrors import Mirror, files_of, serve
from backend.data.test_sample_code import check, upload
from netwright.data.base import DataError, RawData, SourceSpec, Step
from netwright.data.download import download
from netwright.data.prepare import load_preprocess, prepare, write_preprocess
from netwright.data.registry import open_source
from netwright.data.sms_spam import SmsSpam
from netwright.data.sniff import sniff_upload
from netwright.data.texts import encode_texts
from netwright.data.transform_base import Layout
from netwright.training.config import DataConfig
from pydantic import JsonValue
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

_KINDS = [
    ("A wonderful film, I'd watch it again", "good"),
    ("Dull and far too long", "bad"),
    ('He said "never again" and meant it', "bad"),
    ("Très bien; 很好", "good"),
]
REVIEWS = [(f"{text}, {number}.", label) for number in range(12) for text, label in _KINDS]


def table_of(rows: list[tuple[str, str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([("review", "label"), *rows])
    return text.getvalue()


def indices(texts: list[str], fitted_on: list[str], **params: JsonValue) -> list[list[int]]:
    raw = torch.from_numpy(encode_texts([*fitted_on, *texts]).inputs)
    layout = Layout("text", tuple(raw.shape[1:]), is_float=False)
    source, _ = write_preprocess(raw[: len(fitted_on)], layout, [Step("Tokenize", params)])
    found: list[list[int]] = load_preprocess(source)(raw[len(fitted_on) :]).tolist()
    return found


def test_words_when_rare_or_new_are_unknown_and_short_texts_are_filled_up() -> None:
    fitted = ["The cat, the dog", "the bird"]
    params: dict[str, JsonValue] = {"vocabulary_size": 4, "max_length": 5}
    # the: 2, then the comma before the letters; all else is unknown.
    assert indices(["the cat , THE"], fitted, **params) == [[0, 2, 1, 3, 2]]
    assert indices(["the cat , THE"], fitted, padding="end", **params) == [[2, 1, 3, 2, 0]]
    assert indices(["The"], fitted, lowercase=False, vocabulary_size=20, max_length=1) != indices(
        ["the"], fitted, lowercase=False, vocabulary_size=20, max_length=1
    )
    assert indices(["", "the the the the the the cat"], fitted, **params) == [[0] * 5, [2] * 5]


def test_characters_and_letters_of_many_bytes_are_tokens_of_their_own() -> None:
    assert indices(["好吗a"], ["好好a"], unit="characters", vocabulary_size=9, max_length=3) == [[2, 1, 3]]


def test_byte_pairs_when_learned_join_what_comes_often_and_still_read_new_words() -> None:
    fitted = ["lower lowest low", "low slower"]
    known = indices(["lower"], fitted, unit="byte_pair", vocabulary_size=40, max_length=6)[0]
    assert sum(index > 0 for index in known) <= 2
    new = indices(["slowest"], fitted, unit="byte_pair", vocabulary_size=40, max_length=8)[0]
    assert 1 not in new
    assert 1 < sum(index > 0 for index in new) < 7


def test_vocabulary_knows_nothing_of_the_texts_held_out() -> None:
    texts = [f"common word{number}" for number in range(40)]
    raw = RawData(
        inputs=torch.from_numpy(encode_texts(texts).inputs),
        targets=torch.tensor([0, 1] * 20),
        test_inputs=None,
        test_targets=None,
        kind="text",
        task="classification",
        classes=("a", "b"),
        default_preprocess=(Step("Tokenize", {"vocabulary_size": 100, "max_length": 2}),),
    )
    data = prepare(raw, DataConfig())
    held_out = load_preprocess(data.preprocess_source)(data.validation.inputs)
    assert (held_out[:, 1] == 1).all()
    assert (held_out[:, 0] == 2).all()
    assert held_out.dtype == torch.int64


def test_sentences_say_nothing_without_their_order() -> None:
    header, rows = open_source(SourceSpec(type="sentences")).table(10_000)
    assert header == ["text", "label"]
    texts, labels = zip(*rows, strict=True)
    words = CountVectorizer().fit_transform(texts)
    half = len(texts) // 2
    score = LogisticRegression(max_iter=500).fit(words[:half], labels[:half]).score(words[half:], labels[half:])
    assert score < 0.6
    assert len(set(texts)) > 1_000


@pytest.mark.parametrize("name", ["sentences"])
def test_written_facts_of_texts_are_those_of_the_arrays(name: str) -> None:
    source = open_source(SourceSpec(type=name))
    facts, arrays = source.describe(), source.read()
    assert (facts.num_samples, facts.classes) == (len(arrays.targets), arrays.classes)
    [step] = arrays.default_preprocess
    assert (facts.num_tokens, *facts.input_shape) == (step.params["vocabulary_size"], step.params["max_length"])
    data = prepare(source.load(), DataConfig())
    ready = load_preprocess(data.preprocess_source)(data.train.inputs)
    assert facts.num_tokens is not None
    assert ready.max() < facts.num_tokens
    assert ready.shape[1:] == facts.input_shape


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (table_of(REVIEWS), {}),
        (table_of(REVIEWS, "\t"), {"unit": "characters"}),
        (table_of(REVIEWS, ";"), {"max_length": 3, "vocabulary_size": 5}),
        ("".join(f"{label}\t{text}\n" for text, label in REVIEWS), {}),
        (table_of([*REVIEWS, ("", "good"), ("no class", "?")]).encode("utf-16"), {}),
    ],
    ids=["commas", "tabs", "semicolons", "no header and lone quotes", "utf-16 with gaps"],
)
def test_table_of_texts_when_uploaded_is_read_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, options: dict[str, JsonValue]
) -> None:
    source = upload(tmp_path, "text_table", content, "reviews.csv", **options)
    assert sniff_upload(tmp_path / "original", "reviews.csv") == "text_table"
    facts = source.describe()
    assert (facts.num_samples, facts.classes) == (48, ("bad", "good"))
    names = check(source, tmp_path, tmp_path / "original", capsys)
    (tmp_path / "new.txt").write_text("A wonderful film\n\nDull\n", encoding="utf-8")
    assert names["read"](tmp_path / "new.txt").shape == (2, source.read().inputs.shape[1])


def test_quotes_when_switched_off_are_letters(tmp_path: Path) -> None:
    content = "text,label\n" + '"one two three,a\nfour five six",b\n' * 4
    with pytest.raises(DataError):
        upload(tmp_path, "text_table", content, "x.csv", is_quoted=True).describe()
    source = upload(tmp_path, "text_table", content, "x.csv", is_quoted=False)
    _, rows = source.table(2)
    assert rows == [['"one two three', "a"], ['four five six"', "b"]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n" + "1,2\n3,4\n" * 5, "no column of texts"),
        ("text,label\n" + "".join(f"words and words {n},{n}\n" for n in range(30)), "class"),
        ("text,label\n" + "words and words,a\n" * 4 + ",b\n" * 4, "all of one class"),
    ],
)
def test_table_without_texts_or_classes_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        upload(tmp_path, "text_table", content, "x.csv").describe()


def test_folders_of_texts_when_uploaded_keep_their_test_part_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    members = {
        f"reviews/{part}/{label}/{number}.txt": text.encode("cp1252" if "è" in text else "utf-8", "replace")
        for part in ("train", "test")
        for number, (text, label) in enumerate(REVIEWS[:16])
    }
    source = upload(tmp_path, "text_folder", pack({**members, "reviews/README.md": b"x"}), "reviews.zip")
    assert sniff_upload(tmp_path / "original", "reviews.zip") == "text_folder"
    source.prepare_files(lambda _done, _total: None)
    facts = source.describe()
    assert (facts.num_samples, facts.num_test, facts.classes) == (16, 16, ("bad", "good"))
    assert "1 file that does not end in .txt" in facts.notes[0]
    check(source, tmp_path, tmp_path / "original", capsys)


def test_folders_without_classes_are_refused(tmp_path: Path) -> None:
    source = upload(tmp_path, "text_folder", pack({"a/1.txt": b"x", "a/2.txt": b"y"}), "x.zip")
    with pytest.raises(DataError, match="one class only"):
        source.prepare_files(lambda _done, _total: None)


@pytest.mark.shared_data
def test_sms_spam_when_downloaded_in_two_goes_is_what_its_facts_say(
    tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {"sms.tsv": (shared_data / "text" / "sms_spam.tsv").read_bytes()}
    assert files_of(content) == SmsSpam.files
    with serve(Mirror(content, cut_after=[100_000])) as mirror:
        download(SmsSpam.files, (mirror.url,), tmp_path, lambda _done, _total: None)
    assert mirror.requests == [("sms.tsv", None), ("sms.tsv", "bytes=100000-")]
    source = open_source(SourceSpec(type="sms_spam", path=str(tmp_path)))
    arrays = source.read()
    assert np.bincount(arrays.targets).tolist() == [4827, 747]
    assert SmsSpam.facts is not None
    assert SmsSpam.facts.num_samples == len(arrays.targets)
    check(source, tmp_path, tmp_path / "sms.tsv", capsys)
