"""Pictures of circles, squares and triangles with a mask each: what a network that draws masks can be tried on at once.

Everything is drawn with whole numbers from the legacy stream of NumPy, so that the pixels are the same on every machine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from netwright.data.base import Arrays, Source, Step
from netwright.data.facts import Facts

SEED = 20260201
NUM_SAMPLES, SIZE = 500, 64
MAX_SHAPES = 3
CLASSES = ("background", "circle", "square", "triangle")

Picture = npt.NDArray[np.int64]
Inside = npt.NDArray[np.bool_]


class Shapes(Source):
    type = "shapes"
    title = "Shapes with masks"
    description = (
        "500 grey pictures of 64 x 64 pixels with one to three circles, squares and triangles on a noisy ground, and for each "
        "a mask that says of every pixel what it belongs to."
    )
    kind = "image"
    citation = "Made by Netwright with a fixed seed"
    facts = Facts(
        task="segmentation",
        num_samples=NUM_SAMPLES,
        num_test=None,
        classes=CLASSES,
        input_shape=(1, SIZE, SIZE),
        num_outputs=len(CLASSES),
        bytes=2 * NUM_SAMPLES * SIZE * SIZE,
    )

    def read(self) -> Arrays:
        random = np.random.RandomState(SEED)
        pictures = np.empty((NUM_SAMPLES, 1, SIZE, SIZE), dtype=np.uint8)
        masks = np.zeros((NUM_SAMPLES, SIZE, SIZE), dtype=np.uint8)
        for picture, mask in zip(pictures, masks, strict=True):
            picture[0] = _draw(random, mask)
        return Arrays(
            inputs=pictures,
            targets=masks,
            test_inputs=None,
            test_targets=None,
            kind="image",
            task="segmentation",
            classes=CLASSES,
            target_name="mask",
            default_preprocess=(Step("ToFloat"), Step("Normalize")),
        )


def _draw(random: np.random.RandomState, mask: npt.NDArray[np.uint8]) -> Picture:
    """One picture, values 0 to 255; ``mask`` gets the classes.  What is drawn later lies in front."""
    ground, slope = random.randint(40, 110), random.randint(-40, 41)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    picture: Picture = ground + slope * columns // SIZE
    for _ in range(random.randint(1, MAX_SHAPES + 1)):
        label, half = random.randint(1, len(CLASSES)), random.randint(7, 15)
        x, y = random.randint(half, SIZE - half, size=2)
        inside = _inside(label, rows - y, columns - x, half)
        # Brighter than the ground by enough to be seen through the noise.
        picture = np.where(inside, ground + random.randint(60, 121), picture)
        mask[inside] = label
    noise = random.randint(-12, 13, size=(2, SIZE, SIZE)).sum(axis=0)
    result: Picture = np.clip(picture + noise, 0, 255)
    return result


def _inside(label: int, rows: Picture, columns: Picture, half: int) -> Inside:
    """Pixels of a shape of half-width ``half`` around the origin."""
    if CLASSES[label] == "circle":
        circle: Inside = rows * rows + columns * columns <= half * half
        return circle
    if CLASSES[label] == "square":
        # As large in area as the circle, about: the corners tell them apart, not the size.
        side = half * 7 // 8
        square: Inside = np.maximum(np.abs(rows), np.abs(columns)) <= side
        return square
    triangle: Inside = (rows <= half) & (rows >= -half) & (2 * np.abs(columns) <= rows + half)
    return triangle
