"""Rule files: rules as code with their tests, tocsin's own and those of Prometheus."""
