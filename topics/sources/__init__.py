"""Readers: one module a format, found by content in `topics.sources.detect`."""
