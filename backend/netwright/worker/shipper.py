"""Sends the spool to the server and brings back its commands.

It reads the spool by offset, so a server that is away costs no memory: what was not sent is on disk.  The server says in each
reply up to which event it has everything, and sending goes on from there; sending twice is harmless.
"""

import http.client
import json
import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from netwright.training.events import Command, EventReply
from netwright.training.spec import AttemptSpec, ServerAddress
from netwright.worker.spool import SpoolReader

LOG = logging.getLogger(__name__)

POLL_SECONDS = 0.25
"""Without events an empty batch is sent this often: it brings commands and shows that the worker lives."""

TIMEOUT_SECONDS = 10.0
MIN_WAIT_SECONDS = 0.1
MAX_WAIT_SECONDS = 5.0


class FencedReplyError(Exception):
    """The server has given this run to a newer attempt."""


class ServerAwayError(Exception):
    """No usable answer; the message says what came instead."""


class Shipper:
    """A thread of its own.  ``act`` takes commands, ``on_fenced`` is called once when a newer attempt has taken over."""

    def __init__(
        self,
        attempt: AttemptSpec,
        spool: Path,
        act: Callable[[Command], None],
        on_fenced: Callable[[], None],
    ) -> None:
        assert attempt.server_file is not None
        self._attempt = attempt
        self._server_file = Path(attempt.server_file)
        self._reader = SpoolReader(spool)
        self._act, self._on_fenced = act, on_fenced
        self._connection: http.client.HTTPConnection | None = None
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._wait = MIN_WAIT_SECONDS
        self._last_error = ""
        self.acked = 0
        self._thread = threading.Thread(target=self._work, name="shipper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There are new lines in the spool."""
        self._wake.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                while self.ship() and not self._stopping.is_set():
                    pass
                self._wait = MIN_WAIT_SECONDS
                if self._last_error:
                    LOG.info("The server answers again; it has the events up to %d.", self.acked)
                    self._last_error = ""
            except FencedReplyError:
                self._close()
                self._on_fenced()
                return
            except ServerAwayError as error:
                self._say_away(str(error))
                self._close()
                # Jitter, so that a hundred workers do not come back in the same millisecond.
                self._stopping.wait(self._wait * random.uniform(0.5, 1.0))
                self._wait = min(self._wait * 2, MAX_WAIT_SECONDS)

    def _say_away(self, error: str) -> None:
        if error != self._last_error:
            LOG.warning("The server does not take events: %s. Training goes on; they are kept.", error)
            self._last_error = error

    def ship(self) -> bool:
        """Sends one batch, an empty one where there is nothing new; True if more is waiting.

        Raises:
            ServerAwayError: it was not taken.
            FencedReplyError: a newer attempt has taken over.
        """
        lines = self._reader.peek()
        reply = self._post(b'{"attempt":%d,"events":[%s]}' % (self._attempt.attempt, b",".join(lines)))
        self.acked = reply.seq
        # Usually this steps over exactly what was sent.  A server that lacks earlier events, or has more, says so.
        if reply.seq == self._reader.next_seq + len(lines) - 1:
            self._reader.advance(lines)
        else:
            self._reader.go_to(reply.seq + 1)
        for command in reply.commands:
            self._act(command)
        return bool(lines) and bool(self._reader.peek())

    def _post(self, body: bytes) -> EventReply:
        try:
            connection = self._connect()
            connection.request(
                "POST",
                f"{self._prefix}/api/worker/runs/{self._attempt.run}/events",
                body,
                {"Content-Type": "application/json", "Authorization": f"Bearer {self._attempt.token}"},
            )
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServerAwayError(f"{type(error).__name__}: {error}") from error
        if response.status == 409:
            raise FencedReplyError
        if response.status != 200:
            raise ServerAwayError(f"it answers {response.status} {data[:200].decode(errors='replace')}")
        try:
            return EventReply.model_validate_json(data)
        except ValidationError as error:
            raise ServerAwayError(f"its answer is no reply: {data[:200].decode(errors='replace')}") from error

    def _connect(self) -> http.client.HTTPConnection:
        """The open connection, or a new one to where the server listens now."""
        if self._connection is None:
            address = ServerAddress.model_validate(json.loads(self._server_file.read_bytes()))
            parts = urlsplit(address.url)
            if parts.hostname is None:
                raise ValueError(f"{self._server_file} holds no URL: {address.url!r}")
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
            self._prefix = parts.path.rstrip("/")
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def drain(self, seq: int, seconds: float) -> bool:
        """Waits until the server has everything up to ``seq``; False if it has not after ``seconds``."""
        end = time.monotonic() + seconds
        while self.acked < seq and self._thread.is_alive() and time.monotonic() < end:
            self.wake()
            time.sleep(0.01)
        return self.acked >= seq

    def close(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(TIMEOUT_SECONDS)
        self._close()
