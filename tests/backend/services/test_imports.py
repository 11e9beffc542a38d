"""Imports that nobody waits for, and what a stopped server left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torch
from backend.exchange.files import state_dict_bytes
from backend.services.conftest import Open
from netwright.services.errors import ServiceError


async def stream_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


def test_create_when_called_off_while_it_is_read_keeps_nothing(open_services: Open, tmp_path: Path) -> None:
    async def play() -> None:
        async def given_up() -> bool:
            return True

        async with open_services() as services:
            data = state_dict_bytes({"a": torch.zeros(3)})
            with pytest.raises(ServiceError, match="called off"):
                await services.imports.create(stream_of(data), "a.pt", given_up)
            assert await services.weights.list_all() == []
            assert not (tmp_path / "weights").exists()
            assert not list((tmp_path / "imports").iterdir())

    asyncio.run(play())


def test_start_when_the_server_stopped_in_between_clears_what_has_no_row(open_services: Open, tmp_path: Path) -> None:
    async def play() -> None:
        async with open_services() as services:
            kept = (await services.imports.create(stream_of(state_dict_bytes({"a": torch.zeros(3)})), "a.pt")).weights
            assert kept is not None
        for left in ("imports/half", "weights/norow"):
            (tmp_path / left).mkdir(parents=True)
            (tmp_path / left / "file").write_bytes(b"x")
        async with open_services() as services:
            assert [each.id for each in await services.weights.list_all()] == [kept.id]
            assert [folder.name for folder in (tmp_path / "weights").iterdir()] == [kept.id]
            assert not (tmp_path / "imports").exists()

    asyncio.run(play())
