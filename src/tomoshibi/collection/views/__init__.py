"""Pages of collection (RC4)."""
