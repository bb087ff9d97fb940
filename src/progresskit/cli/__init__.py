"""The command ``progresskit``. Needs the extra ``cli``."""

from __future__ import annotations

import sys

from progresskit.errors import MissingDependencyError

__all__ = ["main"]


def main() -> None:
    """Run the command line; a missing extra is one line that says how to install it."""
    try:
        from progresskit.cli.app import app  # noqa: PLC0415 - imports what may be missing
    except MissingDependencyError as error:
        print(f"progresskit: {error}", file=sys.stderr)  # noqa: T201 - a command speaks to its user
        raise SystemExit(1) from None
    except KeyboardInterrupt:  # from here on typer says the same
        raise SystemExit(130) from None
    app()
