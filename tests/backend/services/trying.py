"""Checkpoints that are tried out: what stands for the rows of the database, and a service that asks real processes."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from netwright.data.base import Part, SourceSpec
from netwright.graph.document import Document
from netwright.services.checkpoints import CheckpointService
from netwright.services.trial_models import TrialOrder
from netwright.services.trials import TrialService
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.setup import Job
from netwright.training.spec import RunSpec
from PIL import Image
from safetensors.torch import save_file


class Orders:
    """Stands for the checkpoints: each has the first weights of a run on one of the built-in sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders: dict[str, TrialOrder] = {}
        self.jobs: dict[str, Job] = {}

    def add(self, name: str, source: str, shape: list[int], outputs: int, loss: str, num_tokens: int = 0) -> Job:
        """``num_tokens``: of texts, so that an Embedding stands behind the input."""
        nodes: list[dict[str, Any]] = [
            {"id": "x", "type": "Input", "params": {"shape": shape, "dtype": "int64" if num_tokens else "float32"}},
            *(
                [{"id": "embed", "type": "Embedding", "params": {"num_embeddings": num_tokens, "embedding_dim": 4}}]
                if num_tokens
                else []
            ),
            {"id": "flat", "type": "Flatten"},
            {"id": "head", "type": "Linear", "params": {"out_features": outputs}},
            {"id": "y", "type": "Output"},
        ]
        edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
        document = Document.model_validate({"name": "small", "network": {"nodes": nodes, "edges": edges}})
        return self.add_document(name, document, source, objectives=[{"loss": {"type": loss}}], metrics=[])

    def add_document(
        self, name: str, document: Document, source: str, *, is_trained: bool = False, **config: Any
    ) -> Job:
        """``config`` as of a training; ``is_trained``: with the weights at its end instead of the first ones."""
        data = {"source": source, **config.pop("data", {})}
        spec = RunSpec(
            run=f"{name:0>16}",
            document=document,
            training=TrainingConfig.model_validate({"data": data, "device": "cpu", **config}),
            source=SourceSpec(type=source),
            versions={},
            created=1.0,
        )
        folder = self.folder / name
        folder.mkdir()
        job = build_job(spec, folder)
        if is_trained:
            train(job, lambda *_, **__: None, Control())
        job.network.eval()
        save_file(job.network.state_dict(), folder / "weights.safetensors")
        self.jobs[name] = job
        self.orders[name] = TrialOrder(
            checkpoint_id=name,
            spec=spec,
            source=(folder / "model.py").read_text(),
            weights=str(folder / "weights.safetensors"),
            fingerprint=job.data.fingerprint,
        )
        return job

    async def order_trial(self, checkpoint_id: str) -> TrialOrder:
        return self.orders[checkpoint_id]


Scenario = Callable[[TrialService, Orders], Awaitable[None]]


def play(folder: Path, scenario: Scenario, **settings: float) -> None:
    async def run() -> None:
        orders = Orders(folder)
        service = TrialService(cast(CheckpointService, orders), folder / "trials", **settings)
        await service.start()
        try:
            await scenario(service, orders)
        finally:
            await service.close()

    asyncio.run(run())


def data_url(pixels: np.ndarray[Any, Any]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


async def stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


def validation(job: Job) -> Part:
    assert isinstance(job.data.validation, Part)
    return job.data.validation


@torch.inference_mode()
def scores_of(job: Job, samples: torch.Tensor) -> torch.Tensor:
    scores: torch.Tensor = job.network(job.preprocess(samples))
    return scores
