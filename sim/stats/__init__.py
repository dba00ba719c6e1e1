"""Statistics over replications: mechanisms count, this package estimates."""
