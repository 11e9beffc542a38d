"""Run by a fresh Python that may not import Netwright: loads what was taken home and prints its accuracy.

`plain.py MODEL.py WEIGHTS.safetensors SAMPLES.safetensors`
"""

import importlib.util
import sys

sys.modules["netwright"] = None  # type: ignore[assignment]  # importing it raises ImportError from here on

import torch  # noqa: E402 - after the block above
from safetensors.torch import load_file  # noqa: E402


def main(model: str, weights: str, samples: str) -> None:
    spec = importlib.util.spec_from_file_location("model", model)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network()
    network.load_state_dict(load_file(weights))
    network.eval()
    data = load_file(samples)
    with torch.inference_mode():
        scores = torch.cat([network(module.preprocess(batch)) for batch in torch.split(data["inputs"], 256)])
    print(repr((scores.argmax(1) == data["targets"]).sum().item() / len(scores)))


if __name__ == "__main__":
    main(*sys.argv[1:])
