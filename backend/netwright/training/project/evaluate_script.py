"""``evaluate`` of ``train.py``: the loss and those metrics of a run that a short script can compute."""

from collections.abc import Callable, Mapping

from netwright.compiler.source import to_literal
from netwright.training.config import TrainingConfig
from netwright.training.metric_base import Metric, answer_source
from netwright.training.metrics import METRICS
from netwright.training.project.augment_script import scaled
from netwright.training.project.script_facts import Facts, Term

OnOutput = Callable[[str, Term], str]
"""Turns an expression over ``outputs`` into one over the output of a term, where there are several."""

_MEAN_OF_CLASSES = '''def mean_of_classes(values: Tensor, occurs: Tensor) -> float:
    """Of the classes that occur; what would divide nothing by nothing counts 0."""
    return (values.nan_to_num() * occurs).sum().item() / max(occurs.sum().item(), 1)


'''


def written_metrics(config: TrainingConfig, facts: Facts) -> Mapping[str, type[Metric]]:
    """The chosen metrics that the script measures, by name."""
    found = {name: METRICS.get(name) for name in config.metrics}
    num_scores = facts.terms[0].num_scores
    return {
        name: metric
        for name, metric in found.items()
        if metric.formula or metric.source(num_scores, facts.answers) is not None
    }


def write_evaluate(facts: Facts, metrics: Mapping[str, type[Metric]], on_output: OnOutput | None) -> str:
    """The function, and a helper where it needs one."""
    term, num_classes = facts.terms[0], facts.answers.num_classes

    def expression(source: str) -> str:
        source = source if on_output is None else on_output(source, term)
        return source.replace("targets", "batch")

    sums = {
        name: expression(source)
        for name, metric in metrics.items()
        if not metric.formula and (source := metric.source(term.num_scores, facts.answers)) is not None
    }
    formulas = {name: metric for name, metric in metrics.items() if metric.formula}
    is_multilabel = facts.answers.task == "multilabel"
    names = [to_literal(f"val/{name}") for name in ("loss", *sums)]
    lines = [
        "@torch.inference_mode()",
        "def evaluate(network: nn.Module, part: tuple[Tensor, Tensor], device: torch.device) -> dict[str, float]:",
        '    """Loss and metrics of the validation part."""',
        "    network.eval()",
        f"    inputs, {'_' if facts.is_own_target else 'targets'} = part",
        f"    sums = dict.fromkeys([{', '.join(names)}], 0.0)",
        "    num_values = 0",
    ]
    if formulas:
        shape = f"{num_classes}, 2, 2" if is_multilabel else f"{num_classes}, {num_classes}"
        lines.append(f"    confusion = torch.zeros({shape}, dtype=torch.float64)")
    lines.append("    for start in range(0, len(inputs), 2 * BATCH_SIZE):")
    lines += _batch_lines(facts)
    postprocessed = []
    if facts.scales_targets:
        first = "outputs" if on_output is None else on_output("outputs", term)
        postprocessed = [f"        {first} = postprocess({first})"]
    lines += [
        f'        sums["val/loss"] += compute_loss(outputs, {scaled(facts, "batch")}).item() * len(batch)',
        *postprocessed,
        *(f'        sums["val/{name}"] += {source}.item()' for name, source in sums.items()),
        "        num_values += batch.numel()",
    ]
    if formulas:
        answers = expression(answer_source(term.num_scores, facts.answers))
        if is_multilabel:
            place, size = (
                f"torch.arange({num_classes}, device=device) * 4 + batch.long() * 2 + {answers}",
                4 * num_classes,
            )
        else:
            place, size = f"batch * {num_classes} + {answers}", num_classes**2
        lines += [
            f"        places = ({place}).flatten().cpu()",
            f"        confusion += torch.bincount(places, minlength={size}).view({shape})",
        ]
    means = (
        'name: value / (len(inputs) if name == "val/loss" else num_values) for name, value in sums.items()'  # one line
    )
    finished = {name: metric.finish for name, metric in metrics.items() if metric.finish}
    if not formulas and not finished:
        return "\n".join([*lines, f"    return {{{means}}}"])
    lines.append(f"    results = {{{means}}}")
    lines += [f'    results["val/{name}"] = results["val/{name}"] {finish}' for name, finish in finished.items()]
    if formulas:
        counts = "confusion.diagonal(), confusion.sum(0), confusion.sum(1)"
        if is_multilabel:
            counts = "confusion[:, 1, 1], confusion[:, :, 1].sum(1), confusion[:, 1].sum(1)"
        lines += [f"    hits, answered, there = {counts}"]
    if any("total" in metric.formula for metric in formulas.values()):
        lines += ["    total = confusion[0].sum()" if is_multilabel else "    total = confusion.sum()"]
    every = "torch.ones_like(there)"
    lines += [
        f'    results["val/{name}"] = mean_of_classes({metric.formula}, {every if is_multilabel else metric.occurs})'
        for name, metric in formulas.items()
    ]
    return (_MEAN_OF_CLASSES if formulas else "") + "\n".join([*lines, "    return results"])


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
