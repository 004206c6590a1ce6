"""Entry point of rules: metrics and alerts are held against what should be true of them."""

from tocsin.runtime.rules import handler

__all__ = ["handler"]
