"""tocsin: a serverless alert pipeline for AWS."""

__version__ = "0.1.0"
