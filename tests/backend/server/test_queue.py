"""The queue over HTTP, with workers that tests play: order, slots, and what is refused."""

from backend.server.helpers import RealServer, assert_problem
from backend.server.test_runs import digits
from backend.services.fakes import FakeExecutor


def test_queue_when_moved_and_widened_starts_runs_in_that_order(server: RealServer, executor: FakeExecutor) -> None:
    client = server.client
    body = {"document": digits(), "training": {"device": "cpu"}}
    runs = [client.post("/api/runs", json=body).json()["id"] for _ in range(4)]

    def waiting() -> list[str]:
        found = client.get("/api/queue").json()
        assert [each["place"] for each in found["waiting"]] == list(range(1, len(found["waiting"]) + 1))
        return [each["id"] for each in found["waiting"]]

    def is_started(run: str) -> bool:
        for _ in range(500):
            if f"{run}-1" in executor.submitted:
                return True
            client.get("/api/health")
        return False

    assert is_started(runs[0])
    assert waiting() == runs[1:]
    moved = client.post(f"/api/queue/{runs[3]}", json={"place": 1})
    assert [each["id"] for each in moved.json()["waiting"]] == [runs[3], runs[1], runs[2]]
    client.post(f"/api/queue/{runs[2]}", json={"priority": 1})
    assert waiting() == [runs[2], runs[3], runs[1]]
    found = client.put("/api/queue/slots", json={"device": "cpu", "slots": 2}).json()
    cpu = next(each for each in found["devices"] if each["device"] == "cpu")
    assert cpu["slots"] == 2
    assert is_started(runs[2])
    assert waiting() == [runs[3], runs[1]]
    assert_problem(client.post(f"/api/queue/{runs[0]}", json={"place": 1}), 409, "run_cannot_change")
    assert_problem(client.post("/api/queue/nosuchrun0000000", json={"place": 1}), 404, "not_found")
    assert_problem(client.put("/api/queue/slots", json={"device": "cpu", "slots": 0}), 422, "invalid_request")
