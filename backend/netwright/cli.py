"""The command line: ``netwright serve``, ``train``, ``export``, ``worker``, ``doctor``."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Draw a neural network, train it, take it home.")


@app.callback()
def _root() -> None:
    """Commands are named even while there is only one."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen at (HOST).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen at (PORT); 0 takes a free one.", min=0, max=65535)
    ] = None,
) -> None:
    """Serve the page and train networks; prints the URL that signs a browser in."""
    from netwright.server.serve import CannotListenError, serve
    from netwright.settings import Settings, SettingsError

    try:
        serve(Settings.from_environment(host=host, port=port), announce=lambda url: print(url, flush=True))  # noqa: T201
    except (CannotListenError, SettingsError) as error:
        raise typer.Exit(_fail(str(error))) from error


def _fail(sentence: str) -> int:
    """Prints why a command ends, and gives its exit code."""
    typer.echo(sentence, err=True)
    return 1


def main() -> None:
    app()
