"""Sentences of a small grammar, made rather than collected: who acts can only be told from the order of the words."""

from __future__ import annotations

from functools import cache

import numpy as np

from netwright.data.base import Arrays, Source, Step
from netwright.data.facts import Facts
from netwright.data.generated import SEED
from netwright.data.sample_code import SampleCode, arrays_code, load_arrays
from netwright.data.texts import READS_TEXTS, encode_texts, read_texts_code, text_arrays

ANIMALS = ("dog", "cat", "horse", "goat", "bear", "fox")
PEOPLE = ("girl", "boy", "farmer", "baker", "doctor", "king")
ADJECTIVES = ("big", "small", "old", "young", "happy", "tired")
VERBS = (("chases", "chased"), ("sees", "seen"), ("follows", "followed"), ("pushes", "pushed"), ("finds", "found"))
PLACES = ("in the garden", "near the river", "on the road", "behind the house")
NUM_SENTENCES = 2_400
CLASSES = ("animal", "person")
STEP = Step(
    "Tokenize",
    {"unit": "words", "vocabulary_size": 42, "max_length": 16, "padding": "start", "lowercase": True},
)


class Sentences(Source):
    """Active and passive: ``the dog chases the girl``, ``the girl is chased by the dog``."""

    type = "sentences"
    title = "Who acts"
    description = (
        "2,400 short sentences in the active and in the passive voice: does an animal act, or a person? Every sentence "
        "names both, so that only the order of the words tells. Words alone, without their order, give 50 %."
    )
    kind = "text"
    citation = "Made by Netwright with a fixed seed"
    facts = Facts(
        task="classification",
        num_samples=NUM_SENTENCES,
        num_test=None,
        classes=CLASSES,
        input_shape=(16,),
        num_outputs=2,
        bytes=NUM_SENTENCES * 65,
        input_dtype="int64",
        num_tokens=42,
    )

    def read(self) -> Arrays:
        texts, labels = _make()
        return text_arrays(encode_texts(texts).inputs, np.array(labels), CLASSES, STEP)

    def code(self, arrays: Arrays) -> SampleCode:
        return SampleCode(
            functions=load_arrays(self.title) + "\n\n" + read_texts_code(arrays.inputs),
            reads=READS_TEXTS,
            files=arrays_code(self.title, arrays).files,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        texts, labels = _make()
        return ["text", "label"], [[text, CLASSES[label]] for text, label in zip(texts, labels, strict=True)][:num_rows]


@cache
def _make() -> tuple[list[str], list[int]]:
    random = np.random.RandomState(SEED)

    def one(words: tuple[str, ...]) -> str:
        return words[random.randint(len(words))]

    texts: list[str] = []
    labels: list[int] = []
    for number in range(NUM_SENTENCES):
        label = number % 2
        actor, other = (one(ANIMALS), one(PEOPLE)) if label == 0 else (one(PEOPLE), one(ANIMALS))
        active, passive = VERBS[random.randint(len(VERBS))]
        actor, other = (
            f"the {one(ADJECTIVES)} {noun}" if random.rand() < 0.4 else f"the {noun}" for noun in (actor, other)
        )
        sentence = f"{actor} {active} {other}" if random.rand() < 0.5 else f"{other} is {passive} by {actor}"
        if random.rand() < 0.4:
            sentence += f" {one(PLACES)}"
        texts.append(sentence + ".")
        labels.append(label)
    order = random.permutation(NUM_SENTENCES)
    return [texts[i] for i in order], [labels[i] for i in order]
