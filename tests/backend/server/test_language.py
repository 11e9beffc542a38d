"""The server answers in the language of whoever asks."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from backend.server.helpers import TOKEN, RealServer, assert_problem
from backend.server.test_networks import small
from backend.server.test_runs import Player, end_all, start
from backend.services.fakes import FakeExecutor
from netwright.language import Text, say, to_stored

CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
MESSAGE: Text = say(
    "{monitor} did not improve for {patience} epochs (best {best}).", monitor="val/loss", patience=3, best="0.5"
)
SAID = "val/loss 连续 3 轮没有改进（最佳 0.5）。"


def broken() -> dict[str, Any]:
    document = small()
    document["network"]["edges"].pop()
    return document


def test_check_when_asked_in_chinese_answers_in_chinese_and_the_next_one_in_english(server: RealServer) -> None:
    body = {"document": broken()}
    english = server.client.post("/api/check", json=body)
    chinese = server.client.post("/api/check", json=body, headers=CHINESE)
    again = server.client.post("/api/check", json=body)
    assert english.json() == again.json()
    assert "accept-language" in chinese.headers["vary"].lower()
    messages = [problem["message"] for problem in chinese.json()["problems"]]
    assert "Output `y` 没有输入连线。请把另一个节点的输出连接到它。" in messages
    assert "移除 y" in [fix["label"] for problem in chinese.json()["problems"] for fix in problem["fixes"]]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_refusal_is_a_problem_document_in_the_language(server: RealServer, language: str) -> None:
    answer = server.client.get("/api/networks/0000000000000000", headers={"accept-language": language})
    assert answer.status_code == 404
    said = {"en": "There is no such network. It may have been deleted.", "zh-Hans": "没有这个网络。它可能已被删除。"}
    assert answer.json()["detail"] == said[language]
    assert answer.json()["title"] == {"en": "Not found", "zh-Hans": "没有找到"}[language]


def test_request_that_does_not_fit_is_refused_in_chinese_by_field(server: RealServer) -> None:
    answer = server.client.post("/api/check", json={"document": {"network": {"nodes": 3}}}, headers=CHINESE)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid_request")
    assert [problem["message"] for problem in body["problems"]] == ["应为数组。"]
    assert_problem(server.client.post("/api/check", json={"document": 3}), 422, "invalid_request")


def test_catalogue_and_options_are_in_the_language(server: RealServer) -> None:
    layers = {layer["type"]: layer for layer in server.client.get("/api/layers", headers=CHINESE).json()}
    assert "卷积核" in layers["Conv2d"]["documentation"]["summary"]
    assert layers["Conv2d"]["params_schema"]["properties"]["out_channels"]["unit"] == "通道"
    options = server.client.get("/api/training/options", headers=CHINESE).json()
    assert next(loss["title"] for loss in options["losses"]) == "交叉熵"
    momentum = next(each for each in options["optimizers"] if each["type"] == "SGD")["params_schema"]["properties"][
        "momentum"
    ]
    assert momentum["description"] == "保留上一步的多少；通常为 0.9。"
    digits = server.client.get("/api/datasets/digits", headers=CHINESE).json()
    assert "灰度像素" in digits["description"]


def test_sign_in_page_is_in_the_language(server: RealServer) -> None:
    answer = server.stranger.get("/", headers=CHINESE)
    assert answer.status_code == 401
    assert '<html lang="zh-Hans">' in answer.text
    assert "此浏览器尚未登录。" in answer.text
    assert '<html lang="en">' in server.stranger.get("/").text


# --- what was said once and is read later ----------------------------------------------------------------------------


@pytest.fixture
def player(server: RealServer, executor: FakeExecutor) -> Player:
    end_all(server)
    return start(server, executor)


def finish(player: Player) -> None:
    player.send(player.worker.hello(), player.worker.metrics(1))
    player.send(player.worker.event("log", message=to_stored(MESSAGE)))
    player.send(player.worker.event("end", state="completed", reason="early_stop", message=to_stored(MESSAGE)))


def test_end_of_a_run_is_told_to_each_reader_in_his_language(server: RealServer, player: Player) -> None:
    finish(player)
    for headers, said in (({}, str(MESSAGE)), (CHINESE, SAID)):
        run = server.client.get(f"/api/runs/{player.run}", headers=headers).json()
        assert (run["reason"], run["message"]) == ("early_stop", said)
        events = server.client.get(f"/api/runs/{player.run}/events?types=log,end", headers=headers).json()["events"]
        assert [event["message"] for event in events] == [said, said]


def test_sockets_of_two_languages_are_told_the_same_event(server: RealServer, player: Player) -> None:
    async def main() -> None:
        path = f"{server.socket_url}/api/runs/{player.run}/events"
        signed_in = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            websockets.connect(f"{path}?after=0&language=zh-Hans", additional_headers=signed_in) as chinese,
            websockets.connect(f"{path}?after=0", additional_headers=signed_in) as english,
            websockets.connect(f"{server.socket_url}/api/runs/live?language=zh", additional_headers=signed_in) as rows,
        ):
            await asyncio.to_thread(finish, player)
            assert await _last_message(english) == str(MESSAGE)
            assert await _last_message(chinese) == SAID
            assert await _last_row(rows, player.run) == SAID

    asyncio.run(main())


async def _last_message(socket: websockets.ClientConnection) -> str:
    async with asyncio.timeout(60):
        while True:
            for event in json.loads(await socket.recv()):
                if event["type"] == "end":
                    return str(event["message"])


async def _last_row(socket: websockets.ClientConnection, run: str) -> str:
    async with asyncio.timeout(60):
        while True:
            for row in json.loads(await socket.recv()):
                if row["id"] == run and row["state"] == "completed":
                    return str(row["message"])
