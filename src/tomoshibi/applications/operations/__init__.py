"""Writes of applications, by matter."""
