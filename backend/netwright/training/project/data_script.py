"""``data.py`` of a project: the set read without Netwright, and which samples were held out."""

import hashlib
import io

import numpy as np

from netwright.compiler.source import join_imports, to_comment, to_literal
from netwright.data.base import Array, Arrays
from netwright.data.sample_code import SampleCode
from netwright.data.split import Split
from netwright.data.split_labels import Indices

_TEXT = '''"""The data of the run: how it is read, and which samples were held out for validation."""

{imports}

HERE = Path(__file__).parent
{constants}

{functions}

def load_parts(path: Path | None) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Raw inputs and targets of the training part, and of the validation part, as in the run."""
    inputs, targets = load(path)
    if fingerprint(inputs, targets) != SHA256:
        print("These are not the samples of the run (their SHA-256 differs): losses will differ too.", file=sys.stderr)
    held_out = np.load(HERE / "held_out.npy", allow_pickle=False)
    if held_out.max() >= len(targets):
        raise SystemExit(f"There are {{len(targets)}} samples, too few to be those of the run.")
    is_held_out = np.zeros(len(targets), dtype=bool)
    is_held_out[held_out] = True
{left_out}
    def part(chosen: np.ndarray) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(inputs[chosen]), {moved}

    return part({kept}), part(is_held_out)


{test}def fingerprint(inputs: np.ndarray, targets: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in (inputs, targets):
        digest.update(f"{{array.dtype}} {{array.shape}}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
'''


_OWN_TEST = '''def load_test(path: Path | None) -> tuple[Tensor, Tensor]:
    """Raw inputs and targets of the test part, on which nothing was trained or chosen."""
    inputs, targets = load(path, is_test=True)
    if fingerprint(inputs, targets) != TEST_SHA256:
        print("This is not the test part of the run (its SHA-256 differs): figures will differ too.", file=sys.stderr)
    return torch.from_numpy(inputs), {moved}


'''
_LEFT_OUT = """    # These are in neither part: {why}.
    is_left_out = np.zeros(len(targets), dtype=bool)
    is_left_out[np.load(HERE / "left_out.npy", allow_pickle=False)] = True
"""


_TEST_SHARE = '''def load_test(path: Path | None) -> tuple[Tensor, Tensor]:
    """Raw inputs and targets of the test part, which the run drew first and measured once, when it had ended."""
    inputs, targets = load(path)
    chosen = np.load(HERE / "test.npy", allow_pickle=False)
    if chosen.max() >= len(targets):
        raise SystemExit(f"There are {{len(targets)}} samples, too few to be those of the run.")
    return torch.from_numpy(inputs[chosen]), {moved}


'''
_BY_TIME = "by time, they reach across the border or come after the fold"
_TEST_PART = "they are the test part, which load_test gives"


def write_data(
    code: SampleCode, arrays: Arrays, split: Split, target_scale: float, mask_moves: str = ""
) -> dict[str, str | bytes]:
    """``data.py`` and the files that it reads.  ``mask_moves`` is source of ``move_masks``, where masks are moved as their
    pictures are."""
    moved = "move_masks(torch.from_numpy({}))" if mask_moves else "torch.from_numpy({})"
    imports = ["import hashlib", "import sys", "from pathlib import Path", "import numpy as np", "import torch"]
    constants = [
        f'SHA256 = "{fingerprint(arrays.inputs, arrays.targets)}"',
        '"""Of the samples as the run read them: see fingerprint()."""',
    ]
    test = ""
    if code.has_test:
        assert arrays.test_inputs is not None, "the code of a set says what it has"
        assert arrays.test_targets is not None, "the code of a set says what it has"
        constants.insert(1, f'TEST_SHA256 = "{fingerprint(arrays.test_inputs, arrays.test_targets)}"')
        test = _OWN_TEST.format(moved=moved.format("targets"))
    elif len(split.test):
        test = _TEST_SHARE.format(moved=moved.format("targets[chosen]"))
    constants += classes_lines(arrays.classes)
    if target_scale != 1.0:
        constants += [f"TARGET_SCALE = {target_scale!r}", '"""The targets were divided by this."""']
    if code.needs:
        constants.insert(0, f"# To train again you need {to_comment(code.needs)}.")
    left_out = np.setdiff1d(np.arange(len(arrays.targets)), np.concatenate([split.train, split.validation]))
    why = [_TEST_PART] if len(split.test) else []
    if len(left_out) > len(split.test):
        why.append(_BY_TIME)
    text = _TEXT.format(
        imports=join_imports([*imports, "from torch import Tensor", *code.imports]),
        constants="\n".join(constants),
        functions="\n" + code.functions + (f"\n\n{mask_moves}" if mask_moves else ""),
        moved=moved.format("targets[chosen]"),
        test=test,
        left_out=_LEFT_OUT.format(why="; or ".join(why)) if len(left_out) else "",
        kept="~is_held_out & ~is_left_out" if len(left_out) else "~is_held_out",
    )
    files = {"held_out.npy": _to_npy(split.validation)}
    if len(left_out):
        files["left_out.npy"] = _to_npy(left_out)
    if len(split.test):
        files["test.npy"] = _to_npy(split.test)
    return {"data.py": text, **files, **code.files}


def _to_npy(indices: Indices) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, indices.astype(np.int64))
    return buffer.getvalue()


def classes_lines(classes: tuple[str, ...]) -> list[str]:
    if not classes:
        return []
    line = f"CLASSES = ({', '.join(map(to_literal, classes))})"
    if len(line) <= 120:
        return [line]
    return ["CLASSES = (", *(f"    {to_literal(name)}," for name in classes), ")"]


def fingerprint(*arrays: Array) -> str:
    """SHA-256 over what ``load`` of the project gives, as the project itself computes it."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
