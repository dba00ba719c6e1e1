"""Known answers as ordinary scenarios: which scenario is a case, what is read from it, how precisely, and if it holds."""
