"""How a text is cut into tokens: functions as source, which a run's ``preprocess`` carries and fitting executes too."""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Literal

Unit = Literal["words", "characters", "byte_pair"]

PADDING, UNKNOWN, NUM_SPECIAL = 0, 1, 2
"""Index 0 fills up short texts, 1 stands for every token that the training part did not teach; tokens begin at 2."""

IMPORTS: dict[Unit, tuple[str, ...]] = {
    "words": ("import re",),
    "characters": (),
    "byte_pair": ("import re", "from functools import lru_cache"),
}

WORDS = '''def preprocess_split(text: str) -> list[str]:
    """Words, and punctuation marks one by one."""
    return re.findall(r"\\w+(?:['’]\\w+)*|[^\\w\\s]", text{lower})
'''

CHARACTERS = '''def preprocess_split(text: str) -> list[str]:
    """Single characters."""
    return list(text{lower})
'''

SPACED_WORDS = r" ?\w+| ?[^\w\s]+"
"""Words of byte pairs, with the space before them."""

BYTE_PAIR = '''@lru_cache(maxsize=100_000)
def preprocess_pieces(word: str) -> tuple[str, ...]:
    """The pieces of a word: neighbours are joined as long as the training part joined them, the earliest join first."""
    pieces = list(word)
    while len(pieces) > 1:
        ranks = [PREPROCESS_MERGES.get(pair, len(PREPROCESS_MERGES)) for pair in zip(pieces, pieces[1:])]
        at = min(range(len(ranks)), key=ranks.__getitem__)
        if ranks[at] == len(PREPROCESS_MERGES):
            break
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
    return tuple(pieces)


def preprocess_split(text: str) -> list[str]:
    """Pieces of words; a word keeps the space before it."""
    words = re.findall(r"{words}", text{lower})
    return [piece for word in words for piece in preprocess_pieces(word)]
'''

TO_INDICES = '''def preprocess_tokens(batch: torch.Tensor) -> torch.Tensor:
    """UTF-8 bytes with zeros after the end, uint8 (N, L), to indices of tokens, int64 (N, {length})."""
    rows = []
    for data in batch.cpu().numpy():
        tokens = preprocess_split(data.tobytes().rstrip(b"\\0").decode("utf-8", "ignore"))[:{length}]
        indices = [PREPROCESS_TOKENS.get(token, {unknown}) for token in tokens]
        padding = [{padding}] * ({length} - len(indices))
        rows.append({joined})
    return torch.tensor(rows, dtype=torch.int64, device=batch.device).view(-1, {length})
'''

Merges = dict[tuple[str, str], int]


def splitter_source(unit: Unit, *, lowercase: bool) -> str:
    """Source of ``preprocess_split``; that of byte pairs looks up ``PREPROCESS_MERGES``."""
    template = {"words": WORDS, "characters": CHARACTERS, "byte_pair": BYTE_PAIR}[unit]
    return template.replace("{lower}", ".lower()" if lowercase else "").replace("{words}", SPACED_WORDS)


def build_splitter(unit: Unit, *, lowercase: bool, merges: Merges | None = None) -> Callable[[str], list[str]]:
    """The very function that the source defines."""
    namespace: dict[str, object] = {"PREPROCESS_MERGES": merges or {}}
    source = "\n".join([*IMPORTS[unit], splitter_source(unit, lowercase=lowercase)])
    exec(compile(source, "<tokens>", "exec"), namespace)  # noqa: S102  (written above)
    function = namespace["preprocess_split"]
    assert callable(function)
    return function


def most_frequent(counts: Counter[str], most: int) -> list[str]:
    """Tokens by how often they come; equally frequent ones by their letters, so that the order is always the same."""
    return heapq.nsmallest(most, counts, key=lambda token: (-counts[token], token))


def count_tokens(texts: Iterable[str], split: Callable[[str], list[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split(text))
    return counts


def learn_merges(texts: Iterable[str], num_tokens: int, *, lowercase: bool) -> tuple[list[str], Merges]:
    """Byte-pair encoding over characters: tokens, and which neighbours are joined, in order.

    Sennrich, Haddow, Birch 2016, Neural Machine Translation of Rare Words with Subword Units,
    https://aclanthology.org/P16-1162.
    """
    words = _count_words(texts, lowercase=lowercase)
    letters = Counter[str]()
    for word, count in words.items():
        for letter in word:
            letters[letter] += count
    tokens = most_frequent(letters, num_tokens)
    learned = _Pairs(words)
    merges: Merges = {}
    while len(tokens) < num_tokens and (pair := learned.best()) is not None:
        merges[pair] = len(merges)
        joined = pair[0] + pair[1]
        if joined not in letters:
            letters[joined] = 1
            tokens.append(joined)
        learned.join(pair)
    return tokens, merges


def _count_words(texts: Iterable[str], *, lowercase: bool) -> Counter[str]:
    words: Counter[str] = Counter()
    for text in texts:
        words.update(re.findall(SPACED_WORDS, text.lower() if lowercase else text))
    return words


class _Pairs:
    """How often each pair of neighbours stands in the words, kept up as pairs are joined."""

    def __init__(self, words: Counter[str]) -> None:
        self._words = [(list(word), count) for word, count in words.items()]
        self._counts: Counter[tuple[str, str]] = Counter()
        self._where: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for index in range(len(self._words)):
            self._add(index, 1)
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapq.heapify(self._heap)

    def best(self) -> tuple[str, str] | None:
        """The most frequent pair; of equal ones the first by its letters.  None where none stands twice."""
        while self._heap:
            count, pair = self._heap[0]
            if self._counts[pair] == -count:
                return pair if -count > 1 else None
            heapq.heappop(self._heap)  # its count has changed since
        return None

    def join(self, pair: tuple[str, str]) -> None:
        touched: set[tuple[str, str]] = set()
        for index in sorted(self._where[pair]):
            touched |= self._add(index, -1)
            pieces, _ = self._words[index]
            at = 0
            while at < len(pieces) - 1:
                if (pieces[at], pieces[at + 1]) == pair:
                    pieces[at : at + 2] = [pair[0] + pair[1]]
                at += 1
            touched |= self._add(index, 1)
        for one in touched:
            if self._counts[one] > 0:
                heapq.heappush(self._heap, (-self._counts[one], one))

    def _add(self, index: int, sign: int) -> set[tuple[str, str]]:
        pieces, count = self._words[index]
        pairs = list(pairwise(pieces))
        for pair in pairs:
            self._counts[pair] += sign * count
            if sign > 0:
                self._where[pair].add(index)
        if sign < 0:
            for pair in set(pairs):
                self._where[pair].discard(index)
        return set(pairs)
