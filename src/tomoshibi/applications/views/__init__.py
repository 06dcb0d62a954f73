"""Pages of applications, by matter."""
