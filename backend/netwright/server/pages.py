"""The built page and the small plain pages that stand in for it."""

import re
from html import escape
from pathlib import Path

from netwright.language import html_language, say, spoken

FOLDER = Path(__file__).parent / "page"

_FILE = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)


def find_file(path: str) -> Path | None:
    """The built file that ``path`` (of a URL, without its first slash) names, index.html aside; None where there is none.

    Only plain names pass, so that nothing outside of the folder is ever looked at.
    """
    if path == "index.html" or not _FILE.fullmatch(path):
        return None
    file = FOLDER / path
    return file if file.is_file() else None


def plain_page(title: str, *paragraphs: str) -> str:
    """A page without scripts.  ``paragraphs`` are HTML."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="{html_language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - Netwright</title>"
        "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:15vh auto;"
        "padding:0 1rem}h1{font-size:1.25rem}code,input{font:15px ui-monospace,monospace}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def sign_in_page(*, is_wrong: bool) -> str:
    """How to get in, for a browser without the cookie."""
    wrong = say("This link's token is not the one of this server. It may be from an earlier start.")
    paragraphs = (
        wrong if is_wrong else say("This browser is not signed in yet."),
        say(
            "Open the link that Netwright printed in the terminal when it started. It signs this browser in once and for all."
        ),
        say(
            "The token also stands in the file <code>token</code> in Netwright's data folder (<code>~/.netwright</code> unless "
            "NETWRIGHT_HOME says otherwise):"
        ),
    )
    form = (
        f'<form method="get"><label>{spoken(say("Token"))} '
        '<input name="token" type="password" autocomplete="off" size="44" required>'
        f"</label> <button>{spoken(say('Sign in'))}</button></form>"
    )
    return plain_page(spoken(say("Sign in to Netwright")), *(spoken(paragraph) for paragraph in paragraphs), form)


def not_built_page() -> str:
    missing = say(
        "The server runs, but the page's files are missing. Run <code>make page</code> and load this address again."
    )
    return plain_page(spoken(say("The page is not built")), spoken(missing))
