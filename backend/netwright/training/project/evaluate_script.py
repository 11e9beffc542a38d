"""What ``train.py`` measures: ``evaluate`` of a part, and ``Figures``, which sums up what the metrics come from."""

import inspect
import textwrap
from collections.abc import Iterator, Sequence

from netwright.compiler.source import to_literal
from netwright.training.config import TrainingConfig
from netwright.training.metric_base import Metric, answer_source, probabilities_source
from netwright.training.metrics import METRICS
from netwright.training.project.script_facts import Facts
from netwright.training.scripted import places_in_bins
from netwright.training.tallies import NUM_BINS

_MEAN_OF_CLASSES = '''def mean_of_classes(values: Tensor, occurs: Tensor) -> float:
    """Of the classes that occur; what would divide nothing by nothing counts 0."""
    return (values.nan_to_num() * occurs).sum().item() / max(occurs.sum().item(), 1)
'''


def chosen_metrics(config: TrainingConfig) -> list[type[Metric]]:
    return [METRICS.get(name) for name in config.metrics]


def write_figures(metrics: Sequence[type[Metric]], facts: Facts) -> list[str]:
    """The class ``Figures`` and the functions that it calls; nothing where no metric is chosen."""
    if not metrics:
        return []
    functions = [function for metric in metrics if (function := metric.function()) is not None]
    if any(metric.tally == "bins" for metric in metrics):
        functions.append(places_in_bins)
    helpers = [inspect.getsource(function) for function in dict.fromkeys(functions)]
    if any(metric.formula for metric in metrics):
        helpers.append(_MEAN_OF_CLASSES)
    blocks = [
        [
            "class Figures:",
            '    """What the metrics are computed from, summed up over batches."""',
            "",
            "    def __init__(self) -> None:",
            *_indented(_start(metrics, facts)),
        ],
        [
            "    def add(self, outputs: Tensor, targets: Tensor) -> None:",
            *_indented(_add(metrics, facts)),
        ],
        [
            "    def values(self, part: str) -> dict[str, float]:",
            *_indented(_values(metrics, facts)),
        ],
    ]
    return [*helpers, "\n\n".join("\n".join(lines) for lines in blocks)]


def _indented(lines: Iterator[str]) -> list[str]:
    return [textwrap.indent(line, " " * 8) for line in lines]


def _sums(metrics: Sequence[type[Metric]], facts: Facts) -> dict[type[Metric], str]:
    """What a batch adds to those metrics that are a mean, as an expression."""
    found = {metric: metric.source(facts.terms[0].num_scores, facts.answers) for metric in metrics}
    return {metric: source for metric, source in found.items() if source is not None and not metric.formula}


def _takes(metrics: Sequence[type[Metric]], tally: str) -> bool:
    """Whether one of them is computed from this tally as a whole."""
    return any(metric.tally == tally and (metric.formula or metric.function() is not None) for metric in metrics)


def _confusion_shape(facts: Facts) -> str:
    num_classes = facts.answers.num_classes
    return f"{num_classes}, 2, 2" if facts.answers.task == "multilabel" else f"{num_classes}, {num_classes}"


def _start(metrics: Sequence[type[Metric]], facts: Facts) -> Iterator[str]:
    sums = _sums(metrics, facts)
    if sums:
        names = ", ".join(to_literal(metric.type) for metric in sums)
        yield f"self.sums, self.num_values = dict.fromkeys([{names}], 0.0), 0"
    if _takes(metrics, "confusion"):
        yield f"self.confusion = torch.zeros({_confusion_shape(facts)}, dtype=torch.float64)"
    if _takes(metrics, "bins"):
        yield f"self.bins = torch.zeros(2, {facts.answers.num_classes}, {NUM_BINS}, dtype=torch.float64)"
    if _takes(metrics, "errors"):
        yield f"self.errors = torch.zeros(4, {facts.terms[0].num_scores}, dtype=torch.float64)"


