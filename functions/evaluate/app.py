"""Entry point of evaluate: alerts change what should be true at receivers."""

from tocsin.runtime.evaluate import handler

__all__ = ["handler"]
