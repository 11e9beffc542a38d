"""What reaches the browser over a run's socket, as it arrives."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, WebSocket


@dataclass
class Watched:
    """Events of one run in the order of arrival, each with the seconds since watching began."""

    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def points(self, name: str) -> list[tuple[float, int, float]]:
        """``(arrived, step, value)`` of each point of the metric ``name``."""
        return [
            (arrived, step, value)
            for arrived, event in self.events
            if event["type"] == "metrics"
            for step, value in zip(event["steps"], event["values"].get(name, []), strict=False)
            if value is not None
        ]

    def cursors(self) -> list[int]:
        return [event["cursor"] for _, event in self.events]


def watch(page: Page) -> Watched:
    """Watches every run socket that ``page`` opens from now on."""
    watched = Watched()

    def on_frame(payload: str | bytes) -> None:
        arrived = time.monotonic() - watched.began
        watched.events.extend((arrived, event) for event in json.loads(payload) if "cursor" in event and "seq" in event)

    def on_socket(socket: WebSocket) -> None:
        if "/api/runs/" in socket.url and "/events" in socket.url:
            socket.on("framereceived", on_frame)

    page.on("websocket", on_socket)
    return watched
