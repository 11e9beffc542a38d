"""A network for each set of data that needs no download: it can be trained as it is made."""

import asyncio

import pytest
from backend.services.conftest import Open
from netwright.architectures.registry import ARCHITECTURES
from netwright.data.base import Kind, Task
from netwright.language import use_language
from netwright.services.beginning import begin_network, choose_start
from netwright.services.errors import ServiceError
from netwright.services.training import check_all
from netwright.training.config import TrainingConfig


def test_a_network_for_each_set_that_is_there_can_be_trained_as_it_stands(open_services: Open) -> None:
    async def scenario() -> None:
        async with open_services() as services:
            sets = [each for each in await services.datasets.list_all() if each.state == "ready"]
            assert {each.kind for each in sets} == {"image", "table", "series", "text", "graph"}
            for dataset in sets:
                network = await begin_network(dataset.id, services.datasets, services.networks)
                assert network.name == f"Network for {dataset.title}"
                config = TrainingConfig.model_validate(network.document.training)
                assert config.data.source == dataset.id
                checked = await check_all(network.document, config, services.datasets, services.weights)
                assert checked.errors == [], dataset.id

    asyncio.run(scenario())


def test_its_name_is_in_the_language_of_whoever_asks(open_services: Open) -> None:
    async def scenario() -> None:
        async with open_services() as services:
            with use_language("zh"):
                network = await begin_network("iris", services.datasets, services.networks)
            assert network.name.endswith("的网络")

    asyncio.run(scenario())


def test_data_that_are_not_there_make_no_network(open_services: Open) -> None:
    async def scenario() -> None:
        async with open_services() as services:
            for source, code in {"mnist": "not_ready", "nothing": "not_found"}.items():
                with pytest.raises(ServiceError) as caught:
                    await begin_network(source, services.datasets, services.networks)
                assert caught.value.code == code
            assert await services.networks.list_all() == []

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("kind", "task", "shape", "start"),
    [
        ("image", "classification", [1, 8, 8], "cnn_digits"),
        ("image", "classification", [3, 32, 32], "cnn"),
        ("image", "regression", [3, 64, 48], "cnn"),
        ("image", "classification", [3, 224, 224], "resnet18"),
        ("image", "segmentation", [1, 64, 64], "unet_small"),
        ("image", "reconstruction", [1, 28, 28], "autoencoder"),
        ("series", "regression", [32, 1], "gru_forecast"),
        ("series", "classification", [48, 3], "gru_waves"),
        ("text", "classification", [20], "lstm_sentences"),
        ("table", "multilabel", [12], "mlp_spirals"),
    ],
)
def test_what_it_begins_with_goes_by_kind_task_and_size(kind: Kind, task: Task, shape: list[int], start: str) -> None:
    assert choose_start(kind, task, shape) == start
    assert start in ARCHITECTURES
