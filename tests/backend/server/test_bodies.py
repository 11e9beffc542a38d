"""Whatever stands in a body, the answer is a problem document and never a fault of ours."""

import json
import math
from contextlib import suppress

import pytest
from backend.server.helpers import RealServer, assert_problem
from hypothesis import given
from hypothesis import strategies as st
from netwright.server.bodies import MAX_BODY_BYTES, MAX_INTEGER, check_json
from netwright.server.problems import ApiError

HEADERS = {"content-type": "application/json"}
PARAM = '{"document":{"network":{"nodes":[{"id":"a","type":"b","params":{"x":%s}}]}}}'


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "-Infinity",
        "1e400",
        "-1e999",
        "9223372036854775808",
        str(MAX_INTEGER + 1),
        "1" * 5000,
        '"\\ud800"',
        '"\\ud800\\u0041"',
        '"\\udc00"',
        '1,"x":2',
        "[" * 300 + "]" * 300,
        "[" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        "01",
        "+1",
        "'a'",
        "tru",
        '"\x01"',
        "[1,]",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/api/networks", "/api/check", "/api/runs"])
def test_body_when_it_is_not_our_json_is_refused(server: RealServer, path: str, value: str) -> None:
    body = (PARAM % value).encode()
    assert_problem(server.client.post(path, content=body, headers=HEADERS), 400, "invalid_json")


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe{\x00}\x00", b'{"document":"\xed\xa0\x80"}', b"\xef\xbb\xbf{}", b"{} {}"]
)
def test_body_when_it_is_no_utf8_json_is_refused(server: RealServer, raw: bytes) -> None:
    assert_problem(server.client.post("/api/networks", content=raw, headers=HEADERS), 400, "invalid_json")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "document"),
        ({"document": []}, "document"),
        ({"document": {"name": 1}}, "document.name"),
        ({"document": {"format": 2}}, "document.format"),
        ({"document": {"nonsense": 1}}, "document.nonsense"),
        ({"document": {"network": {"parameters": {"w": True}}}}, "document.network.parameters.w"),
        ({"document": {}, "extra": 1}, "extra"),
        ([], ""),
    ],
)
def test_body_when_a_field_does_not_fit_names_it(server: RealServer, body: object, field: str) -> None:
    problem = assert_problem(server.client.post("/api/networks", json=body), 422, "invalid_request")
    assert any(each["field"].startswith(field) for each in problem["problems"])


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        ({"epochs": 0}, "Input should be greater than or equal to 1."),
        ({"seed": 2**53}, "Input should be less than or equal to 4294967295."),
        ({"precision": "int4"}, "Input should be 'float32', "),
        ({"data": {"split": {"test": 1.0}}}, "Input should be less than 1."),
        ({"data": {"split": {"validation": 1.0}}}, "1 leaves nothing to train on. Take a share below 1"),
        (
            {"data": {"split": {"validation": 0}}},
            "0 leaves nothing to validate with. Take a share above 0 (0.1 is usual)",
        ),
    ],
)
def test_body_when_a_value_is_out_of_range_says_the_range(
    server: RealServer, training: dict[str, object], sentence: str
) -> None:
    response = server.client.post("/api/runs", json={"document": {}, "training": training})
    (problem,) = assert_problem(response, 422, "invalid_request")["problems"]
    assert problem["message"].startswith(sentence)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_body_when_it_is_not_sent_as_json_is_refused(server: RealServer, content_type: str) -> None:
    response = server.client.post("/api/networks", content=b"{}", headers={"content-type": content_type})
    assert_problem(response, 415, "wrong_content_type")


