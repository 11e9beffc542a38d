"""``python -m netwright.worker.drain FOLDER ATTEMPT``: what a worker becomes when training is over and the server is away.

It is the same process (same id, same group) without torch and without the GPU, and ends as soon as the server has everything.
"""

import sys
from pathlib import Path

from netwright.training.spec import AttemptSpec
from netwright.worker.shipper import Shipper
from netwright.worker.spool import spool_path

MAX_SECONDS = 24 * 3600.0


def main() -> int:
    """0 when the server has everything, 1 when it did not come back within a day, 4 when a newer attempt took over."""
    folder, number = Path(sys.argv[1]), int(sys.argv[2])
    attempt = AttemptSpec.model_validate_json((folder / "attempts" / f"{number}.json").read_bytes())
    path = spool_path(folder, number)
    with path.open("rb") as file:
        last_seq = sum(1 for _ in file)
    fenced: list[bool] = []
    shipper = Shipper(attempt, path, act=lambda _: None, on_fenced=lambda: fenced.append(True))
    shipper.start()
    is_done = shipper.drain(last_seq, MAX_SECONDS)
    shipper.close()
    return 4 if fenced else 0 if is_done else 1


if __name__ == "__main__":
    sys.exit(main())
