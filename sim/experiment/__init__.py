"""Studies: which cells to run, running them in any order, and what the arms differ by."""
