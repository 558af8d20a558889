"""Code lists: what the national standards number, and what the platform lists for itself; said here once."""
