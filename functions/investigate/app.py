"""Entry point of investigate: what helps with an alert is found out beside its way to people."""

from tocsin.runtime.investigate import handler

__all__ = ["handler"]
