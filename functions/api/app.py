"""Entry point of api: health, status and statistics over HTTP."""

from tocsin.runtime.api import handler

__all__ = ["handler"]
