"""Entry point of ingest: a provider's HTTP request becomes a queue message."""

from tocsin.runtime.ingest import handler

__all__ = ["handler"]
