"""The public application site: no sign-in, no rows of its own."""
