"""Entry point of notify: receivers are told what they do not know yet."""

from tocsin.runtime.notify import handler

__all__ = ["handler"]
