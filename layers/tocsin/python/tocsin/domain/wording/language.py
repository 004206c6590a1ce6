"""The languages that there are."""

from typing import Literal

# Each is a module of this package that has `WORDS`.
Language = Literal["en", "de"]
