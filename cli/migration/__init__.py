"""Rewriting what is stored in an older format."""
