"""Python that reads an uploaded NPY or NPZ again without Netwright."""

from __future__ import annotations

from netwright.data.array_targets import Form
from netwright.data.sample_code import IS_TEST

LOAD = '''def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """{about} and their targets, out of the file that was uploaded."""
    if path is None:
        raise SystemExit("Say where the file of arrays is that was uploaded: --data FILE")
{opened}
{converted}
    return inputs, {targets}
'''
TARGETS: dict[Form, str] = {
    "numbers": "answers.astype(np.float32).reshape(len(answers), -1)",
    "one_hot": "answers.argmax(axis=1).astype(np.int64)",
    "index": "answers.reshape(-1).astype(np.int64)",
    "value": "np.unique(answers.reshape(-1), return_inverse=True)[1].reshape(-1).astype(np.int64)",
}
VALUES_OF_BOTH = "np.searchsorted(known, answers.reshape(-1)).astype(np.int64)"
NO_TARGETS = "np.zeros(len(inputs), dtype=np.int64)"


def load_code(
    about: str,
    inputs: tuple[str, str | None],
    targets: tuple[str | None, str | None],
    form: Form | None,
    converted: list[str],
    *,
    is_npy: bool,
) -> str:
    """Source of ``load``.  ``inputs`` and ``targets`` name the arrays of an NPZ, and of its test part where it has one;
    ``converted`` are statements that make ``inputs`` of ``values``, and ``answers`` where those are no array of their own."""
    has_test = inputs[1] is not None
    train_targets, test_targets = targets
    taken = NO_TARGETS if form is None else TARGETS[form]
    if is_npy:
        opened = ["values = np.load(path, allow_pickle=False)"]
    else:
        opened = ["with np.load(path, allow_pickle=False) as arrays:", f"    values = arrays[{_either(*inputs)}]"]
        if train_targets is not None:
            opened.append(f"    answers = arrays[{_either(train_targets, test_targets)}]")
            if has_test and form == "value":  # the classes are those of the training part
                opened.append(f"    known = np.unique(arrays[{train_targets!r}])")
                taken = VALUES_OF_BOTH
    return LOAD.format(
        about=about,
        is_test=IS_TEST if has_test else "",
        opened="\n".join(f"    {line}" for line in opened),
        converted="\n".join(f"    {line}" for line in converted),
        targets=taken,
    )


def _either(train: str, test: str | None) -> str:
    return repr(train) if test is None else f"{test!r} if is_test else {train!r}"
