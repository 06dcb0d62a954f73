"""Reads of applications, by matter."""
