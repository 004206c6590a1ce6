"""Entry point of tick: once a minute, groups that are owed something are sent on."""

from tocsin.runtime.tick import handler

__all__ = ["handler"]
