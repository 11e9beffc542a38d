"""Faults of our own as problem documents."""

import errno
import logging

from netwright.language import say
from netwright.server.problems import DISK_FULL, problem_response
from netwright.server.security import App, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class FaultsToProblems:
    """Answers what no handler has answered.

    Not as a handler for ``Exception``: the framework raises such an error again after the answer, and the server then cuts the
    connection under the next request that the browser has already sent.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_answered = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if is_answered:
                raise
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
                log.warning("The disk is full: %s %s", scope["method"], scope["path"])
                await problem_response("disk_full", DISK_FULL)(scope, receive, send)
                return
            log.exception("A fault in %s %s", scope["method"], scope["path"])
            detail = say(
                "A fault of Netwright, not yours ({name}). The terminal says where. Load the page again to "
                "see what was kept.",
                name=type(error).__name__,
            )
            await problem_response("internal_error", detail)(scope, receive, send)
