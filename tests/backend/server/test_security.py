"""Who is let in: every route, every method, every socket."""

import asyncio
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets
from backend.server.helpers import TOKEN, RealServer, assert_problem
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from netwright.server.app import describe_app
from netwright.server.serve import CannotServeError, listen
from netwright.server.token import load_token
from netwright.settings import Settings
from starlette.routing import Route

PUBLIC = {"/api/health"}
WORKERS = "/api/worker/"


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path that the application knows, ``WS`` for sockets."""
    for context in iter_route_contexts(describe_app().routes):
        route = context.original_route
        assert isinstance(route, (APIRoute, APIWebSocketRoute, Route)), f"the walk does not know {route}"
        path = re.sub(r"{(\w+)(:\w+)?}", "1", route.path)
        if isinstance(route, APIWebSocketRoute):
            yield "WS", path
        else:
            for method in sorted(route.methods or {"GET"}):
                yield method, path


ROUTES = sorted(set(routes()))
HTTP = [(method, path) for method, path in ROUTES if method != "WS"]
SOCKETS = [path for method, path in ROUTES if method == "WS"]


def test_routes_when_walked_are_all_there() -> None:
    assert len(HTTP) > 30
    assert len(SOCKETS) == 2
    assert ("GET", "/openapi.json") in HTTP
    assert ("GET", "/docs") in HTTP


@pytest.mark.parametrize(("method", "path"), HTTP)
def test_route_when_nobody_is_signed_in_is_closed(server: RealServer, method: str, path: str) -> None:
    response = server.stranger.request(method, path)
    if path in PUBLIC:
        assert response.status_code == 200
    elif path.startswith(("/api/", "/docs", "/openapi.json")):
        if method == "HEAD":
            assert response.status_code == 401
        elif path.startswith(WORKERS):
            assert_problem(
                server.stranger.request(method, path, json={"attempt": 1, "events": []}), 401, "not_signed_in"
            )
        else:
            assert_problem(response, 401, "not_signed_in")
    else:
        assert response.status_code == 401
        assert response.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("method", "path"), HTTP)
def test_route_when_another_site_asks_changes_nothing(server: RealServer, method: str, path: str) -> None:
    for origin in ("http://evil.example", "null", server.url.replace("127.0.0.1", "localhost"), f"{server.url}0"):
        response = server.client.request(method, path, headers={"origin": origin})
        if method in {"GET", "HEAD"}:
            assert "access-control-allow-origin" not in response.headers
        else:
            assert_problem(response, 403, "foreign_origin")


@pytest.mark.parametrize(("method", "path"), HTTP)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[bad", ""])
def test_route_when_the_host_is_foreign_is_closed(server: RealServer, method: str, path: str, host: str) -> None:
    response = server.client.request(method, path, headers={"host": host})
    assert response.status_code in {400, 421}


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Cookie": "netwright_token=wrong"}, 401),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"}, 403),
        ({"Cookie": f"netwright_token={TOKEN}", "Origin": "null"}, 403),
    ],
)
def test_socket_when_it_may_not_is_refused(server: RealServer, path: str, headers: dict[str, str], status: int) -> None:
    async def main() -> None:
        with pytest.raises(websockets.exceptions.InvalidStatus) as caught:
            async with websockets.connect(server.socket_url + path, additional_headers=headers):
                pass
        assert caught.value.response.status_code == status

    asyncio.run(main())


def test_socket_when_the_page_opens_it_is_let_in(server: RealServer) -> None:
    headers = {"Cookie": f"netwright_token={TOKEN}", "Origin": server.url}

    async def main() -> None:
        async with websockets.connect(f"{server.socket_url}/api/runs/live", additional_headers=headers):
            pass

    asyncio.run(main())


def test_request_when_a_browser_says_it_is_cross_site_is_refused(server: RealServer) -> None:
    response = server.client.post("/api/networks", json={}, headers={"sec-fetch-site": "cross-site"})
    assert_problem(response, 403, "foreign_origin")


@pytest.mark.parametrize("path", ["/", "/networks/abc", "/runs?tab=log"])
def test_link_with_the_token_when_opened_signs_in_and_strips_it(server: RealServer, path: str) -> None:
    separator = "&" if "?" in path else "?"
    response = server.stranger.get(f"{path}{separator}token={TOKEN}")
    assert response.status_code == 303
    assert response.headers["location"] == path
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert response.headers["referrer-policy"] == "no-referrer"
    with httpx.Client(base_url=server.url, cookies={"netwright_token": TOKEN}) as browser:
        assert browser.get("/api/networks").status_code == 200
    server.stranger.cookies.clear()


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "///x"])
def test_link_with_the_token_when_its_path_looks_like_a_host_stays_here(server: RealServer, path: str) -> None:
    response = server.stranger.get(f"{server.url}{path}?token={TOKEN}")
    server.stranger.cookies.clear()
    assert re.match(r"/(?![/\\])", response.headers["location"])


@pytest.mark.parametrize("token", ["", "wrong", f"{TOKEN}x", "数字", "%FF%00"])
def test_link_when_the_token_is_wrong_says_how_to_get_the_right_one(server: RealServer, token: str) -> None:
    response = server.stranger.get(f"/?token={token}")
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    assert "terminal" in response.text
    assert TOKEN not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"cookie": "netwright_token=; other=1"},
        {"cookie": 'a="; netwright_token'},
        {"cookie": b"netwright_token=\xff\xfe"},
    ],
)
def test_request_when_the_credentials_are_odd_is_closed(server: RealServer, headers: dict[str, str]) -> None:
    assert_problem(server.stranger.get("/api/networks", headers=headers), 401, "not_signed_in")


def test_answers_when_given_carry_the_security_headers(server: RealServer) -> None:
    for path in ("/api/health", "/api/networks", "/", "/nothing/here", "/api/nothing"):
        headers = server.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
    assert server.client.get("/api/networks").headers["cache-control"] == "no-store"
    policy = server.client.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    "path", ["/assets/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "/assets/%00", "/.hidden", "/assets//etc/passwd"]
)
def test_page_when_a_path_leads_out_gives_no_file(server: RealServer, path: str) -> None:
    response = server.client.get(f"{server.url}{path}")
    assert "create_app" not in response.text
    assert response.status_code in {200, 404, 503}


def test_load_token_when_none_is_given_makes_one_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    token = load_token(settings)
    file = tmp_path / "new" / "token"
    assert len(token) >= 43
    assert load_token(settings) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert load_token(settings) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_token(Settings(home=tmp_path, token="mine")) == "mine"  # noqa: S106
    assert "mine" not in repr(Settings(home=tmp_path, token="mine"))  # noqa: S106


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104
def test_listen_when_others_could_reach_it_and_no_token_was_chosen_refuses(tmp_path: Path, host: str) -> None:
    with pytest.raises(CannotServeError, match="NETWRIGHT_TOKEN"):
        listen(Settings(home=tmp_path, host=host))
