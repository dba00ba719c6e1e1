"""Known answers as ordinary scenarios: which scenario a case is, what is read from it, and if it holds."""
