"""Enrichment from the command line: run it over what is stored, and retry what failed."""
