"""The mechanisms of the simulated world, one file each; none imports another."""
