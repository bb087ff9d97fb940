"""``python -m progresskit`` is the command ``progresskit``."""

from progresskit.cli import main

main()
