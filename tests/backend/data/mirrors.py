"""A real HTTP server of files that breaks off when told to."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from netwright.data.base import RemoteFile


def files_of(content: dict[str, bytes]) -> tuple[RemoteFile, ...]:
    return tuple(RemoteFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in content.items())


class Mirror:
    """A server of ``content`` and a list of what was asked; ``cut_after`` bytes each of the first answers break off."""

    def __init__(
        self, content: dict[str, bytes], *, cut_after: list[int] | None = None, has_ranges: bool = True
    ) -> None:
        self.content, self.cuts, self.has_ranges = content, list(cut_after or []), has_ranges
        self.requests: list[tuple[str, str | None]] = []
        self.url = ""


@contextmanager
def serve(mirror: Mirror) -> Iterator[Mirror]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            name = self.path.removeprefix("/")
            asked = self.headers.get("Range")
            mirror.requests.append((name, asked))
            if name not in mirror.content:
                self.send_error(404)
                return
            data = mirror.content[name]
            start = 0
            match = re.fullmatch(r"bytes=(\d+)-", asked or "")
            if match and mirror.has_ranges:
                start = int(match[1])
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("Content-Encoding", "gzip")  # as some do: the raw bytes are wanted all the same
            self.end_headers()
            end = len(data)
            if mirror.cuts:
                end = start + mirror.cuts.pop(0)
            self.wfile.write(data[start:end])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server calls
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        mirror.url = f"http://127.0.0.1:{server.server_address[1]}/"
        try:
            yield mirror
        finally:
            server.shutdown()
            thread.join()
