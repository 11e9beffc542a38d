"""Files that lie, through the whole application: each is refused with its reason, and nothing is run, reached or kept.

The process that reads them tells on itself: Python's audit events name every socket, every other process and every file that
it opened.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import onnx
import pytest
import torch
from backend.exchange.files import (
    bare_pickle,
    network_of,
    pickle_that_runs_code,
    repack,
    safetensors_bytes,
    samples_of,
    state_dict_bytes,
    write_onnx,
    write_program,
)
from backend.server.test_dataset_routes import run
from backend.server.test_imports import as_json, assert_nothing_kept, digits_network, send, training_of
from samples import block, document, node, out

ELSEWHERE = "../../../../../../etc/passwd"

WATCH = """
import os, sys

def _watch(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "os.system", "os.exec", "os.spawn", "urllib")):
        _tell(event, arguments[0])
    elif event == "open" and isinstance(arguments[0], str):
        path, _, flags = arguments
        if path.endswith(("passwd", "canary")):
            _tell("open", path)
        elif flags & (os.O_WRONLY | os.O_RDWR) and "__pycache__" not in path and path != "/dev/null":
            _tell("write", path)

def _tell(event, what):
    line = f"{event} {what}\\n".encode()
    os.write(_out, line)

if "netwright.exchange.incoming" in sys.orig_argv:
    _out = os.open(os.environ["NETWRIGHT_TEST_WATCH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(_out, b"began\\n")
    sys.addaudithook(_watch)
"""


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the reading processes did that a file could have made them do."""
    folder, told = tmp_path / "watch", tmp_path / "told"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    monkeypatch.setenv("NETWRIGHT_TEST_WATCH", str(told))
    return lambda: told.read_text().splitlines() if told.exists() else []


def assert_harmless(told: list[str], home: Path, num_read: int) -> None:
    """The watch was there, and saw nothing but files of the reader's own."""
    assert told.count("began") == num_read
    own = (f"write {home}/imports/",)
    assert [line for line in told if line != "began" and not line.startswith(own)] == []


async def refused(client: httpx.AsyncClient, home: Path, data: bytes, name: str, code: str, words: str = "") -> None:
    """The file is refused for that reason, in a sentence that names it, and is gone."""
    answer = await send(client, data, name)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "bad_file"), (name, body)
    assert [problem["code"] for problem in body["problems"]] == [code], (name, body)
    assert Path(name).name in body["detail"], body
    assert words in body["detail"], body
    await assert_nothing_kept(client, home)


def test_pickle_when_it_runs_code_is_refused_in_every_wrapping(
    tmp_path: Path, watched: Callable[[], list[str]]
) -> None:
    canary, home = tmp_path / "canary", tmp_path / "home"
    hostile = pickle_that_runs_code(canary)
    old_program = io.BytesIO()
    with zipfile.ZipFile(old_program, "w") as archive:
        archive.writestr("serialized_exported_program.json", "{}")
        archive.writestr("serialized_state_dict.pt", hostile)

    async def scenario(client: httpx.AsyncClient) -> None:
        # Its name plays no part.
        await refused(client, home, hostile, "a.safetensors", "file_runs_code", "exec")
        await refused(client, home, bare_pickle(canary), "a.pkl", "file_runs_code")
        await refused(client, home, old_program.getvalue(), "a.pt2", "file_runs_code", "exec")

    run(home, scenario)
    assert not canary.exists()
    assert_harmless(watched(), home, num_read=2)  # a bare pickle is known by its first bytes


FITS = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}

LIES: dict[str, tuple[bytes, str]] = {
    "beyond the end": (
        safetensors_bytes({"a": FITS | {"shape": [2**20], "data_offsets": [0, 2**22]}}, bytes(8)),
        "file_truncated",
    ),
    "overlapping": (
        safetensors_bytes({"a": FITS, "b": FITS | {"data_offsets": [4, 12]}}, bytes(12)),
        "file_damaged",
    ),
    "backwards": (safetensors_bytes({"a": FITS | {"data_offsets": [8, 0]}}, bytes(8)), "file_damaged"),
    "another type": (safetensors_bytes({"a": FITS | {"dtype": "F64"}}, bytes(8)), "file_damaged"),
    "no type": (safetensors_bytes({"a": FITS | {"dtype": "os.system"}}, bytes(8)), "file_damaged"),
    "negative": (safetensors_bytes({"a": FITS | {"shape": [-2]}}, bytes(8)), "file_damaged"),
    "a long header": ((2**63).to_bytes(8, "little") + b'{"a":1}', "file_damaged"),
}


