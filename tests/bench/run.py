"""Runs every benchmark beside this file and prints their figures: `make bench`, or with names: `run.py check events`.

Each benchmark compares side by side within one process or one run, interleaved, and prints medians and ratios, since absolute
times move with the machine's neighbours.  Nothing here is asserted.
"""

import platform
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Runs the benchmarks one after the other; gives how many of them failed."""
    wanted = sys.argv[1:]
    scripts = [
        path for path in sorted(FOLDER.glob("*_bench.py")) if not wanted or path.stem.removesuffix("_bench") in wanted
    ]
    print(f"{platform.platform()}, Python {platform.python_version()}", flush=True)
    failed = 0
    for script in scripts:
        print(f"\n== {script.stem.removesuffix('_bench')}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], cwd=FOLDER.parent.parent, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
