"""The token that signs a browser in: given, or random and kept in a file that only its owner may read."""

import os
import secrets
from pathlib import Path

from netwright.settings import Settings


def load_token(settings: Settings) -> str:
    """``settings.token``, else the one in ``home/token``, made at the first start (mode 0600)."""
    if settings.token:
        return settings.token
    path = settings.home / "token"
    try:
        kept = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        kept = ""
    if kept:
        path.chmod(0o600)
        return kept
    return _make_token(path)


def _make_token(path: Path) -> str:
    token = secrets.token_urlsafe(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("token.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(token + "\n")
    partial.replace(path)
    return token
