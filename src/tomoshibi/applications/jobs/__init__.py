"""What the worker runs for applications, by matter."""
