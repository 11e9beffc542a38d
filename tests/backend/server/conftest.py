"""One real server for the tests of a file, with an executor that starts nothing."""

from collections.abc import Iterator

import pytest
from backend.server.helpers import RealServer
from backend.services.fakes import FakeExecutor


@pytest.fixture(scope="module")
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, executor: FakeExecutor) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("home"), executor) as server:
        yield server
