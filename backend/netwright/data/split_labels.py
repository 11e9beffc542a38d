"""Samples with several labels each, dealt out so that every part has its share of each label.

Iterative stratification, K. Sechidis, G. Tsoumakas, I. Vlahavas: On the Stratification of Multi-Label Data, ECML PKDD 2011,
algorithm 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def deal_labels(labels: Flags, shares: npt.NDArray[np.float64], order: Indices) -> Indices:
    """The part of each sample, ``(N,)``.

    ``labels`` is bool ``(N, L)``, ``shares`` the share of each part, which together are 1, and ``order`` the samples in the
    order in which they are dealt.  The rarest label goes first: each of its samples goes to the part that lacks this label
    most, of equals to the one that lacks samples most, of equals to the first.  (The paper draws these by chance; here chance
    is in ``order``.)  What has no label goes to the part that lacks samples most.
    """
    rows = labels[order]
    left = rows.sum(axis=0)
    samples_wanted: list[float] = (shares * len(rows)).tolist()
    labels_wanted = shares[:, None] * left
    dealt = np.full(len(rows), -1, dtype=np.int64)
    while left.any():
        rarest = int(np.argmin(np.where(left > 0, left, np.iinfo(left.dtype).max)))
        having = np.flatnonzero(rows[:, rarest] & (dealt < 0))
        # While these are dealt no other label is looked at: what the others lack is counted once afterwards.
        dealt[having] = _deal(len(having), labels_wanted[:, rarest].tolist(), samples_wanted)
        for part in range(len(shares)):
            labels_wanted[part] -= rows[having[dealt[having] == part]].sum(axis=0)
        left -= rows[having].sum(axis=0)
    bare = np.flatnonzero(dealt < 0)
    dealt[bare] = _deal(len(bare), [0.0] * len(shares), samples_wanted, is_label=False)
    parts = np.empty_like(dealt)
    parts[order] = dealt
    return parts


def _deal(count: int, wanted: list[float], samples_wanted: list[float], *, is_label: bool = True) -> list[int]:
    """The part of each of ``count`` samples of one label.  Takes them off ``samples_wanted``."""
    places = range(len(wanted))
    dealt = []
    for _ in range(count):
        part = max(places, key=lambda place: (wanted[place], samples_wanted[place]))
        dealt.append(part)
        wanted[part] -= is_label
        samples_wanted[part] -= 1
    return dealt
