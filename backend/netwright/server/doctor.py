"""``netwright doctor``: whether everything that is needed is there."""

import os
import platform
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from netwright import __version__
from netwright.server import pages
from netwright.settings import LOOPBACK_HOSTS, Settings
from netwright.store.engine import DatabaseUrlError
from netwright.store.facts import read_facts
from netwright.training.devices import list_devices

MIN_FREE_BYTES = 2**30
PACKAGES = ("torch", "numpy", "fastapi", "sqlalchemy", "pydantic", "safetensors")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; ``is_fault`` where something must be done."""

    about: str
    text: str
    is_fault: bool = False


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at versions, devices, disk, database, page and port; changes nothing but the data folder, which it makes."""
    yield Finding("Netwright", f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield from _examine_packages()
    yield from _examine_torch()
    yield from _examine_disk(settings)
    yield from _examine_database(settings)
    yield _examine_page()
    yield _examine_port(settings)


def _examine_packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "is not installed. Run `make setup`.", is_fault=True)


def _examine_torch() -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a library that it needs
        yield Finding("PyTorch", f"cannot be imported: {error}", is_fault=True)
        return
    yield Finding("PyTorch", f"{torch.__version__} works, {torch.get_num_threads()} threads")
    for device in list_devices():
        memory = "" if device.memory_bytes is None else f", {device.memory_bytes / 2**30:.1f} GiB"
        half = "computes bfloat16" if device.has_bfloat16 else "no bfloat16: float32 is the faster precision"
        yield Finding(f"device {device.id}", f"{device.name}{memory}, {half}")


def _examine_disk(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        yield Finding("data folder", f"{home} cannot be made: {error.strerror}. Set NETWRIGHT_HOME.", is_fault=True)
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding("data folder", f"{home} is not writable. Set NETWRIGHT_HOME.", is_fault=True)
        return
    free = shutil.disk_usage(home).free
    text = f"{home}, {free / 2**30:.1f} GiB free"
    if free < MIN_FREE_BYTES:
        yield Finding("data folder", f"{text}: less than 1 GiB, checkpoints may not fit.", is_fault=True)
    else:
        yield Finding("data folder", text)


def _examine_database(settings: Settings) -> Iterator[Finding]:
    try:
        facts = read_facts(settings.url_of_database)
    except DatabaseUrlError as error:
        yield Finding("database", str(error), is_fault=True)
        return
    if facts.fault is not None:
        yield Finding("database", f"{facts.path}: {facts.fault}", is_fault=True)
    elif facts.num_bytes is None:
        yield Finding("database", f"{facts.path} will be made at the first start")
    elif facts.revision == facts.newest:
        yield Finding("database", f"{facts.path}, {facts.num_bytes / 2**20:.1f} MiB, {facts.num_runs} runs")
    else:
        text = f"{facts.path} stands at revision {facts.revision}; the next start brings it to {facts.newest}"
        yield Finding("database", text)


def _examine_page() -> Finding:
    if (pages.FOLDER / "index.html").is_file():
        return Finding("page", "is built")
    return Finding("page", "is not built. Run `make page`.", is_fault=True)


def _examine_port(settings: Settings) -> Finding:
    if not settings.is_loopback and not settings.token:
        text = (
            f"HOST={settings.host} lets other machines in and NETWRIGHT_TOKEN is not set: the server would not start."
        )
        return Finding("address", text, is_fault=True)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    host = settings.host if settings.host in LOOPBACK_HOSTS else "127.0.0.1"
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.settimeout(1.0)
        is_taken = probe.connect_ex((host, settings.port)) == 0
    state = "something listens there now (perhaps Netwright itself)" if is_taken else "free"
    return Finding("address", f"{settings.host}:{settings.port}: {state}")
