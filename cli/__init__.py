"""The `tocsin` command line; never shipped to Lambda."""
