"""Entry point of letters: every five minutes, dead letters are archived and the books told."""

from tocsin.runtime.letters import handler

__all__ = ["handler"]
