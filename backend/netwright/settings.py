"""The settings, read in one place: from arguments first, then from the environment, then the defaults."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

STOP_SECONDS = 10.0
"""What `docker stop` and others give a container between SIGTERM and SIGKILL."""

CLOSING_SECONDS = 4.0
"""Of these, what the server needs for itself: 3 s at most for requests that are being answered, and for its database."""

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names the setting and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process is set up.

    ``home`` holds everything that is kept (``NETWRIGHT_HOME``).  ``token`` empty means that a random one is made and kept
    in ``home/token`` (``NETWRIGHT_TOKEN``).  ``database_url`` empty means ``home/netwright.db``
    (``NETWRIGHT_DATABASE_URL``).  ``allowed_hosts`` are further names under which the server may be reached, such as that
    of a proxy (``NETWRIGHT_ALLOWED_HOSTS``, separated by commas).  ``webhook`` is the address that is told of ends and alerts
    of runs (``NETWRIGHT_WEBHOOK``; empty, nobody is).  ``has_example`` puts an example network into a data folder
    that has never held one (``NETWRIGHT_EXAMPLE``, 1 or 0; a server is started with 1), named in ``language``, the language of
    the machine as browsers write it (``LC_ALL``, ``LC_MESSAGES``, ``LANG``).  ``stop_seconds`` says that workers are ended with
    the server, as in a container, and how many seconds there are from SIGTERM to that (``NETWRIGHT_STOP_SECONDS``; 10 where the
    server is process 1); None, they outlive it.
    """

    home: Path
    token: str = field(default="", repr=False)
    database_url: str = ""
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    allowed_hosts: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    has_example: bool = False
    language: str = ""
    stop_seconds: float | None = None
    is_warming: bool = True
    """Whether torch is imported in the background after the start, so that the first check is quick."""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, host: str | None = None, port: int | None = None
    ) -> Self:
        """The settings of ``environment`` (default: this process's); ``host`` and ``port`` win over it.

        Raises:
            SettingsError: ``PORT`` is not a number from 0 to 65535, ``NETWRIGHT_EXAMPLE`` is neither 0 nor 1,
                ``NETWRIGHT_WEBHOOK`` is no address of the web, ``NETWRIGHT_STOP_SECONDS`` is no number from 5 to 3600.
        """
        env = os.environ if environment is None else environment
        return cls(
            home=Path(env.get("NETWRIGHT_HOME") or "~/.netwright").expanduser().absolute(),
            token=env.get("NETWRIGHT_TOKEN", "").strip(),
            database_url=env.get("NETWRIGHT_DATABASE_URL", "").strip(),
            host=host or env.get("HOST", "").strip() or DEFAULT_HOST,
            port=_parse_port(env.get("PORT", "")) if port is None else port,
            allowed_hosts=tuple(
                name.strip().lower() for name in env.get("NETWRIGHT_ALLOWED_HOSTS", "").split(",") if name.strip()
            ),
            webhook=_parse_webhook(env.get("NETWRIGHT_WEBHOOK", "")),
            has_example=_parse_switch("NETWRIGHT_EXAMPLE", env.get("NETWRIGHT_EXAMPLE", "")),
            language=_language(env),
            stop_seconds=_parse_seconds(env.get("NETWRIGHT_STOP_SECONDS", "")),
        )

    @property
    def url_of_database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'netwright.db'}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS

    @property
    def seconds_for_workers(self) -> float | None:
        """How long the server waits for its workers when it ends; None where they outlive it."""
        return None if self.stop_seconds is None else self.stop_seconds - CLOSING_SECONDS

    @property
    def runs_folder(self) -> Path:
        return self.home / "runs"

    @property
    def exports_folder(self) -> Path:
        """Files that were made for someone to take home; they can be made again."""
        return self.home / "exports"

    @property
    def server_file(self) -> Path:
        """Where the URL of the running server stands, for workers that lost it."""
        return self.home / "server.json"


def _parse_switch(name: str, text: str) -> bool:
    """On where nothing is said."""
    if text.strip() not in {"", "0", "1"}:
        raise SettingsError(f"{name} must be 0 or 1, not {text!r}.")
    return text.strip() != "0"


def _parse_seconds(text: str) -> float | None:
    """Where nothing is said, it depends on whether the system ends all other processes with this one."""
    if not text.strip():
        return STOP_SECONDS if os.getpid() == 1 else None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 5 <= seconds <= 3600:
        raise SettingsError(f"NETWRIGHT_STOP_SECONDS must be a number of seconds from 5 to 3600, not {text!r}.")
    return seconds


def _parse_webhook(text: str) -> str:
    url = text.strip()
    if url and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
        raise SettingsError(f"NETWRIGHT_WEBHOOK must be an address that begins with http:// or https://, not {text!r}.")
    return url


def _language(env: Mapping[str, str]) -> str:
    """``zh_CN.UTF-8`` -> ``zh-CN``."""
    locale = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return locale.split(".")[0].replace("_", "-")


def _parse_port(text: str) -> int:
    if not text.strip():
        return DEFAULT_PORT
    try:
        port = int(text)
    except ValueError as error:
        raise SettingsError(f"PORT must be a number from 0 to 65535, not {text!r}.") from error
    if not 0 <= port <= 65535:
        raise SettingsError(f"PORT must be a number from 0 to 65535, not {port}.")
    return port
