"""Entry point of enrich: queued requests become new and changed alerts."""

from tocsin.runtime.enrich import handler

__all__ = ["handler"]
