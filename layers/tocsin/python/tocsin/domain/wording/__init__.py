"""What tocsin says to people in its own words: one module a language, all with the same fields."""

from functools import cache
from importlib import import_module
from typing import cast

from tocsin.domain.wording.language import Language
from tocsin.domain.wording.words import Words


@cache
def words_of(language: Language) -> Words:
    """Return the words of a language."""
    return cast(Words, import_module(f"tocsin.domain.wording.{language}").WORDS)
