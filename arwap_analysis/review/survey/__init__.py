"""A survey review."""
