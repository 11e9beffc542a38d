"""How long the check of a ResNet-152-size document takes, JSON in to JSON out, in one thread.

Run it as ``python tests/bench/check_bench.py``.  ``cold`` is the first check of a process that has imported torch; ``edit``
changes one layer in the middle to a width that was not seen before, which moves the shapes behind it.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import orjson
from netwright.compiler.check import check_json
from netwright.compiler.report import CheckRequest
from resnet import resnet152

ROUNDS = 100


def main() -> None:
    body = json.dumps({"document": json.loads(resnet152().model_dump_json())}).encode()
    if sys.argv[1:] == ["--cold"]:
        start = time.perf_counter()
        check_json(body)
        print((time.perf_counter() - start) * 1e3)
        return
    answer = check_json(body)
    report = json.loads(answer)
    nodes = len(report["nodes"])
    print(f"{nodes} nodes, {report['totals']['parameters']:,} parameters, {len(body):,} bytes in, {len(answer):,} bytes out")
    show("cold, torch imported", cold())
    show("unchanged", timed(lambda: body))
    show("one edit: a width", timed(edits(body, "stage3_20_b_conv")))
    show("one edit: breaks a sum", timed(edits(body, "stage3_20_c_conv")))
    show("  of it parsing and validation", timed(lambda: body, lambda raw: CheckRequest.model_validate_json(raw)))


def cold() -> list[float]:
    """Each in a process of its own."""
    command = [sys.executable, __file__, "--cold"]
    return [float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(7)]


def edits(body: bytes, node_id: str) -> Callable[[], bytes]:
    """Bodies in which one layer's width is new each time."""
    request = orjson.loads(body)
    node = next(node for node in request["document"]["network"]["nodes"] if node["id"] == node_id)
    widths = iter(range(100_000, 200_000))

    def edited() -> bytes:
        node["params"]["out_channels"] = next(widths) % 1000 + 300
        return orjson.dumps(request)

    return edited


def timed(make: Callable[[], bytes], work: Callable[[bytes], object] = check_json) -> list[float]:
    """Milliseconds of each round; making the body is not counted."""

    def rounds() -> Iterator[float]:
        for _ in range(ROUNDS):
            body = make()
            start = time.perf_counter()
            work(body)
            yield (time.perf_counter() - start) * 1e3

    return list(rounds())


def show(name: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{name:32} median {statistics.median(ordered):7.2f} ms   p95 {p95:7.2f} ms")


if __name__ == "__main__":
    main()
