"""The README of a project: a model card with front matter as the Hub reads it."""

import json
import math
from collections.abc import Mapping

from netwright.exchange.card import Card
from netwright.language import sized

PIPELINES = {
    ("image", "classification"): "image-classification",
    ("table", "classification"): "tabular-classification",
    ("table", "multilabel"): "tabular-classification",
    ("table", "regression"): "tabular-regression",
    ("image", "segmentation"): "image-segmentation",
    ("graph", "classification"): "graph-ml",
    ("graph", "regression"): "graph-ml",
}
"""The Hub's names of tasks."""


def write_readme(card: Card, files: Mapping[str, str], *, is_trained: bool) -> str:
    """Markdown.  ``files`` are those beside it with a sentence each."""
    parts = [
        front_matter(card),
        f"# {_inline(card.title)}",
        _introduction(card, is_trained=is_trained),
        "## Files\n\n" + _table(("file", "what"), [(f"`{name}`", what) for name, what in files.items()]),
        _commands(card),
        _results(card, files) if is_trained else "",
        "## How it was trained\n\n" + _table(("setting", "value"), list(card.settings.items())),
        _data(card),
    ]
    if card.notes.strip():
        parts.insert(3, "\n".join(f"> {line}" for line in card.notes.strip().splitlines()))
    return "\n\n".join(part for part in parts if part) + "\n"


def front_matter(card: Card) -> str:
    """YAML between dashes; every text as JSON, which YAML reads alike."""
    lines = ["---", "license: unknown", "library_name: pytorch"]
    pipeline = PIPELINES.get((card.kind, card.task))
    if pipeline is not None:
        lines.append(f"pipeline_tag: {pipeline}")
    lines += ["tags:", *(f"- {_text(tag)}" for tag in dict.fromkeys(["pytorch", "netwright", *card.tags]))]
    figures = [
        (name, value) for name, value in card.metrics.items() if isinstance(value, float) and math.isfinite(value)
    ]
    if figures:
        lines += ["model-index:", f"- name: {_text(card.title)}", "  results:", "  - task:"]
        lines += [f"      type: {pipeline or 'other'}", "    dataset:"]
        lines += [f"      name: {_text(card.data_title)}", f"      type: {_text(card.data_type)}", "    metrics:"]
        for name, value in figures:
            lines += [
                f"    - type: {_text(name.rpartition('/')[2].lower())}",
                f"      value: {value!r}",
                f"      name: {_text(card.metric_names.get(name, name))}",
            ]
    return "\n".join([*lines, "---"])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _inline(text: str) -> str:
    """Text that is no Markdown, on one line."""
    one_line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!~" else char for char in one_line)


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    return "\n".join([*lines, *(f"| {left} | {right} |" for left, right in rows)])


def _introduction(card: Card, *, is_trained: bool) -> str:
    shape = sized(card.input_shape)
    names = ", ".join(_inline(name) for name in card.classes[:20])
    more = f" and {len(card.classes) - 20} more" if len(card.classes) > 20 else ""
    if card.task == "classification":
        answer = f"says which of {len(card.classes)} classes a sample is ({names}{more})"
    elif card.task == "multilabel":
        answer = f"says which of {len(card.classes)} labels a sample has, any number of them ({names}{more})"
    elif card.task == "segmentation":
        answer = f"says of every pixel which of {len(card.classes)} classes it belongs to ({names})"
    elif card.task == "reconstruction":
        answer = "gives its input back"
    else:
        answer = f"predicts {card.num_outputs} number{'' if card.num_outputs == 1 else 's'}"
        if card.target_columns:
            answer += f" ({', '.join(_inline(name) for name in card.target_columns)})"
    state = "" if is_trained else " It has not been trained yet: `train.py` does that."
    takes = f"a graph with {shape} features a vertex" if card.kind == "graph" else f"{shape} values a sample"
    return f"A network in plain PyTorch that {answer}. Its input is {takes}.{state}"


def _commands(card: Card) -> str:
    needs = f" You need {_inline(card.data_needs)}." if card.data_needs else ""
    return (
        "## How to use it\n\n```sh\npip install -r requirements.txt\n"
        f"{card.predict_command}   # predict\n{card.train_command}   # train it again\n```\n\n"
        f"`predict.py` takes {_inline(card.reads)}.{needs} `train.py` repeats the run: its first losses stand in the script, "
        "and on a CPU with the same versions they come out the same to the last bit."
    )


def _results(card: Card, files: Mapping[str, str]) -> str:
    rows = [
        (
            f"{_inline(card.metric_names.get(name, name))} (`{name}`)",
            f"{value:.6g}" if isinstance(value, float) else value,
        )
        for name, value in card.metrics.items()
    ]
    picture = "\n\n![Loss over the steps](curve.svg)" if "curve.svg" in files else ""
    return "## Results of this checkpoint\n\n" + _table(("metric", "value"), rows) + picture


def _data(card: Card) -> str:
    citation = f" {_inline(card.data_citation)}." if card.data_citation else ""
    return (
        f"## Data\n\n{_inline(card.data_title)}.{citation}\n\n"
        f"Fingerprint of samples and split (SHA-256): `{card.data_fingerprint}`"
    )