def test_body_when_it_is_too_large_is_refused_announced_or_not(server: RealServer) -> None:
    def stream() -> object:
        for _ in range(MAX_BODY_BYTES // 2**20 + 1):
            yield b" " * 2**20

    large = b" " * (MAX_BODY_BYTES + 1)
    assert_problem(server.client.post("/api/networks", content=large, headers=HEADERS), 413, "body_too_large")
    assert_problem(
        server.client.post("/api/networks", content=stream(), headers=HEADERS),  # type: ignore[arg-type]  # a generator
        413,
        "body_too_large",
    )


@pytest.mark.parametrize("revision", ["0", "-1", "x", "1.5", "9223372036854775808", "1" * 400, "%00"])
def test_path_when_a_number_does_not_fit_is_refused(server: RealServer, revision: str) -> None:
    response = server.client.get(f"/api/networks/abc/revisions/{revision}")
    assert response.status_code in {404, 422}
    assert_problem(response, response.status_code, response.json()["code"])


@pytest.mark.parametrize("name", ["x%00y", "%F0%9F%A7%A0", "'%20OR%201=1", "..%2f..", "%ff%fe", "a" * 5000])
@pytest.mark.parametrize(
    "path", ["/api/networks/{}", "/api/runs/{}", "/api/runs/{}/metrics", "/api/checkpoints/{}/download"]
)
def test_path_when_an_id_is_strange_is_not_found(server: RealServer, path: str, name: str) -> None:
    assert_problem(server.client.get(path.format(name)), 404, "not_found")


@pytest.mark.parametrize("query", ["after=-1", "after=9223372036854775808", "limit=0", "limit=x", "after=NaN"])
def test_query_when_a_number_does_not_fit_is_refused(server: RealServer, query: str) -> None:
    problem = assert_problem(server.client.get(f"/api/runs/abc/events?{query}"), 422, "invalid_request")
    assert problem["problems"][0]["field"].startswith("query.")


def test_address_when_there_is_nothing_is_a_problem_too(server: RealServer) -> None:
    assert_problem(server.client.get("/api/nothing"), 404, "not_found")
    assert_problem(server.client.get("/assets/nothing.js"), 404, "not_found")
    assert_problem(server.client.patch("/api/networks"), 405, "method_not_allowed")
    assert_problem(server.client.post("/somewhere", json={}), 405, "method_not_allowed")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(JSON)
def test_check_json_when_it_is_plain_json_lets_it_pass(value: object) -> None:
    check_json(json.dumps(value).encode())
    check_json(json.dumps(value, ensure_ascii=False).encode())


def exact(raw: bytes) -> bool:
    """Whether ``raw`` is what we take, said the slow way."""

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(found)) != len(found):
            raise ValueError
        return dict(found)

    def number(text: str) -> int:
        if len(text) > 18 or abs(int(text)) > MAX_INTEGER:
            raise ValueError
        return int(text)

    def real(text: str) -> float:
        if math.isinf(float(text)):
            raise ValueError
        return float(text)

    def constant(_text: str) -> None:
        raise ValueError

    try:
        json.loads(raw.decode(), object_pairs_hook=pairs, parse_int=number, parse_float=real, parse_constant=constant)
    except ValueError:
        return False
    return True


TRICKY = st.lists(
    st.sampled_from(
        [
            '{"a":1,"a":2}',
            '{"a":1,"b":2}',
            '{"a":{"a":1}}',
            '{"\\u0061":1,"a":2}',
            '{"a"\t:1}',
            '{"c" \n:1}',
            '{"\\":":1,"":2}',
            '"x\\u0022:"',
            '"\\":"',
            "1e400",
            "NaN",
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "0.12345678901234567",
            "123456789012345678901.5",
            "12345678901234567e1",
            "0.1e-5",
            "1E5",
            '"9007199254740993"',
        ]
    ),
    max_size=6,
)


@given(TRICKY)
def test_check_json_when_things_are_mixed_says_what_the_slow_way_says(parts: list[str]) -> None:
    raw = f"[{','.join(parts)}]".encode()
    try:
        check_json(raw)
    except ApiError:
        assert not exact(raw)
    else:
        assert exact(raw)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789eE+-.truefalsn \\u').map(str.encode))
def test_check_json_when_given_anything_passes_or_refuses(raw: bytes) -> None:
    with suppress(ApiError):
        check_json(raw)
        json.loads(raw)
