"""``serve``, ``export``, ``doctor`` as a person types them."""

import asyncio
import hashlib
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.store.rows import RUN, event, hello, ingest, insert, start
from netwright.cli import app
from netwright.server import pages
from netwright.server.doctor import examine
from netwright.server.serve import CannotServeError, hold_home, listen, serve, url_of
from netwright.services.errors import ServiceError
from netwright.services.export import export_run
from netwright.settings import Settings, SettingsError
from netwright.store.store import Store
from safetensors.torch import save_file
from typer.testing import CliRunner


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path))
    for name in ("NETWRIGHT_TOKEN", "NETWRIGHT_DATABASE_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    return Settings.from_environment()


def fill(settings: Settings) -> None:
    """A run with two checkpoints, the best one older than the last."""
    store = Store(settings.url_of_database)
    insert(store, name="数字")
    start(store)
    folder = settings.runs_folder / RUN / "checkpoints"
    folder.mkdir(parents=True)
    events = [hello()]
    for seq, (kind, step) in enumerate((("best", 2), ("last", 4)), start=2):
        path = folder / f"{kind}-{step}.safetensors"
        save_file({"fc.weight": torch.full((2, 3), float(step))}, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        fields: dict[str, Any] = {
            "step": step,
            "epoch": 1,
            "file": f"checkpoints/{path.name}",
            "sha256": digest,
            "metrics": {},
        }
        events.append(event("checkpoint", seq, kind=kind, bytes=path.stat().st_size, **fields))
    names = frozenset(f"checkpoints/{path.name}" for path in folder.iterdir())
    ingest(store, *events, verified=names)
    store.close()


@pytest.mark.parametrize("format_", ["pytorch", "safetensors"])
def test_export_when_a_run_has_checkpoints_writes_the_best(settings: Settings, tmp_path: Path, format_: str) -> None:
    fill(settings)
    result = CliRunner().invoke(app, ["export", RUN, "--format", format_, "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    file = Path(result.output.strip())
    assert file.name == f"数字-best-2.{'pt' if format_ == 'pytorch' else 'safetensors'}"
    if format_ == "pytorch":
        weights = torch.load(file, weights_only=True)
        assert torch.equal(weights["fc.weight"], torch.full((2, 3), 2.0))
    else:
        assert file.read_bytes() == (settings.runs_folder / RUN / "checkpoints" / "best-2.safetensors").read_bytes()


def test_export_when_the_best_is_gone_takes_the_last(settings: Settings, tmp_path: Path) -> None:
    fill(settings)
    (settings.runs_folder / RUN / "checkpoints" / "best-2.safetensors").unlink()
    file = asyncio.run(export_run(settings, RUN, "safetensors", tmp_path / "mine.st"))
    assert file == tmp_path / "mine.st"
    assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuchrun"], "no such run"),
        ([RUN, "--format", "exe"], "safetensors, pytorch"),
        ([RUN, "--output", "/proc/nowhere/x"], "cannot be written"),
    ],
)
def test_export_when_it_cannot_says_why(settings: Settings, arguments: list[str], words: str) -> None:
    fill(settings)
    result = CliRunner().invoke(app, ["export", *arguments])
    assert result.exit_code == 1
    assert words in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_export_when_there_is_no_checkpoint_yet_says_so(settings: Settings) -> None:
    store = Store(settings.url_of_database)
    insert(store)
    store.close()
    with pytest.raises(ServiceError, match="no checkpoint yet"):
        asyncio.run(export_run(settings, RUN, "safetensors", None))


def test_doctor_when_all_is_there_finds_no_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").touch()
    monkeypatch.setattr(pages, "FOLDER", page)
    fill(settings)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    for word in ("torch", "Python", "device cpu", "bfloat16", "GiB free", "1 runs", "is built"):
        assert word in result.output


def test_doctor_when_the_database_is_damaged_or_newer_or_missing_says_so(settings: Settings) -> None:
    assert "will be made" in next(each.text for each in examine(settings) if each.about == "database")
    fill(settings)
    database = settings.home / "netwright.db"
    content = bytearray(database.read_bytes())
    content[100:20000] = bytes(19900)
    database.write_bytes(content)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "!!  database" in result.output


def test_doctor_when_the_page_is_not_built_is_a_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FOLDER", tmp_path / "nothing")
    assert [each.about for each in examine(settings) if each.is_fault] == ["page"]


def test_serve_when_the_database_is_newer_or_elsewhere_says_so(settings: Settings) -> None:
    from dataclasses import replace

    wrong = replace(settings, database_url="postgresql://u:secret@h/db", port=0)
    with pytest.raises(CannotServeError, match="SQLite file") as caught:
        serve(wrong, print)
    assert "secret" not in str(caught.value)


def test_hold_home_when_held_keeps_others_out(tmp_path: Path) -> None:
    with hold_home(tmp_path), pytest.raises(CannotServeError, match="Another Netwright"), hold_home(tmp_path):
        pass
    with hold_home(tmp_path):
        pass


def test_hold_home_when_it_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotServeError, match="NETWRIGHT_HOME"), hold_home(tmp_path / "file" / "home"):
        pass


def test_listen_when_the_port_is_taken_names_another(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServeError, match=f"Port {port} is in use.*PORT={port + 1}"):
            listen(Settings(home=tmp_path, port=port))


def test_url_when_listening_everywhere_is_one_that_opens_here(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host="0.0.0.0", port=0, token="chosen")  # noqa: S104, S106
    with listen(settings) as listener:
        assert url_of(settings, listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("port", ["x", "-1", "65536", "1.5"])
def test_settings_when_the_port_is_none_say_so(port: str) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        Settings.from_environment({"PORT": port})


@pytest.mark.parametrize("value", ["yes", "2"])
def test_settings_when_the_example_is_neither_on_nor_off_say_so(value: str) -> None:
    with pytest.raises(SettingsError, match="NETWRIGHT_EXAMPLE must be 0 or 1"):
        Settings.from_environment({"NETWRIGHT_EXAMPLE": value})


@pytest.mark.parametrize("value", ["soon", "4", "nan", "3601"])
def test_settings_when_the_seconds_of_a_stop_are_no_such_number_say_so(value: str) -> None:
    with pytest.raises(SettingsError, match="NETWRIGHT_STOP_SECONDS must be a number of seconds from 5 to 3600"):
        Settings.from_environment({"NETWRIGHT_STOP_SECONDS": value})


def test_settings_when_workers_end_with_the_server_leave_it_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.from_environment({}).seconds_for_workers is None
    assert Settings.from_environment({"NETWRIGHT_STOP_SECONDS": "30"}).seconds_for_workers == 26
    monkeypatch.setattr(os, "getpid", lambda: 1)  # the first process of a container
    assert Settings.from_environment({}).seconds_for_workers == 6


@pytest.mark.parametrize("command", [["doctor"], ["train", "x.json"], ["export", RUN], ["serve"]])
def test_command_when_a_setting_cannot_be_used_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("PORT", "x")
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, result.output) == (1, "PORT must be a number from 0 to 65535, not 'x'.\n")
    assert not list(settings.home.iterdir())


def test_serve_when_the_database_is_damaged_or_the_token_cannot_be_read_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "0")
    (settings.home / "token").mkdir()
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 1
    assert f"cannot be used: Is a directory ({settings.home / 'token'})." in result.output
    Path(Store(settings.url_of_database).path).write_bytes(b"no database at all" * 500)
    result = CliRunner().invoke(app, ["serve"])
    assert (result.exit_code, "cannot be opened: file is not a database" in result.output) == (1, True)
    exported = CliRunner().invoke(app, ["export", RUN])
    assert (exported.exit_code, "cannot be opened: file is not a database" in exported.output) == (1, True)


