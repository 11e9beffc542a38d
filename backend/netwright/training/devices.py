"""Which devices this machine has, asked without torch and without touching an accelerator."""

import importlib.metadata

import psutil
import pynvml

from netwright.graph.model import Model

BFLOAT16_CAPABILITY = (8, 0)


class Device(Model):
    """``id`` is what the config takes (``cpu``, ``cuda:0``)."""

    id: str
    name: str
    memory_bytes: int | None = None
    has_bfloat16: bool = False
    """Whether its matrix units take bfloat16: NVIDIA's from compute capability 8.0 on."""


def list_devices() -> list[Device]:
    """The CPU, then the GPUs that the installed PyTorch can use."""
    return [Device(id="cpu", name="CPU", memory_bytes=psutil.virtual_memory().total), *_list_gpus()]


def _list_gpus() -> list[Device]:
    if importlib.metadata.version("torch").endswith("+cpu"):
        return []
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:  # no driver: no GPU
        return []
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return [
            Device(
                id=f"cuda:{index}",
                name=str(pynvml.nvmlDeviceGetName(handle)),
                memory_bytes=int(pynvml.nvmlDeviceGetMemoryInfo(handle).total),
                has_bfloat16=tuple(pynvml.nvmlDeviceGetCudaComputeCapability(handle)) >= BFLOAT16_CAPABILITY,
            )
            for index, handle in enumerate(handles)
        ]
    finally:
        pynvml.nvmlShutdown()
