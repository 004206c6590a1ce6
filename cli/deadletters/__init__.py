"""Dead letters at the terminal."""