def _add(metrics: Sequence[type[Metric]], facts: Facts) -> Iterator[str]:
    num_scores, num_classes = facts.terms[0].num_scores, facts.answers.num_classes
    sums = _sums(metrics, facts)
    if sums:
        yield "self.num_values += targets.numel()"
    for metric, source in sums.items():
        yield f"self.sums[{to_literal(metric.type)}] += {source}.item()"
    is_multilabel = facts.answers.task == "multilabel"
    if _takes(metrics, "confusion"):
        answers = answer_source(num_scores, facts.answers)
        place, size = f"targets * {num_classes} + {answers}", num_classes**2
        if is_multilabel:
            labels = f"torch.arange({num_classes}, device=targets.device)"
            place, size = f"{labels} * 4 + targets.long() * 2 + {answers}", 4 * num_classes
        yield f"places = ({place}).flatten().cpu()"
        yield f"self.confusion += torch.bincount(places, minlength={size}).view({_confusion_shape(facts)})"
    if _takes(metrics, "bins"):
        labels = f"torch.arange({num_classes}, device=targets.device)"
        yield f"probabilities = {probabilities_source(num_scores, facts.answers)}"
        yield f"probabilities = probabilities.movedim(1, -1).reshape(-1, {num_classes})"
        yield f"is_it = {'targets' if is_multilabel else f'targets.reshape(-1, 1) == {labels}'}"
        yield f"places = places_in_bins(probabilities, is_it, {NUM_BINS}).flatten().cpu()"
        shape = f"2, {num_classes}, {NUM_BINS}"
        yield f"self.bins += torch.bincount(places, minlength={2 * num_classes * NUM_BINS}).view({shape})"
    if _takes(metrics, "errors"):
        yield "wanted = targets.reshape(len(targets), -1).double()"
        yield "errors = outputs.reshape(wanted.shape).double() - wanted"
        yield "terms = (torch.ones_like(errors), errors.square(), wanted, wanted.square())"
        yield "self.errors += torch.stack([term.sum(0) for term in terms]).cpu()"


def _values(metrics: Sequence[type[Metric]], facts: Facts) -> Iterator[str]:
    is_multilabel = facts.answers.task == "multilabel"
    if any(metric.formula for metric in metrics):
        counts = "self.confusion.diagonal(), self.confusion.sum(0), self.confusion.sum(1)"
        if is_multilabel:
            counts = "self.confusion[:, 1, 1], self.confusion[:, :, 1].sum(1), self.confusion[:, 1].sum(1)"
        yield f"hits, answered, there = {counts}"
    if any("total" in metric.formula for metric in metrics):
        yield f"total = self.confusion{'[0]' if is_multilabel else ''}.sum()"
    yield "results = {}"
    sums = _sums(metrics, facts)
    tallies = {"confusion": "self.confusion", "bins": "self.bins", "errors": "*self.errors"}
    for metric in metrics:
        function = metric.function()
        if metric in sums:
            finish = f" {metric.finish}" if metric.finish else ""
            mean = f"self.sums[{to_literal(metric.type)}] / self.num_values"
            value = f"({mean}){finish}" if finish else mean
        elif metric.formula:
            occurs = "torch.ones_like(there)" if is_multilabel else metric.occurs
            value = f"mean_of_classes({metric.formula}, {occurs})"
        else:
            assert function is not None, "a metric is a sum, a formula or a function"
            value = f"{function.__name__}({tallies[metric.tally]}).mean().item()"
        yield f'results[f"{{part}}/{metric.type}"] = {value}'
    yield "return results"


def write_evaluate(facts: Facts, metrics: Sequence[type[Metric]], main: str) -> str:
    """The function ``evaluate``; ``main`` is the output that metrics are measured on, as an expression over ``outputs``."""
    more = ", **figures.values(name)" if metrics else ""
    lines = [
        "@torch.inference_mode()",
        "def evaluate(",
        "    network: nn.Module, part: tuple[Tensor, Tensor], device: torch.device, name: str",
        ") -> dict[str, float]:",
        f'    """Loss{" and metrics" if metrics else ""} of the part that is called ``name``."""',
        "    network.eval()",
        f"    inputs, {'_' if facts.is_own_target else 'targets'} = part",
        f"    {'loss, figures = 0.0, Figures()' if metrics else 'loss = 0.0'}",
        "    for start in range(0, len(inputs), 2 * BATCH_SIZE):",
        *_batch_lines(facts),
        "        loss += compute_loss(outputs, batch).item() * len(batch)",
        *([f"        figures.add({main}, batch)"] if metrics else []),
        f'    return {{f"{{name}}/loss": loss / len(inputs){more}}}',
    ]
    return "\n".join(lines)


def _batch_lines(facts: Facts) -> list[str]:
    if facts.is_own_target:
        return [
            "        samples = inputs[start : start + 2 * BATCH_SIZE].to(device)",
            "        batch, outputs = preprocess(samples), forward(network, samples)",
        ]
    return [
        f"        batch = targets[start : start + 2 * BATCH_SIZE].to(device){'.long()' if facts.is_mask else ''}",
        "        outputs = forward(network, inputs[start : start + 2 * BATCH_SIZE].to(device))",
    ]
