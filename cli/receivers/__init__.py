"""Tests of receivers from the command line, through the adapters that notify uses."""
