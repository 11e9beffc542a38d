"""Zachary's karate club: the smallest graph that people know, as constants."""

from __future__ import annotations

import numpy as np

from netwright.data.base import Arrays, Source
from netwright.data.facts import Facts
from netwright.data.graphs import GraphArrays, GraphFacts, undirected

_NEIGHBOURS = (
    "1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31",
    "2 3 7 13 17 19 21 30",
    "3 7 8 9 13 27 28 32",
    "7 12 13",
    "6 10",
    "6 10 16",
    "16",
    "",
    "30 32 33",
    "33",
    "",
    "",
    "",
    "33",
    "32 33",
    "32 33",
    "",
    "",
    "32 33",
    "33",
    "32 33",
    "",
    "32 33",
    "25 27 29 32 33",
    "25 27 31",
    "31",
    "29 33",
    "33",
    "31 33",
    "32 33",
    "32 33",
    "32 33",
    "33",
    "",
)
"""For each member the friends with a higher number; members are numbered from 0."""
_OFFICERS = (9, 14, 15, 18, 20, *range(22, 34))
"""Who went with the officer (33) when the club split; the others stayed with the instructor Mr. Hi (0)."""


class Karate(Source):
    type = "karate"
    title = "Karate club"
    description = (
        "34 members of a karate club and their 78 friendships; the club split in two. Only the two leaders are labelled for "
        "training, the sides of the other 32 are to be found from the friendships. A vertex's features say who it is, one-hot."
    )
    kind = "graph"
    citation = (
        "W. W. Zachary: An Information Flow Model for Conflict and Fission in Small Groups. Journal of Anthropological "
        "Research 33(4), 1977"
    )
    facts = Facts(
        task="classification",
        num_samples=34,
        num_test=None,
        classes=("Mr. Hi", "Officer"),
        input_shape=(34,),
        num_outputs=2,
        bytes=34 * 34 * 4,
        num_validation=32,
        graph=GraphFacts("vertex", 1, 34, 78, 34, is_directed=False, num_isolated=0, num_self_loops=0),
    )

    def read(self) -> Arrays:
        pairs = [(i, int(j)) for i, friends in enumerate(_NEIGHBOURS) for j in friends.split()]
        targets = np.zeros(34, dtype=np.int64)
        targets[list(_OFFICERS)] = 1
        leaders = np.array([0, 33])
        return Arrays(
            inputs=np.eye(34, dtype=np.float32),
            targets=targets,
            test_inputs=None,
            test_targets=None,
            kind="graph",
            task="classification",
            classes=("Mr. Hi", "Officer"),
            features=tuple(f"member {number}" for number in range(34)),
            graph=GraphArrays(
                undirected(np.array(pairs).T),
                sizes=np.array([34]),
                sample="vertex",
                train=leaders,
                validation=np.setdiff1d(np.arange(34), leaders),
            ),
        )
