"""One command of `tocsin` a file."""
