"""``predict.py`` of a project."""

from collections.abc import Mapping

from netwright.compiler.source import to_literal
from netwright.data.base import NAMED_TASKS
from netwright.training.answers import Answers
from netwright.training.project.graph_scripts import graph_call
from netwright.training.project.script_facts import GraphTerms

WEIGHTS = "model.safetensors"
KEPT_TASKS = frozenset({"segmentation", "reconstruction"})
"""Tasks with an answer as large as the sample: ``predict.py`` says it in short, and ``--save FOLDER`` keeps all of it."""

_TEXT = '''"""Predicts with the trained network of this folder.

    python predict.py FILE [FILE ...]{usage}

FILE is {reads}.
"""

import argparse
from pathlib import Path

{imports}import torch
from safetensors.torch import load_file
from torch import Tensor

from data import {names}
from model import {functions}

HERE = Path(__file__).parent


def load_network(weights: Path) -> Network:
    network = Network()
    network.load_state_dict(load_file(weights))
    return network.eval()


@torch.inference_mode()
def predict(network: Network, samples: {kind}) -> Tensor:
    """{what}"""
    scores = {call}{output}.float()
    return {result}


{check}{describe}


def main() -> None:
    parser = argparse.ArgumentParser(description="Predicts with the trained network of this folder.")
    parser.add_argument("files", nargs="+", type=Path, help="what to predict")
    parser.add_argument("--weights", type=Path, default=HERE / "{weights}", help="a safetensors file")
    parser.add_argument("--top", type=int, default=3, help="how many classes are shown")
{save_option}    arguments = parser.parse_args()
    if not arguments.weights.is_file():
        raise SystemExit(f"{{arguments.weights}} is not there. Train first: python train.py")
    network = load_network(arguments.weights)
    for file in arguments.files:
        if not file.is_file():
            raise SystemExit(f"{{file}} is not there.")
        samples = {samples}
{checked}        for number, answer in enumerate(predict(network, samples), start=1):
            name = str(file) if len(samples) == 1 else f"{{file}}[{{number}}]"
            print(f"{{name}}: {{describe(answer, arguments.top)}}")
{save}

if __name__ == "__main__":
    main()
'''
_CHECK = """{required}
\"\"\"Inputs by their places into which nothing is put where a value is missing.\"\"\"


def check(samples: Tensor) -> None:
    for place, name in REQUIRED.items():
        lacking = samples[:, place].isnan().nonzero().flatten().tolist()
        if lacking:
            raise SystemExit(f"Row {{lacking[0] + 1}} has no value for {{name}}, and the network needs one.")


"""
_SAVE_OPTION = """    parser.add_argument(
        "--save", type=Path, metavar="FOLDER", help="keep each answer in this folder, as an array file (.npy)"
    )
"""
_SAVE = """            if arguments.save is not None:
                arguments.save.mkdir(parents=True, exist_ok=True)
                np.save(arguments.save / f"{file.stem}_{number}.npy", answer.numpy())
"""
MAX_NAMED = 100
_CLASSES = """def describe(answer: Tensor, top: int) -> str:
    best = answer.argsort(descending=True)[:top].tolist()
    return ", ".join(f"{{CLASSES[label]}} {{answer[label]:{format}}}" for label in best)"""
_VALUES = """def describe(answer: Tensor, top: int) -> str:
    return ", ".join(f"{value:.6g}" for value in answer.tolist())"""
_NAMED_VALUES = """NAMES = {names}
\"\"\"What the numbers of an answer are, in order.\"\"\"


def describe(answer: Tensor, top: int) -> str:
    del top  # numbers have no order
    return ", ".join(f"{{name}} {{value:.6g}}" for name, value in zip(NAMES, answer.tolist(), strict=True))"""
_LABELS = """def describe(answer: Tensor, top: int) -> str:
    del top  # each label is answered by itself
    return ", ".join(f"{{name}} {{value:{format}}}" for name, value in zip(CLASSES, answer.tolist()))"""
_MASK = """def describe(answer: Tensor, top: int) -> str:
    del top  # a mask has one class at every pixel
    shares = torch.bincount(answer.flatten(), minlength=len(CLASSES)) / answer.numel()
    return ", ".join(f"{{name}} {{share:.1%}}" for name, share in zip(CLASSES, shares.tolist()) if share)"""
_SAME = """def describe(answer: Tensor, top: int) -> str:
    del top
    return f"{{tuple(answer.shape)}}, from {{answer.min():.4g}} to {{answer.max():.4g}}, mean {{answer.mean():.4g}}\""""


