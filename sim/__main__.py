"""``python -m sim``, the same as the command ``frontline``."""

from sim.cli import main

if __name__ == "__main__":  # the ranks of an MPI job import it too
    main()
