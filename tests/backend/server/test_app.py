"""The application as a whole: what it imports, what it serves, how faults look."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from backend.server.helpers import RealServer, assert_problem
from netwright.server import openapi, pages
from netwright.services.errors import ServiceError

ROOT = Path(openapi.__file__).parents[3]


def test_app_when_imported_and_described_loads_no_torch() -> None:
    program = (
        "import sys, netwright.server.app as app, netwright.server.serve, netwright.cli\n"
        "app.describe_app().openapi()\n"
        "heavy = {'torch', 'sklearn', 'pandas', 'scipy', 'onnx'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_openapi_when_generated_is_what_is_checked_in() -> None:
    from netwright.server.app import describe_app

    text = json.dumps(describe_app().openapi(), indent=1, ensure_ascii=False) + "\n"
    assert openapi.TARGET.read_text(encoding="utf-8") == text, "run `make generate`"


def test_openapi_when_read_names_each_schema_once_and_the_events_too(server: RealServer) -> None:
    schema = server.client.get("/openapi.json").json()
    names = set(schema["components"]["schemas"])
    assert not [name for name in names if name.endswith(("-Input", "-Output"))]
    assert {"ProblemDocument", "HelloEvent", "EndEvent", "Document", "RunRead", "StopCommand"} <= names
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], (method, path)
            if method in {"put", "patch"} or path in {"/api/runs", "/api/check"}:
                assert "requestBody" in operation or method == "get", (method, path)


def test_fault_when_a_route_breaks_is_a_problem_document(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise RuntimeError("a secret inside")

    monkeypatch.setattr(server.services.networks, "list_all", fail)
    problem = assert_problem(server.client.get("/api/networks"), 500, "internal_error")
    assert "secret" not in json.dumps(problem)


def test_service_error_when_raised_carries_its_problems(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise ServiceError("in_use", "It is in use.")

    monkeypatch.setattr(server.services.networks, "list_all", fail)
    assert_problem(server.client.get("/api/networks"), 409, "in_use")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>the page</title>")
    (tmp_path / "assets" / "main-abc.js").write_text("1")
    (tmp_path / "theme.js").write_text("2")
    (tmp_path / ".secret").write_text("3")
    monkeypatch.setattr(pages, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("built")
def test_page_when_built_is_served_for_every_address_of_its_own(server: RealServer) -> None:
    for path in ("/", "/networks/abc", "/runs?tab=log", "/.secret", "/index.html"):
        response = server.client.get(path)
        assert "the page" in response.text
        assert response.headers["cache-control"] == "no-cache"
    assert server.stranger.get("/index.html").status_code == 401


@pytest.mark.usefixtures("built")
def test_page_files_when_asked_for_are_public_and_kept_by_browsers(server: RealServer) -> None:
    script = server.stranger.get("/assets/main-abc.js")
    assert script.text == "1"
    assert "immutable" in script.headers["cache-control"]
    assert "javascript" in script.headers["content-type"]
    assert server.stranger.get("/theme.js").headers["cache-control"] == "no-cache"
    assert_problem(server.client.get("/assets/gone.js"), 404, "not_found")


def test_page_files_when_packed_by_the_build_are_sent_packed_to_whoever_takes_them_so(
    server: RealServer, built: Path
) -> None:
    (built / "assets" / "large-abc.js").write_text("let large;")
    (built / "assets" / "large-abc.js.gz").write_bytes(gzip.compress(b"let large;"))
    for taken, encoding in (("gzip, br", "gzip"), ("identity", None)):
        script = server.stranger.get("/assets/large-abc.js", headers={"accept-encoding": taken})
        assert script.headers.get("content-encoding") == encoding
        assert script.text == "let large;"
        assert "javascript" in script.headers["content-type"]
        assert "immutable" in script.headers["cache-control"]
        assert "accept-encoding" in script.headers["vary"]


def test_page_when_not_built_says_how(server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FOLDER", tmp_path / "nothing")
    response = server.client.get("/")
    assert response.status_code == 503
    assert "make page" in response.text
