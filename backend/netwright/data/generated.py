"""Sets that are made rather than measured: points in a plane, where one can see what a network has learnt, and a curve.

Each is drawn with a fixed seed from the legacy stream of NumPy, which is the same on every machine and in every version
(https://numpy.org/doc/stable/reference/random/legacy.html), so that two people who compare results compare the same points.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from netwright.data.base import Task
from netwright.data.facts import Facts
from netwright.data.number_table import NumberTable

Numbers = npt.NDArray[np.float64]

SEED = 20260101


def facts_of(task: Task, num_samples: int, classes: tuple[str, ...] = (), num_features: int = 2) -> Facts:
    """The written facts of a generated table."""
    return Facts(
        task=task,
        num_samples=num_samples,
        num_test=None,
        classes=classes,
        input_shape=(num_features,),
        num_outputs=len(classes) or 1,
        bytes=num_samples * num_features * 4,
    )


class _Generated(NumberTable):
    """``points`` draws features ``(N, F)`` and targets ``(N,)``, or of labels ``(N, L)``; the rows are shuffled afterwards."""

    citation = "Made by Netwright with a fixed seed"
    features: ClassVar[tuple[str, ...]] = ("x1", "x2")
    target_name = "label"

    @classmethod
    @abstractmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        """What the set consists of, in any order."""

    def values(self) -> tuple[Numbers, Numbers]:
        random = np.random.RandomState(SEED)
        inputs, targets = self.points(random)
        order = random.permutation(len(inputs))
        return inputs[order], targets[order]


class TwoClusters(_Generated):
    type = "two_clusters"
    title = "Two clusters"
    description = (
        "600 points in two Gaussian clusters with a gap between them: a straight line separates the classes, so that a "
        "perceptron reaches 100 %."
    )
    facts = facts_of("classification", 600, ("blue", "orange"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        clouds = []
        for centre in ((-1.5, -1.0), (1.5, 1.0)):
            offsets = random.normal(scale=0.5, size=(2000, 2))
            # Without the few that stray across: what is called separable must be.
            near = offsets[np.linalg.norm(offsets, axis=1) < 1.5]
            clouds.append(np.array(centre) + near[:300])
        return np.concatenate(clouds), np.repeat([0.0, 1.0], 300)


class GaussianClusters(_Generated):
    type = "gaussian_clusters"
    title = "Gaussian clusters"
    description = (
        "900 points in three Gaussian clusters that overlap a little: even the best network makes some mistakes."
    )
    facts = facts_of("classification", 900, ("blue", "orange", "green"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        angles = np.pi / 2 + np.arange(3) * 2 * np.pi / 3
        centres = 1.5 * np.column_stack([np.cos(angles), np.sin(angles)])
        points = np.repeat(centres, 300, axis=0) + random.normal(scale=0.7, size=(900, 2))
        return points, np.repeat([0.0, 1.0, 2.0], 300)


class Xor(_Generated):
    type = "xor"
    title = "XOR"
    description = (
        "800 points in four squares, diagonal ones of one class: no straight line separates them, so that a single "
        "perceptron cannot learn it and one hidden layer can."
    )
    citation = "M. Minsky, S. Papert: Perceptrons. MIT Press, 1969; made by Netwright with a fixed seed"
    facts = facts_of("classification", 800, ("blue", "orange"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        points = random.uniform(0.1, 1.0, size=(800, 2)) * random.choice([-1.0, 1.0], size=(800, 2))
        return points, (points[:, 0] * points[:, 1] < 0).astype(np.float64)


class Moons(_Generated):
    type = "moons"
    title = "Moons"
    description = "800 points in two half moons that reach into each other, with a little noise."
    facts = facts_of("classification", 800, ("blue", "orange"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        angles = random.uniform(0, np.pi, size=400)
        upper = np.column_stack([np.cos(angles), np.sin(angles)])
        lower = np.column_stack([1 - np.cos(angles), 0.5 - np.sin(angles)])
        points = np.concatenate([upper, lower]) + random.normal(scale=0.12, size=(800, 2))
        return points, np.repeat([0.0, 1.0], 400)


class Circles(_Generated):
    type = "circles"
    title = "Circles"
    description = "800 points on two rings around one centre: the class depends on the distance alone."
    facts = facts_of("classification", 800, ("blue", "orange"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        angles = random.uniform(0, 2 * np.pi, size=800)
        radii = np.repeat([1.0, 0.5], 400)
        points = radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        return points + random.normal(scale=0.07, size=(800, 2)), np.repeat([0.0, 1.0], 400)


class Spirals(_Generated):
    type = "spirals"
    title = "Spirals"
    description = "1,000 points on two spirals that wind around each other: a hard task for few neurons."
    citation = (
        "K. Lang, M. Witbrock: Learning to tell two spirals apart. Connectionist Models Summer School, 1988; made by "
        "Netwright with a fixed seed"
    )
    facts = facts_of("classification", 1000, ("blue", "orange"))

    turns: ClassVar[float] = 1.75

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        # The square root spreads the points evenly along the spiral rather than crowding them in the middle.
        along = np.sqrt(random.uniform(0.02, 1.0, size=500))
        angles = 2 * np.pi * cls.turns * along
        arm = along[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        points = np.concatenate([arm, -arm]) + random.normal(scale=0.02, size=(1000, 2))
        return points, np.repeat([0.0, 1.0], 500)


class ThreeDiscs(_Generated):
    type = "three_discs"
    title = "Three discs"
    description = (
        "900 points of a plane under three discs that overlap, as in a Venn diagram: a point has the label of each disc that "
        "it lies in, so any number of the three labels, or none."
    )
    target_name = "labels"
    facts = facts_of("multilabel", 900, ("left", "right", "top"))

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        points = random.uniform(-1.6, 1.6, size=(900, 2))
        centres = np.array([[-0.5, -0.35], [0.5, -0.35], [0.0, 0.5]])
        distances = np.linalg.norm(points[:, None] - centres, axis=2)
        return points, (distances < 0.9).astype(np.float64)


class Plane(_Generated):
    type = "plane"
    title = "Plane"
    description = (
        "500 points of a plane, y = 2 x1 - x2 + 0.5, with a little noise: a single neuron without activation fits it."
    )
    target_name = "y"
    facts = facts_of("regression", 500)

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        points = random.uniform(-1, 1, size=(500, 2))
        return points, 2 * points[:, 0] - points[:, 1] + 0.5 + random.normal(scale=0.05, size=500)


class Sine(_Generated):
    type = "sine"
    title = "Sine"
    description = (
        "600 points of y = sin(x) for x from -6.3 to 6.3 (two waves), with a little noise: a curve to be fitted."
    )
    features = ("x",)
    target_name = "y"
    facts = facts_of("regression", 600, num_features=1)

    @classmethod
    def points(cls, random: np.random.RandomState) -> tuple[Numbers, Numbers]:
        x = random.uniform(-2 * np.pi, 2 * np.pi, size=(600, 1))
        return x, np.sin(x[:, 0]) + random.normal(scale=0.05, size=600)
