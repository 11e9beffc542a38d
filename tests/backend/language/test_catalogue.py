"""Every sentence of the server that can reach a person has a Chinese twin, which says the same things."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backend.language.sentences import PACKAGE, Said, literals, name_of, said, sources
from netwright.data.augment.registry import AUGMENTATIONS
from netwright.data.registry import SOURCES
from netwright.data.transforms import TRANSFORMS
from netwright.exchange.formats import FORMATS
from netwright.language.faults import fault_templates
from netwright.language.speaking import catalogue
from netwright.layers.registry import LAYERS
from netwright.server.problems import ERRORS
from netwright.training.averaging import AVERAGINGS
from netwright.training.choices import Registry
from netwright.training.config import TrainingConfig
from netwright.training.initializers import INITIALIZERS
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from netwright.training.states import RunState

FILES = sorted((PACKAGE / "language" / "zh").glob("*.json"))
WORDS = catalogue("zh")
PLACE = re.compile(r"\{\w+(?::,)?\}")

CHAINS = {"{before}, {last}", "{before} or {last}", "{before} and {last}", "{before} {last}"}
"""Of ``listed``, ``any_of``, ``all_of`` and ``in_a_row``."""

SAID_OF_CONSTANTS = {
    "language/faults.py": "pydantic's own sentences",
    "language/text.py": "the chains",
    "layers/page.py": "units",
    "server/problems.py": "titles of errors",
    "services/catalogue.py": "units",
    "services/checkpoints.py": "titles and descriptions of formats",
    "services/datasets_built_in.py": "titles of data sources",
    "services/datasets_read.py": "descriptions and citations of data sources",
    "services/errors.py": "what not_found is given",
    "services/network_exports.py": "titles of formats",
    "services/runs.py": "states of runs",
    "services/steps.py": "titles and descriptions of augmentations",
    "services/training.py": "titles and descriptions of transforms",
    "store/ingest.py": "states of runs",
    "training/checking.py": "kinds of choices",
    "training/choices.py": "kinds, titles and descriptions of choices",
}
"""Where ``say`` is given something that is not written there; the tests below know all that it may be."""

SAME_IN_CHINESE = {
    *("SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSprop", "Adagrad", "Adadelta", "Muon", "L-BFGS"),
    *("MNIST", "Fashion-MNIST", "Cora", "XOR", "PyTorch state_dict", "safetensors"),
    *("ONNX", "CIFAR-10", "CIFAR-100", "RandAugment", "TrivialAugmentWide", "MixUp", "CutMix"),
    *("null", "{it}", "{before}{last}"),
}


def descriptions(schema: Any) -> Iterator[str]:
    """The ``description`` of each property of a schema and of what it refers to, and its unit."""
    for part in (schema, *schema.get("$defs", {}).values()):
        for field in part.get("properties", {}).values():
            yield from (field[key] for key in ("description", "unit") if field.get(key))


def constants() -> set[str]:
    """What people read that stands in registries rather than in a call of ``say``."""
    found: set[str] = {str(state) for state in RunState} | {kind.title for kind in ERRORS.values()}
    registries: list[Registry[Any]] = [LOSSES, OPTIMIZERS, SCHEDULES, METRICS, AVERAGINGS, INITIALIZERS]
    for registry in registries:
        found.add(registry.kind)
        for choice in (*registry.classes.values(), *registry.families):
            found |= {choice.title, choice.description, *descriptions(choice.Params.model_json_schema())}
    for source in SOURCES.values():
        found |= {source.title, source.description, source.citation, *descriptions(source.Options.model_json_schema())}
    steps: list[Any] = [*TRANSFORMS.values(), *AUGMENTATIONS.values()]
    for transform in steps:
        found |= {transform.title, transform.description, *descriptions(transform.Params.model_json_schema())}
    found |= set(descriptions(TrainingConfig.model_json_schema()))
    for form in FORMATS.values():
        found |= {form.title, form.description}
    for layer in LAYERS.values():
        fields = layer.Params.model_json_schema().get("properties", {})
        found |= {field["unit"] for field in fields.values()}
    return found - {""}


def templates() -> set[str]:
    return {one.template for one in said() if one.template is not None}


def by_file() -> dict[str, dict[str, str]]:
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def test_sentence_of_the_sources_has_a_chinese_twin() -> None:
    missing = {f"{one.place}: {one.template}" for one in said() if one.template and one.template not in WORDS}
    assert missing == set(), "add these to backend/netwright/language/zh/<package>.json"


def test_constant_that_people_read_has_a_chinese_twin() -> None:
    assert constants() - WORDS.keys() == set()


def test_chinese_sentence_has_an_english_one_that_is_said() -> None:
    known = templates() | constants() | CHAINS | set(fault_templates().values())
    assert WORDS.keys() - known == set(), "nothing says these any more"


def test_sentence_is_translated_in_one_place() -> None:
    counts = Counter(key for words in by_file().values() for key in words)
    assert [key for key, count in counts.items() if count > 1] == []


def test_sentence_of_one_package_is_translated_in_its_file() -> None:
    packages: dict[str, set[str]] = {}
    for one in said():
        packages.setdefault(one.template or "", set()).add(one.package)
    wrong = [
        (name, key)
        for name, words in by_file().items()
        for key in words
        if key in packages
        and name != f"{packages[key].copy().pop() if len(packages[key]) == 1 else 'common'}.json"
        and key not in constants() | CHAINS
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_chinese_sentence_puts_in_the_same_values(path: Path) -> None:
    unsaid = {"{expected_plural}", "{field_type}"}  # English plurals, and Python's word for an array
    for english, chinese in json.loads(path.read_text(encoding="utf-8")).items():
        assert set(PLACE.findall(chinese)) == set(PLACE.findall(english)) - unsaid, english


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_chinese_sentence_is_chinese(path: Path) -> None:
    for english, chinese in json.loads(path.read_text(encoding="utf-8")).items():
        is_cited = bool(re.search(r"\b(19|20)\d\d\b", english))  # titles of papers stay as they are
        has_words = bool(re.search(r"[A-Za-z]{2,}", PLACE.sub("", english)))
        if has_words and not is_cited and english not in SAME_IN_CHINESE:
            assert re.search(r"[\u4e00-\u9fff]", chinese), english
        assert chinese.strip()
        assert english.endswith(".") == chinese.endswith("。") or is_cited or not has_words, english
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[!！]", chinese), f"half-width marks: {chinese}"


# --- nothing goes around it ------------------------------------------------------------------------------------------

RAISED = {
    "ApiError": 1,
    "CheckpointError": 0,
    "DamagedPictureError": 0,
    "DataError": 0,
    "DeviceMissingError": 0,
    "ExportError": 0,
    "ExpressionError": 0,
    "FormulaError": 0,
    "Finding": 1,
    "ImportRefusedError": 1,
    "InferenceError": 0,
    "InitialWeightsError": 0,
    "MigrationError": 0,
    "NoRuleError": 0,
    "ParamIssue": 2,
    "ServiceError": 1,
    "Wish": 1,
    "misfit": 1,
    "problem_response": 1,
}
"""Which argument of these is a sentence for people."""

NAMED = {"advice", "detail", "label", "message", "reason", "sentence", "why"}
"""Keywords that are sentences for people, whatever is called."""

FOR_THE_TERMINAL = {
    "cli.py",
    "settings.py",
    "server/doctor.py",
    "server/serve.py",
    "worker/console.py",
    "worker/spool.py",
}
"""What only the terminal shows is English."""


def plain_sentences() -> Iterator[str]:
    for path, tree in sources().items():
        place = str(path.relative_to(PACKAGE))
        if place in FOR_THE_TERMINAL or place.startswith("language/"):
            continue
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = name_of(call)
            if name == "filterwarnings":  # its message is a pattern, which nobody reads
                continue
            given = [keyword.value for keyword in call.keywords if keyword.arg in NAMED]
            if name in RAISED and len(call.args) > RAISED[name]:
                given.append(call.args[RAISED[name]])
            for value in given:
                if is_plain(value):
                    yield f"{place}:{value.lineno}: {ast.unparse(value)[:90]}"


def is_plain(value: ast.expr) -> bool:
    """Whether a text with words is written here without ``say``."""
    if isinstance(value, ast.IfExp):
        return is_plain(value.body) or is_plain(value.orelse)
    if isinstance(value, ast.JoinedStr):
        return True
    return any(text is not None and re.search(r"[A-Za-z]", text) for text in literals(value))


def test_sentences_for_people_are_said() -> None:
    assert list(plain_sentences()) == [], 'write say("...", name=value) in place of these'


def test_say_is_given_what_is_written_there() -> None:
    def file_of(one: Said) -> str:
        return one.place.rpartition(":")[0]

    elsewhere = {file_of(one) for one in said() if one.template is None}
    assert elsewhere == SAID_OF_CONSTANTS.keys()
