"""Fixtures that every test may use."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from netwright.training.threads import spin_briefly

# Before PyTorch is loaded: another part of the tests may have the other core, which threads that spin take away from it.
spin_briefly()

# `make test` tries the same examples each time, so that what fails is what was changed; `make fuzz` looks for new ones.
# How long an example takes is not what is tested: a busy machine must not fail one.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", UNTIMED, derandomize=True)
settings.register_profile("fuzz", UNTIMED, print_blob=True)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the checkout; a test that needs it is skipped, loudly, where it is not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data sets at {folder}")
    return folder
