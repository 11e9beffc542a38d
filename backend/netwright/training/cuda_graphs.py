"""Captures work with ``torch.cuda.CUDAGraph``.  Imported where a run is captured, and nowhere else."""

import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch

from netwright.language import say
from netwright.training.capturing import Watched, Work

WAITS = "called a synchronizing CUDA operation"
"""In PyTorch's warning of an operation that waits for the device."""


class CudaRecording:
    def __init__(self, graph: torch.cuda.CUDAGraph, results: Sequence[torch.Tensor]) -> None:
        self._graph, self.results = graph, results

    def replay(self) -> None:
        self._graph.replay()

    def forget(self) -> None:
        self._graph.reset()
        self.results = ()


class CudaRecorder:
    """Warms up and captures on one side stream; recordings share their memory, for they are replayed in the order in which they
    were made."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch's own is untyped
        self._recordings: list[CudaRecording] = []
        self._pool = torch.cuda.graph_pool_handle()
        self._seconds, self._bytes = 0.0, 0

    def warm_up(self, work: Work) -> Sequence[torch.Tensor]:
        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            results = work()
        current.wait_stream(self._stream)
        return results

    def watch(self, work: Work) -> Watched:
        torch.cuda.synchronize(self._device)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn")
            began = time.perf_counter()
            try:
                results = self.warm_up(work)
            finally:
                torch.cuda.set_sync_debug_mode("default")
            launched = time.perf_counter() - began
        torch.cuda.synchronize(self._device)
        seconds = time.perf_counter() - began
        waits = [f"{Path(each.filename).name}:{each.lineno}" for each in caught if WAITS in str(each.message)]
        return Watched(results, waits[0] if waits else None, launched, seconds)

    def record(self, work: Work) -> CudaRecording:
        began = time.perf_counter()
        torch.cuda.synchronize(self._device)
        torch.cuda.empty_cache()  # as the capture itself begins: what is held then is held for it
        held = torch.cuda.memory_reserved(self._device)
        graph = torch.cuda.CUDAGraph()
        current, random = torch.cuda.current_stream(self._device), torch.cuda.get_rng_state(self._device)
        try:
            with (
                torch.cuda.device(self._device),
                # Other threads ask the driver for figures of the system meanwhile, which is none of the capture's business.
                torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"),
            ):
                results = work()
        except RuntimeError:
            self._restore(current, random)
            raise
        recording = CudaRecording(graph, results)
        self._recordings.append(recording)
        self._seconds += time.perf_counter() - began
        self._bytes += max(torch.cuda.memory_reserved(self._device) - held, 0)
        return recording

    def _restore(self, current: torch.cuda.Stream, random: torch.Tensor) -> None:
        """What a capture that breaks off leaves behind: the side stream as the current one, and a generator that goes on
        counting for the graph and refuses to draw without it (PyTorch 2.13).  Its state is replaced by a new one."""
        torch.cuda.set_stream(current)
        torch.cuda.synchronize(self._device)
        fresh = torch.Generator(self._device)
        fresh.set_state(random)
        torch.cuda.default_generators[current.device_index].graphsafe_set_state(fresh)

    def cost(self) -> str:
        return say(
            "CUDA graphs: the step was captured in {seconds} s; the graphs hold {size} MiB of the GPU's memory.",
            seconds=f"{self._seconds:.2f}",
            size=f"{self._bytes / 2**20:.0f}",
        )

    def close(self) -> None:
        for recording in self._recordings:
            recording.forget()
        self._recordings.clear()
