"""The files around the code say the same as the code."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

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


def test_image_runs_as_nobody_special_and_is_watched() -> None:
    lines = (ROOT / "Dockerfile").read_text()
    runtime = lines[lines.index("AS runtime") :]
    assert re.search(r"^USER netwright$", runtime, re.MULTILINE)
    assert "HEALTHCHECK" in runtime
    for copied in re.findall(r"^COPY (?!--from)([\w./ -]+) \S+$", lines, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_readme_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target
