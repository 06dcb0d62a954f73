"""Forms of applications, by matter."""