def test_export_when_there_is_no_data_folder_makes_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_HOME", str(settings.home / "nowhere"))
    result = CliRunner().invoke(app, ["export", RUN])
    assert (result.exit_code, "Set NETWRIGHT_HOME" in result.output) == (1, True)
    assert not list(settings.home.iterdir())


def test_settings_when_read_take_arguments_first_then_the_environment() -> None:
    environment = {
        "NETWRIGHT_HOME": "~/x",
        "NETWRIGHT_TOKEN": " t ",
        "NETWRIGHT_ALLOWED_HOSTS": "A.example, b.example,",
        "HOST": "0.0.0.0",  # noqa: S104
        "PORT": "81",
        "NETWRIGHT_EXAMPLE": "0",
        "LANG": "zh_CN.UTF-8",
    }
    settings = Settings.from_environment(environment, port=82)
    assert settings.home == Path.home() / "x"
    assert (settings.token, settings.host, settings.port) == ("t", "0.0.0.0", 82)  # noqa: S104
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.url_of_database.endswith("/x/netwright.db")
    assert (settings.has_example, settings.language) == (False, "zh-CN")
    assert Settings.from_environment({}).has_example
    assert Settings.from_environment({}).port == 8000
    assert json.dumps(str(settings)).find("token=") == -1
