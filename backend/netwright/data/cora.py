"""Cora: the citation network on which graph networks are compared, with its public split."""

from __future__ import annotations

import numpy as np

from netwright.data.base import Arrays, RemoteFile, Source, Step
from netwright.data.facts import Facts
from netwright.data.graphs import GraphArrays, GraphFacts
from netwright.data.planetoid import read_planetoid

_CLASSES = (
    "Theory",
    "Reinforcement learning",
    "Genetic algorithms",
    "Neural networks",
    "Probabilistic methods",
    "Case based",
    "Rule learning",
)


class Cora(Source):
    type = "cora"
    title = "Cora"
    description = (
        "2,708 papers on machine learning, the words that occur in them (0 or 1 each), and who cites whom. Seven subjects, 20 "
        "labelled papers of each to train on: the public split of Planetoid."
    )
    kind = "graph"
    citation = (
        "P. Sen et al.: Collective Classification in Network Data. AI Magazine 29(3), 2008; split of Z. Yang, W. Cohen, R. "
        "Salakhutdinov: Revisiting Semi-Supervised Learning with Graph Embeddings. ICML 2016 (MIT)"
    )
    facts = Facts(
        task="classification",
        num_samples=640,
        num_test=1000,
        classes=_CLASSES,
        input_shape=(1433,),
        num_outputs=7,
        bytes=2708 * 1433 * 4,
        num_validation=500,
        graph=GraphFacts("vertex", 1, 2708, 5278, 1433, is_directed=False, num_isolated=0, num_self_loops=0),
    )
    mirrors = (
        "https://raw.githubusercontent.com/kimiyoung/planetoid/af6abf468a772cc055bec88c52e4d6f51b7c37e3/data/",
        "https://raw.githubusercontent.com/tkipf/gcn/master/gcn/data/",
    )
    files = (
        RemoteFile("ind.cora.x", 22_119, "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"),
        RemoteFile("ind.cora.y", 4_054, "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"),
        RemoteFile("ind.cora.tx", 148_025, "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"),
        RemoteFile("ind.cora.ty", 28_135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"),
        RemoteFile("ind.cora.allx", 257_305, "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"),
        RemoteFile("ind.cora.ally", 47_959, "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"),
        RemoteFile("ind.cora.graph", 59_847, "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"),
        RemoteFile("ind.cora.test.index", 5_000, "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"),
    )

    def read(self) -> Arrays:
        features, targets, edge_index, train, validation, test = read_planetoid(self.folder, "cora")
        return Arrays(
            inputs=features,
            targets=targets.astype(np.int64),
            test_inputs=None,
            test_targets=None,
            kind="graph",
            task="classification",
            classes=_CLASSES,
            features=tuple(f"word {number}" for number in range(features.shape[1])),
            default_preprocess=(Step("NormalizeFeatures"),),
            graph=GraphArrays(edge_index, np.array([len(features)]), "vertex", train, validation, test),
        )
