"""Enrichment: what helps whoever is paged, found in thirteen stages; pure parts and values."""
