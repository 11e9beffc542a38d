"""Which devices this machine has, asked without torch and without touching an accelerator."""

import importlib.metadata
import re
from functools import lru_cache
from pathlib import Path

import psutil
import pynvml

from netwright.graph.model import Model

BFLOAT16_CAPABILITY = (8, 0)
BFLOAT16_INSTRUCTIONS = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512"}
"""What Linux calls the instructions that multiply bfloat16, and their name.  Without them PyTorch computes in float32 and
rounds, which is slower than float32 itself."""
CPU_INFO = Path("/proc/cpuinfo")


class Device(Model):
    """``id`` is what the config takes (``cpu``, ``cuda:0``)."""

    id: str
    name: str
    memory_bytes: int | None = None
    has_bfloat16: bool = False
    """Whether it multiplies bfloat16 itself: NVIDIA's matrix units from compute capability 8.0 on, a CPU with
    :data:`BFLOAT16_INSTRUCTIONS`."""


def list_devices() -> list[Device]:
    """The CPU, then the GPUs that the installed PyTorch can use."""
    cpu = Device(
        id="cpu",
        name="CPU",
        memory_bytes=psutil.virtual_memory().total,
        has_bfloat16=bool(bfloat16_instructions()),
    )
    return [cpu, *_list_gpus()]


@lru_cache(maxsize=1)
def bfloat16_instructions() -> tuple[str, ...]:
    """Names of this CPU's instructions for bfloat16, read once; none where the system does not tell."""
    try:
        return find_bfloat16(CPU_INFO.read_text(encoding="utf-8", errors="replace"))
    except OSError:  # not Linux
        return ()


def find_bfloat16(cpu_info: str) -> tuple[str, ...]:
    """Those of :data:`BFLOAT16_INSTRUCTIONS` that a text like ``/proc/cpuinfo`` lists, the widest first."""
    line = re.search(r"^flags\s*:(.*)$", cpu_info, re.MULTILINE)
    flags = set() if line is None else set(line[1].split())
    return tuple(name for flag, name in BFLOAT16_INSTRUCTIONS.items() if flag in flags)


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
