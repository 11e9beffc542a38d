"""``predict.py`` of a project."""

from netwright.compiler.source import to_literal
from netwright.data.base import Arrays
from netwright.training.objectives import Loss

WEIGHTS = "model.safetensors"

_TEXT = '''"""Predicts with the trained network of this folder.

    python predict.py FILE [FILE ...]

FILE is {reads}.
"""

import argparse
from pathlib import Path

import torch
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
def predict(network: Network, samples: Tensor) -> Tensor:
    """{what}"""
    scores = network(preprocess(samples)){output}.float()
    return {result}


{describe}


def main() -> None:
    parser = argparse.ArgumentParser(description="Predicts with the trained network of this folder.")
    parser.add_argument("files", nargs="+", type=Path, help="what to predict")
    parser.add_argument("--weights", type=Path, default=HERE / "{weights}", help="a safetensors file")
    parser.add_argument("--top", type=int, default=3, help="how many classes are shown")
    arguments = parser.parse_args()
    if not arguments.weights.is_file():
        raise SystemExit(f"{{arguments.weights}} is not there. Train first: python train.py")
    network = load_network(arguments.weights)
    for file in arguments.files:
        samples = torch.from_numpy(read(file))
        for number, answer in enumerate(predict(network, samples), start=1):
            name = str(file) if len(samples) == 1 else f"{{file}}[{{number}}]"
            print(f"{{name}}: {{describe(answer, arguments.top)}}")


if __name__ == "__main__":
    main()
'''
_CLASSES = """def describe(answer: Tensor, top: int) -> str:
    best = answer.argsort(descending=True)[:top].tolist()
    return ", ".join(f"{{CLASSES[label]}} {{answer[label]:{format}}}" for label in best)"""
_VALUES = """def describe(answer: Tensor, top: int) -> str:
    return ", ".join(f"{value:.6g}" for value in answer.tolist())"""


def write_predict(
    loss: type[Loss],
    arrays: Arrays,
    *,
    reads: str,
    output: str | None,
    num_scores: int,
    target_scale: float,
    scales_targets: bool = False,
) -> str:
    """The script.  Scores become probabilities as the loss says; of two classes with one score, both are shown."""
    is_class = arrays.task == "classification"
    are_probabilities = loss.scores_to in {"softmax", "sigmoid"}
    result, what = "scores", "The network's values, (N, T)."
    if is_class and loss.scores_to == "softmax":
        result, what = "scores.softmax(dim=1)", "The probability of each class, (N, K)."
    elif is_class and loss.scores_to == "sigmoid":
        result, what = "scores.sigmoid()", "The probability of each class by itself, (N, K)."
    elif is_class and loss.scores_to == "sides":
        result, what = (
            "torch.cat([-scores, scores], dim=1)",
            "The side of the boundary as the score of both classes, (N, 2).",
        )
    elif is_class:
        what = "The score of each class, (N, K); this loss makes no probabilities of them."
    elif scales_targets:
        result, what = "postprocess(scores)", "The values in the target's own unit, (N, T)."
        result += " * TARGET_SCALE" if target_scale != 1.0 else ""
    elif target_scale != 1.0:
        result, what = "scores * TARGET_SCALE", "The values in the target's own unit, (N, T)."
    if is_class and num_scores == 1 and loss.scores_to != "sides":
        result = f"torch.cat([1 - {result}, {result}], dim=1)"
        what = "The probability of both classes, (N, 2)." if are_probabilities else "The score of both classes, (N, 2)."
    names = ["CLASSES", "read"] if is_class else ["TARGET_SCALE", "read"] if target_scale != 1.0 else ["read"]
    return _TEXT.format(
        reads=reads,
        names=", ".join(names),
        functions="Network, postprocess, preprocess" if scales_targets else "Network, preprocess",
        what=what,
        output="" if output is None else f"[{to_literal(output)}]",
        result=result,
        describe=_CLASSES.format(format=".1%" if are_probabilities else ".3f") if is_class else _VALUES,
        weights=WEIGHTS,
    )
