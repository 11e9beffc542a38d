"""An experiment is started whole or not at all."""

import asyncio
from pathlib import Path

import pytest
from backend.services.conftest import Open
from netwright.services import run_rows
from netwright.services.errors import ServiceError
from netwright.store.networks import SavedDocument, create_network
from netwright.store.store import Session


def _list_runs(home: Path) -> list[Path]:
    return list(home.glob("runs/*"))


def test_start_when_its_last_network_cannot_be_written_leaves_nothing_of_the_others(
    open_services: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[str] = []

    def write_two(session: Session, saved: SavedDocument) -> str:
        if len(written) == 2:
            raise OSError("disk full")
        written.append(create_network(session, saved))
        return written[-1]

    monkeypatch.setattr(run_rows, "create_network", write_two)

    async def scenario() -> None:
        async with open_services() as services:
            with pytest.raises(OSError, match="disk full"):
                await services.experiments.start("activations")
            assert len(written) == 2
            assert await services.networks.list_all() == []
            assert await services.runs.list_all() == []
        assert _list_runs(tmp_path) == []

    asyncio.run(scenario())


def test_start_when_data_is_missing_says_where_to_get_it(open_services: Open) -> None:
    async def scenario() -> None:
        async with open_services() as services:
            with pytest.raises(ServiceError, match="Download it on the Data page") as raised:
                await services.experiments.start("degradation")
            assert raised.value.code == "invalid_run"
            assert await services.networks.list_all() == []

    asyncio.run(scenario())
