"""Known answers as ordinary scenarios: which scenario is a case, what is read from it, and how precisely."""