def test_safetensors_when_the_header_lies_is_refused(tmp_path: Path, watched: Callable[[], list[str]]) -> None:
    home = tmp_path / "home"

    async def scenario(client: httpx.AsyncClient) -> None:
        for lie, (data, code) in LIES.items():
            await refused(client, home, data, f"{lie}.safetensors", code)

    run(home, scenario)
    assert_harmless(watched(), home, num_read=len(LIES))


def external(location: str, kind: str) -> bytes:
    """A model that keeps a tensor in another file: a weight, a constant within a branch, or one of a function."""
    helper = onnx.helper
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    value, result = (helper.make_tensor_value_info(name, 1, ("N", 4)) for name in "xy")
    add = helper.make_node("Add", ["x", "w"], ["y"])
    constant = helper.make_node("Constant", [], ["w"], value=tensor)
    if kind == "weight":
        graph = helper.make_graph([add], "g", [value], [result], [tensor])
        return bytes(helper.make_model(graph).SerializeToString())
    if kind == "branch":
        inner = helper.make_graph([constant, add], "inner", [], [result])
        flag = helper.make_node("Constant", [], ["c"], value=helper.make_tensor("c", 9, [], [True]))
        branch = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
        return bytes(helper.make_model(helper.make_graph([flag, branch], "g", [value], [result])).SerializeToString())
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    function = helper.make_function("own", "F", ["x"], ["y"], [constant, add], opsets[:1])
    call = helper.make_node("F", ["x"], ["y"], domain="own")
    graph = helper.make_graph([call], "g", [value], [result])
    return bytes(helper.make_model(graph, functions=[function], opset_imports=opsets).SerializeToString())


@pytest.mark.parametrize("kind", ["weight", "branch", "function"])
def test_onnx_when_tensors_lie_in_other_files_is_refused_and_none_is_opened(
    kind: str, tmp_path: Path, watched: Callable[[], list[str]]
) -> None:
    home = tmp_path / "home"

    async def scenario(client: httpx.AsyncClient) -> None:
        await refused(client, home, external(ELSEWHERE, kind), "ext.onnx", "file_external_data", ELSEWHERE)

    run(home, scenario)
    assert_harmless(watched(), home, num_read=1)


def bomb_of_constants() -> bytes:
    """A few bytes that ask for 2^40 numbers."""
    helper = onnx.helper
    value, result = (helper.make_tensor_value_info(name, 1, ("N", 4)) for name in "xy")
    size = helper.make_tensor("size", 7, [4], [1024, 1024, 1024, 1024])
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["one"], keepdims=0),
        helper.make_node("Add", ["x", "one"], ["y"]),
    ]
    return bytes(helper.make_model(helper.make_graph(nodes, "g", [value], [result], [size])).SerializeToString())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A sound file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    drawn = digits_network()
    network, samples = network_of(drawn), samples_of(drawn)
    write_onnx(network, samples, folder / "a.onnx")
    write_program(network, samples, folder / "a.pt2")
    return {
        "onnx": (folder / "a.onnx").read_bytes(),
        "pt2": (folder / "a.pt2").read_bytes(),
        "pt": state_dict_bytes(dict(network.state_dict())),
        "safetensors": safetensors_bytes({"a": FITS | {"shape": [200], "data_offsets": [0, 800]}}, bytes(800)),
    }


