"""Pages of care, by matter."""
