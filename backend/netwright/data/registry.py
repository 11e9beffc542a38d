"""Every data source by its name.  Importing this loads neither torch nor a file of data."""

from __future__ import annotations

from collections.abc import Mapping

from netwright.data.arrays import ArrayPictures, ArrayRows, ArraySeries
from netwright.data.base import DataError, Source, SourceSpec
from netwright.data.cifar import Cifar10, Cifar100
from netwright.data.cora import Cora
from netwright.data.csv_source import CsvSource
from netwright.data.embedded import BreastCancer, Diabetes, Digits, Iris, Wine
from netwright.data.generated import (
    Circles,
    GaussianClusters,
    Moons,
    Plane,
    Sine,
    Spirals,
    ThreeDiscs,
    TwoClusters,
    Xor,
)
from netwright.data.graph_npz import GraphNpz
from netwright.data.graph_tables import GraphTables
from netwright.data.image_folder import ImageFolder
from netwright.data.image_masks import ImageMasks
from netwright.data.image_table import ImageTable
from netwright.data.karate import Karate
from netwright.data.mnist import FashionMnist, Mnist
from netwright.data.motifs import Motifs
from netwright.data.sentences import Sentences
from netwright.data.series_archive import SeriesArchive
from netwright.data.shapes import Shapes
from netwright.data.sms_spam import SmsSpam
from netwright.data.text_folder import TextFolder
from netwright.data.text_table_source import TextTableSource
from netwright.data.time_series import TimeSeries
from netwright.data.waves import SineMix, Waves
from netwright.language import listed, say

SOURCES: Mapping[str, type[Source]] = {
    source.type: source
    for source in (
        Digits,
        Mnist,
        FashionMnist,
        Cifar10,
        Cifar100,
        Iris,
        Wine,
        BreastCancer,
        Diabetes,
        TwoClusters,
        GaussianClusters,
        Xor,
        Moons,
        Circles,
        Spirals,
        ThreeDiscs,
        Plane,
        Sine,
        Shapes,
        Karate,
        Cora,
        Motifs,
        SineMix,
        Waves,
        Sentences,
        SmsSpam,
        CsvSource,
        ImageFolder,
        ImageMasks,
        ImageTable,
        TextTableSource,
        TextFolder,
        TimeSeries,
        SeriesArchive,
        GraphTables,
        GraphNpz,
        ArrayPictures,
        ArrayRows,
        ArraySeries,
    )
}
"""Built-in ones first, in the order a page lists them."""


def upload_suffixes() -> tuple[str, ...]:
    """How the names of files end that can be uploaded as data, each once."""
    return tuple(dict.fromkeys(suffix for source in SOURCES.values() for suffix in source.suffixes))


def get_source(name: str) -> type[Source]:
    """The class registered as ``name``.

    Raises:
        DataError: code ``unknown_source``; the sentence names those that exist.
    """
    source = SOURCES.get(name)
    if source is None:
        raise DataError(
            say("There is no data source {name}; there are: {known}.", name=name, known=listed(SOURCES)),
            code="unknown_source",
        )
    return source


def open_source(spec: SourceSpec) -> Source:
    """The source that ``spec`` describes; nothing is read yet.

    Raises:
        DataError: no such source, or its options are wrong.
    """
    return get_source(spec.type)(spec)
