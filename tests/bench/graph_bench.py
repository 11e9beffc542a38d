"""GCN on Cora with the recipe of Kipf and Welling (2017), trained by the product's own loop over ten seeds.

The set is read from ``NETWRIGHT_HOME/data/cora`` where it is downloaded, or from the folder given as first argument.
A second argument is the number of seeds.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from netwright.data.base import SourceSpec
from netwright.data.download import missing_files
from netwright.data.registry import SOURCES
from netwright.settings import Settings
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.spec import RunSpec
from netwright.training.threads import spin_briefly
from recipes import kipf_and_welling
from samples import gcn

NUM_SEEDS = 10
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "graph-cora"


def find_cora(given: str | None) -> Path | None:
    """The folder that holds Cora's files."""
    folders = [Path(given)] if given else [Settings.from_environment().home / "data" / "cora", SHARED]
    return next((folder for folder in folders if not missing_files(SOURCES["cora"].files, folder)), None)


def run_seed(seed: int, cora: Path) -> tuple[dict[str, float], int, float]:
    """Metrics of a run, parameters of its network, seconds."""

    def emit(_: str, /, **_fields: Any) -> None:
        pass

    with tempfile.TemporaryDirectory() as folder:
        spec = RunSpec(
            run="bench",
            document=gcn(),
            training=TrainingConfig.model_validate(kipf_and_welling(seed)),
            source=SourceSpec(type="cora", path=str(cora)),
            versions={},
            created=0.0,
        )
        job = build_job(spec, Path(folder))
        began = time.perf_counter()
        outcome = train(job, emit, Control())
        seconds = time.perf_counter() - began
    return outcome.metrics, sum(weight.numel() for weight in job.network.parameters()), seconds


def main() -> None:
    spin_briefly()
    cora = find_cora(sys.argv[1] if len(sys.argv) > 1 else None)
    if cora is None:
        print("Cora is not here: download it on the Data page, or give the folder of its files.")
        return
    num_seeds = int(sys.argv[2]) if len(sys.argv) > 2 else NUM_SEEDS
    accuracies = []
    for seed in range(num_seeds):
        metrics, parameters, seconds = run_seed(seed, cora)
        accuracies.append(100 * metrics["test/Accuracy"])
        print(
            f"seed {seed}: test accuracy {accuracies[-1]:.1f} %, validation {100 * metrics['val/Accuracy']:.1f} %, "
            f"{parameters:,} parameters, {seconds:.1f} s",
            flush=True,
        )
    spread = statistics.stdev(accuracies) if num_seeds > 1 else 0.0
    print(f"GCN on Cora, {num_seeds} seeds: {statistics.mean(accuracies):.2f} +- {spread:.2f} % (the paper: 81.5)")


if __name__ == "__main__":
    main()
