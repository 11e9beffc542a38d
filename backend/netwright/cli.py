"""The command line: ``netwright serve``, ``train``, ``export``, ``worker``, ``doctor``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwright.exchange.formats import FORMATS

if TYPE_CHECKING:
    from netwright.settings import Settings

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
    from netwright.server.serve import CannotServeError, serve

    try:
        serve(_settings(host, port), announce=typer.echo)
    except CannotServeError as error:
        raise typer.Exit(_fail(str(error))) from error


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="A document with its training config.")],
    epochs: Annotated[int | None, typer.Option(help="Passes over the data, instead of the document's.", min=1)] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:1, instead of the document's.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and source; a new one by default.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="A safetensors file to begin with, instead of random weights.")
    ] = None,
) -> None:
    """Train a document here, without a server; Ctrl+C (or SIGTERM) stops it with a checkpoint."""
    from rich.console import Console

    from netwright.worker.console import CannotTrainError, Wishes, default_output, train_file

    home = _settings().home
    try:
        is_good = train_file(file, Wishes(epochs, device, weights), output or default_output(file), home, Console())
    except CannotTrainError as error:
        lines = [str(error), *(f"- {problem.message}" for problem in error.problems if problem.message != str(error))]
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


@app.command()
def export(
    run: Annotated[str, typer.Argument(help="The run's id, as in its address on the page.")],
    format: Annotated[str, typer.Option(help=f"One of {', '.join(FORMATS)}.")] = "safetensors",  # noqa: A002  (the option's name)
    output: Annotated[Path | None, typer.Option(help="File or folder to write to; here by default.")] = None,
) -> None:
    """Write a run's best checkpoint to a file of one of the formats."""
    import asyncio

    from netwright.services.errors import ServiceError
    from netwright.services.export import export_run
    from netwright.store.engine import DatabaseUnusableError

    try:
        target = asyncio.run(export_run(_settings(), run, format, output))
    except ServiceError as error:
        raise typer.Exit(_fail(error.message)) from error
    except DatabaseUnusableError as error:
        raise typer.Exit(_fail(str(error))) from error
    except OSError as error:
        raise typer.Exit(_fail(f"{output or Path.cwd()} cannot be written: {error.strerror}.")) from error
    typer.echo(str(target))


@app.command()
def doctor() -> None:
    """Look at versions, devices, disk, database and page; the exit status is 1 where something must be done."""
    from netwright.server.doctor import examine

    has_fault = False
    for finding in examine(_settings()):
        has_fault = has_fault or finding.is_fault
        typer.echo(f"{'!!' if finding.is_fault else 'ok'}  {finding.about:<14} {finding.text}")
    raise typer.Exit(1 if has_fault else 0)


def _settings(host: str | None = None, port: int | None = None) -> "Settings":
    """Those of the environment; one that cannot be used ends the command with a sentence."""
    from netwright.settings import Settings, SettingsError

    try:
        return Settings.from_environment(host=host, port=port)
    except SettingsError as error:
        raise typer.Exit(_fail(str(error))) from error


def _fail(sentence: str) -> int:
    """Prints why a command ends, and gives its exit code."""
    typer.echo(sentence, err=True)
    return 1


def main() -> None:
    app()


if __name__ == "__main__":
    main()
