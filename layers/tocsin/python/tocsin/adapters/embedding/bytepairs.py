"""Byte pair encoding, as the tokenizer file of a static model describes it.

Words are encoded one by one and remembered: in the vocabularies that are taken here, no piece
reaches over the space before a word. Source: the `model` of a tokenizer.json of type BPE with
`byte_fallback`, as Llama 2 has it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_SPACE = "\u2581"
# What is longer than that is no word, and would take quadratic time.
_WORD_LIMIT = 64
_CACHED_WORDS = 4096


class BytePairs:
    """Turns texts into the ids of their pieces."""

    def __init__(self, vocabulary: Mapping[str, int], merges: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._ranks = {merge: rank for rank, merge in enumerate(merges)}
        self._unknown = vocabulary.get("<unk>", 0)
        self._ids = lru_cache(_CACHED_WORDS)(self._word_ids)

    def ids(self, text: str) -> list[int]:
        """Return the ids of the pieces of all words, in order."""
        return [each for word in text.split() for each in self._ids(word)]

    def _word_ids(self, word: str) -> tuple[int, ...]:
        pieces = _SPACE + word
        return tuple(
            each
            for start in range(0, len(pieces), _WORD_LIMIT)
            for piece in self._merged(list(pieces[start : start + _WORD_LIMIT]))
            for each in self._piece_ids(piece)
        )

    def _merged(self, pieces: list[str]) -> list[str]:
        """Join the neighbours that were learnt first, until no pair is known."""
        while len(pieces) > 1:
            ranked = [
                (self._ranks.get(f"{left} {right}", len(self._ranks)), index)
                for index, (left, right) in enumerate(pairwise(pieces))
            ]
            rank, index = min(ranked)
            if rank == len(self._ranks):
                break
            pieces[index : index + 2] = [pieces[index] + pieces[index + 1]]
        return pieces

    def _piece_ids(self, piece: str) -> list[int]:
        if piece in self._vocabulary:
            return [self._vocabulary[piece]]
        encoded = piece.encode("utf-8", "replace")
        return [self._vocabulary.get(f"<0x{byte:02X}>", self._unknown) for byte in encoded]
