"""The commands and their options."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from progresskit._version import __version__
from progresskit.cli.usage import UsageError
from progresskit.errors import MissingDependencyError

try:
    import typer
except ImportError as error:
    raise MissingDependencyError.for_extra(package="typer", extra="cli") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["app"]

app = typer.Typer(
    name="progresskit",
    help="Progress from long tasks to the people who wait, and speech that is verified before it ships.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - a callback of typer takes its value by position
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def progresskit(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Progress from long tasks to the people who wait, and speech that is verified before it ships."""
    del version


@app.command()
def demo(
    text: Annotated[str | None, typer.Argument(help="What to speak; none = a script that is shipped.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="A text file (UTF-8) to speak instead.")] = None,
    port: Annotated[int, typer.Option(help="Where the page is served; 0 = a free port.")] = 0,
    target: Annotated[float, typer.Option(help="The accuracy that each sentence must reach.")] = 0.95,
    out: Annotated[Path, typer.Option(help="The folder for the WAV and the report; made where it is missing.")] = Path(
        "progresskit-demo"
    ),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    exit: Annotated[  # noqa: A002 - the option's name
        bool, typer.Option("--exit", help="End with the job, and print the report as JSON on stdout.")
    ] = False,
) -> None:
    """Speak a text, verify each sentence by a recogniser, and show it live here and on a page.

    With --exit the exit code is 0 only where every sentence was verified.
    """
    with _explained(hint=" All that the demo needs: pip install 'progresskit[demo]'"):
        from progresskit.cli.demo import run_demo, script_of  # noqa: PLC0415 - imports what may be missing

        code = run_demo(script_of(text, file), port=port, target=target, out=out, browser=browser, until_done=exit)
    raise typer.Exit(code)


@app.command()
def serve(
    *,
    url: Annotated[
        str,
        typer.Option(envvar="PROGRESSKIT_URL", help="Where the projects are kept: memory://, redis://…, valkey://…"),
    ] = "memory://",
    host: Annotated[str, typer.Option(help="The name or address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 = a free one.")] = 8000,
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with the token that clients must have. [else: $PROGRESSKIT_TOKEN]"),
    ] = None,
    allow_anonymous: Annotated[
        bool, typer.Option("--allow-anonymous", help="Let everybody who can reach it read and write everything.")
    ] = False,
) -> None:
    """Run a gateway: browsers watch there, and other processes publish through it.

    With neither a token nor --allow-anonymous it serves this machine alone.
    """
    with _explained():
        from progresskit.cli.serve import run_serve  # noqa: PLC0415 - imports what may be missing

        code = run_serve(url, host=host, port=port, token_file=token_file, anonymous=allow_anonymous)
    raise typer.Exit(code)


@app.command()
def watch(
    url: Annotated[
        str, typer.Argument(help="A gateway (http://…, https://…, ws://…, wss://…) or the store (redis://…).")
    ],
    project: Annotated[str, typer.Argument(help="The project's id.")],
    *,
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with the gateway's token. [else: $PROGRESSKIT_TOKEN]"),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print each snapshot and event as a line of JSON, as it is on the wire.")
    ] = False,
) -> None:
    """Follow a project in the terminal, until Ctrl-C."""
    with _explained():
        from progresskit.cli.watch import run_watch  # noqa: PLC0415 - imports what may be missing

        code = run_watch(url, project, token_file=token_file, as_json=json)
    raise typer.Exit(code)


@app.command()
def js_package() -> None:
    """Print where the npm package is: npm i "$(progresskit js-package)".

    It holds the browser client, the React hooks and the element <progress-stream>, in this version.
    """
    typer.echo(files("progresskit").joinpath("web", "static", "progresskit.tgz"))


@contextmanager
def _explained(hint: str = "") -> Iterator[None]:
    """End with a sentence, not with a traceback, where the user can do something about it."""
    try:
        yield
    except UsageError as error:
        raise typer.BadParameter(str(error)) from None
    except MissingDependencyError as error:
        typer.echo(f"progresskit: {error}{hint}", err=True)
        raise typer.Exit(1) from None
