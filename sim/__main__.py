"""``python -m sim``, the same as the command ``frontline``."""

from sim.cli import main

main()
