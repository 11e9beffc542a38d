"""The outer gate, as pure ASGI around everything (routes, documents, static files and sockets alike): who may ask at all.

docs/security.md says what is defended against and how.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response

from netwright.language import language_of, say, use_language
from netwright.server.pages import find_file, sign_in_page
from netwright.server.problems import problem_response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "netwright_token"
PUBLIC_PATHS = frozenset({"/api/health"})
WORKER_PREFIX = "/api/worker/"
"""Workers bring the token of their attempt, which the route itself checks against the database."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECONDS_SIGNED_IN = 180 * 24 * 3600
SECONDS_TO_CLOSE = 0.5

# Mantine puts a <style> element into the page, so styles may be inline; scripts stay strict, which is what counts.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class Gate:
    """Checks Host, Origin and token, and puts the security headers on every answer."""

    def __init__(self, app: App, *, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with use_language(_language_of(scope, headers)):
            await self._pass(scope, headers, receive, send)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        refusal = self._refuse(scope, headers)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await _deny_socket(refusal, scope, receive, send)
            return
        await (refusal or self._app)(scope, receive, _with_headers(send, scope["path"]))

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer that ends this request here, None where it may pass."""
        host = headers.get("host", "")
        if not self._is_ours(_name_of(host)):
            return problem_response(
                "foreign_host",
                say(
                    "This server is not known as {host}. Open it under the address that it printed, or name "
                    "this host in NETWRIGHT_ALLOWED_HOSTS.",
                    host=repr(host[:200]),
                ),
            )
        if (scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS) and _is_foreign(headers, host):
            return problem_response("foreign_origin", say("Only Netwright's own page may do this."))
        path: str = scope["path"]
        if path in PUBLIC_PATHS or path.startswith(WORKER_PREFIX):
            return None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and _is_page(path):
            if find_file(path[1:]) is not None:
                return None
            return self._sign_in(scope, headers)
        return (
            None
            if self._is_signed_in(headers)
            else problem_response(
                "not_signed_in",
                say(
                    "Open the link that Netwright printed when it started, or send its token as Authorization: Bearer."
                ),
                headers={"www-authenticate": "Bearer"},
            )
        )

    def _is_ours(self, name: str) -> bool:
        """A name that we know.  An address is no name: nobody can make it resolve to somewhere else."""
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _sign_in(self, scope: Scope, headers: Headers) -> Response | None:
        """``GET /anything?token=...`` sets the cookie and goes to the same address without the token."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in query if name == "token"]
        if tokens and self._is_token(tokens[-1]):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            # A path of two slashes would be read as another host.
            target = "/" + scope["path"].lstrip("/\\") + (f"?{rest}" if rest else "")
            response = RedirectResponse(target, 303)
            response.set_cookie(
                COOKIE,
                tokens[-1],
                max_age=SECONDS_SIGNED_IN,
                httponly=True,
                samesite="strict",
                secure=scope["scheme"] == "https",
            )
            return response
        if self._is_signed_in(headers):
            return None
        return Response(sign_in_page(is_wrong=bool(tokens)), 401, media_type="text/html")

    def _is_signed_in(self, headers: Headers) -> bool:
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(credentials.strip())
        return any(self._is_token(value) for value in _cookies(headers))

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "surrogateescape"), self._token)


def _language_of(scope: Scope, headers: Headers) -> str:
    """Of the answer: the query's ``language`` (a socket of a browser can set no headers), else what the headers ask for."""
    if scope["type"] == "websocket":
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        return language_of(dict(query).get("language") or headers.get("accept-language", ""))
    return language_of(headers.get("accept-language", ""))


def _is_page(path: str) -> bool:
    return not path.startswith(("/api/", "/docs", "/openapi.json"))


def _is_foreign(headers: Headers, host: str) -> bool:
    """Whether another site's page asks.  Browsers name the Origin of every socket and of every request that changes
    something; a client that names none is no browser."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != host.lower()


def _name_of(host: str) -> str:
    """``[::1]:8000`` -> ``::1``; the port is no defence, a name that resolves here from outside is the attack."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _cookies(headers: Headers) -> list[str]:
    values = []
    for header in headers.getlist("cookie"):
        try:
            cookie = SimpleCookie(header)
        except CookieError:
            continue
        if COOKIE in cookie:
            values.append(cookie[COOKIE].value)
    return values


def _with_headers(send: Send, path: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["x-content-type-options"] = "nosniff"
            headers["x-frame-options"] = "DENY"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
            headers["content-security-policy"] = PAGE_POLICY if not path.startswith("/api/") else API_POLICY
            headers.setdefault("cache-control", "no-store")
            headers.add_vary_header("accept-language")
        await send(message)

    return send_with_headers


async def _deny_socket(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses a socket before it opens, with the problem document where the server can send one."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await refusal(scope, receive, send)
    # uvicorn reports a fault if we return before the connection is closed.
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS_TO_CLOSE):
            while True:
                await receive()
