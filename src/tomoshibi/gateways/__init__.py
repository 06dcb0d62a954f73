"""The outside world: one folder per outside system, each with port, codec, client and simulator."""
