"""The documents say what the code does."""

import ast
import re
from pathlib import Path

import netwright
from backend.server.helpers import RealServer
from netwright.server.problems import ERRORS

PACKAGE = Path(netwright.__file__).parent
DOCS = PACKAGE.parent.parent / "docs"


def test_errors_page_when_compared_with_the_code_lists_the_same_codes_and_statuses() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (DOCS / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {code: kind.status for code, kind in ERRORS.items()}


def test_codes_when_raised_by_services_and_routes_are_in_the_table() -> None:
    raised = set()
    for folder in ("services", "server"):
        for path in (PACKAGE / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args:
                    name, first = call.func.id, call.args[0]
                    if name in {"ServiceError", "ApiError", "problem_response"} and isinstance(first, ast.Constant):
                        raised.add(first.value)
    assert raised <= set(ERRORS)
    assert len(raised) > 12


def test_docs_when_read_name_every_route_and_every_code(server: RealServer) -> None:
    page = server.client.get("/docs").text
    for path in server.client.get("/openapi.json").json()["paths"]:
        assert path in page
    errors = server.client.get("/docs/errors").text
    for code in ERRORS:
        assert f'id="{code}"' in errors
