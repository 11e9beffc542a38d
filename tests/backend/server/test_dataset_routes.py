"""The routes of datasets through the whole application: token, raw bodies, problem documents."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx
import pytest
from backend.data.archives import pack, two_classes
from netwright.data.mnist import Mnist
from netwright.executors.base import Executor
from netwright.server.app import create_app
from netwright.settings import Settings

TOKEN = "for-tests-only"  # noqa: S105 - opens nothing
TABLE = "age,town,label\n" + "".join(f"{20 + row % 50},{'ab'[row % 2]},{row % 3}\n" for row in range(60))


class NoExecutor(Executor):
    """Starts nothing: no test here trains."""

    def start(self) -> None:
        pass

    def submit(self, run_folder: Path, attempt: int) -> str:
        raise AssertionError

    def poll(self, handle: str) -> Literal["alive", "gone"]:
        return "gone"

    def cancel(self, handle: str, *, force: bool = False) -> None:
        pass

    def close(self) -> None:
        pass


def run(home: Path, scenario: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Plays ``scenario`` with a signed-in client of the whole application."""

    async def play() -> None:
        app = create_app(Settings(home=home, token=TOKEN, is_warming=False), executor=NoExecutor())
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://127.0.0.1:8000",
                headers={"Authorization": f"Bearer {TOKEN}"},
            ) as client,
        ):
            await scenario(client)

    asyncio.run(play())


async def post(client: httpx.AsyncClient, data: bytes | str, filename: str) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    return await client.post(f"/api/datasets?filename={quote(filename)}", content=data, headers=headers)


def check_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert (document["status"], document["code"]) == (status, code)
    return document


def test_table_when_uploaded_can_be_read_corrected_previewed_and_deleted(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        created = await post(client, TABLE, "people.csv")
        assert created.status_code == 201
        path = f"/api/datasets/{created.json()['id']}"
        assert (await client.get(path)).json() == created.json()
        assert [dataset["id"] for dataset in (await client.get("/api/datasets")).json()][-1] == created.json()["id"]
        changed = await client.patch(path, json={"title": "Town", "options": {"target": "town"}})
        assert (changed.json()["title"], changed.json()["classes"]) == ("Town", ["a", "b"])
        preview = (await client.get(f"{path}/preview")).json()
        assert preview["header"] == ["age", "town", "label"]
        assert (await client.delete(path)).status_code == 204
        check_problem(await client.get(path), 404, "not_found")

    run(tmp_path, scenario)


def test_file_when_bad_is_a_problem_document_with_the_place(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        ragged = check_problem(await post(client, "a,b\n1,2\n3\n", "people.csv"), 422, "bad_data")
        assert ragged["detail"].startswith("people.csv, line 3: 1 fields, but line 1 has 2")
        slip = pack(two_classes() | {"../../evil.png": b""})
        unsafe = check_problem(await post(client, slip, "pets.zip"), 422, "bad_data")
        assert unsafe["problems"][0]["code"] == "unsafe_archive"
        created = (await post(client, TABLE, "people.csv")).json()
        refused = await client.patch(f"/api/datasets/{created['id']}", json={"options": {"target": "wealth"}})
        assert check_problem(refused, 422, "bad_data")["problems"][0]["field"] == "wealth"
        uploads = tmp_path / "data" / "uploads"
        assert [path.name for path in uploads.iterdir()] == [created["id"]]

    run(tmp_path, scenario)


def test_name_when_it_is_a_path_is_only_a_title(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        created = await post(client, TABLE, "../../../etc/cron.d/people.csv")
        assert created.json()["title"] == "people"
        assert not (tmp_path.parent / "etc").exists()

    run(tmp_path, scenario)


def test_built_in_when_asked_for_is_described(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        iris = (await client.get("/api/datasets/iris")).json()
        assert [column["name"] for column in iris["columns"]][-1] == "label"
        digits = (await client.get("/api/datasets/digits/preview")).json()
        assert len(digits["pictures"]) == 50
        assert digits["value_range"] == [0.0, 16.0]
        check_problem(await client.get("/api/datasets/mnist/preview"), 409, "not_ready")
        check_problem(await client.delete("/api/datasets/iris"), 422, "invalid_request")
        check_problem(await client.post("/api/datasets/nothing/download"), 404, "not_found")

    run(tmp_path, scenario)


def test_file_when_imported_is_checked(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        name = Mnist.files[3].name
        wrong = await client.put(f"/api/datasets/mnist/files/{name}", content=b"x" * 100)
        assert "its SHA-256 differs" in check_problem(wrong, 422, "bad_data")["detail"]
        check_problem(await client.put("/api/datasets/mnist/files/evil.gz", content=b"x"), 404, "not_found")
        assert list((tmp_path / "data" / "mnist").iterdir()) == []

    run(tmp_path, scenario)


def test_routes_when_not_signed_in_are_closed(tmp_path: Path) -> None:
    async def scenario(client: httpx.AsyncClient) -> None:
        client.headers.pop("Authorization")
        check_problem(await client.get("/api/datasets"), 401, "not_signed_in")
        check_problem(await post(client, TABLE, "people.csv"), 401, "not_signed_in")
        assert not (tmp_path / "data" / "uploads").exists()

    run(tmp_path, scenario)


@pytest.mark.shared_data
def test_sign_language_digits_when_uploaded_become_ready_behind_the_answer(tmp_path: Path, shared_data: Path) -> None:
    root = shared_data / "sign-language-digits"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted((root / "Dataset").rglob("*.JPG")):
            archive.write(path, path.relative_to(root))

    async def scenario(client: httpx.AsyncClient) -> None:
        created = (await post(client, buffer.getvalue(), "signs.zip")).json()
        for _ in range(600):
            dataset = (await client.get(f"/api/datasets/{created['id']}")).json()
            if dataset["state"] != "preparing":
                break
            await asyncio.sleep(0.1)
        assert (dataset["state"], dataset["num_samples"], dataset["input_shape"]) == ("ready", 2062, [3, 100, 100])

    run(tmp_path, scenario)
