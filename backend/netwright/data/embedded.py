"""The five small sets that come with scikit-learn: a first run needs no network.

The files are read where scikit-learn keeps them, without importing it (its import takes longer than a whole run on digits);
tests hold the result equal to scikit-learn's own loaders.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from netwright.data.base import Arrays, DataError, Source, Step
from netwright.data.facts import Facts
from netwright.data.number_table import NumberTable
from netwright.data.sample_code import PICTURE_IMPORTS, TABLE_IMPORTS, SampleCode, picture_code, table_code
from netwright.language import say


def _file(name: str) -> Path:
    """A data file inside the installed scikit-learn."""
    found = importlib.util.find_spec("sklearn")
    folders = list(found.submodule_search_locations or ()) if found else []
    for folder in folders:
        path = Path(folder) / "datasets" / "data" / name
        if path.is_file():
            return path
    raise DataError(
        say("scikit-learn's data file {name} is not there. Install scikit-learn 1.7 or newer again.", name=name),
        code="missing_file",
        file=name,
    )


LOAD = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """{title}, as it comes with scikit-learn: {inputs} and {targets}."""
    found = {loader}
    return {values}
'''


def _numbers(name: str, *, delimiter: str = ",") -> npt.NDArray[np.float64]:
    with gzip.open(_file(name), "rt", encoding="ascii") as file:
        return np.loadtxt(file, delimiter=delimiter, ndmin=2)


class Digits(Source):
    type = "digits"
    title = "Digits"
    description = (
        "1,797 handwritten digits of 8 x 8 grey pixels, stored as they come with values from 0 to 16. Small enough to train in "
        "seconds on any machine."
    )
    kind = "image"
    citation = (
        "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, 1998 (CC BY 4.0); "
        "the copy in scikit-learn"
    )
    facts = Facts(
        task="classification",
        num_samples=1797,
        num_test=None,
        classes=tuple("0123456789"),
        input_shape=(1, 8, 8),
        num_outputs=10,
        bytes=1797 * 64,
    )

    def read(self) -> Arrays:
        table = _numbers("digits.csv.gz")
        return Arrays(
            inputs=table[:, :-1].astype(np.uint8).reshape(-1, 1, 8, 8),
            targets=table[:, -1].astype(np.int64),
            test_inputs=None,
            test_targets=None,
            kind="image",
            task="classification",
            classes=tuple("0123456789"),
            default_preprocess=(Step("ToFloat", {"maximum": 16.0}), Step("Normalize")),
        )

    def code(self, arrays: Arrays) -> SampleCode:
        from netwright.data.pictures import Target

        load = LOAD.format(
            title=self.title,
            inputs="uint8 (N, 1, 8, 8) with values from 0 to 16",
            targets="class indices (N,)",
            loader="load_digits()",
            values="found.images.astype(np.uint8)[:, None], found.target.astype(np.int64)",
        )
        return SampleCode(
            functions=load + "\n\n" + picture_code(Target(8, 8, 1, "stretch"), white=16),
            reads="a picture of a light digit on a dark ground, or an array file (.npy) of values from 0 to 16, 8 x 8 each",
            imports=(*PICTURE_IMPORTS, "from sklearn.datasets import load_digits"),
            requirements=("pillow", "scikit-learn"),
        )


class _ScikitTable(NumberTable):
    """A table that scikit-learn has a loader for."""

    loader: ClassVar[str]
    """The call of scikit-learn's that gives the same."""

    def code(self, arrays: Arrays) -> SampleCode:
        is_class = arrays.task == "classification"
        targets = "found.target.astype(np.int64)" if is_class else "found.target.astype(np.float32).reshape(-1, 1)"
        load = LOAD.format(
            title=self.title,
            inputs=f"float32 (N, {len(self.features)})",
            targets="class indices (N,)" if is_class else "float32 (N, 1)",
            loader=self.loader,
            values=f"found.data.astype(np.float32), {targets}",
        )
        return SampleCode(
            functions=load + "\n\n" + table_code(dict.fromkeys(self.features)),
            reads="a CSV file with a column for each feature, or an array file (.npy)",
            imports=(*TABLE_IMPORTS, f"from sklearn.datasets import {self.loader.partition('(')[0]}"),
            requirements=("scikit-learn",),
        )


