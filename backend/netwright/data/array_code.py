"""Python that reads an uploaded NPY or NPZ again without Netwright."""

from __future__ import annotations

from netwright.data.array_targets import Form

LOAD = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
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
NO_TARGETS = "np.zeros(len(inputs), dtype=np.int64)"


def load_code(
    about: str, inputs: str, targets: str | None, form: Form | None, converted: list[str], *, is_npy: bool
) -> str:
    """Source of ``load``.  ``inputs`` and ``targets`` name the arrays of an NPZ; ``converted`` are statements that make
    ``inputs`` of ``values``, and ``answers`` where those are no array of their own."""
    if is_npy:
        opened = ["values = np.load(path, allow_pickle=False)"]
    else:
        opened = ["with np.load(path, allow_pickle=False) as arrays:", f"    values = arrays[{inputs!r}]"]
        opened += [] if targets is None else [f"    answers = arrays[{targets!r}]"]
    return LOAD.format(
        about=about,
        opened="\n".join(f"    {line}" for line in opened),
        converted="\n".join(f"    {line}" for line in converted),
        targets=NO_TARGETS if form is None else TARGETS[form],
    )
