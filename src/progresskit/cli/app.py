"""The commands and their options."""

from __future__ import annotations

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
    invoke_without_command=True,
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
