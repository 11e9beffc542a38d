"""Training configs that tests and benches share."""

from typing import Any


def kipf_and_welling(seed: int) -> dict[str, Any]:
    """The recipe of the paper for Cora: Adam at 0.01, at most 200 epochs of one step, decay 5e-4 on the first layer alone,
    and an end when the validation loss has not fallen for 10 epochs.

    Features are row-normalised by the set's own default.  Tested are the weights that training ends with: neither the paper nor
    its code goes back to better ones.
    """
    return {
        "data": {"source": "cora", "batch_size": 140},
        "optimizer": {"type": "Adam", "params": {"lr": 0.01}},
        "parameter_groups": [{"nodes": ["conv1"], "weight_decay": 5e-4}],
        "epochs": 200,
        "seed": seed,
        "device": "cpu",
        "early_stopping": {"monitor": "val/loss", "mode": "min", "patience": 10, "restore_best_weights": False},
        "checkpoint": {"monitor": "val/loss", "mode": "min", "every_epochs": 200, "tested": "last"},
    }
