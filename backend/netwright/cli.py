"""The command line: ``netwright serve``, ``train``, ``export``, ``worker``, ``doctor``."""

from pathlib import Path
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


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="A document with its training config.")],
    epochs: Annotated[int | None, typer.Option(help="Passes over the data, instead of the document's.", min=1)] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:1, instead of the document's.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and source; a new one by default.")
    ] = None,
) -> None:
    """Train a document here, without a server; Ctrl+C stops it with a checkpoint."""
    from rich.console import Console

    from netwright.settings import Settings
    from netwright.worker.console import CannotTrainError, Wishes, default_output, train_file

    home = Settings.from_environment().home
    try:
        is_good = train_file(file, Wishes(epochs, device), output or default_output(file), home, Console())
    except CannotTrainError as error:
        lines = [str(error), *(f"- {problem.message}" for problem in error.problems)]
        raise typer.Exit(_fail("\n".join(lines))) from error
    raise typer.Exit(0 if is_good else 1)


@app.command(hidden=True)
def worker(
    spec: Annotated[Path, typer.Option(help="runs/<id>/spec.json")],
    attempt: Annotated[int, typer.Option(help="Number of the attempt, from 1.", min=1)],
) -> None:
    """Train one attempt of a run, as the server's executor does."""
    from netwright.worker.entry import main as run_worker

    raise typer.Exit(run_worker(["--spec", str(spec), "--attempt", str(attempt)]))


def _fail(sentence: str) -> int:
    """Prints why a command ends, and gives its exit code."""
    typer.echo(sentence, err=True)
    return 1


def main() -> None:
    app()
