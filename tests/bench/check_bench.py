"""How long the check of a ResNet-152-size document takes, JSON in to JSON out, in one thread.

Run it as ``python tests/bench/check_bench.py``.  ``cold`` is a check with all caches empty in a
process that has warmed up; an edit gives one layer in the middle a width that was not seen before, which moves the shapes
behind it.  On a busy machine read the processor's time.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import block_samples
from netwright.compiler import check
from netwright.compiler.check import check_document_json, warm_up
from netwright.compiler.report import CheckRequest
from netwright.graph.document import Document
from netwright.server.bodies import parse_body
from resnet import resnet152

ROUNDS = 100


def body_of_the_page(document: Document) -> bytes:
    """The question as the page sends it: what the document means, without places and without defaults."""
    meaning = document.model_dump(mode="json", exclude_defaults=True, exclude={"view"})
    return orjson.dumps({"document": {"format": 1, **meaning}, "batch_size": 1})


def answer_check(body: bytes) -> bytes:
    """What the server does with the body of ``POST /api/check``, from bytes to bytes: refuses odd JSON, validates, checks."""
    request = parse_body(CheckRequest, body)
    assert isinstance(request, CheckRequest)
    return check_document_json(request.document, request.batch_size)


def parse(body: bytes) -> object:
    return parse_body(CheckRequest, body)


def main() -> None:
    body = body_of_the_page(resnet152())
    start = time.perf_counter()
    warm_up()
    print(f"warm_up, once in a process: {time.perf_counter() - start:.2f} s")
    answer = answer_check(body)
    report = orjson.loads(answer)
    nodes = len(report["nodes"])
    print(
        f"{nodes} nodes, {report['totals']['parameters']:,} parameters, {len(body):,} bytes in, {len(answer):,} bytes out"
    )
    show("cold: nothing remembered", timed(lambda: forget(body)))
    show("unchanged", timed(lambda: body))
    show("one edit: a width", timed(edits(body, "stage3_20_b_conv")))
    show("one edit: breaks a sum", timed(edits(body, "stage3_20_c_conv")))
    show("one edit: a wire goes", timed(without_wires(body)))
    show("  of it parsing and validation", timed(without_wires(body), parse))
    show("  a body like none before", timed(lambda: forget(body), parse))
    blocks = body_of_the_page(block_samples.resnet152())
    print("the same network drawn with blocks, as a dozen boxes:")
    show("unchanged", timed(lambda: blocks))
    show("one edit inside a nested block", timed(edits(blocks, "conv2", "Bottleneck")))


def forget(body: bytes) -> bytes:
    """The same body, with every memory of the check emptied."""
    check.forget()
    return body


def without_wires(body: bytes) -> Callable[[], bytes]:
    """Bodies in which one wire is missing, another each time."""
    request = orjson.loads(body)
    edges = request["document"]["network"]["edges"]
    places = cycle(range(len(edges) // 4, len(edges) // 2))

    def edited() -> bytes:
        place = next(places)
        taken = edges.pop(place)
        changed = orjson.dumps(request)
        edges.insert(place, taken)
        return changed

    return edited


def edits(body: bytes, node_id: str, block: str | None = None) -> Callable[[], bytes]:
    """Bodies in which one layer's width is new each time, in the network or in one of its blocks."""
    request = orjson.loads(body)
    document = request["document"]
    nodes = (document["network"] if block is None else document["blocks"][block])["nodes"]
    node = next(node for node in nodes if node["id"] == node_id)
    widths = iter(range(100_000, 200_000))

    def edited() -> bytes:
        node["params"]["out_channels"] = next(widths) % 1000 + 300
        return orjson.dumps(request)

    return edited


def timed(make: Callable[[], bytes], work: Callable[[bytes], object] = answer_check) -> list[tuple[float, float]]:
    """Wall and processor milliseconds of each round; making the body is not counted."""
    rounds = []
    for _ in range(ROUNDS):
        body = make()
        start, processor = time.perf_counter(), time.thread_time()
        work(body)
        rounds.append(((time.perf_counter() - start) * 1e3, (time.thread_time() - processor) * 1e3))
    return rounds


def show(name: str, rounds: list[tuple[float, float]]) -> None:
    wall, processor = (sorted(times) for times in zip(*rounds, strict=True))
    p95 = wall[int(len(wall) * 0.95)]
    print(
        f"{name:32} median {statistics.median(wall):6.2f} ms   p95 {p95:6.2f} ms   "
        f"processor {statistics.median(processor):6.2f} ms"
    )


if __name__ == "__main__":
    main()