def test_file_when_cut_off_anywhere_is_refused(
    whole: dict[str, bytes], tmp_path: Path, watched: Callable[[], list[str]]
) -> None:
    home = tmp_path / "home"
    wanted = {"onnx": "file_damaged", "pt2": "file_truncated", "pt": "file_truncated", "safetensors": "file_truncated"}

    async def scenario(client: httpx.AsyncClient) -> None:
        for kind, data in whole.items():
            await refused(client, home, data[: 2 * len(data) // 3], f"cut.{kind}", wanted[kind])
            await refused(client, home, data[:-1], f"cut.{kind}", wanted[kind])

    run(home, scenario)
    # The end of a ZIP is looked at before a process is begun.
    assert_harmless(watched(), home, num_read=4)


def test_bomb_when_it_would_grow_is_refused_or_left_alone(
    whole: dict[str, bytes], tmp_path: Path, watched: Callable[[], list[str]]
) -> None:
    home = tmp_path / "home"
    program = repack(whole["pt2"], {"weight_0": bytes(100_000_000)}, compression=zipfile.ZIP_DEFLATED)
    weights = repack(whole["pt"], {"data/0": bytes(100_000_000)}, compression=zipfile.ZIP_DEFLATED)

    async def scenario(client: httpx.AsyncClient) -> None:
        await refused(client, home, program, "bomb.pt2", "file_damaged", "is packed")
        await refused(client, home, weights, "bomb.pt", "file_damaged", "is packed")
        answer = await send(client, bomb_of_constants(), "bomb.onnx")
        assert answer.status_code == 201, answer.text
        # The 2^40 numbers are not computed: what takes them stays open.
        assert {each["operator"] for each in answer.json()["report"]["placeholders"]} == {"Add"}

    assert max(len(program), len(weights)) < 400_000
    run(home, scenario)
    assert_harmless(watched(), home, num_read=3)


def looped() -> Any:
    """A document whose block contains another that contains the first."""
    one = block([node("x", "Input"), node("inner", "block:Two"), out("y")])
    two = block([node("x", "Input"), node("inner", "block:One"), out("y")])
    drawn = document(
        block([node("image", "Input", shape=[1, 8, 8]), node("loop", "block:One"), out()]), One=one, Two=two
    )
    return as_json(drawn)


def test_document_when_blocks_contain_each_other_is_neither_kept_nor_run_nor_written_as_code(
    tmp_path: Path,
) -> None:
    drawn = looped()

    async def scenario(client: httpx.AsyncClient) -> None:
        for path, body in (
            ("/api/code", {"document": drawn}),
            ("/api/runs", {"document": drawn, "training": training_of()}),
        ):
            answer = await client.post(path, json=body)
            assert answer.status_code == 422, (path, answer.text)
            found = {problem["code"]: problem["message"] for problem in answer.json()["problems"]}
            assert "One" in found["block_recursion"], (path, found)
        assert (await client.get("/api/runs")).json() == []
        kept = await client.post("/api/networks", json={"document": drawn})
        assert kept.status_code == 422, kept.text
        assert [problem["message"] for problem in kept.json()["problems"]] == [
            "A block is within itself: 'One' uses 'Two' uses 'One'."
        ]
        await assert_nothing_kept(client, tmp_path / "home")

    run(tmp_path / "home", scenario)


def test_document_when_cut_off_or_newer_is_refused_with_the_reason(tmp_path: Path) -> None:
    text = json.dumps({"document": as_json(digits_network())})

    async def scenario(client: httpx.AsyncClient) -> None:
        headers = {"content-type": "application/json"}
        for length in (0, 1, len(text) // 2, len(text) - 1):
            answer = await client.post("/api/networks", content=text[:length], headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json"), answer.text
        newer = as_json(digits_network()) | {"format": 99, "something_new": 1}
        answer = await client.post("/api/networks", json={"document": newer})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
        assert "newer" in " ".join(problem["message"] for problem in answer.json()["problems"]), answer.text
        await assert_nothing_kept(client, tmp_path / "home")

    run(tmp_path / "home", scenario)


def test_weights_when_another_zip_is_called_so_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.txt", b"x")
        archive.writestr("photo.png", b"x")
    home = tmp_path / "home"

    async def scenario(client: httpx.AsyncClient) -> None:
        await refused(client, home, buffer.getvalue(), "photos.zip", "file_kind_unknown")
        await refused(client, home, buffer.getvalue()[:-3], "photos.zip", "file_truncated")
        await refused(client, home, torch.zeros(3).numpy().tobytes(), "numbers.bin", "file_kind_unknown")

    run(home, scenario)
    assert not [*tmp_path.rglob("evil.txt")]
