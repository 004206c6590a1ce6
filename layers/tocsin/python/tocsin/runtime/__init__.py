"""Lambda glue: the only place that reads environment, clock and context, and chooses adapters."""
