"""The commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from progresskit._version import __version__
from progresskit.errors import MissingDependencyError

try:
    import typer
except ImportError as error:
    raise MissingDependencyError.for_extra(package="typer", extra="cli") from error

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
    try:
        from progresskit.cli.demo import UsageError, run_demo, script_of  # noqa: PLC0415 - imports what may be missing

        try:
            code = run_demo(script_of(text, file), port=port, target=target, out=out, browser=browser, until_done=exit)
        except UsageError as error:
            raise typer.BadParameter(str(error)) from None
    except MissingDependencyError as error:
        typer.echo(f"progresskit: {error} All that the demo needs: pip install 'progresskit[demo]'", err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(code)