class _ClassTable(_ScikitTable):
    """One of scikit-learn's CSV files: a first line of counts and class names, the class index in the last column."""

    target_name = "label"
    csv_name: ClassVar[str]

    def values(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        with _file(self.csv_name).open(encoding="ascii", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            table = np.array(list(rows), dtype=np.float64)
        return table[:, :-1], table[:, -1]


class Iris(_ClassTable):
    type = "iris"
    loader = "load_iris()"
    title = "Iris"
    description = "150 irises of three species by four lengths in centimetres."
    citation = (
        "R. A. Fisher: The use of multiple measurements in taxonomic problems. Annals of Eugenics 7, 1936; the copy in "
        "scikit-learn"
    )
    csv_name = "iris.csv"
    features = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
    facts = Facts(
        task="classification",
        num_samples=150,
        num_test=None,
        classes=("setosa", "versicolor", "virginica"),
        input_shape=(4,),
        num_outputs=3,
        bytes=150 * 4 * 4,
    )


class Wine(_ClassTable):
    type = "wine"
    loader = "load_wine()"
    title = "Wine"
    description = "178 wines of three growers by thirteen chemical measurements."
    citation = (
        "S. Aeberhard, M. Forina: Wine. UCI Machine Learning Repository, 1992 (CC BY 4.0); the copy in scikit-learn"
    )
    csv_name = "wine_data.csv"
    features = (
        "alcohol",
        "malic_acid",
        "ash",
        "alcalinity_of_ash",
        "magnesium",
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280/od315_of_diluted_wines",
        "proline",
    )
    facts = Facts(
        task="classification",
        num_samples=178,
        num_test=None,
        classes=("class_0", "class_1", "class_2"),
        input_shape=(13,),
        num_outputs=3,
        bytes=178 * 13 * 4,
    )


_CELL_FEATURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)


class BreastCancer(_ClassTable):
    type = "breast_cancer"
    loader = "load_breast_cancer()"
    title = "Breast cancer"
    description = "569 tumours, malignant or benign, by thirty measurements of their cell nuclei."
    citation = (
        "W. Wolberg, O. Mangasarian, N. Street, W. Street: Breast Cancer Wisconsin (Diagnostic). UCI Machine Learning "
        "Repository, 1995 (CC BY 4.0); the copy in scikit-learn"
    )
    csv_name = "breast_cancer.csv"
    features = (
        *(f"mean {name}" for name in _CELL_FEATURES),
        *(f"{name} error" for name in _CELL_FEATURES),
        *(f"worst {name}" for name in _CELL_FEATURES),
    )
    facts = Facts(
        task="classification",
        num_samples=569,
        num_test=None,
        classes=("malignant", "benign"),
        input_shape=(30,),
        num_outputs=2,
        bytes=569 * 30 * 4,
    )


class Diabetes(_ScikitTable):
    type = "diabetes"
    loader = "load_diabetes(scaled=False)"
    title = "Diabetes"
    description = (
        "442 patients by ten measurements; the target is how far the disease went within a year, a number from 25 to 346 that "
        "is trained on as it is."
    )
    citation = (
        "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani: Least Angle Regression. Annals of Statistics 32(2), 2004; the raw "
        "copy in scikit-learn"
    )
    features = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    target_name = "progression"
    facts = Facts(
        task="regression",
        num_samples=442,
        num_test=None,
        classes=(),
        input_shape=(10,),
        num_outputs=1,
        bytes=442 * 10 * 4,
    )

    def values(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        # The public loader reads these files with blanks between the values.
        return _numbers("diabetes_data_raw.csv.gz", delimiter=" "), _numbers("diabetes_target.csv.gz")[:, 0]
