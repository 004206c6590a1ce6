"""Implementations of the ports: one vendor a module, and `memory` for tests and previews."""
