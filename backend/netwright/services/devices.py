"""Which run may have which device when."""

from netwright.training.devices import list_devices


def slot_of(device: str) -> str:
    """The slot that a run with this ``device`` setting takes: ``auto`` is the first GPU, or the CPU where there is none."""
    if device == "auto":
        return "cuda:0" if any(each.id == "cuda:0" for each in list_devices()) else "cpu"
    return "cuda:0" if device == "cuda" else device
