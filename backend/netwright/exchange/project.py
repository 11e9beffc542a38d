"""Projects that run alone: the bundle with everything, and the layout that the Hub reads."""

import json
import zipfile
from pathlib import Path

from netwright.exchange.curve_picture import draw_curves
from netwright.exchange.material import Material
from netwright.exchange.model_card import write_readme
from netwright.graph.io import dump_document

WEIGHTS = "model.safetensors"
MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same project is the same file."""
ABOUT = {
    "model.py": "the network, and `preprocess(batch)`: raw samples to its input",
    WEIGHTS: "the weights",
    "predict.py": "predicts a file",
    "train.py": "trains the network again, as the run did",
    "data.py": "reads the data; which samples were held out",
    "held_out.npy": "indices of the validation samples",
    "test.npy": "indices of the test part, which `load_test` of data.py gives",
    "split.npz": "indices of the samples to train on and to validate with",
    "data.npz": "the samples",
    "initial.safetensors": "the weights that the training begins with",
    "samples.csv": "the pictures in the order of the run",
    "document.json": "the network as it was drawn, to open in Netwright",
    "config.json": "shape of the input, classes, where the weights come from",
    "requirements.txt": "the packages, with the versions of the run",
    "curve.svg": "the losses over the steps",
}


def write_bundle(material: Material, target: Path) -> None:
    """A ZIP that runs in a fresh environment with what ``requirements.txt`` names, and without Netwright.

    Raises:
        OSError: the checkpoint is gone, or the target cannot be written.
    """
    material.say("packing")
    _pack(material, target, {**_common(material), **material.files, "document.json": dump_document(material.document)})


def write_hub(material: Material, target: Path) -> None:
    """A ZIP of the files that a repository of the Hub holds: front matter in the README, ``config.json``,
    ``model.safetensors``, ``model.py``.

    Raises:
        OSError: the checkpoint is gone, or the target cannot be written.
    """
    material.say("packing")
    _pack(material, target, {**_common(material), **material.files, "config.json": _config(material)})


def _common(material: Material) -> dict[str, str | bytes | Path]:
    card = material.card
    assert card is not None, "a project tells of a run"
    files: dict[str, str | bytes | Path] = {
        "model.py": material.source,
        "requirements.txt": "".join(f"{name}=={version}\n" for name, version in card.requirements.items()),
    }
    picture = draw_curves(card.curves)
    return files | {"curve.svg": picture} if picture else files


def _config(material: Material) -> str:
    """What a program wants to know before it loads the weights."""
    card = material.card
    assert card is not None, "a project tells of a run"
    config = {
        "architectures": ["Network"],
        "model_type": "netwright",
        "task": card.task,
        "input_shape": card.input_shape,
        "num_outputs": card.num_outputs,
        "id2label": {str(number): name for number, name in enumerate(card.classes)},
        "label2id": {name: number for number, name in enumerate(card.classes)},
        **material.metadata,
    }
    return json.dumps(config, indent=2, ensure_ascii=False) + "\n"


def _pack(material: Material, target: Path, files: dict[str, str | bytes | Path]) -> None:
    card = material.card
    assert card is not None, "a project tells of a run"
    if material.weights is not None:
        files = {**files, WEIGHTS: material.weights}
    about = {name: ABOUT.get(name, "") for name in ABOUT if name in files} | {
        name: "" for name in files if name not in ABOUT
    }
    files = {"README.md": write_readme(card, about, is_trained=material.weights is not None), **files}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, MOMENT)
            member.external_attr = 0o644 << 16
            if not isinstance(content, Path):
                archive.writestr(member, content, zipfile.ZIP_DEFLATED)
                continue
            # Weights hardly pack: they are stored as they are, in parts, however large.
            with content.open("rb") as source, archive.open(member, "w", force_zip64=True) as inside:
                while chunk := source.read(1 << 22):
                    inside.write(chunk)