def write_predict(
    answers: Answers,
    *,
    reads: str,
    output: str | None,
    num_scores: int,
    target_scale: float,
    graph: GraphTerms | None = None,
    scales_targets: bool = False,
    required: Mapping[int, str] | None = None,
    target_columns: tuple[str, ...] = (),
) -> str:
    """The script.  ``required`` are inputs of a row that must have a value, by their places, ``target_columns`` the names of
    several numbers that are predicted.

    Scores become probabilities as the loss says; of two classes with one score, both are shown.  Answers that are too large for
    a line, as masks are, can be kept as arrays."""
    result, what, describe = _read_answer(answers, num_scores, target_scale, scales_targets=scales_targets)
    if target_columns:
        describe = _NAMED_VALUES.format(names=repr(target_columns))
    is_class = answers.task in NAMED_TASKS
    is_kept = answers.task in KEPT_TASKS
    has_scale = answers.task == "regression" and target_scale != 1.0
    names = ["CLASSES", "read"] if is_class else ["TARGET_SCALE", "read"] if has_scale else ["read"]
    if graph is not None:
        names = sorted(["Samples", *names])
    return _TEXT.format(
        kind="Tensor" if graph is None else "Samples",
        call="network(preprocess(samples))" if graph is None else graph_call(graph.arguments),
        samples="torch.from_numpy(read(file))" if graph is None else "Samples.of(*read(file))",
        reads=reads,
        names=", ".join(names),
        functions="Network, postprocess, preprocess" if scales_targets else "Network, preprocess",
        what=what,
        output="" if output is None else f"[{to_literal(output)}]",
        result=result,
        check=_CHECK.format(required=_write_required(required)) if required else "",
        checked="        check(samples)\n" if required else "",
        describe=describe,
        weights=WEIGHTS,
        imports="import numpy as np\n" if is_kept else "",
        usage=" [--save FOLDER]" if is_kept else "",
        save_option=_SAVE_OPTION if is_kept else "",
        save=_SAVE if is_kept else "",
    )


def _write_required(required: Mapping[int, str]) -> str:
    if len(required) > MAX_NAMED and list(required) == list(range(len(required))):
        return f'REQUIRED = {{place: f"input {{place + 1}}" for place in range({len(required)})}}'
    return "\n".join(["REQUIRED = {", *(f"    {place}: {name!r}," for place, name in required.items()), "}"])


def _read_answer(
    answers: Answers, num_scores: int, target_scale: float, *, scales_targets: bool
) -> tuple[str, str, str]:
    """What ``predict`` returns, what that is, and how it is shown."""
    if answers.task == "reconstruction":
        return "scores", "The sample as the network gives it back, preprocessed as its input is.", _SAME.format()
    if answers.task == "regression":
        values = "postprocess(scores)" if scales_targets else "scores"
        if target_scale != 1.0 or scales_targets:
            result = f"{values} * TARGET_SCALE" if target_scale != 1.0 else values
            return result, "The values in the target's own unit, (N, T).", _VALUES
        return "scores", "The network's values, (N, T).", _VALUES
    if answers.task == "segmentation":
        result = f"(scores[:, 0] > {answers.cut:g}).long()" if num_scores == 1 else "scores.argmax(1)"
        return result, "The class at every pixel, (N, H, W): its place in CLASSES.", _MASK.format()
    if answers.task == "multilabel":
        describe = _LABELS.format(format=".1%" if answers.are_sure else ".3f")
        if not answers.are_sure:
            return "scores", "The score of each label, (N, L); this loss makes no probabilities of them.", describe
        probabilities = "scores.sigmoid()" if answers.makes == "sigmoid" else "scores.clamp(0, 1)"
        return probabilities, "The probability of each label by itself, (N, L).", describe
    describe = _CLASSES.format(format=".1%" if answers.are_sure else ".3f")
    if num_scores == 1:
        return (*_one_score(answers), describe)
    if not answers.are_sure:
        return "scores", "The score of each class, (N, K); this loss makes no probabilities of them.", describe
    made = {"softmax": "scores.softmax(dim=1)", "sigmoid": "scores.sigmoid()", "exp": "scores.exp()", None: "scores"}
    alone = answers.makes in {"sigmoid", None}
    what = "The probability of each class by itself, (N, K)." if alone else "The probability of each class, (N, K)."
    return made[answers.makes], what, describe


def _one_score(answers: Answers) -> tuple[str, str]:
    """Two classes out of one score."""
    if not answers.are_sure and answers.cut == 0.0:
        return (
            "torch.cat([-scores, scores], dim=1)",
            "The side of the boundary as the score of both classes, (N, 2).",
        )
    second = "scores" if answers.cut else "scores.sigmoid()"
    what = "The probability of both classes, (N, 2)." if answers.are_sure else "The score of both classes, (N, 2)."
    return f"torch.cat([1 - {second}, {second}], dim=1)", what
