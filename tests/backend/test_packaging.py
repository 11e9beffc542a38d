"""The files around the code say the same as the code."""

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from netwright.cli import app

ROOT = Path(__file__).resolve().parent.parent.parent


def test_lock_pins_every_dependency_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        line.split("==")[0] for line in (ROOT / "requirements" / "run.lock").read_text().splitlines() if "==" in line
    }
    wanted = {re.split(r"[<>=;\[ ]", need)[0] for need in project["dependencies"]}
    assert wanted <= pinned


@pytest.mark.parametrize("lock", ["run", "dev", "bench", "node"])
def test_lock_pins_exact_versions(lock: str) -> None:
    lines = (ROOT / "requirements" / f"{lock}.lock").read_text().splitlines()
    for line in lines:
        assert not line or line.startswith("#") or re.match(r"^[A-Za-z0-9_.-]+==[\w.]+( ;.*)?$", line), line


def test_lock_and_pyproject_agree_on_torch() -> None:
    assert "torch==2.13.0" in (ROOT / "requirements" / "run.lock").read_text().splitlines()
    assert '"torch>=2.11"' in (ROOT / "pyproject.toml").read_text()


def test_compose_has_a_cpu_service_a_gpu_profile_and_a_volume() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert "profiles" not in compose["services"]["netwright"]
    gpu = compose["services"]["netwright-gpu"]
    assert gpu["profiles"] == ["gpu"]
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    assert "netwright-data" in compose["volumes"]
    for service in compose["services"].values():
        assert "netwright-data:/data" in service["volumes"]


def test_compose_names_the_port_and_the_volume_of_the_image_and_asks_for_a_token() -> None:
    runtime = stages()["runtime"]
    port, volume = only(runtime, "EXPOSE"), only(runtime, "VOLUME")
    assert f"PORT={port}" in only(runtime, "ENV").split()
    assert f"NETWRIGHT_HOME={volume}" in only(runtime, "ENV").split()
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for service in compose["services"].values():
        assert [each.rsplit(":", 1)[1] for each in service["ports"]] == [port]
        assert service["ports"][0].startswith("127.0.0.1:"), "other machines are let in by choice alone"
        assert [each.rsplit(":", 1)[1] for each in service["volumes"]] == [volume]
        assert service["environment"]["NETWRIGHT_TOKEN"].startswith("${NETWRIGHT_TOKEN:?")


def test_image_runs_as_nobody_special_and_is_watched() -> None:
    runtime = stages()["runtime"]
    assert only(runtime, "USER") == "netwright"
    assert runtime.index("USER netwright") < runtime.index("CMD ")
    health = json.loads(only(runtime, "HEALTHCHECK").split(" CMD ")[1])
    assert health[:2] == ["python", "-c"]
    compile(health[2], "health check", "exec")
    assert "/api/health" in health[2]


def test_image_starts_what_the_project_installs() -> None:
    command = json.loads(only(stages()["runtime"], "CMD"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, function = scripts[command[0]].split(":")
    assert callable(getattr(import_module(module), function))
    assert [each.name or each.callback.__name__ for each in app.registered_commands if each.callback].count(
        command[1]
    ) == 1


def test_image_gets_the_page_and_the_code_but_no_sources() -> None:
    runtime = stages()["runtime"]
    copied = re.findall(r"^COPY (.+)$", runtime, re.MULTILINE)
    assert copied == ["--from=wheel /wheels /wheels"]
    assert "backend/netwright/server/page" in stages()["wheel"]


def test_what_the_image_is_made_of_goes_to_the_builder_and_nothing_else() -> None:
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = [name for each in sources for name in each.split()]
    assert "requirements/run.lock" in names
    for name in names:
        assert (ROOT / name).exists(), name
        assert not is_left_out(name.rstrip("/")), name
    for kept in (
        "backend/netwright/cli.py",
        "backend/netwright/py.typed",
        "frontend/src/main.tsx",
        "frontend/index.html",
    ):
        assert (ROOT / kept).exists(), kept
        assert not is_left_out(kept), kept
    for name in (
        ".git/config",
        ".env",
        "frontend/.env.local",
        ".venv/bin/python",
        "frontend/node_modules/react/index.js",
        "backend/netwright/__pycache__/cli.pyc",
        "backend/netwright/server/page/index.html",
        ".oracle/torchvision/__init__.py",
        ".mypy_cache/x.json",
        "runs/digits/model.py",
        "tests/resnet.py",
    ):
        assert is_left_out(name), name


def stages() -> dict[str, str]:
    """The text of each stage of the Dockerfile, with continued lines in one."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    parts = re.split(r"^FROM \S+ AS (\w+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def only(stage: str, instruction: str) -> str:
    """What stands behind an instruction that a stage has once."""
    (found,) = re.findall(rf"^{instruction} +(.+)$", stage, re.MULTILINE)
    return str(found)


def is_left_out(path: str) -> bool:
    """Whether .dockerignore leaves ``path`` out: the last pattern that fits it or a folder above it decides."""
    parts = path.split("/")
    above = {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    is_out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        deep = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(deep, each) for each in above):
            is_out = not line.startswith("!")
    return is_out


def test_readme_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target
